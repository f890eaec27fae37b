"""Enrollment: which courses a trainee follows, and what locks one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.db import insert_missing, insert_or_get
from app.courses.library import library
from app.courses.types import Course
from app.learning.models import Enrollment
from app.learning.services.records import Record
from app.learning.types import CourseLocked, NotEnrolled


def enroll(db: Session, user: User, slug: str, at: datetime) -> Enrollment:
    """Let a trainee follow a course; again changes nothing. Raises UnknownCourse."""
    library().course(slug)
    values = {"user_id": user.id, "course_slug": slug, "enrolled_at": at}
    return insert_or_get(db, Enrollment, values, ("user_id", "course_slug"))[0]


def enroll_all(
    db: Session, user_ids: Iterable[int], slugs: Iterable[str], at: datetime
) -> Sequence[Enrollment]:
    """Let many people follow courses; returns the new enrollments. Raises UnknownCourse."""
    courses = [library().course(slug).slug for slug in slugs]
    rows = [
        {"user_id": user_id, "course_slug": slug, "enrolled_at": at}
        for user_id in user_ids
        for slug in courses
    ]
    return insert_missing(db, Enrollment, rows)


def enrollment_of(db: Session, user: User, slug: str) -> Enrollment:
    """The person's enrollment in a course; raises NotEnrolled."""
    return _found(db, user, slug, lock=False)


def locked_enrollment(db: Session, user: User, slug: str) -> Enrollment:
    """The same, with its row locked: writes to one enrollment come one after the other."""
    return _found(db, user, slug, lock=True)


def _found(db: Session, user: User, slug: str, *, lock: bool) -> Enrollment:
    query = select(Enrollment).where(Enrollment.user_id == user.id, Enrollment.course_slug == slug)
    enrollment = db.scalars(query.with_for_update() if lock else query).one_or_none()
    if enrollment is None:
        raise NotEnrolled
    return enrollment


def locked_by(course: Course, record: Record) -> tuple[str, ...]:
    """Slugs of the courses to pass first. A course in preparation locks nothing.

    A pass that lapsed opens what it opened: the deadline is about its own course's certificate.
    """
    return tuple(
        slug for slug in course.needs if library().has_course(slug) and not record.has_passed(slug)
    )


def titles_of(slugs: tuple[str, ...], language: str) -> tuple[str, ...]:
    """The short titles of courses that have content: full ones are lists of their own."""
    return tuple(library().course(slug).titles(language).short_title for slug in slugs)


def require_open(course: Course, record: Record, language: str) -> None:
    """Raise NotEnrolled or CourseLocked unless the trainee may work in the course."""
    if course.slug not in record.enrollments:
        raise NotEnrolled
    missing = locked_by(course, record)
    if missing:
        raise CourseLocked(courses=", ".join(titles_of(missing, language)))
