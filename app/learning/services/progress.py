"""What many trainees have done, in a few queries whatever their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, select, union
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.courses.library import library
from app.learning.models import Attempt, AttemptAnswer, Enrollment, LessonCompletion
from app.learning.services.waiving import waivers_in
from app.learning.types import AttemptFacts, AttemptStatus, CourseProgress, Waived

_Where = tuple[str, int]  # a course's slug and a person's id


@dataclass(frozen=True, slots=True)
class _Try:
    facts: AttemptFacts
    started_at: datetime
    score: int | None
    max_score: int | None


@dataclass(slots=True)
class _Lessons:
    enrolled_at: datetime
    done: dict[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Rows:
    """What the database says, by course and person."""

    lessons: Mapping[_Where, _Lessons]
    tries: Mapping[_Where, list[_Try]]
    waived: Mapping[_Where, Mapping[str, Waived]]
    languages: Mapping[_Where, tuple[str, ...]]


def progress_of(db: Session, user_ids: Collection[int], slug: str) -> dict[int, CourseProgress]:
    """The progress of each person, also of those not enrolled. Raises UnknownCourse."""
    library().course(slug)
    return progress_in(db, user_ids, [slug])[slug]


def progress_in(
    db: Session, user_ids: Collection[int], slugs: Collection[str], *, languages: bool = True
) -> dict[str, dict[int, CourseProgress]]:
    """The same in several courses that are there, by slug; in four queries whatever their number.

    Without `languages` those that were used are left out, which spares a look at every answer.
    """
    rows = _Rows(
        _lessons(db, user_ids, slugs),
        _tries(db, user_ids, slugs),
        waivers_in(db, user_ids, slugs),
        _languages(db, user_ids, slugs) if languages else {},
    )
    return {slug: _of_course(slug, user_ids, rows) for slug in slugs}


def _of_course(slug: str, user_ids: Collection[int], rows: _Rows) -> dict[int, CourseProgress]:
    keys = {lesson.key for lesson in library().course(slug).lessons}
    return {user_id: _progress((slug, user_id), keys, rows) for user_id in user_ids}


def _progress(where: _Where, keys: set[str], rows: _Rows) -> CourseProgress:
    lessons, tries = rows.lessons.get(where), rows.tries.get(where, [])
    if lessons is None:
        return _nothing(len(keys))
    done = [at for key, at in lessons.done.items() if key in keys]
    waivers = rows.waived.get(where)
    waived = (
        tuple(one for key, one in waivers.items() if key in keys and key not in lessons.done)
        if waivers
        else ()
    )
    graded = [one for one in tries if one.score is not None]
    passed = next((one for one in graded if one.facts.passed), None)
    best = passed or max(graded, key=lambda one: one.score or 0, default=None)
    acts = [*lessons.done.values(), *(one.facts.submitted_at or one.started_at for one in tries)]
    return CourseProgress(
        lessons_done=len(done),
        lessons_total=len(keys),
        last_lesson_at=max([*done, *(one.at for one in waived)], default=None),
        passed_at=passed.facts.submitted_at if passed else None,
        best_score=best.score if best else None,
        best_max=best.max_score if best else None,
        attempts=len(graded),
        attempt_key=best.facts.key if best else None,
        languages=rows.languages.get(where, ()),
        enrolled_at=lessons.enrolled_at,
        last_at=max(acts, default=None),
        waived=waived,
        tries=tuple(one.facts for one in tries),
    )


def _nothing(total: int) -> CourseProgress:
    """The progress of somebody who does not follow the course."""
    return CourseProgress(0, total, None, None, None, None, 0, None, (), enrolled=False)


def _lessons(
    db: Session, user_ids: Collection[int], slugs: Collection[str]
) -> dict[_Where, _Lessons]:
    rows = db.execute(
        select(
            Enrollment.course_slug,
            Enrollment.user_id,
            Enrollment.enrolled_at,
            LessonCompletion.lesson_key,
            LessonCompletion.completed_at,
        )
        .outerjoin(LessonCompletion, LessonCompletion.enrollment_id == Enrollment.id)
        .where(*_here(user_ids, slugs))
    )
    found: dict[_Where, _Lessons] = {}
    for slug, user_id, enrolled_at, lesson_key, completed_at in rows:
        lessons = found.get((slug, user_id))
        if lessons is None:
            lessons = found[slug, user_id] = _Lessons(enrolled_at)
        if lesson_key:
            lessons.done[lesson_key] = completed_at
    return found


def _here(user_ids: Collection[int], slugs: Collection[str]) -> tuple[ColumnElement[bool], ...]:
    return Enrollment.course_slug.in_(slugs), Enrollment.user_id.in_(user_ids)


def _tries(
    db: Session, user_ids: Collection[int], slugs: Collection[str]
) -> dict[_Where, list[_Try]]:
    rows = db.execute(
        select(
            Enrollment.course_slug,
            Enrollment.user_id,
            Attempt.key,
            Attempt.number,
            Attempt.status,
            Attempt.submitted_at,
            Attempt.passed,
            Attempt.started_at,
            Attempt.score,
            Attempt.max_score,
        )
        .join(Enrollment, Attempt.enrollment_id == Enrollment.id)
        .where(*_here(user_ids, slugs))
        .order_by(Attempt.number)
    )
    found: defaultdict[_Where, list[_Try]] = defaultdict(list)
    for slug, user_id, key, number, status, submitted_at, passed, *rest in rows:
        facts = AttemptFacts(key, number, status, submitted_at, bool(passed))
        found[slug, user_id].append(_Try(facts, *rest))
    return dict(found)


def languages_used(db: Session, user_ids: Collection[int], slug: str) -> dict[int, tuple[str, ...]]:
    """The languages in which each person did lessons or answered questions, alphabetical."""
    found = _languages(db, user_ids, [slug])
    return {user_id: languages for (_slug, user_id), languages in found.items()}


def _languages(
    db: Session, user_ids: Collection[int], slugs: Collection[str]
) -> dict[_Where, tuple[str, ...]]:
    here = _here(user_ids, slugs)
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
