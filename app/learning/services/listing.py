"""Who follows what, who waits for a release, and everything kept about one person's learning."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import String, func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.db import among
from app.learning.models import (
    Attempt,
    AttemptAnswer,
    AttemptRelease,
    DueExtension,
    Enrollment,
    LessonCompletion,
    LessonWaiver,
)
from app.learning.services.corrections import regrades_of


def enrolled_in(db: Session, user_ids: Collection[int], slug: str) -> set[int]:
    """Ids of those of the people who follow the course."""
    query = select(Enrollment.user_id).where(
        Enrollment.course_slug == slug, among(Enrollment.user_id, user_ids)
    )
    return set(db.scalars(query))


def enrolled_courses(db: Session, user: User) -> set[str]:
    """The slugs of the courses that one person follows."""
    query = select(Enrollment.course_slug).where(Enrollment.user_id == user.id)
    return set(db.scalars(query))


def lessons_by_day(
    db: Session, user_ids: Collection[int], slugs: Collection[str]
) -> dict[date, int]:
    """How many lessons the people did on each day (of UTC). One query."""
    day = func.date(LessonCompletion.completed_at, type_=String)
    rows = db.execute(
        select(day, func.count())
        .join(Enrollment, LessonCompletion.enrollment_id == Enrollment.id)
        .where(among(Enrollment.user_id, user_ids), Enrollment.course_slug.in_(slugs))
        .group_by(day)
    )
    return {date.fromisoformat(str(on)): number for on, number in rows}


def export_learning(db: Session, user: User) -> list[dict[str, Any]]:
    """Everything the learning room keeps about a person, as plain data."""
    enrollments = db.scalars(select(Enrollment).where(Enrollment.user_id == user.id)).all()
    return [_course(db, enrollment) for enrollment in enrollments]


def _course(db: Session, enrollment: Enrollment) -> dict[str, Any]:
    lessons = select(LessonCompletion).where(LessonCompletion.enrollment_id == enrollment.id)
    attempts = select(Attempt).where(Attempt.enrollment_id == enrollment.id)
    releases = select(AttemptRelease).where(AttemptRelease.enrollment_id == enrollment.id)
    extensions = select(DueExtension).where(DueExtension.enrollment_id == enrollment.id)
    waivers = select(LessonWaiver).where(LessonWaiver.enrollment_id == enrollment.id)
    return {
        "course": enrollment.course_slug,
        "enrolled_at": enrollment.enrolled_at.isoformat(),
        "lessons": [
            {"lesson": row.lesson_key, "at": row.completed_at.isoformat(), "language": row.language}
            for row in db.scalars(lessons.order_by(LessonCompletion.id))
        ],
        "attempts": [_attempt(db, row) for row in db.scalars(attempts.order_by(Attempt.number))],
        "releases": [
            {"at": row.released_at.isoformat(), "reason": row.reason}
            for row in db.scalars(releases)
        ],
        "due_dates": [
            {
                "at": row.extended_at.isoformat(),
                "until": row.due_on.isoformat() if row.due_on else None,
                "reason": row.reason,
            }
            for row in db.scalars(extensions.order_by(DueExtension.id))
        ],
        "waivers": [
            {
                "at": row.waived_at.isoformat(),
                "lesson": row.lesson_key,
                "waived": row.waives,
                "reason": row.reason,
            }
            for row in db.scalars(waivers.order_by(LessonWaiver.id))
        ],
    }


def _attempt(db: Session, attempt: Attempt) -> dict[str, Any]:
    answers = select(AttemptAnswer).where(AttemptAnswer.attempt_id == attempt.id)
    return {
        "number": attempt.number,
        "submitted_at": attempt.submitted_at.isoformat() if attempt.submitted_at else None,
        "score": attempt.score,
        "of": attempt.max_score,
        "passed": attempt.passed,
        "regraded": [
            {
                "at": row.correction.corrected_at.isoformat(),
                "reason": row.correction.reason,
                "score_before": row.before_score,
                "of_before": row.before_max,
                "passed_before": row.before_passed,
            }
            for row in regrades_of(db, attempt)
        ],
        "answers": [
            {"question": row.position, "answer": row.response, "language": row.language}
            for row in db.scalars(answers.order_by(AttemptAnswer.id))
        ],
    }
