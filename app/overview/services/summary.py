"""The funder's summary: how many people took part and how far they came, in numbers only."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, load_only

from app.accounts.models import User
from app.accounts.types import Gender
from app.certificates import services as certificates
from app.certificates.models import Certificate
from app.certificates.types import CertificateState
from app.cohorts.models import CohortMember
from app.core import audit
from app.core.clock import programme_date
from app.core.db import among
from app.courses.library import library
from app.courses.types import Course
from app.learning import services as learning
from app.learning.types import CourseProgress
from app.overview.services.suppression import hidden_groups, shown_of
from app.overview.types import LEAST, CourseCount, Few, Summary, SummaryWish
from app.practicals import services as practicals


def summary(db: Session, wish: SummaryWish, at: datetime) -> Summary:
    """The counts of these cohorts in this period; the number of queries grows with the courses."""
    today = programme_date(at, library().programme.timezone)
    people = _people(db, wish)
    if 0 < len(people) < LEAST:
        return Summary(wish, today, Few.THESE, {}, 0, {}, ())
    countries = Counter(nationality for _id, nationality, _gender in people)
    hidden = hidden_groups(countries)
    ordered = sorted(countries.items(), key=lambda item: (-item[1], item[0]))
    return Summary(
        wish=wish,
        on=today,
        people=len(people),
        countries={code: number for code, number in ordered if code not in hidden},
        elsewhere=sum(countries[code] for code in hidden),
        genders=_genders(Counter(gender for _id, _nationality, gender in people)),
        courses=_courses(db, wish, [user_id for user_id, _nationality, _gender in people], today),
    )


_Person = tuple[int, str, Gender | None]


def _people(db: Session, wish: SummaryWish) -> list[_Person]:
    """Everybody who was in one of the cohorts on a day of the period, each once; one query."""
    rows = db.execute(
        select(
            User.id,
            User.nationality,
            User.gender,
            CohortMember.joined_at,
            CohortMember.withdrawn_at,
        )
        .join(CohortMember, CohortMember.user_id == User.id)
        .where(CohortMember.cohort_id.in_([cohort.id for cohort in wish.cohorts]))
        .order_by(User.id)
    )
    days = _Days(wish)
    found = {
        user_id: (user_id, nationality, gender)
        for user_id, nationality, gender, joined, left in rows
        if days.of(joined) <= wish.last
        and (left is None or wish.first is None or days.of(left) >= wish.first)
    }
    return list(found.values())


@dataclass(frozen=True, slots=True)
class _Days:
    """Which moments and days are in the period."""

    wish: SummaryWish

    def of(self, at: datetime) -> date:
        return programme_date(at, library().programme.timezone)

    def has(self, moment: datetime | date | None) -> bool:
        if moment is None:
            return False
        day = self.of(moment) if isinstance(moment, datetime) else moment
        return (self.wish.first or date.min) <= day <= self.wish.last


def _genders(counted: Mapping[Gender | None, int]) -> dict[Gender | None, int | None]:
    counts = {gender: counted.get(gender, 0) for gender in (*Gender, None)}
    hidden = hidden_groups(counts)
    if len(hidden) == len(counts):
        return {}
    return {
        gender: None if gender in hidden else number
        for gender, number in counts.items()
        if number or gender is not Gender.OTHER  # nobody asks who did not say "other"
    }


def courses_of_cohorts(wish: SummaryWish) -> list[Course]:
    """The courses that the cohorts follow, in the programme's order."""
    slugs = {course.slug for cohort in wish.cohorts for course in cohort.courses}
    return [course for course in library().courses if course.slug in slugs]


def _courses(db: Session, wish: SummaryWish, ids: Sequence[int], today: date) -> list[CourseCount]:
    courses, days = courses_of_cohorts(wish), _Days(wish)
    slugs = [course.slug for course in courses]
    progress = learning.progress_in(db, ids, slugs, languages=False)
    issued, in_force = _certified(db, ids, slugs, days, today)
    found = []
    for course in courses:
        enrolled = {
            user_id: one
            for user_id, one in progress[course.slug].items()
            if one.enrolled_at is not None and days.of(one.enrolled_at) <= wish.last
        }
        found.append(
            CourseCount(
                course.slug,
                shown_of(len(enrolled), len(enrolled)),
                _of(enrolled, (i for i, one in enrolled.items() if _has_lessons(one, days))),
                _of(enrolled, (i for i, one in enrolled.items() if days.has(one.passed_at))),
                _of(enrolled, _skilled(db, course, enrolled, days)) if course.sheets else None,
                _of(enrolled, issued[course.slug]),
                _of(enrolled, in_force[course.slug]),
            )
        )
    return found


def _of(enrolled: Collection[int], them: Iterable[int]) -> int | Few:
    return shown_of(len({one for one in them if one in enrolled}), len(enrolled))


def _has_lessons(progress: CourseProgress, days: _Days) -> bool:
    return progress.is_lessons_done and days.has(progress.last_lesson_at)


def _skilled(db: Session, course: Course, ids: Collection[int], days: _Days) -> set[int]:
    """Who passed the last of all the course's sheets in the period; one query."""
    needed = {sheet.key for sheet in course.sheets}
    return {
        user_id
        for user_id, sheets in practicals.passed_sheets(db, list(ids), course.slug).items()
        if needed <= sheets.keys() and days.has(max(sheets[key].held_on for key in needed))
    }


_BySlug = dict[str, set[int]]


def _certified(
    db: Session, ids: Sequence[int], slugs: Collection[str], days: _Days, today: date
) -> tuple[_BySlug, _BySlug]:
    """Who got a certificate in the period, and whose is in force today; one query."""
    issued: _BySlug = defaultdict(set)
    in_force: _BySlug = defaultdict(set)
    query = select(Certificate).options(
        load_only(
            Certificate.user_id,
            Certificate.slug,
            Certificate.version,
            Certificate.issued_at,
            Certificate.valid_until,
            Certificate.revoked_at,
            Certificate.replaces_id,
        ),
        joinedload(Certificate.replacement).load_only(Certificate.replaces_id),
    )
    chosen = query.where(among(Certificate.user_id, ids), Certificate.slug.in_(slugs))
    for one in db.scalars(chosen).unique():
        is_award = one.replaces_id is None  # a correction is no second certificate
        if is_award and days.has(one.issued_at):
            issued[one.slug].add(one.user_id)
        if certificates.state_of(one, today) is CertificateState.VALID:
            in_force[one.slug].add(one.user_id)
    return issued, in_force


def record_summary(db: Session, wish: SummaryWish, by: User, at: datetime) -> None:
    """Note in the trail who took a summary away, of which cohorts and of which period."""
    detail = {
        "table": "summary",
        "from": wish.first.isoformat() if wish.first else "",
        "to": wish.last.isoformat(),
        "cohorts": len(wish.cohorts),
    }
    key = wish.cohorts[0].key if len(wish.cohorts) == 1 else "-"
    audit.record(db, "overview.export", by.key, at, "cohort", key, detail)
