"""What happened in one trainee's learning, act by act, for those who accompany her."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import User
from app.learning.models import (
    Attempt,
    AttemptRelease,
    DueExtension,
    Enrollment,
    LessonCompletion,
    LessonWaiver,
)
from app.learning.types import AttemptStatus


class ActKind(StrEnum):
    """What happened."""

    ENROLLED = "enrolled"
    LESSON = "lesson"
    STARTED = "started"
    SUBMITTED = "submitted"
    RELEASED = "released"
    WAIVED = "waived"
    WAIVER_ENDED = "waiver-ended"
    EXTENDED = "extended"
    EXTENSION_ENDED = "extension-ended"


@dataclass(frozen=True, slots=True)
class LearningAct:
    """One act: when, in which course, and what a sentence about it needs.

    `by` is the name of the person who released, waived or extended; `lessons` are keys.
    """

    kind: ActKind
    at: datetime
    slug: str
    language: str = ""
    lessons: tuple[str, ...] = ()
    number: int = 0
    score: int | None = None
    max_score: int | None = None
    passed: bool = False
    due_on: date | None = None
    reason: str = ""
    by: str = ""


def history_of(db: Session, user: User) -> list[LearningAct]:
    """Everything that happened in all of her courses, oldest first; six queries."""
    enrollments = db.scalars(select(Enrollment).where(Enrollment.user_id == user.id)).all()
    slugs = {row.id: row.course_slug for row in enrollments}
    acts = [*_enrolled(enrollments), *_lessons(db, slugs), *_attempts(db, slugs)]
    acts += [*_releases(db, slugs), *_waivers(db, slugs), *_extensions(db, slugs)]
    return sorted(acts, key=lambda act: act.at)


_Slugs = dict[int, str]


def _enrolled(enrollments: Iterable[Enrollment]) -> Iterator[LearningAct]:
    for row in enrollments:
        yield LearningAct(ActKind.ENROLLED, row.enrolled_at, row.course_slug)


def _lessons(db: Session, slugs: _Slugs) -> Iterator[LearningAct]:
    query = select(LessonCompletion).where(LessonCompletion.enrollment_id.in_(slugs))
    for row in db.scalars(query):
        slug = slugs[row.enrollment_id]
        lessons = (row.lesson_key,)
        yield LearningAct(ActKind.LESSON, row.completed_at, slug, row.language, lessons)


def _attempts(db: Session, slugs: _Slugs) -> Iterator[LearningAct]:
    for row in db.scalars(select(Attempt).where(Attempt.enrollment_id.in_(slugs))):
        slug, number = slugs[row.enrollment_id], row.number
        yield LearningAct(ActKind.STARTED, row.started_at, slug, row.language, number=number)
        if row.status is AttemptStatus.SUBMITTED and row.submitted_at is not None:
            yield LearningAct(
                ActKind.SUBMITTED,
                row.submitted_at,
                slug,
                row.language,
                number=number,
                score=row.score,
                max_score=row.max_score,
                passed=bool(row.passed),
            )


def _releases(db: Session, slugs: _Slugs) -> Iterator[LearningAct]:
    by = aliased(User)
    query = (
        select(AttemptRelease, by.native_name)
        .join(by, by.id == AttemptRelease.released_by_id)
        .where(AttemptRelease.enrollment_id.in_(slugs))
    )
    for row, name in db.execute(query):
        slug = slugs[row.enrollment_id]
        yield LearningAct(ActKind.RELEASED, row.released_at, slug, reason=row.reason, by=name)


def _waivers(db: Session, slugs: _Slugs) -> Iterator[LearningAct]:
    """One act for each form that was sent, with all of its lessons."""
    query = (
        select(LessonWaiver, User.native_name)
        .join(User, User.id == LessonWaiver.by_id)
        .where(LessonWaiver.enrollment_id.in_(slugs))
        .order_by(LessonWaiver.id)
    )
    acts: dict[str, list[tuple[LessonWaiver, str]]] = {}
    for row, name in db.execute(query):
        acts.setdefault(row.event_id, []).append((row, name))
    for rows in acts.values():
        first, name = rows[0]
        yield LearningAct(
            ActKind.WAIVED if first.waives else ActKind.WAIVER_ENDED,
            first.waived_at,
            slugs[first.enrollment_id],
            lessons=tuple(row.lesson_key for row, _name in rows),
            reason=first.reason,
            by=name,
        )


def _extensions(db: Session, slugs: _Slugs) -> Iterator[LearningAct]:
    query = (
        select(DueExtension, User.native_name)
        .join(User, User.id == DueExtension.by_id)
        .where(DueExtension.enrollment_id.in_(slugs))
    )
    for row, name in db.execute(query):
        yield LearningAct(
            ActKind.EXTENDED if row.due_on else ActKind.EXTENSION_ENDED,
            row.extended_at,
            slugs[row.enrollment_id],
            due_on=row.due_on,
            reason=row.reason,
            by=name,
        )
