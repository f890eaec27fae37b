"""Renewing: whether it can begin, noting what was read again, and who is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, aliased, joinedload

from app.accounts.models import User
from app.certificates.models import Certificate, RefresherReading
from app.certificates.services.refreshing import (
    readings_of,
    times_read,
    to_read_again,
    window_opens,
)
from app.certificates.types import AwardKind, NotInWindow
from app.core.clock import add_months
from app.core.db import insert_or_get
from app.courses.library import library
from app.courses.types import RENEWAL_MONTHS, Course

#: How far the list of certificates that end soon looks ahead, at least.
SOON = timedelta(days=180)
#: How long after its end a certificate stays in that list.
LATELY = timedelta(days=90)
LONGEST_LIST = 500


@dataclass(frozen=True, slots=True)
class Renewal:
    """How the renewal of a certificate begins; what is missing then, `next_award` says.

    `opens_on`: the first day whose skill checks count. `again`: the lessons to read again with the
    time when each was read as it is now, or None. `is_known` says whether the certificate keeps
    how each lesson was; older ones do not, and every lesson may have changed.
    """

    course: Course
    opens_on: date
    is_open: bool
    again: Mapping[str, datetime | None]
    is_known: bool


def renewal_of(db: Session, certificate: Certificate, on: date) -> Renewal | None:
    """How the renewal stands on a day; None where there is nothing to renew.

    A programme's certificate renews with its courses; a revoked, corrected or renewed one, and one
    whose course is gone, cannot be renewed.
    """
    if certificate.kind is not AwardKind.COURSE or not library().has_course(certificate.slug):
        return None
    found = select(Certificate.id).where(Certificate.id == certificate.id, _is_to_renew())
    if db.scalar(found) is None:
        return None
    course = library().course(certificate.slug)
    read = readings_of(db, [certificate.id]).get(certificate.id, {})
    opens_on = window_opens(certificate, course)
    frozen = certificate.evidence["course"]
    return Renewal(
        course,
        opens_on,
        on >= opens_on,
        times_read(certificate, course, read),
        frozen.get("digest") == course.digest or "lessons" in frozen,
    )


def _is_to_renew() -> ColumnElement[bool]:
    """Whether a certificate is neither revoked nor corrected, and nothing later stands.

    A later award that was revoked, by its newest version, leaves the earlier one to renew.
    """
    later = aliased(Certificate)
    newer = select(later.id).where(
        later.user_id == Certificate.user_id,
        later.slug == Certificate.slug,
        later.award_date > Certificate.award_date,
        _stands(later),
    )
    return _stands(Certificate) & ~newer.exists()


def _stands(one: type[Certificate]) -> ColumnElement[bool]:
    corrected = aliased(Certificate)
    replaced = select(corrected.id).where(corrected.replaces_id == one.id)
    return one.revoked_at.is_(None) & ~replaced.exists()


def record_reading(
    db: Session, certificate: Certificate, lesson_key: str, on: date, at: datetime
) -> None:
    """Note that the holder has read a lesson again; a second time changes nothing.

    Raises NotInWindow when the renewal is not open or does not ask for this lesson.
    """
    renewal = renewal_of(db, certificate, on)
    if renewal is None or not renewal.is_open or lesson_key not in renewal.again:
        raise NotInWindow
    if renewal.again[lesson_key] is not None:  # perhaps before the certificate was corrected
        return
    names = {
        "certificate_id": certificate.id,
        "lesson_key": lesson_key,
        "digest": to_read_again(certificate, renewal.course)[lesson_key],
    }
    insert_or_get(db, RefresherReading, {**names, "read_at": at}, tuple(names))


def due_for_renewal(db: Session, user: User, on: date) -> list[Certificate]:
    """The person's newest certificates that end soon or ended lately: her reminders."""
    own = _ending(on).where(Certificate.user_id == user.id)
    return [one for one in db.scalars(own).unique() if _reminds(one, on)]


def _reminds(one: Certificate, on: date) -> bool:
    if not library().has_course(one.slug):
        return on >= add_months(one.valid_until, -RENEWAL_MONTHS)
    return on >= window_opens(one, library().course(one.slug))


def looks_ahead(on: date) -> timedelta:
    """How far the office's list looks ahead: SOON, or the widest window of the courses.

    Three days more, because months differ: no window opens before its certificate is listed.
    """
    widest = max([RENEWAL_MONTHS, *(course.renewal.months for course in library().courses)])
    return max(SOON, add_months(on, widest) + timedelta(days=3) - on)


def ending_soon(db: Session, on: date) -> Sequence[Certificate]:
    """For the office: certificates that end soon or ended lately, the first to end first.

    Without those that were revoked, corrected or renewed; at most LONGEST_LIST.
    """
    return db.scalars(_ending(on).limit(LONGEST_LIST)).unique().all()


def _ending(on: date) -> Select[Certificate]:
    near = Certificate.valid_until.between(on - LATELY, on + looks_ahead(on))
    return (
        select(Certificate)
        .options(joinedload(Certificate.replacement), joinedload(Certificate.user))
        .where(near, _is_to_renew())
        .order_by(Certificate.valid_until, Certificate.id)
    )
