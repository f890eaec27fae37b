"""What many trainees have done in one course, in three queries whatever their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.courses.library import library
from app.learning.models import Attempt, AttemptAnswer, Enrollment, LessonCompletion
from app.learning.services.provisional import Pass, PassStanding, standings
from app.learning.types import AttemptStatus, CourseProgress


@dataclass(frozen=True, slots=True)
class _Try:
    key: str
    number: int
    submitted_at: datetime
    score: int
    max_score: int
    passed: bool
    edition_id: int


def progress_of(
    db: Session, user_ids: Collection[int], slug: str, on: date | None = None
) -> dict[int, CourseProgress]:
    """The progress of each person, also of those not enrolled. Raises UnknownCourse.

    `on` is the day of asking in the programme's zone: passes that lapsed before do not count.
    """
    keys = {lesson.key for lesson in library().course(slug).lessons}
    lessons = _lessons(db, user_ids, slug)
    tries = _tries(db, user_ids, slug)
    languages = languages_used(db, user_ids, slug)
    stands = _standings(db, tries, slug, on) if on else {}
    return {
        user_id: _progress(
            lessons.get(user_id),
            keys,
            tries.get(user_id, []),
            languages.get(user_id, ()),
            stands.get((user_id, slug), PassStanding()),
        )
        for user_id in user_ids
    }


def _standings(
    db: Session, tries: Mapping[int, Sequence[_Try]], slug: str, on: date
) -> dict[tuple[int, str], PassStanding]:
    passes = [
        Pass(user_id, slug, one.number, one.submitted_at, one.edition_id)
        for user_id, many in tries.items()
        for one in many
        if one.passed
    ]
    return standings(db, passes, on)


def _progress(
    lessons: dict[str, datetime] | None,
    keys: set[str],
    tries: Sequence[_Try],
    languages: tuple[str, ...],
    stand: PassStanding,
) -> CourseProgress:
    done = [at for key, at in (lessons or {}).items() if key in keys]
    passes = [one for one in tries if one.passed]
    passed = next((one for one in passes if one.number > stand.lapsed_number), None)
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
        first_passed_at=passes[0].submitted_at if passes else None,
        due_on=stand.due_on,
        lapsed_on=stand.lapsed_on,
    )


def _lessons(db: Session, user_ids: Collection[int], slug: str) -> dict[int, dict[str, datetime]]:
    rows = db.execute(
        select(Enrollment.user_id, LessonCompletion.lesson_key, LessonCompletion.completed_at)
        .outerjoin(LessonCompletion, LessonCompletion.enrollment_id == Enrollment.id)
        .where(Enrollment.course_slug == slug, Enrollment.user_id.in_(user_ids))
    )
    found: defaultdict[int, dict[str, datetime]] = defaultdict(dict)
    for user_id, lesson_key, completed_at in rows:
        found[user_id].update({lesson_key: completed_at} if lesson_key else {})
    return dict(found)


def _tries(db: Session, user_ids: Collection[int], slug: str) -> dict[int, list[_Try]]:
    rows = db.execute(
        select(
            Enrollment.user_id,
            Attempt.key,
            Attempt.number,
            Attempt.submitted_at,
            Attempt.score,
            Attempt.max_score,
            Attempt.passed,
            Attempt.edition_id,
        )
        .join(Enrollment, Attempt.enrollment_id == Enrollment.id)
        .where(
            Enrollment.course_slug == slug,
            Enrollment.user_id.in_(user_ids),
            Attempt.status == AttemptStatus.SUBMITTED,
        )
        .order_by(Attempt.number)
    )
    found: defaultdict[int, list[_Try]] = defaultdict(list)
    for user_id, key, number, submitted_at, score, max_score, passed, edition_id in rows:
        if submitted_at is not None and score is not None and max_score is not None:
            one = _Try(key, number, submitted_at, score, max_score, bool(passed), edition_id)
            found[user_id].append(one)
    return dict(found)


def languages_used(db: Session, user_ids: Collection[int], slug: str) -> dict[int, tuple[str, ...]]:
    """The languages in which each person did lessons or answered questions, alphabetical."""
    here = (Enrollment.course_slug == slug, Enrollment.user_id.in_(user_ids))
    in_lessons = (
        select(Enrollment.user_id, LessonCompletion.language)
        .join(LessonCompletion, LessonCompletion.enrollment_id == Enrollment.id)
        .where(*here)
    )
    in_answers = (
        select(Enrollment.user_id, AttemptAnswer.language)
        .join(Attempt, Attempt.enrollment_id == Enrollment.id)
        .join(AttemptAnswer, AttemptAnswer.attempt_id == Attempt.id)
        .where(*here)
    )
    return _by_person(db.execute(union(in_lessons, in_answers)).all())


def _by_person(rows: Iterable[tuple[int, str]]) -> dict[int, tuple[str, ...]]:
    found: defaultdict[int, set[str]] = defaultdict(set)
    for user_id, language in rows:
        found[user_id].add(language)
    return {user_id: tuple(sorted(languages)) for user_id, languages in found.items()}


def has_open_attempt(db: Session, user: User) -> bool:
    """Whether the person is in the middle of an assessment, in any course."""
    query = (
        select(Attempt.id)
        .join(Enrollment, Attempt.enrollment_id == Enrollment.id)
        .where(Enrollment.user_id == user.id, Attempt.status == AttemptStatus.OPEN)
        .limit(1)
    )
    return db.scalar(query) is not None
