"""Which sheets there are: those of the courses, and the whole-team exercise of the programme.

The exercise has the programme's key where a course's sheet has the course's slug.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.core.errors import NotFound
from app.courses.library import library, record_edition, record_exercise
from app.courses.models import CourseEdition
from app.practicals.types import Examinable


def all_sheets() -> list[Examinable]:
    """Every sheet, in the programme's order; the whole-team exercise last."""
    shelf = library()
    found = [Examinable(c.slug, sheet, False) for c in shelf.courses for sheet in c.sheets]
    if shelf.exercise is not None:
        found.append(Examinable(shelf.programme.key, shelf.exercise.sheet, True))
    return found


def find_sheet(slug: str, key: str) -> Examinable:
    """The sheet of these names; raises UnknownCourse or UnknownLesson."""
    shelf = library()
    if shelf.exercise is not None and shelf.is_exercise(slug, key):
        return Examinable(slug, shelf.exercise.sheet, True)
    return Examinable(slug, shelf.course(slug).sheet(key), False)


def has_sheet(slug: str, key: str) -> bool:
    """Whether today's files still have the sheet."""
    try:
        find_sheet(slug, key)
    except NotFound:
        return False
    return library().is_exercise(slug, key) or library().has_course(slug)


def edition_of(db: Session, which: Examinable, at: datetime) -> CourseEdition:
    """The edition by which a check of the sheet is graded now."""
    if which.is_team:
        return record_exercise(db, at)
    return record_edition(db, library().course(which.slug), at)


def sheets_to_examine(db: Session, person: User, on: date) -> list[Examinable]:
    """The sheets that this person may examine on that day."""
    granted = accounts.examinable_sheets(db, person, on)
    return [one for one in all_sheets() if (one.slug, one.sheet.key) in granted]


def teaching(slug: str, key: str) -> dict[str, tuple[str, str]]:
    """For each step of a sheet the (course slug, lesson key) that teaches it, where files say so.

    A step of the whole-team exercise names the sheet that it is taken from.
    """
    shelf = library()
    if shelf.exercise is not None and shelf.is_exercise(slug, key):
        return {
            step.key: found
            for step in shelf.exercise.steps
            if (found := _lesson_of_code(step.sheet)) is not None
        }
    if not shelf.has_course(slug):
        return {}
    sheets = [sheet for sheet in shelf.course(slug).sheets if sheet.key == key]
    return {
        step.key: (slug, lesson)
        for sheet in sheets
        for step in sheet.steps
        if (lesson := step.lesson or sheet.lesson) is not None
    }


def _lesson_of_code(code: str) -> tuple[str, str] | None:
    course = library().course_with_sheet(code)
    if course is None:
        return None
    lesson = next(sheet.lesson for sheet in course.sheets if sheet.code == code)
    return (course.slug, lesson) if lesson is not None else None
