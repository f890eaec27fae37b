"""A later due date for one trainee, or for several at once, in one course."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit
from app.core.db import among, insert_or_get
from app.core.events import digest_of, require_same
from app.courses.types import Course
from app.learning.models import DueExtension, Enrollment
from app.learning.services.enrolling import locked_enrollment
from app.learning.services.waiving import required_reason
from app.learning.types import Extended, NoDueDate, NothingToTakeBack, NotLater

#: Our own choice: a course that waits longer than a year is better begun again.
LONGEST_EXTENSION = timedelta(days=365)
_EVENT = ("event_id", "enrollment_id")


@dataclass(frozen=True, slots=True)
class Wish:
    """A later due date, why, and the day of asking in the programme's time zone."""

    due_on: date
    reason: str
    today: date


def extend_due(
    db: Session,
    trainees: Sequence[User],
    course: Course,
    wish: Wish,
    present: Mapping[int, date],
    event_id: str,
    by: User,
    at: datetime,
) -> list[DueExtension]:
    """Give every one of the trainees until the wished day, inclusive, or nobody.

    `present` is the due date of each person's cohort, by her id. Sending it again gives the first
    rows. Whether `by` leads them is for the caller to know. Raises NotEnrolled,
    GrantReasonMissing, NoDueDate, NotLater and EventConflict.
    """
    reason, due_on = required_reason(wish.reason), wish.due_on
    rows = []
    # In one order, so that two such acts at once do not wait for each other.
    for trainee in sorted(trainees, key=lambda one: one.id):
        content = _content(trainee, course, due_on, reason, by)
        enrollment = locked_enrollment(db, trainee, course.slug)
        known = _known(db, event_id, enrollment)
        if known is not None:
            require_same(known.digest, content)
            rows.append(known)
            continue
        _require_later(db, trainee, course, wish, present)
        rows.append(_add(db, enrollment, due_on, reason, event_id, content, by, at))
        detail = {"course": course.slug, "until": due_on.isoformat()}
        audit.record(db, "learning.extend-due", by.key, at, "user", trainee.key, detail)
    return rows


def take_back_extension(
    db: Session,
    trainee: User,
    course: Course,
    reason: str,
    event_id: str,
    by: User,
    at: datetime,
) -> DueExtension:
    """Let the cohort's due date hold again.

    Raises NotEnrolled, GrantReasonMissing, NothingToTakeBack and EventConflict.
    """
    reason = required_reason(reason)
    enrollment = locked_enrollment(db, trainee, course.slug)
    content = _content(trainee, course, None, reason, by)
    known = _known(db, event_id, enrollment)
    if known is not None:
        require_same(known.digest, content)
        return known
    if not extensions_in(db, [trainee.id], [course.slug]):
        raise NothingToTakeBack
    row = _add(db, enrollment, None, reason, event_id, content, by, at)
    detail = {"course": course.slug}
    audit.record(db, "learning.take-back-extension", by.key, at, "user", trainee.key, detail)
    return row


def _content(
    trainee: User, course: Course, due_on: date | None, reason: str, by: User
) -> dict[str, object]:
    return {
        "trainee": trainee.key,
        "course": course.slug,
        "due_on": due_on,
        "reason": reason,
        "by": by.key,
    }


def _known(db: Session, event_id: str, enrollment: Enrollment) -> DueExtension | None:
    query = select(DueExtension).where(
        DueExtension.event_id == event_id, DueExtension.enrollment_id == enrollment.id
    )
    return db.scalars(query).one_or_none()


def _require_later(
    db: Session,
    trainee: User,
    course: Course,
    wish: Wish,
    present: Mapping[int, date],
) -> None:
    if trainee.id not in present:
        raise NoDueDate(name=trainee.display_name)
    before = extensions_in(db, [trainee.id], [course.slug]).get((course.slug, trainee.id))
    latest = max(present[trainee.id], before.due_on if before else date.min)
    if wish.due_on <= latest or not wish.today <= wish.due_on <= wish.today + LONGEST_EXTENSION:
        raise NotLater(name=trainee.display_name)


def _add(
    db: Session,
    enrollment: Enrollment,
    due_on: date | None,
    reason: str,
    event_id: str,
    content: Mapping[str, object],
    by: User,
    at: datetime,
) -> DueExtension:
    values = {
        "enrollment_id": enrollment.id,
        "due_on": due_on,
        "reason": reason,
        "by_id": by.id,
        "event_id": event_id,
        "digest": digest_of(content),
        "extended_at": at,
    }
    return insert_or_get(db, DueExtension, values, _EVENT)[0]


def extensions_in(
    db: Session, user_ids: Collection[int], slugs: Collection[str]
) -> dict[tuple[str, int], Extended]:
    """The later due dates in force, by course and person. One query."""
    rows = db.execute(
        select(
            Enrollment.course_slug,
            Enrollment.user_id,
            DueExtension.due_on,
            DueExtension.reason,
            DueExtension.extended_at,
        )
        .join(Enrollment, DueExtension.enrollment_id == Enrollment.id)
        .where(Enrollment.course_slug.in_(slugs), among(Enrollment.user_id, user_ids))
        .order_by(DueExtension.id)
    )
    found: dict[tuple[str, int], Extended] = {}
    for slug, user_id, due_on, reason, at in rows:
        found.pop((slug, user_id), None)
        if due_on is not None:
            found[slug, user_id] = Extended(due_on, reason, at)
    return found
