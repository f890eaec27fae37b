"""What the database says about people on their way to a certificate: as many queries for all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from app.accounts import services as accounts
from app.accounts.types import Purpose
from app.certificates.models import Certificate
from app.certificates.services.refreshing import ReadAgain, readings_of, window_opens
from app.core.clock import add_months
from app.core.db import among
from app.courses import services as courses
from app.courses.library import library
from app.courses.types import Course, ReviewState
from app.learning import services as learning
from app.learning.types import CourseProgress
from app.practicals import services as practicals
from app.practicals.services.attendance import minutes_of_presence
from app.practicals.types import PassedSheet

Sheets = Mapping[str, PassedSheet]
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Known:
    """What the database says about all the people, by the person's id."""

    course: Course
    on: date | None
    reviews: Mapping[str, ReviewState]  # by language
    require_review: bool
    progress: Mapping[int, CourseProgress]
    needed: Mapping[str, Mapping[int, CourseProgress]]
    sheets: Mapping[int, Sheets]  # that count for a new award
    all_sheets: Mapping[int, Sheets]
    kept_sheets: Mapping[int, Sheets]  # since the first check of the newest certificate
    consenting: set[int]
    newest: Mapping[int, Certificate]
    standing: Mapping[int, Certificate]  # the newest that was not revoked: a new one renews it
    attended: Mapping[int, int]  # minutes; empty where the course asks for none
    read_again: Mapping[int, ReadAgain]  # by the certificate's id


@dataclass(frozen=True, slots=True)
class _Asked:
    """Of whom, and what is known of them."""

    db: Session
    ids: list[int]
    progress: Mapping[str, Mapping[int, CourseProgress]]  # in the courses and those they need
    reviews: Mapping[str, Mapping[str, ReviewState]]
    consenting: set[int]


def ask(
    db: Session,
    ids: list[int],
    wanted: Sequence[Course],
    on: date | None,
    *,
    require_review: bool,
    progress: Mapping[str, Mapping[int, CourseProgress]],
) -> dict[str, Known]:
    """What is known of the people in each course, by slug; `progress` was asked already."""
    asked = _Asked(
        db,
        ids,
        _progress(db, ids, wanted, on, progress),
        courses.review_states(db, wanted),
        accounts.people_with_consent(db, ids, Purpose.PUBLIC_VERIFICATION),
    )
    return {course.slug: _ask(asked, course, on, require_review) for course in wanted}


def _progress(
    db: Session,
    ids: list[int],
    wanted: Iterable[Course],
    on: date | None,
    known: Mapping[str, Mapping[int, CourseProgress]],
) -> dict[str, Mapping[int, CourseProgress]]:
    slugs = {slug for course in wanted for slug in (course.slug, *course.needs)}
    unknown = [slug for slug in slugs - known.keys() if library().has_course(slug)]
    return {**known, **(learning.progress_in(db, ids, unknown, on) if unknown else {})}


def _ask(asked: _Asked, course: Course, on: date | None, require_review: bool) -> Known:
    db, ids = asked.db, asked.ids
    newest, standing = _certificates(db, ids, course.slug)
    minutes = minutes_of_presence(db, ids, course.slug) if course.attendance_minutes else {}
    needed = [slug for slug in course.needs if library().has_course(slug)]
    # A check whose certificate would be over on that day does not count either.
    expired = add_months(on, -course.validity_months) - _DAY if on else date.min
    spent = _spent(newest, standing, course)
    after = {user_id: max(expired, spent.get(user_id, date.min)) for user_id in ids}
    resting = {user_id: before_checks(one) for user_id, one in newest.items()}
    passed, counted, kept = practicals.passed_since(db, ids, course.slug, {}, after, resting)
    return Known(
        course=course,
        on=on,
        reviews=asked.reviews[course.slug],
        require_review=require_review,
        progress=asked.progress[course.slug],
        needed={slug: asked.progress[slug] for slug in needed},
        sheets=counted,
        all_sheets=passed,
        kept_sheets=kept,
        consenting=asked.consenting,
        newest=newest,
        standing=standing,
        attended=minutes,
        read_again=readings_of(db, [one.id for one in standing.values()]),
    )


def _certificates(
    db: Session, ids: list[int], slug: str
) -> tuple[dict[int, Certificate], dict[int, Certificate]]:
    """Each person's newest certificate of the course, and her newest that still stands."""
    query = (
        select(Certificate)
        .options(defer(Certificate.facts), defer(Certificate.signed))
        .where(among(Certificate.user_id, ids), Certificate.slug == slug)
        .order_by(Certificate.award_date, Certificate.version)
    )
    found = db.scalars(query).all()
    replaced = {one.replaces_id for one in found}
    standing = [one for one in found if one.revoked_at is None and one.id not in replaced]
    return {one.user_id: one for one in found}, {one.user_id: one for one in standing}


def _spent(
    newest: Mapping[int, Certificate], standing: Mapping[int, Certificate], course: Course
) -> dict[int, date]:
    """For each person with a certificate the day up to which checks give no new award.

    That is the day of the newest award, also of one that was revoked, and the last day before the
    window in which the certificate that still stands is renewed.
    """
    opens = {user_id: window_opens(one, course) for user_id, one in standing.items()}
    return {
        user_id: max(one.award_date, opens.get(user_id, date.min + _DAY) - _DAY)
        for user_id, one in newest.items()
    }


def before_checks(certificate: Certificate) -> date:
    """The day before the first check that it rests on: those of an earlier award do not bear it.

    A corrected check keeps its day.
    """
    held = [date.fromisoformat(sheet["held_on"]) for sheet in certificate.evidence["sheets"]]
    return min(held) - _DAY if held else date.min
