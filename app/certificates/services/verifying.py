"""What the public may know: every printed fact and the state on a day, and nothing more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.certificates.models import Certificate
from app.certificates.services.numbers import normal_code
from app.certificates.types import CertificateState, UnknownCode, Verification


def verify(db: Session, typed: str, on: date) -> Verification:
    """The certificate of a code as typed, on a programme-zone day; raises UnknownCode."""
    code = normal_code(typed)
    if code is None:
        raise UnknownCode
    query = select(Certificate).options(joinedload(Certificate.replacement))
    certificate = db.scalars(query.where(Certificate.code == code)).unique().one_or_none()
    if certificate is None:
        raise UnknownCode
    return Verification(certificate.facts, state_of(certificate, on), on)


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
    return {
        "state": verification.state.value,
        "checked_on": verification.checked_on.isoformat(),
        "certificate": verification.facts,
    }
