"""Waiving: lessons that a trainee need not do, for what she has learnt elsewhere.

Only lessons can be waived. The assessment and the skill sheets show that she can do it; nobody
waives those (docs/decisions/0023).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit
from app.core.db import among
from app.core.events import digest_of, require_same
from app.courses.types import Course
from app.learning.models import Enrollment, LessonWaiver
from app.learning.services.enrolling import locked_enrollment
from app.learning.services.records import record_of
from app.learning.types import (
    REASON_LENGTH,
    GrantReasonMissing,
    NothingToTakeBack,
    NothingToWaive,
    Waived,
)


def required_reason(text: str) -> str:
    """The reason without outer white space; raises GrantReasonMissing."""
    reason = text.strip()
    if not 0 < len(reason) <= REASON_LENGTH:
        raise GrantReasonMissing
    return reason


def waive_lessons(
    db: Session,
    trainee: User,
    course: Course,
    lesson_keys: Collection[str],
    reason: str,
    event_id: str,
    by: User,
    at: datetime,
) -> list[LessonWaiver]:
    """Let a trainee leave out lessons of a course; those done or waived before stay as they are.

    Whether `by` leads this trainee is for the caller to know. Raises UnknownLesson, NotEnrolled,
    GrantReasonMissing, NothingToWaive and EventConflict.
    """
    for key in lesson_keys:
        course.lesson(key)
    act = _Act(db, trainee, course, lesson_keys, reason, event_id, by)
    if act.known:
        return act.known
    met = record_of(db, trainee).met(course.slug)
    wanted = [lesson.key for lesson in course.lessons if lesson.key in set(lesson_keys) - met]
    if not wanted:
        raise NothingToWaive
    rows = act.add(wanted, at, waives=True)
    detail = {"course": course.slug, "lessons": len(rows)}
    audit.record(db, "learning.waive-lessons", by.key, at, "user", trainee.key, detail)
    return rows


def take_back_waivers(
    db: Session,
    trainee: User,
    course: Course,
    reason: str,
    event_id: str,
    by: User,
    at: datetime,
) -> list[LessonWaiver]:
    """End every waiver of the trainee in a course. A certificate that was issued stays.

    Raises NotEnrolled, GrantReasonMissing, NothingToTakeBack and EventConflict.
    """
    act = _Act(db, trainee, course, (), reason, event_id, by)
    if act.known:
        return act.known
    waived = waivers_in(db, [trainee.id], [course.slug]).get((course.slug, trainee.id), {})
    if not waived:
        raise NothingToTakeBack
    rows = act.add(sorted(waived), at, waives=False)
    detail = {"course": course.slug, "lessons": len(rows)}
    audit.record(db, "learning.take-back-waiver", by.key, at, "user", trainee.key, detail)
    return rows


def lessons_met(db: Session, trainee: User, course: Course) -> frozenset[str]:
    """Keys of the lessons of a course that she has done or need not do."""
    return record_of(db, trainee).met(course.slug)


class _Act:
    """One form that was sent: its rows if it is known, and how to add them if it is not."""

    def __init__(
        self,
        db: Session,
        trainee: User,
        course: Course,
        lesson_keys: Collection[str],
        reason: str,
        event_id: str,
        by: User,
    ) -> None:
        self.db, self.by, self.event_id = db, by, event_id
        self.reason = required_reason(reason)
        self.enrollment = locked_enrollment(db, trainee, course.slug)
        content = {
            "trainee": trainee.key,
            "course": course.slug,
            "lessons": sorted(set(lesson_keys)),
            "reason": self.reason,
            "by": by.key,
        }
        self.digest = digest_of(content)
        query = select(LessonWaiver).where(LessonWaiver.event_id == event_id)
        self.known = list(db.scalars(query.order_by(LessonWaiver.id)))
        for row in self.known:
            require_same(row.digest, content)

    def add(self, keys: Sequence[str], at: datetime, *, waives: bool) -> list[LessonWaiver]:
        rows = [
            LessonWaiver(
                enrollment_id=self.enrollment.id,
                lesson_key=key,
                waives=waives,
                reason=self.reason,
                by_id=self.by.id,
                event_id=self.event_id,
                digest=self.digest,
                waived_at=at,
            )
            for key in keys
        ]
        self.db.add_all(rows)
        self.db.flush()
        return rows


def waivers_in(
    db: Session, user_ids: Collection[int], slugs: Collection[str]
) -> dict[tuple[str, int], dict[str, Waived]]:
    """The waivers in force, by course and person, then by lesson. One query."""
    rows = db.execute(
        select(
            Enrollment.course_slug,
            Enrollment.user_id,
            LessonWaiver.lesson_key,
            LessonWaiver.waives,
            LessonWaiver.reason,
            User.latin_name,
            LessonWaiver.waived_at,
        )
        .join(Enrollment, LessonWaiver.enrollment_id == Enrollment.id)
        .join(User, User.id == LessonWaiver.by_id)
        .where(Enrollment.course_slug.in_(slugs), among(Enrollment.user_id, user_ids))
        .order_by(LessonWaiver.id)
    )
    found: defaultdict[tuple[str, int], dict[str, Waived]] = defaultdict(dict)
    for slug, user_id, key, waives, reason, by_name, at in rows:
        found[slug, user_id].pop(key, None)
        if waives:
            found[slug, user_id][key] = Waived(key, reason, by_name, at)
    return {where: waived for where, waived in found.items() if waived}
