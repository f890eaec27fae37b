"""Quick cards to take home: a title, the steps, what not to do, a drawing."""

from __future__ import annotations

from dataclasses import dataclass

from app.courses.rendering.figures import figure_svg
from app.courses.rendering.prose import Reader, inline_html
from app.courses.types import Course


@dataclass(frozen=True, slots=True)
class CardView:
    """A quick card in one language; its lines and its drawing are safe HTML."""

    slug: str
    key: str
    lesson: str
    language: str
    title: str
    steps: tuple[str, ...]
    dont: tuple[str, ...]
    figure: str
    edition: str


def card_view(course: Course, key: str, language: str, pages: str) -> CardView:
    """The card in a language the course has; links lead to pages in `pages`.

    Raises UnknownLesson for a card the course does not have.
    """
    card = course.card(key)
    words = course.words[language].cards[key]
    reader = Reader(course, language, pages)
    place = f"c-{course.key}-{key}"
    return CardView(
        slug=course.slug,
        key=key,
        lesson=card.lesson,
        language=language,
        title=words.title,
        steps=tuple(inline_html(words.steps[step], reader) for step in card.steps),
        dont=tuple(inline_html(words.dont[step], reader) for step in card.dont),
        figure=figure_svg(course, card.figure, language, place) if card.figure else "",
        edition=course.edition,
    )
