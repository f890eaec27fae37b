"""What many trainees have done, in a few queries whatever their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, select, union_all
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.db import among, among_words
from app.courses.library import library
from app.learning.models import Attempt, AttemptAnswer, Enrollment, LessonCompletion
from app.learning.services.provisional import PassStanding, passes_of, standings
from app.learning.services.waiving import waivers_in
from app.learning.types import AttemptFacts, AttemptStatus, CourseProgress, Waived

_Where = tuple[str, int]  # a course's slug and a person's id
_NO_PASS = PassStanding()


class _Try(NamedTuple):
    facts: AttemptFacts
    started_at: datetime | None  # of an open one
    score: int | None
    max_score: int | None


#: When she was enrolled; of the lessons of today's edition how many are done, and when the last
#: one was. A bare tuple: there are four for each of 1,000 trainees.
_Lessons = tuple[datetime, int, datetime | None]


@dataclass(frozen=True, slots=True)
class _Rows:
    """What the database says, by course and person."""

    lessons: Mapping[_Where, _Lessons]
    tries: Mapping[_Where, list[_Try]]
    waived: Mapping[_Where, tuple[Waived, ...]]
    languages: Mapping[_Where, tuple[str, ...]]
    stands: Mapping[tuple[int, str], PassStanding]


def progress_of(
    db: Session, user_ids: Collection[int], slug: str, on: date | None = None
) -> dict[int, CourseProgress]:
    """The progress of each person, also of those not enrolled. Raises UnknownCourse.

    `on` is the day of asking in the programme's zone: passes that lapsed before do not count.
    """
    library().course(slug)
    return progress_in(db, user_ids, [slug], on)[slug]


def progress_in(
    db: Session,
    user_ids: Collection[int],
    slugs: Collection[str],
    on: date | None = None,
    *,
    languages: bool = True,
    deadlines: bool = True,
) -> dict[str, dict[int, CourseProgress]]:
    """The same in several courses that are there, by slug; in seven queries at most, whatever
    their number.

    Without `languages` those that were used are left out, which spares a look at every answer;
    without `deadlines` the practical is asked for only where one is over, so `due_on` is also set
    for who has done it.
    """
    tries = _tries(db, user_ids, slugs)
    rows = _Rows(
        _lessons(db, user_ids, slugs),
        tries,
        _waived(db, user_ids, slugs),
        _languages(db, user_ids, slugs) if languages else {},
        _standings(db, tries, on, deadlines) if on else {},
    )
    return _by_course(slugs, user_ids, rows)


def _standings(
    db: Session, tries: Mapping[_Where, Sequence[_Try]], on: date, deadlines: bool
) -> dict[tuple[int, str], PassStanding]:
    passes = passes_of(
        (user_id, slug, facts.number, facts.submitted_at, facts.edition_id)
        for (slug, user_id), many in tries.items()
        for facts in (one.facts for one in many)
        if facts.passed
    )
    return standings(db, passes, on, asks_all=deadlines)


def _by_course(
    slugs: Collection[str], user_ids: Collection[int], rows: _Rows
) -> dict[str, dict[int, CourseProgress]]:
    shelf = library()
    totals = {slug: len(shelf.course(slug).lessons) for slug in slugs}
    found = {slug: dict.fromkeys(user_ids, _nothing(total)) for slug, total in totals.items()}
    for where, lessons in rows.lessons.items():
        slug, user_id = where
        make = _progress if where in rows.tries or where in rows.waived else _untested
        found[slug][user_id] = make(where, lessons, totals[slug], rows)
    return found


def _nothing(total: int) -> CourseProgress:
    return CourseProgress(0, total, None, None, None, None, 0, None, (), enrolled=False)


def _untested(where: _Where, lessons: _Lessons, total: int, rows: _Rows) -> CourseProgress:
    """The progress of somebody without attempts and waivers, as most are in most courses."""
    enrolled_at, done, last_at = lessons
    return CourseProgress(
        lessons_done=done,
        lessons_total=total,
        last_lesson_at=last_at,
        passed_at=None,
        best_score=None,
        best_max=None,
        attempts=0,
        attempt_key=None,
        languages=rows.languages.get(where, ()),
        enrolled_at=enrolled_at,
        last_at=last_at,
    )


def _progress(where: _Where, lessons: _Lessons, total: int, rows: _Rows) -> CourseProgress:
    enrolled_at, done, last_lesson_at = lessons
    tries = rows.tries.get(where, [])
    waived = rows.waived.get(where, ())
    stand = rows.stands.get((where[1], where[0]), _NO_PASS)
    graded = [one for one in tries if one.score is not None]
    passes = [one for one in graded if one.facts.passed]
    passed = next((one for one in passes if one.facts.number > stand.lapsed_number), None)
    best = passed or max(graded, key=lambda one: one.score or 0, default=None)
    acts = [last_lesson_at, *[one.facts.submitted_at or one.started_at for one in tries]]
    return CourseProgress(
        lessons_done=done,
        lessons_total=total,
        last_lesson_at=_latest([last_lesson_at, *[one.at for one in waived]]),
        passed_at=passed.facts.submitted_at if passed else None,
        best_score=best.score if best else None,
        best_max=best.max_score if best else None,
        attempts=len(graded),
        attempt_key=best.facts.key if best else None,
        languages=rows.languages.get(where, ()),
        enrolled_at=enrolled_at,
        last_at=_latest(acts),
        waived=waived,
        tries=tuple([one.facts for one in tries if one.facts.number > stand.lapsed_number]),
        first_passed_at=passes[0].facts.submitted_at if passes else None,
        due_on=stand.due_on,
        lapsed_on=stand.lapsed_on,
    )


def _latest(times: Iterable[datetime | None]) -> datetime | None:
    return max([at for at in times if at is not None], default=None)


def _lessons(
    db: Session, user_ids: Collection[int], slugs: Collection[str]
) -> dict[_Where, _Lessons]:
    is_done = and_(LessonCompletion.enrollment_id == Enrollment.id, _is_of_today(slugs))
    rows = db.execute(
        select(
            Enrollment.course_slug,
            Enrollment.user_id,
            Enrollment.enrolled_at,
            func.count(LessonCompletion.lesson_key),
            func.max(LessonCompletion.completed_at),
        )
        .outerjoin(LessonCompletion, is_done)
        .where(*_here(user_ids, slugs))
        .group_by(Enrollment.user_id, Enrollment.course_slug, Enrollment.id)  # SQLite: as indexed
    )
    return {
        (slug, user_id): (enrolled_at, done, last_at)
        for slug, user_id, enrolled_at, done, last_at in rows
    }


def _is_of_today(slugs: Collection[str]) -> ColumnElement[bool]:
    """Whether the lesson of a completion is still in its course."""
    known = [f"{slug} {one.key}" for slug in slugs for one in library().course(slug).lessons]
    return among_words(Enrollment.course_slug + " " + LessonCompletion.lesson_key, known)


def _waived(
    db: Session, user_ids: Collection[int], slugs: Collection[str]
) -> dict[_Where, tuple[Waived, ...]]:
    """The waivers in force of lessons that are still in the course and are not done."""
    found = waivers_in(db, user_ids, slugs)
    if not found:
        return {}
    spared = {user_id for _slug, user_id in found}
    rows = db.execute(
        select(Enrollment.course_slug, Enrollment.user_id, LessonCompletion.lesson_key)
        .join(LessonCompletion, LessonCompletion.enrollment_id == Enrollment.id)
        .where(*_here(spared, slugs))
    )
    done = {(slug, user_id, key) for slug, user_id, key in rows}
    return {
        (slug, user_id): tuple(
            waived[lesson.key]
            for lesson in library().course(slug).lessons
            if lesson.key in waived and (slug, user_id, lesson.key) not in done
        )
        for (slug, user_id), waived in found.items()
    }


def _here(user_ids: Collection[int], slugs: Collection[str]) -> tuple[ColumnElement[bool], ...]:
    return Enrollment.course_slug.in_(slugs), among(Enrollment.user_id, user_ids)


def _tries(
    db: Session, user_ids: Collection[int], slugs: Collection[str]
) -> dict[_Where, list[_Try]]:
    is_open = Attempt.submitted_at.is_(None)
    rows = db.execute(
        select(
            Enrollment.course_slug,
            Enrollment.user_id,
            Attempt.key,
            Attempt.number,
            Attempt.submitted_at,
            Attempt.passed,
            Attempt.edition_id,
            case((is_open, Attempt.started_at)),  # of closed ones nobody asks, and times cost time
            Attempt.score,
            Attempt.max_score,
        )
        .join(Enrollment, Attempt.enrollment_id == Enrollment.id)
        .where(*_here(user_ids, slugs))
        .order_by(Attempt.number)
    )
    found: defaultdict[_Where, list[_Try]] = defaultdict(list)
    submitted, still_open = AttemptStatus.SUBMITTED, AttemptStatus.OPEN
    for slug, user_id, key, number, submitted_at, passed, edition_id, *rest in rows:
        status = submitted if submitted_at else still_open
        facts = AttemptFacts(key, number, status, submitted_at, bool(passed), edition_id)
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
        .distinct()
    )
    in_answers = (
        select(Enrollment.course_slug, Enrollment.user_id, AttemptAnswer.language)
        .join(Attempt, Attempt.enrollment_id == Enrollment.id)
        .join(AttemptAnswer, AttemptAnswer.attempt_id == Attempt.id)
        .where(*here)
        .distinct()
    )
    found: defaultdict[_Where, set[str]] = defaultdict(set)
    for slug, user_id, language in db.execute(union_all(in_lessons, in_answers)):
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
