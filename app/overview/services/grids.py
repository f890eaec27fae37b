"""The grids of trainee and course: whom they show, in which order, and the counts above them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.cohorts import services as cohorts
from app.cohorts.models import Cohort
from app.core.clock import programme_date
from app.core.spelling import plain
from app.courses.library import library
from app.courses.types import Course
from app.overview.services.progress import courses_of
from app.overview.services.standing import standings
from app.overview.types import CohortCard, Grid, StaffStart, Standing, Verdict, Wanted
from app.practicals import services as practicals

#: A class of 60 stands on one page; more people than this are shown page by page.
PAGE_SIZE = 100
_FAR = date.max
_URGENT = {verdict: place for place, verdict in enumerate(Verdict)}


def cohort_grid(
    db: Session, cohort: Cohort, wanted: Wanted, at: datetime, *, require_review: bool = False
) -> Grid:
    """The cohort's trainees in its courses."""
    members = cohorts.members_of(db, cohort)
    people = standings(db, members, at, require_review=require_review)
    return _grid(people, courses_of(cohort), wanted, dict.fromkeys((m.id for m in members), cohort))


def everybody_grid(
    db: Session,
    led: Sequence[Cohort],
    wanted: Wanted,
    at: datetime,
    *,
    require_review: bool = False,
) -> Grid:
    """The trainees of the cohorts that a person leads, in all of their courses."""
    found, people = everybody_of(db, led, wanted)
    users = [user for user, _cohort in people.values()]
    where = {user_id: cohort for user_id, (_user, cohort) in people.items()}
    followed = {course.slug for cohort in found for course in courses_of(cohort)}
    columns = [course for course in library().courses if course.slug in followed]
    return _grid(standings(db, users, at, require_review=require_review), columns, wanted, where)


def everybody_of(
    db: Session, led: Iterable[Cohort], wanted: Wanted
) -> tuple[list[Cohort], dict[int, tuple[User, Cohort]]]:
    """Those of the cohorts that are wanted, and their trainees by id, each with one of these."""
    found = [c for c in led if wanted.cohort in {"", c.key}]
    members = cohorts.members_by_cohort(db, found)
    people = {
        user.id: (user, cohort)
        for cohort in found
        for user in members[cohort.id]
        if wanted.country in {"", user.nationality}
    }
    return found, people


def _grid(
    people: Sequence[Standing],
    columns: Sequence[Course],
    wanted: Wanted,
    where: Mapping[int, Cohort],
) -> Grid:
    fitting = [one for one in people if _fits(one, wanted)]
    fitting.sort(key=_SORTS.get(wanted.sort, _by_name))
    last_page = max(1, -(-len(fitting) // PAGE_SIZE))
    page = min(max(1, wanted.page), last_page)
    shown = tuple(fitting[(page - 1) * PAGE_SIZE : page * PAGE_SIZE])
    return Grid(
        courses=tuple(columns),
        rows=shown,
        found=len(fitting),
        page=page,
        last_page=last_page,
        counts=_counts(people),
        people=len(people),
        cohorts={row.user.id: where[row.user.id] for row in shown},
    )


def _counts(people: Iterable[Standing]) -> dict[Verdict, int]:
    """How many people there are of each verdict; one person may be late and blocked."""
    found = Counter(verdict for one in people for verdict in one.verdicts)
    return {verdict: found[verdict] for verdict in Verdict}


def _fits(one: Standing, wanted: Wanted) -> bool:
    if wanted.verdict is not None and wanted.verdict not in one.verdicts:
        return False
    return not wanted.words.split() or bool(accounts.people_named([one.user], wanted.words))


def _by_name(one: Standing) -> tuple[object, ...]:
    return plain(one.user.latin_name), one.user.id


def _by_urgency(one: Standing) -> tuple[object, ...]:
    return _URGENT[one.verdict], -one.quiet_days, *_by_name(one)


def _by_quiet(one: Standing) -> tuple[object, ...]:
    return -one.quiet_days, *_by_name(one)


def _by_due(one: Standing) -> tuple[object, ...]:
    days = [c.due_on for c in one.cells.values() if c.due_on and not c.progress.is_learnt]
    return min(days, default=_FAR), *_by_name(one)


_SORTS: dict[str, Callable[[Standing], tuple[object, ...]]] = {
    "name": _by_name,
    "urgency": _by_urgency,
    "quiet": _by_quiet,
    "due": _by_due,
}


def staff_start(
    db: Session, person: User, at: datetime, *, require_review: bool = False
) -> StaffStart:
    """The person's cohorts with how many trainees are late, stuck, blocked or ready, and how many
    assessments lapse soon for want of skill checks.

    The number of queries does not grow with the cohorts.
    """
    found = cohorts.cohorts_of(db, person)
    members = cohorts.members_by_cohort(db, found)
    users = {user.id: user for of_cohort in members.values() for user in of_cohort}
    people = standings(db, [*users.values()], at, require_review=require_review, deadlines=True)
    known = {one.user.id: one for one in people}
    return StaffStart(
        [_card(cohort, [known[user.id] for user in members[cohort.id]]) for cohort in found],
        _lapsing(people, programme_date(at, library().programme.timezone)),
    )


def _lapsing(people: Iterable[Standing], today: date) -> int:
    last_days = [cell.progress.due_on for one in people for cell in one.cells.values()]
    return sum(0 <= (day - today).days <= practicals.REMIND_DAYS for day in last_days if day)


def _card(cohort: Cohort, people: Sequence[Standing]) -> CohortCard:
    certified = (cell.verdict is Verdict.DONE for one in people for cell in one.cells.values())
    return CohortCard(cohort, len(people), sum(certified), _counts(people))
