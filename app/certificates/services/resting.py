"""Certificates that rest on given attempts, so that the office can look at them again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.certificates.models import Certificate
from app.courses.library import library


def certificates_on(
    db: Session, slug: str, attempts: Collection[str], passed: Mapping[int, datetime]
) -> Sequence[Certificate]:
    """The certificates issued on these attempts at a course, oldest first.

    `passed`: when each person passed, by her id, as far as that is in question. A certificate of a
    course that needs this one rests on it too.
    """
    following = [course.slug for course in library().courses if slug in course.needs]
    query = (
        select(Certificate)
        .options(joinedload(Certificate.replacement), joinedload(Certificate.user))
        .where(Certificate.slug.in_([slug, *following]))
        .order_by(Certificate.id)
    )
    own = set(attempts)
    return [
        one
        for one in db.scalars(query).unique()
        if (one.slug == slug and one.evidence["assessment"]["attempt"] in own)
        or _needs(one, slug, passed)
    ]


def _needs(one: Certificate, slug: str, passed: Mapping[int, datetime]) -> bool:
    at = passed.get(one.user_id)
    wanted = {"slug": slug, "passed_at": at.isoformat() if at else ""}
    return at is not None and wanted in one.evidence["needed"]
