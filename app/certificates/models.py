"""Tables of certificates: the acts of issuing, the certificates, their counter, and previews."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.db import NOT_IN_BACKUP, Base
from app.core.events import new_event_id


class CertificateIssue(Base):
    """One explicit act of issuing. Sending its form twice is the same act."""

    __tablename__ = "certificate_issue"
    __table_args__ = (UniqueConstraint("event_id", name="uq_certificate_issue_event_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(String(36))
    #: SHA-256 of what was sent, to tell a repeat from a conflict.
    digest: Mapped[str] = mapped_column(String(64))
    slug: Mapped[str] = mapped_column(String(60))
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    issued_at: Mapped[datetime]
    #: Keys of the people's certificates in order, so that a repeat gives the first result.
    certificate_keys: Mapped[list[str]]


class CertificateCounter(Base):
    """The last serial number given in a year; the row is locked while numbers are taken."""

    __tablename__ = "certificate_counter"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class Certificate(Base):
    """One award to one person. Every printed fact is frozen here when it is issued."""

    __tablename__ = "certificate"
    __table_args__ = (
        UniqueConstraint("key", name="uq_certificate_key"),
        # A double click or two administrators at once make one certificate.
        UniqueConstraint("user_id", "slug", "award_date", "version", name="uq_certificate_award"),
        UniqueConstraint("serial", name="uq_certificate_serial"),
        UniqueConstraint("code", name="uq_certificate_code"),
        UniqueConstraint("replaces_id", name="uq_certificate_replaces_id"),
        CheckConstraint("valid_until >= award_date", name="valid_after_award"),
        CheckConstraint(
            "revoked_at IS NULL OR revocation_reason IS NOT NULL", name="revoked_with_reason"
        ),
        Index("ix_certificate_slug", "slug"),
        Index("ix_certificate_issue_id", "issue_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), default=new_event_id)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    slug: Mapped[str] = mapped_column(String(60))
    award_date: Mapped[date]
    #: A correction is the next version of the same award.
    version: Mapped[int] = mapped_column(default=1)
    #: The version that this one corrects; a certificate is replaced at most once.
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"))
    #: The last day on which it holds, inclusive, in the programme's time zone.
    valid_until: Mapped[date]
    serial: Mapped[str] = mapped_column(String(24))
    #: 16 letters of Crockford's base 32, without hyphens.
    code: Mapped[str] = mapped_column(String(16))
    issue_id: Mapped[int] = mapped_column(ForeignKey("certificate_issue.id"))
    issued_at: Mapped[datetime]
    #: Everything that is printed; the PDF is made from this and from nothing else.
    facts: Mapped[dict[str, Any]]
    #: What the award rests on: attempt, skill sheets, examiners, languages, edition.
    evidence: Mapped[dict[str, Any]]
    #: Names, serial number and code, folded, for the search of the office.
    searchable: Mapped[str] = mapped_column(Text)
    file_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    #: Why the file could not be made, in a sentence for the administrator.
    file_fault: Mapped[str | None] = mapped_column(Text)
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    revocation_reason: Mapped[str | None] = mapped_column(Text)

    user: Mapped[User] = relationship(foreign_keys=[user_id])
    revoked_by: Mapped[User | None] = relationship(foreign_keys=[revoked_by_id])
    replacement: Mapped[Certificate | None] = relationship(
        foreign_keys=[replaces_id],
        remote_side=[replaces_id],
        uselist=False,
        viewonly=True,
        primaryjoin="Certificate.id == foreign(remote(Certificate.replaces_id))",
    )


class CertificatePreview(Base):
    """How one certificate would look: one at a time per administrator, then overwritten."""

    __tablename__ = "certificate_preview"
    __table_args__ = (
        UniqueConstraint("key", name="uq_certificate_preview_key"),
        UniqueConstraint("by_id", name="uq_certificate_preview_by_id"),
        {"info": NOT_IN_BACKUP},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), default=new_event_id)
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    asked_at: Mapped[datetime]
    facts: Mapped[dict[str, Any]]
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    fault: Mapped[str | None] = mapped_column(Text)
