"""Finding certificates: one's own, the office's list, one by its key."""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session, joinedload

from app.accounts.models import User
from app.accounts.types import Role
from app.certificates.models import Certificate, RefresherReading
from app.certificates.services import desk
from app.certificates.services.freezing import folded
from app.certificates.services.numbers import normal_code
from app.certificates.types import NotRendered, PictureNotMade, UnknownCertificate, UnknownCode
from app.core import files
from app.core.db import among
from app.core.files import StoredFile

PAGE_SIZE = 100


def _query() -> Select[Certificate]:
    return select(Certificate).options(joinedload(Certificate.replacement))


def certificates_of(db: Session, user: User) -> Sequence[Certificate]:
    """A person's certificates, newest award first."""
    query = _query().where(Certificate.user_id == user.id)
    return (
        db.scalars(query.order_by(Certificate.award_date.desc(), Certificate.id.desc()))
        .unique()
        .all()
    )


def timeline_of(db: Session, certificate: Certificate) -> Sequence[Certificate]:
    """Every award of the same person for the same course, corrections too, oldest first."""
    query = _query().where(
        Certificate.user_id == certificate.user_id, Certificate.slug == certificate.slug
    )
    return (
        db.scalars(query.order_by(Certificate.award_date, Certificate.version, Certificate.id))
        .unique()
        .all()
    )


def first_awards(db: Session, user_ids: Collection[int]) -> dict[tuple[str, int], date]:
    """The first award of each person in each course, revoked ones too, by slug and id."""
    query = select(Certificate.slug, Certificate.user_id, func.min(Certificate.award_date))
    rows = db.execute(
        query.where(among(Certificate.user_id, user_ids)).group_by(
            Certificate.slug, Certificate.user_id
        )
    )
    return {(slug, user_id): award_date for slug, user_id, award_date in rows}


def certificate_of(db: Session, person: User, key: str) -> Certificate:
    """A certificate that the person may see: her own, or any for an administrator.

    Raises UnknownCertificate.
    """
    query = _query().where(Certificate.key == key)
    if person.role is not Role.ADMINISTRATOR:
        query = query.where(Certificate.user_id == person.id)
    certificate = db.scalars(query).unique().one_or_none()
    if certificate is None:
        raise UnknownCertificate
    return certificate


def certificate_with_code(db: Session, code: str) -> Certificate:
    """The certificate with this verification code as it is stored; raises UnknownCode."""
    query = _query().options(joinedload(Certificate.user)).where(Certificate.code == code)
    certificate = db.scalars(query).unique().one_or_none()
    if certificate is None:
        raise UnknownCode
    return certificate


def find_certificates(db: Session, words: str, before: int | None = None) -> Sequence[Certificate]:
    """Certificates whose names, serial number or code hold every word; newest first, a page."""
    query = _query().order_by(Certificate.id.desc()).limit(PAGE_SIZE)
    fits = and_(true(), *(_holds(word) for word in folded(words).split()))
    if code := normal_code(words):  # a name of sixteen letters can look like one
        fits = or_(fits, _holds(folded(code)))
    query = query.where(fits)
    if before is not None:
        query = query.where(Certificate.id < before)
    return db.scalars(query).unique().all()


def _holds(word: str) -> ColumnElement[bool]:
    return Certificate.searchable.contains(word, autoescape=True)


def file_of(db: Session, certificate: Certificate) -> StoredFile:
    """The stored PDF; raises NotRendered while it is being made."""
    if certificate.file_sha256 is None:
        raise NotRendered
    return files.load(db, certificate.file_sha256)


def picture_file(db: Session, certificate: Certificate) -> StoredFile:
    """The stored picture; raises NotRendered while it is being made, or PictureNotMade."""
    if certificate.picture_sha256 is None:
        raise PictureNotMade if certificate.file_fault else NotRendered
    return files.load(db, certificate.picture_sha256)


def picture_size(db: Session, certificate: Certificate) -> tuple[int, int]:
    """Width and height of the stored picture in pixels: its first words (PNG, 11.2.1).

    Raises NotRendered while it is being made.
    """
    if certificate.picture_sha256 is None:
        raise NotRendered
    begin = files.beginning_of(db, certificate.picture_sha256, 24)
    width, height = struct.unpack(">II", begin[16:])
    return width, height


def export_certificates(db: Session, person: User) -> list[dict[str, Any]]:
    """A person's certificates as plain data to take away."""
    found = certificates_of(db, person)
    ids = [one.id for one in found]
    read_again, sheets = _read_again(db, ids), desk.export_sheets(db, ids)
    return [
        {
            "facts": certificate.facts,
            "correction_reason": certificate.correction_reason,
            "read_again": read_again.get(certificate.id, []),
            "evidence": certificate.evidence,
            "issued_at": certificate.issued_at.isoformat(),
            "revoked_at": certificate.revoked_at.isoformat() if certificate.revoked_at else None,
            "sheets": sheets.get(certificate.id, []),
        }
        for certificate in found
    ]


def _read_again(db: Session, certificate_ids: Collection[int]) -> dict[int, list[dict[str, str]]]:
    """What was noted under each version, each reading once."""
    query = select(RefresherReading).where(among(RefresherReading.certificate_id, certificate_ids))
    found: defaultdict[int, list[dict[str, str]]] = defaultdict(list)
    for one in db.scalars(query.order_by(RefresherReading.read_at, RefresherReading.id)):
        found[one.certificate_id].append({"lesson": one.lesson_key, "at": one.read_at.isoformat()})
    return found
