"""Figures of many trainees for charts: how far, when, from where, in which language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum
from itertools import chain

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.certificates import services as certificates
from app.certificates.types import Readiness
from app.core.clock import programme_date
from app.courses.library import library
from app.learning import services as learning
from app.learning.types import CourseProgress
from app.overview.services.standing import is_past_learning, progress_and_readiness, shown
from app.overview.types import State

#: As many weeks as a narrow drawing shows; older ones are summed up in the first.
MOST_WEEKS = 26
_WEEK = timedelta(days=7)


class Stage(IntEnum):
    """How far one trainee is in one course; each stage includes those before."""

    JOINED = 0
    STARTED = 1
    LESSONS = 2
    ASSESSMENT = 3
    PRACTICAL = 4
    CERTIFIED = 5


_SHOWN = {
    State.FORMALITIES: Stage.PRACTICAL,
    State.READY: Stage.PRACTICAL,
    State.CERTIFIED: Stage.CERTIFIED,
}
Stages = dict[Stage, int]


@dataclass(frozen=True, slots=True)
class Statistics:
    """Every trainee counts once in each course. `reached` counts a stage and those after it.

    `weeks` are their Mondays; `lessons` are those of each week, `passed` and `certified` the
    sums so far.
    """

    people: int
    reached: Stages
    countries: dict[str, Stages]  # at which stage they stand, the most people first
    languages: dict[str, Stages]
    weeks: tuple[date, ...]
    lessons: tuple[int, ...]
    passed: tuple[int, ...]
    certified: tuple[int, ...]


def statistics(
    db: Session,
    users: Sequence[User],
    slugs: Collection[str],
    at: datetime,
    *,
    require_review: bool = False,
) -> Statistics:
    """The figures of these people in these courses."""
    zone = library().programme.timezone
    ids = [user.id for user in users]
    every = [course.slug for course in library().courses]  # one may need another
    progress, ready = progress_and_readiness(db, users, every, at, require_review=require_review)
    here = [of_course for slug, of_course in progress.items() if slug in slugs]
    stages = [
        [
            _stage(one, ready.get((slug, user_id)))
            for slug in slugs
            if (one := progress[slug][user_id]).enrolled
        ]
        for user_id in ids
    ]
    counts = Counter(chain.from_iterable(stages))
    awards = certificates.first_awards(db, ids)
    lessons = learning.lessons_by_day(db, ids, slugs)
    passed = Counter(
        programme_date(one.first_passed_at, zone)
        for of_course in here
        for one in of_course.values()
        if one.first_passed_at
    )
    certified = Counter(day for (slug, _user), day in awards.items() if slug in slugs)
    weeks = _weeks([*lessons, *passed, *certified], programme_date(at, zone))
    return Statistics(
        people=len(users),
        reached={stage: sum(counts[s] for s in Stage if s >= stage) for stage in Stage},
        countries=_grouped((user.nationality for user in users), stages),
        languages=_grouped((user.language for user in users), stages),
        weeks=weeks,
        lessons=_in_weeks(lessons, weeks),
        passed=_so_far(_in_weeks(passed, weeks)),
        certified=_so_far(_in_weeks(certified, weeks)),
    )


def _stage(progress: CourseProgress, ready: Readiness | None) -> Stage:
    if is_past_learning(progress, ready):
        return _SHOWN.get(shown(ready)[0], Stage.ASSESSMENT)
    if progress.is_lessons_done:
        return Stage.LESSONS
    return Stage.STARTED if progress.lessons_met or progress.tries else Stage.JOINED


def _grouped(names: Iterable[str], stages: Iterable[Sequence[Stage]]) -> dict[str, Stages]:
    """By the name of each person, whose stages come in the same order."""
    found: dict[str, Counter[Stage]] = {}
    counts = Counter(
        (name, stage) for name, of_one in zip(names, stages, strict=True) for stage in of_one
    )
    for (name, stage), number in counts.items():
        found.setdefault(name, Counter())[stage] = number
    ordered = sorted(found.items(), key=lambda item: (-item[1].total(), item[0]))
    return {name: {stage: counts[stage] for stage in Stage} for name, counts in ordered}


def _weeks(days: Iterable[date], today: date) -> tuple[date, ...]:
    """The Mondays from the first day to today, at most MOST_WEEKS of them."""
    last = _monday(today)
    first = min((_monday(day) for day in days), default=last)
    count = min(MOST_WEEKS, max(0, (last - first).days // 7) + 1)
    return tuple(last - _WEEK * back for back in reversed(range(count)))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _in_weeks(days: Mapping[date, int], weeks: Sequence[date]) -> tuple[int, ...]:
    found: Counter[date] = Counter()
    for day, number in days.items():
        found[min(max(_monday(day), weeks[0]), weeks[-1])] += number
    return tuple(found[week] for week in weeks)


def _so_far(numbers: Iterable[int]) -> tuple[int, ...]:
    total, found = 0, []
    for number in numbers:
        total += number
        found.append(total)
    return tuple(found)
