"""The checks over files already read: each yields faults and knows nothing of the others."""

from __future__ import annotations

from collections.abc import Iterator

from app.courses.loader.checks.alignment import check_alignment
from app.courses.loader.checks.allowed import without_allowed
from app.courses.loader.checks.assessment import check_assessment
from app.courses.loader.checks.awarding import check_awarding
from app.courses.loader.checks.cards import check_cards
from app.courses.loader.checks.drawings import check_drawings
from app.courses.loader.checks.figures import check_figures
from app.courses.loader.checks.glossary import check_glossary
from app.courses.loader.checks.lessons import check_lessons, check_references
from app.courses.loader.checks.markup import check_markup
from app.courses.loader.checks.names import check_names
from app.courses.loader.checks.programme import check_programme
from app.courses.loader.checks.record import check_record
from app.courses.loader.checks.scripts import check_scripts
from app.courses.loader.checks.units import Twins, twins_of
from app.courses.loader.checks.words import check_words
from app.courses.loader.reading import RawContent, RawCourse
from app.courses.types import Fault

__all__ = ["check_structure", "check_text"]


def check_structure(content: RawContent, course: RawCourse) -> Iterator[Fault]:
    """Faults with which a course, or one of its languages, cannot be shown."""
    yield from check_names(course)
    yield from check_awarding(course)
    yield from check_drawings(course)
    yield from check_references(content, course)
    yield from check_words(course)
    yield from check_alignment(content, course)


def check_text(content: RawContent, course: RawCourse | None) -> Iterator[Fault]:
    """Faults in what the words say: of a course, or (None) of the files all courses share."""
    if course is None:
        yield from check_programme(content)
        yield from _check_units(content, None, twins_of(content, None))
    else:
        yield from without_allowed(course, _course_text(content, course))


def _course_text(content: RawContent, course: RawCourse) -> Iterator[Fault]:
    twins = twins_of(content, course)
    yield from check_lessons(content, course)
    yield from check_assessment(course)
    yield from check_glossary(content, twins)
    yield from check_cards(twins)
    yield from check_record(content, course)
    yield from _check_units(content, course, twins)


def _check_units(content: RawContent, course: RawCourse | None, twins: Twins) -> Iterator[Fault]:
    yield from check_markup(content, course, twins)
    yield from check_figures(content, twins)
    yield from check_scripts(twins)
