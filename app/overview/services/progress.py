"""Putting the rooms' answers together: progress, readiness, start pages and a person's export."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.certificates import services as certificates
from app.certificates.types import Readiness
from app.cohorts import services as cohorts
from app.cohorts.models import Cohort
from app.core import audit
from app.courses.library import library
from app.courses.types import Course
from app.learning import services as learning
from app.learning.types import ProgressByCourse
from app.overview.types import CohortCard, CourseWay, MemberRow
from app.practicals import services as practicals
from app.practicals.types import DeadlineRow


def courses_of(cohort: Cohort) -> list[Course]:
    """The cohort's courses that have content, in its own order."""
    return [library().course(c.slug) for c in cohort.courses if library().has_course(c.slug)]


def ways_of(
    db: Session,
    users: Sequence[User],
    course: Course,
    today: date,
    *,
    require_review: bool = False,
    known: ProgressByCourse | None = None,
) -> dict[int, CourseWay]:
    """Everybody's way to the course's certificate, by person id; a fixed number of queries.

    `known` is progress that was asked before, by course; this course's is added.
    """
    known = {} if known is None else known
    ids = [user.id for user in users]
    progress = known[course.slug] = learning.progress_of(db, ids, course.slug, today)
    ready = certificates.readiness(
        db, users, course, today, require_review=require_review, progress=known
    )
    return {
        each.user.id: CourseWay(course, progress[each.user.id], each)
        for each in ready
        if each.user.id in progress
    }


def cohort_rows(
    db: Session, cohort: Cohort, today: date, *, require_review: bool = False
) -> list[MemberRow]:
    """Each member of the cohort with her way in each of its courses."""
    members = cohorts.members_of(db, cohort)
    columns = [
        ways_of(db, members, course, today, require_review=require_review)
        for course in courses_of(cohort)
    ]
    return [
        MemberRow(user, tuple(column[user.id] for column in columns if user.id in column))
        for user in members
    ]


def ways_of_trainee(
    db: Session, trainee: User, today: date, *, require_review: bool = False
) -> list[CourseWay]:
    """The trainee's way in every course she follows."""
    found: list[CourseWay] = []
    known: ProgressByCourse = {}
    enrolled = learning.enrolled_courses(db, trainee)
    for course in library().courses:
        if course.slug in enrolled:
            ways = ways_of(db, [trainee], course, today, require_review=require_review, known=known)
            found += list(ways.values())
    return found


def cohort_cards(
    db: Session, person: User, today: date, *, require_review: bool = False
) -> list[CohortCard]:
    """The person's cohorts with how many trainees could be or are certified.

    A number of queries for each course, whatever the number of cohorts.
    """
    found = cohorts.cohorts_of(db, person)
    members = cohorts.members_by_cohort(db, found)
    ready = _ready(db, found, members, today, require_review)
    return [_card(cohort, members[cohort.id], ready) for cohort in found]


def _ready(
    db: Session,
    found: Sequence[Cohort],
    members: Mapping[int, list[User]],
    today: date,
    require_review: bool,
) -> dict[tuple[str, int], Readiness]:
    """Everybody's readiness in the courses of her cohorts, by the course's slug and her id."""
    people: dict[str, dict[int, User]] = {}
    for cohort in found:
        for course in courses_of(cohort):
            people.setdefault(course.slug, {}).update((u.id, u) for u in members[cohort.id])
    return {
        (slug, each.user.id): each
        for slug, users in people.items()
        for each in certificates.readiness(
            db,
            [*users.values()],
            library().course(slug),
            today,
            require_review=require_review,
        )
    }


def _card(
    cohort: Cohort, members: Sequence[User], ready: Mapping[tuple[str, int], Readiness]
) -> CohortCard:
    slugs = [course.slug for course in courses_of(cohort)]
    ways = [ready[slug, user.id] for slug in slugs for user in members]
    return CohortCard(
        cohort=cohort,
        members=len(members),
        issuable=sum(way.is_issuable for way in ways),
        certified=sum(way.certificate is not None for way in ways),
    )


def due_soon(db: Session, person: User, today: date) -> int:
    """How many assessments of the person's cohorts lapse soon for want of skill checks."""
    members = cohorts.members_by_cohort(db, cohorts.cohorts_of(db, person))
    ids = {user.id for each in members.values() for user in each}
    rows = learning.provisional_passes(db, ids, today)
    return sum(0 <= row.days_left(today) <= practicals.REMIND_DAYS for row in rows)


def reminders_of(ways: Sequence[CourseWay], today: date) -> list[DeadlineRow]:
    """A trainee's passed assessments that lapse soon, or have lapsed; no query."""
    rows = [row for way in ways if (row := _deadline(way, today)) is not None]
    return [row for row in rows if row.days_left <= practicals.REMIND_DAYS]


def _deadline(way: CourseWay, today: date) -> DeadlineRow | None:
    last_day = way.progress.due_on or way.progress.lapsed_on
    if last_day is None or way.readiness.certificate is not None:
        return None
    days, is_lapsed = (last_day - today).days, way.progress.due_on is None
    return DeadlineRow(way.readiness.user, way.course.slug, last_day, is_lapsed, days, ())


def export_person(db: Session, person: User) -> dict[str, Any]:
    """Everything that the rooms keep about a person, as plain data to take away."""
    return {
        "account": accounts.export_account(db, person),
        "cohorts": [
            {"name": cohort.name, "partner": cohort.partner}
            for cohort in cohorts.cohorts_joined(db, person)
        ],
        "learning": learning.export_learning(db, person),
        "skill_checks": practicals.export_checks(db, person),
        "certificates": certificates.export_certificates(db, person),
        "trail": [
            {"at": event.at.isoformat(), "action": event.action}
            for event in audit.trail_of(db, "user", person.key)
        ],
    }
