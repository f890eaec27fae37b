"""This room's part of making two accounts of one person one: what was learnt goes over."""

from __future__ import annotations

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.types import BothInAnAttempt
from app.learning.models import (
    Attempt,
    AttemptRelease,
    DueExtension,
    Enrollment,
    LessonCompletion,
    LessonWaiver,
)
from app.learning.services.progress import has_open_attempt
from app.learning.types import AttemptStatus

#: Columns that point to a person: what a merge moves, and what stays, with the reason.
MERGE_MOVES = frozenset({"enrollment.user_id"})
MERGE_STAYS = {
    "attempt_release.released_by_id": "who acted stays as it was written; trainees release nothing",
    "due_extension.by_id": "who gave more time stays as it was written",
    "item_correction.by_id": "who corrected stays as it was written",
    "lesson_waiver.by_id": "who waived stays as it was written",
    "question_report.by_id": "who reported stays as it was written",
    "question_report.settled_by_id": "who settled it stays as it was written",
}
#: Attempts are renumbered by way of numbers that no attempt has.
_ASIDE = 1_000_000


def count_records(db: Session, user: User) -> dict[str, int]:
    """How many enrollments, finished lessons and attempts the person has."""

    def count(model: type[LessonCompletion | Attempt]) -> int:
        query = select(func.count()).select_from(model)
        query = query.join(Enrollment, model.enrollment_id == Enrollment.id)
        return db.scalar(query.where(Enrollment.user_id == user.id)) or 0

    enrollments = select(func.count(Enrollment.id)).where(Enrollment.user_id == user.id)
    return {
        "enrollments": db.scalar(enrollments) or 0,
        "completions": count(LessonCompletion),
        "attempts": count(Attempt),
    }


def merge_people(db: Session, kept: User, other: User) -> None:
    """Move enrollments with lessons, attempts, releases, more time and waivers to `kept`.

    A course that both follow: the earlier day of enrollment; of a lesson that both did the earlier
    completion goes to `kept` and the later stays with `other`; all attempts, numbered by their
    beginning. Raises BothInAnAttempt.
    """
    both = select(Enrollment).where(Enrollment.user_id.in_([kept.id, other.id]))
    found = db.scalars(both.order_by(Enrollment.id).with_for_update()).all()
    if has_open_attempt(db, kept) and has_open_attempt(db, other):
        raise BothInAnAttempt
    own = {one.course_slug: one for one in found if one.user_id == kept.id}
    for enrollment in found:
        if enrollment.user_id != other.id:
            continue
        if enrollment.course_slug not in own:
            enrollment.user_id = kept.id
        else:
            _join(db, own[enrollment.course_slug], enrollment)
    db.flush()


def _join(db: Session, own: Enrollment, other: Enrollment) -> None:
    own.enrolled_at = min(own.enrolled_at, other.enrolled_at)
    _join_lessons(db, own, other)
    _join_attempts(db, own, other)
    for model in (AttemptRelease, DueExtension, LessonWaiver):
        _move_rows(db, model, own, other)


def _move_rows(
    db: Session,
    model: type[AttemptRelease | DueExtension | LessonWaiver],
    own: Enrollment,
    other: Enrollment,
) -> None:
    """All rows, but those of an act that was for both accounts: each has its own already."""
    same = select(model.event_id).where(model.enrollment_id == own.id)
    rows = update(model).where(model.enrollment_id == other.id, model.event_id.not_in(same))
    db.execute(rows.values(enrollment_id=own.id).execution_options(synchronize_session=False))


def _join_lessons(db: Session, own: Enrollment, other: Enrollment) -> None:
    query = select(LessonCompletion)
    theirs = db.scalars(query.where(LessonCompletion.enrollment_id == other.id)).all()
    ours = {
        one.lesson_key: one
        for one in db.scalars(query.where(LessonCompletion.enrollment_id == own.id))
    }
    for one in theirs:
        known = ours.get(one.lesson_key)
        if known is None:
            one.enrollment_id = own.id
        elif one.completed_at < known.completed_at:
            _swap(db, known, one)
    db.flush()


def _swap(db: Session, later: LessonCompletion, earlier: LessonCompletion) -> None:
    """The earlier completion to the kept enrollment; a lesson has one place in each."""
    own, other, key = later.enrollment_id, earlier.enrollment_id, later.lesson_key
    later.lesson_key = f"{key[:50]}#{later.id}"
    db.flush()
    earlier.enrollment_id = own
    db.flush()
    later.enrollment_id, later.lesson_key = other, key
    db.flush()


def _join_attempts(db: Session, own: Enrollment, other: Enrollment) -> None:
    query = select(Attempt).where(Attempt.enrollment_id.in_([own.id, other.id]))
    attempts = sorted(
        db.scalars(query),
        key=lambda one: (one.status is AttemptStatus.OPEN, one.started_at, one.id),
    )
    for number, attempt in enumerate(attempts, start=1):
        attempt.enrollment_id, attempt.number = own.id, _ASIDE + number
    db.flush()
    for number, attempt in enumerate(attempts, start=1):
        attempt.number = number
    db.flush()
