"""Completing lessons."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.db import insert_or_get
from app.core.events import digest_of, require_same
from app.courses.types import Course
from app.learning.models import LessonCompletion
from app.learning.services.enrolling import locked_enrollment, require_open
from app.learning.services.records import record_of


def record_completion(
    db: Session,
    user: User,
    course: Course,
    lesson_key: str,
    event_id: str,
    language: str,
    at: datetime,
    device_at: datetime | None = None,
) -> LessonCompletion:
    """Note that a trainee has done a lesson; a second time returns the first completion.

    Raises UnknownLesson, NotEnrolled, CourseLocked, and EventConflict when the event id was used
    for something else.
    """
    lesson = course.lesson(lesson_key)
    enrollment = locked_enrollment(db, user, course.slug)
    content = {"user": user.key, "course": course.slug, "lesson": lesson.key, "language": language}
    known = _by_event(db, event_id)
    if known is not None:
        require_same(known.digest, content)
        return known
    require_open(course, record_of(db, user), language)
    values = {
        "enrollment_id": enrollment.id,
        "lesson_key": lesson.key,
        "event_id": event_id,
        "digest": digest_of(content),
        "edition": course.edition,
        "language": language,
        "completed_at": at,
        "device_at": device_at,
    }
    return insert_or_get(db, LessonCompletion, values, ("enrollment_id", "lesson_key"))[0]


def _by_event(db: Session, event_id: str) -> LessonCompletion | None:
    query = select(LessonCompletion).where(LessonCompletion.event_id == event_id)
    return db.scalars(query).one_or_none()
