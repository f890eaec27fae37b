"""What the pages of an attempt show: before submission no key, no feedback, no key's order.

Options travel as their place in the attempt's own shuffled order ("1", "2", …), so that nothing
in the page says which option of the bank it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.courses.library import library
from app.courses.rendering import QuestionView, figure_svg, question_words
from app.courses.types import Course, Item, ItemType, ReviewState
from app.learning.models import Attempt
from app.learning.services import drawing
from app.learning.services.attempts import answers_of, attempt_of
from app.learning.services.editions import bank_of
from app.learning.services.reading import reading_of
from app.learning.services.responses import is_complete
from app.learning.types import AttemptNotFound, AttemptStatus, DrawnItem, Response


class Mark(StrEnum):
    """How far a question is answered, in the navigator."""

    EMPTY = "empty"
    UNFINISHED = "unfinished"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Choice:
    """An option as it is shown; `value` is its place in the shown order."""

    value: str
    text: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line to order or to match; `chosen` is its place, or its partner's value."""

    number: int
    text: str
    chosen: str


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """One question of an attempt, as one person sees it now."""

    slug: str
    course_title: str
    attempt_key: str
    is_open: bool
    position: int
    marks: tuple[Mark, ...]
    language: str
    is_withheld: bool
    offered: tuple[str, ...]
    review: ReviewState
    item: Item
    drawn: DrawnItem
    view: QuestionView | None  # None when today's files have the question no more
    figure: str
    response: Response

    @property
    def kind(self) -> ItemType:
        """How the question is answered."""
        return self.item.type

    @property
    def total(self) -> int:
        """How many questions the attempt has."""
        return len(self.marks)

    @property
    def choices(self) -> tuple[Choice, ...]:
        """The options of a single or multiple choice in their shown order."""
        chosen = {self.response.get("option"), *self.response.get("options", ())}
        texts = texts_of(self.view)
        return tuple(
            Choice(str(place), texts[key], key in chosen)
            for place, key in enumerate(self.drawn.options, start=1)
        )

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines to order or to match in their shown order."""
        texts = texts_of(self.view)
        return tuple(
            Line(number, texts[key], self._chosen(key))
            for number, key in enumerate(self.drawn.options, start=1)
        )

    def _chosen(self, key: str) -> str:
        if self.kind is ItemType.ORDERING:
            return str(self.response.get("places", {}).get(key, ""))
        partner = self.response.get("pairs", {}).get(key)
        return str(self.drawn.right.index(partner) + 1) if partner else ""

    @property
    def partners(self) -> tuple[Choice, ...]:
        """The right-hand lines of a matching item in their shown order."""
        texts = partners_of(self.view)
        return tuple(
            Choice(str(place), texts[key]) for place, key in enumerate(self.drawn.right, start=1)
        )

    @property
    def truth(self) -> bool | None:
        """The answer to a true/false question."""
        value = self.response.get("value")
        return value if isinstance(value, bool) else None

    @property
    def figures(self) -> tuple[str, ...]:
        """What stands in the fields of a number."""
        if self.item.type is not ItemType.NUMERIC:
            return ()
        given = tuple(self.response.get("figures", ()))
        return given or ("",) * len(self.item.answer.figures)


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """All questions of an open attempt before it is submitted."""

    slug: str
    course_title: str
    offered: tuple[str, ...]
    review: ReviewState
    attempt_key: str
    is_open: bool
    marks: tuple[Mark, ...]

    @property
    def open_positions(self) -> tuple[int, ...]:
        """Positions of the questions not answered, or not to the end."""
        return tuple(at for at, mark in enumerate(self.marks, 1) if mark is not Mark.ANSWERED)


def question_page(
    db: Session,
    user: User,
    slug: str,
    attempt_key: str,
    position: int,
    language: str,
    typed: Mapping[str, Any] | None = None,
    *,
    require_review: bool = False,
) -> QuestionPage:
    """One question; `typed` stands in its fields instead of the saved answer. Positions from 1.

    Raises UnknownCourse, AttemptNotFound and NotOpenYet.
    """
    course = library().course(slug)
    attempt = attempt_of(db, user, slug, attempt_key)
    reading = reading_of(db, user, course, require_review=require_review)
    code = reading.require(language)
    drawn = drawing.from_json(attempt.items)
    if not 1 <= position <= len(drawn):
        raise AttemptNotFound
    answers = answers_of(db, attempt)
    one = drawn[position - 1]
    saved = answers.get(position, {})
    item = bank_of(attempt.edition).items[one.key]
    view = view_of(course, item, one, code)
    return QuestionPage(
        slug=slug,
        course_title=course.titles(code).short_title,
        attempt_key=attempt.key,
        is_open=attempt.status is AttemptStatus.OPEN,
        position=position,
        marks=marks_of(attempt, drawn, answers),
        language=code,
        is_withheld=reading.is_withheld(language),
        offered=reading.offered(language),
        review=reading.state(code),
        item=item,
        drawn=one,
        view=view,
        figure=figure_of(course, item, view, code, "question"),
        response=dict(typed) if typed is not None else saved,
    )


def marks_of(
    attempt: Attempt, drawn: Sequence[DrawnItem], answers: Mapping[int, Response]
) -> tuple[Mark, ...]:
    """How far each question is answered."""
    items = bank_of(attempt.edition).items
    return tuple(
        _mark(items[one.key], answers.get(position, {}))
        for position, one in enumerate(drawn, start=1)
    )


def _mark(item: Item, response: Response) -> Mark:
    if not response:
        return Mark.EMPTY
    return Mark.ANSWERED if is_complete(item, response) else Mark.UNFINISHED


def view_of(course: Course, item: Item, drawn: DrawnItem, language: str) -> QuestionView | None:
    """The question in today's words; None when they no longer fit what was drawn."""
    if drawn.key not in course.words[language].bank:
        return None
    try:
        view = question_words(course, item, language)
    except KeyError:
        return None
    fits = texts_of(view).keys() >= set(drawn.options)
    return view if fits and partners_of(view).keys() >= set(drawn.right) else None


def figure_of(
    course: Course, item: Item, view: QuestionView | None, language: str, place: str
) -> str:
    """The question's drawing; a question whose words are gone may have lost that too."""
    return figure_svg(course, item.figure, language, place) if view and item.figure else ""


def texts_of(view: QuestionView | None) -> dict[str, str]:
    """The HTML of options, or of the lines to match, by key."""
    return {choice.key: choice.html for choice in (view.left or view.options)} if view else {}


def partners_of(view: QuestionView | None) -> dict[str, str]:
    """The HTML of a matching item's right-hand lines, by key."""
    return {choice.key: choice.html for choice in view.right} if view else {}


def review_page(
    db: Session,
    user: User,
    slug: str,
    attempt_key: str,
    language: str,
    *,
    require_review: bool = False,
) -> ReviewPage:
    """What is answered and what is not. Raises UnknownCourse, AttemptNotFound and NotOpenYet."""
    course = library().course(slug)
    attempt = attempt_of(db, user, slug, attempt_key)
    reading = reading_of(db, user, course, require_review=require_review)
    code = reading.require(language)
    drawn = drawing.from_json(attempt.items)
    return ReviewPage(
        slug=slug,
        course_title=course.titles(code).short_title,
        offered=reading.offered(language),
        review=reading.state(code),
        attempt_key=attempt.key,
        is_open=attempt.status is AttemptStatus.OPEN,
        marks=marks_of(attempt, drawn, answers_of(db, attempt)),
    )
