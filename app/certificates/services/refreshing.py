"""What a renewal rests on beside skill checks: its window, and lessons that are read again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from app.certificates.models import Certificate, RefresherReading
from app.certificates.services.freezing import lesson_digest, lesson_digests
from app.core.clock import add_months
from app.core.db import among
from app.courses.types import Course

#: When each lesson was read again, by its key and the digest of its text.
ReadAgain = Mapping[tuple[str, str], datetime]


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


def times_read(
    certificate: Certificate, course: Course, read: ReadAgain
) -> dict[str, datetime | None]:
    """Each lesson to read again, in order, with the time when it was read as it is now, or None."""
    again = to_read_again(certificate, course)
    return {key: read.get((key, digest)) for key, digest in again.items()}


def readings_of(db: Session, certificate_ids: Collection[int]) -> dict[int, ReadAgain]:
    """What was read again for the award of each certificate, under whichever of its versions.

    Each by its first time. One query; none where nothing is asked.
    """
    if not certificate_ids:
        return {}
    asked, version, one = aliased(Certificate), aliased(Certificate), RefresherReading
    is_same_award = (
        (version.user_id == asked.user_id)
        & (version.slug == asked.slug)
        & (version.award_date == asked.award_date)
    )
    query = (
        select(asked.id, one.lesson_key, one.digest, func.min(one.read_at))
        .join(version, version.id == one.certificate_id)
        .join(asked, is_same_award)
        .where(among(asked.id, certificate_ids))
        .group_by(asked.id, one.lesson_key, one.digest)
    )
    found: dict[int, dict[tuple[str, str], datetime]] = {}
    for number, key, digest, read_at in db.execute(query):
        found.setdefault(number, {})[key, digest] = read_at
    return dict(found)
