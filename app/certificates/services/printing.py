"""From frozen facts to stored files; and previews, which are no certificates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.certificates.models import Certificate, CertificatePreview
from app.certificates.services.awards import award_of
from app.certificates.services.freezing import printed_facts
from app.certificates.services.issuing import ask_file
from app.certificates.services.standing import NO_NUMBERS
from app.certificates.services.templates import template_to_print
from app.certificates.types import AlreadyRendered, NotEligible, Readiness, UnknownCertificate
from app.core import files, jobs
from app.core.events import new_event_id
from app.courses.types import Course, Programme

PDF = "application/pdf"
PNG = "image/png"
#: Of a certificate's picture: what a chat shows at once also on a slow network.
MOST_PICTURE_BYTES = 250_000
PREVIEW_LIFETIME = timedelta(days=1)


def facts_to_print(db: Session, certificate_id: int) -> Mapping[str, Any] | None:
    """The frozen facts of a certificate whose file is not made yet, else None."""
    certificate = db.get(Certificate, certificate_id)
    if certificate is None or certificate.file_sha256 is not None:
        return None
    return printed(certificate)


def printed(certificate: Certificate) -> dict[str, Any]:
    """What a page of the certificate is drawn from: its frozen facts, and the same signed."""
    return {**certificate.facts, "signed": certificate.signed}


def store_pdf(db: Session, certificate_id: int, content: bytes, at: datetime) -> str:
    """Keep the file of a certificate, once and for all; returns its SHA-256.

    Raises AlreadyRendered when there is one: the stored file never changes.
    """
    stored = files.store(db, content, PDF, at)
    without = (Certificate.id == certificate_id, Certificate.file_sha256.is_(None))
    values = {"file_sha256": stored.sha256, "file_fault": None}
    done = db.execute(
        update(Certificate).where(*without).values(**values).returning(Certificate.id)
    ).first()
    if done is None:
        raise AlreadyRendered
    _ask_picture(db, certificate_id)
    return stored.sha256


def _ask_picture(db: Session, certificate_id: int) -> None:
    unique = f"certificates.picture:{certificate_id}"
    jobs.enqueue(db, "certificates.picture", {"certificate": certificate_id}, unique)


def pdf_to_draw(db: Session, certificate_id: int) -> bytes | None:
    """The stored file of a certificate that has no picture yet, else None."""
    certificate = db.get(Certificate, certificate_id)
    if certificate is None or certificate.file_sha256 is None or certificate.picture_sha256:
        return None
    return files.load(db, certificate.file_sha256).content


def store_picture(db: Session, certificate_id: int, content: bytes, at: datetime) -> None:
    """Keep the picture of a certificate; one that is there already stays."""
    stored = files.store(db, content, PNG, at)
    without = (Certificate.id == certificate_id, Certificate.picture_sha256.is_(None))
    values = {"picture_sha256": stored.sha256, "file_fault": None}
    db.execute(update(Certificate).where(*without).values(**values))


def ask_missing_files(db: Session) -> int:
    """Have every file made that is still missing, also after a fault; returns how many.

    A file without its picture counts too.
    """
    query = select(Certificate.id).order_by(Certificate.id)
    missing = db.scalars(query.where(Certificate.file_sha256.is_(None))).all()
    for certificate_id in missing:
        ask_file(db, certificate_id)
    drawn, picture = Certificate.file_sha256.is_not(None), Certificate.picture_sha256
    bare = db.scalars(query.where(drawn, picture.is_(None))).all()
    for certificate_id in bare:
        _ask_picture(db, certificate_id)
    return len(missing) + len(bare)


def record_fault(db: Session, certificate_id: int, fault: str) -> None:
    """Keep why the file could not be made."""
    db.execute(
        update(Certificate)
        .where(Certificate.id == certificate_id, Certificate.file_sha256.is_(None))
        .values(file_fault=fault[:500])
    )


def record_picture_fault(db: Session, certificate_id: int, fault: str) -> None:
    """Keep why a certificate has a file and no picture."""
    bare = (Certificate.file_sha256.is_not(None), Certificate.picture_sha256.is_(None))
    which = update(Certificate).where(Certificate.id == certificate_id, *bare)
    db.execute(which.values(file_fault=fault[:500]))


def ask_preview(
    db: Session, ready: Readiness, what: Course | Programme, by: User, at: datetime, base_url: str
) -> CertificatePreview:
    """Have one person's certificate drawn as it would be; replaces this administrator's last one.

    Raises NotEligible.
    """
    if not ready.is_eligible:
        raise NotEligible(name=ready.user.native_name)
    old = CertificatePreview.asked_at < at - PREVIEW_LIFETIME
    db.execute(delete(CertificatePreview).where(old | (CertificatePreview.by_id == by.id)))
    award = award_of(what)
    template = template_to_print(db, award, at)
    preview = CertificatePreview(
        key=new_event_id(),
        by_id=by.id,
        asked_at=at,
        facts=printed_facts(ready, award, NO_NUMBERS, base_url, template),
    )
    db.add(preview)
    jobs.enqueue(db, "certificates.preview", {"preview": preview.key})
    return preview


def preview_of(db: Session, by: User, key: str) -> CertificatePreview:
    """An administrator's own preview; raises UnknownCertificate."""
    own = (CertificatePreview.key == key, CertificatePreview.by_id == by.id)
    preview = db.scalars(select(CertificatePreview).where(*own)).one_or_none()
    if preview is None:
        raise UnknownCertificate
    return preview


def preview_facts(db: Session, key: str) -> Mapping[str, Any] | None:
    """The facts of a preview that is still wanted, else None."""
    return db.scalar(select(CertificatePreview.facts).where(CertificatePreview.key == key))


def store_preview(db: Session, key: str, content: bytes | None, fault: str | None) -> None:
    """Keep the drawing of a preview, or why there is none."""
    db.execute(
        update(CertificatePreview)
        .where(CertificatePreview.key == key)
        .values(content=content, fault=fault)
    )
