"""Renewing: when it can begin, what has changed since, what was read again, who is due."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased, joinedload

from app.accounts.models import User
from app.certificates.models import Certificate, RefresherReading
from app.certificates.services.freezing import lesson_digest, lesson_digests
from app.certificates.types import AwardKind, NotInWindow
from app.core.clock import add_months
from app.core.db import insert_or_get
from app.courses.library import library
from app.courses.types import RENEWAL_MONTHS, Course
from app.practicals import services as practicals

#: How far the office's list of certificates that end soon looks ahead.
SOON = timedelta(days=180)
#: How long after its end a certificate stays in that list.
LATELY = timedelta(days=90)
LONGEST_LIST = 500

#: When each lesson was read again, by its key and the digest of its text.
ReadAgain = Mapping[tuple[str, str], datetime]


@dataclass(frozen=True, slots=True)
class Renewal:
    """How the renewal of a certificate stands. `again`: the lessons to read again, by key.

    `opens_on`: the first day whose skill checks count. `is_known` says whether the certificate
    keeps how each lesson was; older ones do not, and every lesson may have changed.
    """

    certificate: Certificate
    course: Course
    opens_on: date
    is_open: bool
    changed: tuple[str, ...]
    again: Mapping[str, str]
    read: tuple[str, ...]
    is_known: bool
    #: Each skill sheet with the day of a check that counts for the renewal, or None.
    sheets: Mapping[str, date | None]

    @property
    def is_done(self) -> bool:
        """Whether the holder has done her part; the office issues."""
        return self.is_open and len(self.read) == len(self.again) and all(self.sheets.values())


def window_opens(certificate: Certificate, course: Course) -> date:
    """The first day of the renewal's window, in the programme's zone."""
    return add_months(certificate.valid_until, -course.renewal.months)


def changed_lessons(certificate: Certificate, course: Course) -> tuple[str, ...]:
    """Lessons of today whose text is not the one that the certificate rests on, in order."""
    frozen = certificate.evidence["course"]
    if frozen.get("digest") == course.digest:
        return ()
    before = frozen.get("lessons", {})
    now = lesson_digests(course)
    return tuple(key for key, digest in now.items() if before.get(key) != digest)


def to_read_again(certificate: Certificate, course: Course) -> dict[str, str]:
    """The digest of each lesson that the renewal asks to be read again, by key, in order."""
    wanted = {*changed_lessons(certificate, course), *course.renewal.lessons}
    return {one.key: lesson_digest(one) for one in course.lessons if one.key in wanted}


def readings_of(
    db: Session, certificate_ids: Collection[int]
) -> dict[int, dict[tuple[str, str], datetime]]:
    """What was read again for each certificate; asks nothing where there is none."""
    if not certificate_ids:
        return {}
    one = RefresherReading
    query = select(one.certificate_id, one.lesson_key, one.digest, one.read_at)
    found: dict[int, dict[tuple[str, str], datetime]] = {}
    for number, key, digest, read_at in db.execute(
        query.where(one.certificate_id.in_(certificate_ids))
    ):
        found.setdefault(number, {})[key, digest] = read_at
    return found


def read_of(again: Mapping[str, str], read: ReadAgain) -> tuple[str, ...]:
    """Those of the lessons that were read as they are now."""
    return tuple(key for key, digest in again.items() if (key, digest) in read)


def renewal_of(db: Session, certificate: Certificate, on: date) -> Renewal | None:
    """How the renewal stands on a day; None where there is nothing to renew.

    A programme's certificate renews with its courses; a revoked, corrected or renewed one, and one
    whose course is gone, cannot be renewed.
    """
    if certificate.kind is not AwardKind.COURSE or not library().has_course(certificate.slug):
        return None
    if not _is_newest(db, certificate):
        return None
    course = library().course(certificate.slug)
    again = to_read_again(certificate, course)
    read = readings_of(db, [certificate.id]).get(certificate.id, {})
    opens_on = window_opens(certificate, course)
    frozen = certificate.evidence["course"]
    return Renewal(
        certificate,
        course,
        opens_on,
        on >= opens_on,
        changed_lessons(certificate, course),
        again,
        read_of(again, read),
        frozen.get("digest") == course.digest or "lessons" in frozen,
        _checks_since(db, certificate, course, opens_on),
    )


def _checks_since(
    db: Session, certificate: Certificate, course: Course, opens_on: date
) -> dict[str, date | None]:
    """The day of each sheet's check in the window that both have signed, or None."""
    number, before = certificate.user_id, opens_on - timedelta(days=1)
    passed = practicals.passed_sheets(db, [number], course.slug, {number: before}).get(number, {})
    held = {key: one.held_on for key, one in passed.items() if one.acknowledged}
    return {sheet.key: held.get(sheet.key) for sheet in course.sheets}


def _is_newest(db: Session, certificate: Certificate) -> bool:
    if certificate.revoked_at is not None or certificate.replacement is not None:
        return False
    later = select(Certificate.id).where(
        Certificate.user_id == certificate.user_id,
        Certificate.slug == certificate.slug,
        Certificate.award_date > certificate.award_date,
        Certificate.revoked_at.is_(None),  # as in `_ending`: who is reminded can renew
    )
    return db.scalar(later.limit(1)) is None


def record_reading(
    db: Session, certificate: Certificate, lesson_key: str, on: date, at: datetime
) -> None:
    """Note that the holder has read a lesson again; a second time changes nothing.

    Raises NotInWindow when the renewal is not open or does not ask for this lesson.
    """
    renewal = renewal_of(db, certificate, on)
    if renewal is None or not renewal.is_open or lesson_key not in renewal.again:
        raise NotInWindow
    names = {
        "certificate_id": certificate.id,
        "lesson_key": lesson_key,
        "digest": renewal.again[lesson_key],
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


def ending_soon(db: Session, on: date) -> Sequence[Certificate]:
    """For the office: certificates that end within SOON or ended lately, the first to end first.

    Without those that were revoked, corrected or renewed; at most LONGEST_LIST.
    """
    return db.scalars(_ending(on).limit(LONGEST_LIST)).unique().all()


def _ending(on: date) -> Select[Certificate]:
    later, corrected = aliased(Certificate), aliased(Certificate)
    newer = select(later.id).where(
        later.user_id == Certificate.user_id,
        later.slug == Certificate.slug,
        later.award_date > Certificate.award_date,
        later.revoked_at.is_(None),
    )
    replaced = select(corrected.id).where(corrected.replaces_id == Certificate.id)
    return (
        select(Certificate)
        .options(joinedload(Certificate.replacement), joinedload(Certificate.user))
        .where(
            Certificate.revoked_at.is_(None),
            Certificate.valid_until.between(on - LATELY, on + SOON),
            ~newer.exists(),
            ~replaced.exists(),
        )
        .order_by(Certificate.valid_until, Certificate.id)
    )
