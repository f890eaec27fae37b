"""Who follows what, who waits for a release, and everything kept about one person's learning."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.courses.library import library
from app.courses.types import Course
from app.learning.models import Attempt, AttemptAnswer, AttemptRelease, Enrollment, LessonCompletion
from app.learning.services.records import record_of, state_in


def enrolled_in(db: Session, user_ids: Collection[int], slug: str) -> set[int]:
    """Ids of those of the people who follow the course."""
    query = select(Enrollment.user_id).where(
        Enrollment.course_slug == slug, Enrollment.user_id.in_(user_ids)
    )
    return set(db.scalars(query))


def enrolled_courses(db: Session, user: User) -> set[str]:
    """The slugs of the courses that one person follows."""
    query = select(Enrollment.course_slug).where(Enrollment.user_id == user.id)
    return set(db.scalars(query))


def courses_to_release(db: Session, trainee: User, at: datetime) -> list[Course]:
    """The courses in which the trainee needs an instructor's release for another attempt."""
    record = record_of(db, trainee, at)
    return [
        course
        for course in library().courses
        if course.slug in record.enrollments
        and state_in(record, course.slug, course.assessment, at).needs_release
    ]


def export_learning(db: Session, user: User) -> list[dict[str, Any]]:
    """Everything the learning room keeps about a person, as plain data."""
    enrollments = db.scalars(select(Enrollment).where(Enrollment.user_id == user.id)).all()
    return [_course(db, enrollment) for enrollment in enrollments]


def _course(db: Session, enrollment: Enrollment) -> dict[str, Any]:
    lessons = select(LessonCompletion).where(LessonCompletion.enrollment_id == enrollment.id)
    attempts = select(Attempt).where(Attempt.enrollment_id == enrollment.id)
    releases = select(AttemptRelease).where(AttemptRelease.enrollment_id == enrollment.id)
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
    }


def _attempt(db: Session, attempt: Attempt) -> dict[str, Any]:
    answers = select(AttemptAnswer).where(AttemptAnswer.attempt_id == attempt.id)
    return {
        "number": attempt.number,
        "submitted_at": attempt.submitted_at.isoformat() if attempt.submitted_at else None,
        "score": attempt.score,
        "of": attempt.max_score,
        "passed": attempt.passed,
        "answers": [
            {"question": row.position, "answer": row.response, "language": row.language}
            for row in db.scalars(answers.order_by(AttemptAnswer.id))
        ],
    }
