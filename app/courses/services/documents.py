"""What can be found: each kind of document is one function and one line in KINDS."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from app.core.breaking import unbroken
from app.core.errors import N_
from app.courses.library import Library
from app.courses.rendering.prose import Reader
from app.courses.rendering.visible import Spoken, visible_line, visible_text
from app.courses.types import Course, Lesson


@dataclass(frozen=True, slots=True)
class Document:
    """One thing that can be found, in one language.

    `title`, `above` (what it belongs to) and `text` are shown. `heading`, the linked `terms` and
    `around` (titles that stand above it) help to find it. `place` fills the address of the kind's
    page. A document of a course is shown to those who may read the course in the language.
    """

    language: str
    title: str
    text: str
    place: Mapping[str, str]
    course: Course | None = None
    above: str = ""
    heading: str = ""
    terms: tuple[Spoken, ...] = ()
    around: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document: the heading of its results, its page, and what there is in a language."""

    key: str
    heading: str
    endpoint: str
    documents: Callable[[Library, str], Iterator[Document]] = field(repr=False)


def lesson_documents(library: Library, language: str) -> Iterator[Document]:
    """Every lesson, and every block of it, of the courses that have the language."""
    for course in library.courses:
        if course.has_language(language):
            for lesson in course.lessons:
                yield from _lesson(course, lesson, language)


def _lesson(course: Course, lesson: Lesson, language: str) -> Iterator[Document]:
    above, words = course.title(language), course.titles(language).lessons[lesson.key]
    place = {"slug": course.slug, "key": lesson.key}
    yield Document(
        language, words.title, words.summary, place, course, above, words.title, around=above
    )
    reader = Reader(course, language, language)
    heading = ""
    for block in lesson.blocks:
        seen = visible_text(block, reader)
        text = unbroken(seen.text)
        heading = text if seen.is_heading else heading
        yield Document(
            language=language,
            title=words.title,
            text=text,
            place={**place, "_anchor": f"b-{block.id}"},
            course=course,
            above=above,
            heading=text if seen.is_heading else "",
            terms=seen.terms,
            around=f"{above}\n{words.title}\n{heading}",
        )


def card_documents(library: Library, language: str) -> Iterator[Document]:
    """Every quick card of the courses that have the language."""
    for course in library.courses:
        reader = Reader(course, language, language)
        for card in course.cards if course.has_language(language) else ():
            words = course.words[language].cards[card.key]
            lines = [*words.steps.values(), *words.dont.values()]
            yield Document(
                language=language,
                title=words.title,
                text=" ".join(visible_line(line, reader) for line in lines),
                place={"slug": course.slug, "key": card.key},
                course=course,
                above=course.titles(language).short_title,
                heading=words.title,
            )


# Terms are found by their names in all languages at once, not here: see `glossary`.
KINDS = (
    Kind("card", N_("Quick cards"), "courses.card", card_documents),
    Kind("lesson", N_("Lessons"), "learning.lesson", lesson_documents),
)
