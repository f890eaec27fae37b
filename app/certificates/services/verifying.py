"""What the public may know: every printed fact and the state on a day, and nothing more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.certificates.models import Certificate
from app.certificates.services.numbers import normal_code
from app.certificates.types import CertificateState, UnknownCode, Verification, Version
from app.core.clock import programme_date
from app.courses.library import library


def verify(db: Session, typed: str, on: date) -> Verification:
    """The certificate of a code as typed, on a programme-zone day; raises UnknownCode.

    Two queries, and nothing is written.
    """
    code = normal_code(typed)
    if code is None:
        raise UnknownCode
    query = select(Certificate).options(joinedload(Certificate.replacement))
    certificate = db.scalars(query.where(Certificate.code == code)).unique().one_or_none()
    if certificate is None:
        raise UnknownCode
    chain = tuple(_version(one, on) for one in chain_of(db, certificate))
    return Verification(certificate.facts, state_of(certificate, on), on, chain)


def chain_of(db: Session, certificate: Certificate) -> list[Certificate]:
    """Every version of this award, the first one first. One query."""
    query = (
        select(Certificate)
        .options(joinedload(Certificate.replacement))
        .where(
            Certificate.user_id == certificate.user_id,
            Certificate.slug == certificate.slug,
            Certificate.award_date == certificate.award_date,
        )
        .order_by(Certificate.version)
    )
    return _linked(certificate, db.scalars(query).unique().all())


def _linked(certificate: Certificate, found: Sequence[Certificate]) -> list[Certificate]:
    """Those that lead to the certificate or follow from it: a merged person may have two awards."""
    by_id = {one.id: one for one in found}
    chain = [certificate]
    while (before := by_id.get(chain[0].replaces_id or 0)) is not None:
        chain.insert(0, before)
    while (after := chain[-1].replacement) is not None:
        chain.append(by_id.get(after.id, after))
    return chain


def _version(one: Certificate, on: date) -> Version:
    number = int(one.facts["version"])
    return Version(number, one.serial, one.code, one.issued_at, state_of(one, on))


def state_of(certificate: Certificate, on: date) -> CertificateState:
    """What the certificate is worth on a day; the last valid day is inclusive."""
    if certificate.revoked_at is not None:
        return CertificateState.REVOKED
    if certificate.replacement is not None:
        return CertificateState.REPLACED
    if on > certificate.valid_until:
        return CertificateState.EXPIRED
    return CertificateState.VALID


def public_record(verification: Verification) -> Mapping[str, Any]:
    """The same as plain data, for `/v/<code>.json`."""
    zone = library().programme.timezone
    return {
        "state": verification.state.value,
        "checked_on": verification.checked_on.isoformat(),
        "certificate": verification.facts,
        "versions": [
            {
                "version": one.version,
                "serial": one.serial,
                "code": one.code,
                "issued_on": programme_date(one.issued_at, zone).isoformat(),
                "state": one.state.value,
            }
            for one in verification.chain
        ],
    }
