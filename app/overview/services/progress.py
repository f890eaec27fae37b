"""Putting the rooms' answers about one person together: her ways, and her own data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.certificates import services as certificates
from app.cohorts import services as cohorts
from app.cohorts.models import Cohort
from app.cohorts.services import roster
from app.core import audit
from app.core.clock import programme_date
from app.courses.library import library
from app.courses.types import Course
from app.learning import services as learning
from app.learning.types import CourseProgress, Extended
from app.overview.services.standing import standing_by
from app.overview.types import CourseWay, Standing
from app.practicals import services as practicals
from app.practicals.services import attendance, deferring
from app.practicals.types import DeadlineRow


def courses_of(cohort: Cohort) -> list[Course]:
    """The cohort's courses that have content, in its own order."""
    return [library().course(c.slug) for c in cohort.courses if library().has_course(c.slug)]


def ways_of_trainee(
    db: Session, trainee: User, at: datetime, *, require_review: bool = False
) -> list[CourseWay]:
    """The trainee's way in every course she follows."""
    return _ways(db, trainee, at, _progress(db, trainee, at), require_review)


def ways_and_standing(
    db: Session, trainee: User, at: datetime, *, require_review: bool = False
) -> tuple[list[CourseWay], Standing]:
    """Her ways, and where she stands on them."""
    progress = _progress(db, trainee, at)
    ways = _ways(db, trainee, at, progress, require_review)
    ready = {(way.course.slug, trainee.id): way.readiness for way in ways}
    return ways, standing_by(db, trainee, at, progress, ready, require_review=require_review)


_Progress = dict[str, dict[int, CourseProgress]]


def _progress(db: Session, trainee: User, at: datetime) -> _Progress:
    today = programme_date(at, library().programme.timezone)
    slugs = [course.slug for course in library().courses]
    return learning.progress_in(db, [trainee.id], slugs, today)


def _ways(
    db: Session, trainee: User, at: datetime, progress: _Progress, require_review: bool
) -> list[CourseWay]:
    today = programme_date(at, library().programme.timezone)
    followed = [one for one in library().courses if progress[one.slug][trainee.id].enrolled]
    ready = certificates.readiness_in(
        db, [trainee], followed, today, require_review=require_review, progress=progress
    )
    return [
        CourseWay(course, progress[course.slug][trainee.id], ready[course.slug][0])
        for course in followed
    ]


@dataclass(frozen=True, slots=True)
class DueDay:
    """Until when a course should be passed, and the extension that moved it."""

    due_on: date
    extended: Extended | None


def due_of_trainee(db: Session, trainee: User) -> dict[str, DueDay]:
    """The due date of each of her courses that has one, by slug."""
    due = cohorts.due_dates(db, [trainee.id])
    extended = learning.extensions_in(db, [trainee.id], [c.slug for c in library().courses])
    found = {}
    for (slug, user_id), due_on in due.items():
        later = extended.get((slug, user_id))
        day = max(due_on, later.due_on) if later else due_on
        found[slug] = DueDay(day, later if later and later.due_on == day else None)
    return found


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


def export_person(db: Session, person: User, at: datetime) -> dict[str, Any]:
    """Everything that the rooms keep about a person, as plain data to take away."""
    return {
        "account": accounts.export_account(db, person),
        **cohorts.export_cohorts(db, person),
        "lists": roster.export_lists(db, person),
        "learning": learning.export_learning(db, person),
        "skill_checks": practicals.export_checks(
            db, person, programme_date(at, library().programme.timezone)
        ),
        "attendance": attendance.export_attendance(db, person),
        "deferrals": deferring.export_deferrals(db, person),
        "certificates": certificates.export_certificates(db, person),
        "trail": [
            {"at": event.at.isoformat(), "action": event.action}
            for one in (person, *accounts.merged_into(db, person))
            for event in audit.trail_of(db, "user", one.key)
        ],
    }
