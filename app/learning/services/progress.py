"""What many trainees have done in some courses, in three queries whatever their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.courses.library import library
from app.learning.models import Attempt, AttemptAnswer, Enrollment, LessonCompletion
from app.learning.types import AttemptStatus, CourseProgress

_Where = tuple[str, int]  # a course's slug and a person's id


@dataclass(frozen=True, slots=True)
class _Try:
    key: str
    submitted_at: datetime
    score: int
    max_score: int
    passed: bool


def progress_of(db: Session, user_ids: Collection[int], slug: str) -> dict[int, CourseProgress]:
    """The progress of each person, also of those not enrolled. Raises UnknownCourse."""
    return progress_in(db, user_ids, [slug])[slug]


def progress_in(
    db: Session, user_ids: Collection[int], slugs: Collection[str]
) -> dict[str, dict[int, CourseProgress]]:
    """The progress of each person in each course, by its slug; as `progress_of`."""
    keys = {slug: {lesson.key for lesson in library().course(slug).lessons} for slug in slugs}
    lessons = _lessons(db, user_ids, slugs)
    tries = _tries(db, user_ids, slugs)
    languages = _languages(db, user_ids, slugs)
    return {
        slug: {
            user_id: _progress(
                lessons.get((slug, user_id)),
                keys[slug],
                tries.get((slug, user_id), []),
                languages.get((slug, user_id), ()),
            )
            for user_id in user_ids
        }
        for slug in slugs
    }


def _progress(
    lessons: dict[str, datetime] | None,
    keys: set[str],
    tries: Sequence[_Try],
    languages: tuple[str, ...],
) -> CourseProgress:
    done = [at for key, at in (lessons or {}).items() if key in keys]
    passed = next((one for one in tries if one.passed), None)
    best = passed or max(tries, key=lambda one: one.score, default=None)
    return CourseProgress(
        lessons_done=len(done),
        lessons_total=len(keys),
        last_lesson_at=max(done, default=None),
        passed_at=passed.submitted_at if passed else None,
        best_score=best.score if best else None,
        best_max=best.max_score if best else None,
        attempts=len(tries),
        attempt_key=best.key if best else None,
        languages=languages,
        enrolled=lessons is not None,
    )


def _lessons(
    db: Session, user_ids: Collection[int], slugs: Collection[str]
) -> dict[_Where, dict[str, datetime]]:
    rows = db.execute(
        select(
            Enrollment.course_slug,
            Enrollment.user_id,
            LessonCompletion.lesson_key,
            LessonCompletion.completed_at,
        )
        .outerjoin(LessonCompletion, LessonCompletion.enrollment_id == Enrollment.id)
        .where(Enrollment.course_slug.in_(slugs), Enrollment.user_id.in_(user_ids))
    )
    found: defaultdict[_Where, dict[str, datetime]] = defaultdict(dict)
    for slug, user_id, lesson_key, completed_at in rows:
        found[slug, user_id].update({lesson_key: completed_at} if lesson_key else {})
    return dict(found)


def _tries(
    db: Session, user_ids: Collection[int], slugs: Collection[str]
) -> dict[_Where, list[_Try]]:
    rows = db.execute(
        select(
            Enrollment.course_slug,
            Enrollment.user_id,
            Attempt.key,
            Attempt.submitted_at,
            Attempt.score,
            Attempt.max_score,
            Attempt.passed,
        )
        .join(Enrollment, Attempt.enrollment_id == Enrollment.id)
        .where(
            Enrollment.course_slug.in_(slugs),
            Enrollment.user_id.in_(user_ids),
            Attempt.status == AttemptStatus.SUBMITTED,
        )
        .order_by(Attempt.number)
    )
    found: defaultdict[_Where, list[_Try]] = defaultdict(list)
    for slug, user_id, key, submitted_at, score, max_score, passed in rows:
        if submitted_at is not None and score is not None and max_score is not None:
            found[slug, user_id].append(_Try(key, submitted_at, score, max_score, bool(passed)))
    return dict(found)


def languages_used(db: Session, user_ids: Collection[int], slug: str) -> dict[int, tuple[str, ...]]:
    """The languages in which each person did lessons or answered questions, alphabetical."""
    found = _languages(db, user_ids, [slug])
    return {user_id: languages for (_slug, user_id), languages in found.items()}


def _languages(
    db: Session, user_ids: Collection[int], slugs: Collection[str]
) -> dict[_Where, tuple[str, ...]]:
    here = (Enrollment.course_slug.in_(slugs), Enrollment.user_id.in_(user_ids))
    in_lessons = (
        select(Enrollment.course_slug, Enrollment.user_id, LessonCompletion.language)
        .join(LessonCompletion, LessonCompletion.enrollment_id == Enrollment.id)
        .where(*here)
    )
    in_answers = (
        select(Enrollment.course_slug, Enrollment.user_id, AttemptAnswer.language)
        .join(Attempt, Attempt.enrollment_id == Enrollment.id)
        .join(AttemptAnswer, AttemptAnswer.attempt_id == Attempt.id)
        .where(*here)
    )
    found: defaultdict[_Where, set[str]] = defaultdict(set)
    for slug, user_id, language in db.execute(union(in_lessons, in_answers)):
        found[slug, user_id].add(language)
    return {where: tuple(sorted(languages)) for where, languages in found.items()}


def has_open_attempt(db: Session, user: User) -> bool:
    """Whether the person is in the middle of an assessment, in any course."""
    query = (
        select(Attempt.id)
        .join(Enrollment, Attempt.enrollment_id == Enrollment.id)
        .where(Enrollment.user_id == user.id, Attempt.status == AttemptStatus.OPEN)
        .limit(1)
    )
    return db.scalar(query) is not None
