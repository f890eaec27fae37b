"""Questions and drawings as their author looks through them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.courses.rendering import (
    FeedbackView,
    QuestionView,
    feedback_words,
    figure_svg,
    inline_words,
    question_words,
)
from app.courses.types import Course, Item


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    """An item with its words and what counts as right; the drawing is safe SVG."""

    item: Item
    question: QuestionView
    feedback: FeedbackView
    figure: str


@dataclass(frozen=True, slots=True)
class ShownFigure:
    """A drawing with its caption and alternative text."""

    name: str
    svg: str
    caption: str
    alt: str


def questions_by_group(
    course: Course, language: str
) -> list[tuple[str, int, Sequence[ShownQuestion]]]:
    """The items of each group of the blueprint, with how many of them an attempt draws."""
    return [
        (
            part.group,
            part.count,
            [_shown(course, item, language) for item in course.items if item.group == part.group],
        )
        for part in course.assessment.blueprint
    ]


def _shown(course: Course, item: Item, language: str) -> ShownQuestion:
    figure = figure_svg(course, item.figure, language, f"q-{item.key}") if item.figure else ""
    return ShownQuestion(
        item, question_words(course, item, language), feedback_words(course, item, language), figure
    )


def figures(course: Course, language: str) -> list[ShownFigure]:
    """Every drawing of the course in the order of its words."""
    words = course.words[language].figures
    return [
        ShownFigure(
            name,
            figure_svg(course, name, language, f"p-{name}"),
            inline_words(course, text.caption, language),
            text.alt,
        )
        for name, text in words.items()
    ]
