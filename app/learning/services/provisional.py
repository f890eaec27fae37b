"""A passed assessment holds for a time, until the practical is done; then it holds for good.

The skill checks live in a room above this one: it tells how to ask for them (`tell_practical`).
Nothing is written when a pass lapses; it is computed from the attempts, the checks and the day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.clock import programme_date
from app.core.db import among
from app.courses.library import library
from app.courses.models import CourseEdition
from app.learning.models import Attempt, Enrollment, ItemCorrection, Regrade
from app.learning.types import ProvisionalPass

#: By person and course, each passed sheet with the day on which it was first passed.
PassedDays = Mapping[tuple[int, str], Mapping[str, date]]
_Lookup = Callable[[Session, Collection[int], Collection[str]], PassedDays]


class _Practical:
    """How this room asks for skill checks; without a room above nobody has passed any."""

    lookup: _Lookup = staticmethod(lambda _db, _ids, _slugs: {})


def tell_practical(lookup: _Lookup) -> None:
    """Say how passed skill sheets are found; the room of skill checks does it once."""
    _Practical.lookup = staticmethod(lookup)


class Pass(NamedTuple):
    """One submitted attempt that passed; `due` is the last day for the practical."""

    user_id: int
    slug: str
    number: int
    passed_at: datetime
    edition_id: int
    due: date


def passes_of(rows: Iterable[tuple[int, str, int, datetime | None, int]]) -> list[Pass]:
    """The passes with their last days: the day of passing in the programme's zone, and the days.

    From each person's id, course, number of the attempt, time of passing and edition's id.
    """
    shelf, passed = library(), [row for row in rows if row[3] is not None]
    zone, slugs = shelf.programme.timezone, {row[1] for row in passed}
    days = {slug: timedelta(days=shelf.practical_within_days(slug)) for slug in slugs}
    return [
        Pass(user_id, slug, number, at, edition_id, programme_date(at, zone) + days[slug])
        for user_id, slug, number, at, edition_id in passed
        if at is not None
    ]


class PassStanding(NamedTuple):
    """How the passes of one person in one course stand on a day.

    `passed_at` is of the first pass that holds; `due_on` the last day for the practical while it
    is not done; `lapsed_on` the last day of a pass that lapsed with none after it, and
    `lapsed_number` the number of the last attempt that lapsed (0: none).
    """

    passed_at: datetime | None = None
    number: int = 0
    due_on: date | None = None
    lapsed_on: date | None = None
    lapsed_number: int = 0


def standings(
    db: Session, passes: Iterable[Pass], on: date, *, asks_all: bool = True
) -> dict[tuple[int, str], PassStanding]:
    """How the passes stand on a day in the programme's zone, by person and course.

    Three queries at most. Without `asks_all` the skill checks are asked for only where a deadline
    is over, so `due_on` is also set for who has done the practical.
    """
    found: defaultdict[tuple[int, str], list[Pass]] = defaultdict(list)
    for one in _as_given(db, list(passes), on):
        found[one.user_id, one.slug].append(one)
    asked = [one for many in found.values() for one in many if asks_all or one.due < on]
    done = _done(db, asked)
    return {where: _standing(many, done, on) for where, many in found.items()}


def _as_given(db: Session, passes: Sequence[Pass], on: date) -> Sequence[Pass]:
    """The passes, those that a corrected question gave later with the time of the correction.

    Nobody loses a pass for the days in which our wrong key had failed her.
    """
    over = [one for one in passes if one.due < on]
    if not over:
        return passes
    query = (
        select(
            Enrollment.user_id,
            Enrollment.course_slug,
            Attempt.number,
            func.max(ItemCorrection.corrected_at),
        )
        .join(Attempt, Attempt.enrollment_id == Enrollment.id)
        .join(Regrade, Regrade.attempt_id == Attempt.id)
        .join(ItemCorrection, ItemCorrection.id == Regrade.correction_id)
        .where(
            Enrollment.user_id.in_({one.user_id for one in over}),
            Regrade.before_passed.is_(False),
            Regrade.after_passed.is_(True),
        )
        .group_by(Enrollment.user_id, Enrollment.course_slug, Attempt.number)
    )
    given = {(user_id, slug, number): at for user_id, slug, number, at in db.execute(query)}
    return passes_of(
        (
            one.user_id,
            one.slug,
            one.number,
            given.get((one.user_id, one.slug, one.number), one.passed_at),
            one.edition_id,
        )
        for one in passes
    )


def _standing(passes: list[Pass], done: Mapping[Pass, date], on: date) -> PassStanding:
    lapsed_on, lapsed_number = None, 0
    for one in sorted(passes, key=lambda each: each.number):
        done_on = done.get(one) if done else None
        in_time = done_on is not None and done_on <= one.due
        if in_time or on <= one.due:
            due_on = None if in_time else one.due
            return PassStanding(one.passed_at, one.number, due_on, None, lapsed_number)
        lapsed_on, lapsed_number = one.due, one.number
    return PassStanding(lapsed_on=lapsed_on, lapsed_number=lapsed_number)


def _done(db: Session, passes: Collection[Pass]) -> dict[Pass, date]:
    """For each pass the day on which the last of its course's sheets was first passed.

    A sheet that came into the course after the assessment takes no pass away.
    """
    if not passes:
        return {}
    days = _Practical.lookup(db, {p.user_id for p in passes}, {p.slug for p in passes})
    tested = [one for one in passes if (one.user_id, one.slug) in days]
    sheets = {slug: _sheets_now(slug) for slug in {one.slug for one in tested}}
    found = {one: _last(days[one.user_id, one.slug], sheets[one.slug]) for one in tested}
    late = [one for one in tested if (found[one] or date.max) > one.due]
    then = _sheets_then(db, {one.edition_id for one in late}) if late else {}
    for one in late:
        keys = sheets[one.slug] & then[one.edition_id]
        found[one] = _last(days[one.user_id, one.slug], keys)
    return {one: day for one, day in found.items() if day is not None}


def _last(passed: Mapping[str, date], keys: set[str]) -> date | None:
    """The day on which the last of these sheets was first passed; None when one was not."""
    return max((passed[key] for key in keys), default=date.min) if keys <= set(passed) else None


def _sheets_now(slug: str) -> set[str]:
    sheets = library().course(slug).sheets if library().has_course(slug) else ()
    return {sheet.key for sheet in sheets}


def _sheets_then(db: Session, edition_ids: Collection[int]) -> dict[int, set[str]]:
    sheets = CourseEdition.structure["course"]["sheets"]
    rows = db.execute(select(CourseEdition.id, sheets).where(CourseEdition.id.in_(edition_ids)))
    return {edition_id: {sheet["key"] for sheet in found} for edition_id, found in rows}


def provisional_passes(db: Session, user_ids: Collection[int], on: date) -> list[ProvisionalPass]:
    """Whose assessment waits for the practical, or has lapsed, by the last day; three queries."""
    query = (
        select(
            Enrollment.user_id,
            Enrollment.course_slug,
            Attempt.number,
            Attempt.submitted_at,
            Attempt.edition_id,
        )
        .join(Enrollment, Attempt.enrollment_id == Enrollment.id)
        .where(among(Enrollment.user_id, user_ids), Attempt.passed.is_(True))
    )
    shelf = library()
    passes = passes_of(
        (user_id, slug, number, at, edition_id)
        for user_id, slug, number, at, edition_id in db.execute(query)
        if shelf.has_course(slug)
    )
    found = [
        ProvisionalPass(user_id, slug, last_day, stand.due_on is None)
        for (user_id, slug), stand in standings(db, passes, on).items()
        if (last_day := stand.due_on or stand.lapsed_on) is not None
    ]
    return sorted(found, key=lambda one: (one.due_on, one.slug, one.user_id))
