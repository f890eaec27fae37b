"""In which language a reader gets the quick cards of a course, and how it is reviewed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.core.permissions import HasRole
from app.courses.services.states import review_states
from app.courses.types import Course, ReviewState

TRAINEE = "trainee"


@dataclass(frozen=True, slots=True)
class Shelf:
    """A course in the language that a reader gets, with that language's review."""

    course: Course
    language: str
    state: ReviewState


def reads_only_open(person: HasRole, *, require_review: bool) -> bool:
    """Whether the person reads only what is reviewed or was opened: a trainee, where required."""
    return require_review and str(person.role) == TRAINEE


def shelves_of(
    db: Session, courses: Iterable[Course], language: str, *, only_open: bool
) -> list[Shelf]:
    """The courses in the reader's language, or in the first that is open to her. One query.

    With `only_open` a course that is open in no language is left out.
    """
    wanted = list(courses)
    states = review_states(db, wanted)
    found = []
    for course in wanted:
        own = states[course.slug]
        codes = [code for code in (language, *course.languages) if code in own]
        code = next((code for code in codes if not only_open or own[code].is_open), None)
        if code is not None:
            found.append(Shelf(course, code, own[code]))
    return found
