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
from app.certificates.types import AwardKind
from app.core.db import NOT_IN_BACKUP, Base, enum_column
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
        UniqueConstraint("status_index", name="uq_certificate_status_index"),
        CheckConstraint("valid_until >= award_date", name="valid_after_award"),
        CheckConstraint(
            "revoked_at IS NULL OR revocation_reason IS NOT NULL", name="revoked_with_reason"
        ),
        CheckConstraint(
            "replaces_id IS NULL OR correction_reason IS NOT NULL", name="corrected_with_reason"
        ),
        Index("ix_certificate_slug", "slug"),
        Index("ix_certificate_valid_until", "valid_until"),
        Index("ix_certificate_renews_id", "renews_id"),
        Index("ix_certificate_issue_id", "issue_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), default=new_event_id)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    kind: Mapped[AwardKind] = mapped_column(enum_column(AwardKind), default=AwardKind.COURSE)
    #: The course's slug; the programme's key on its own certificate.
    slug: Mapped[str] = mapped_column(String(60))
    award_date: Mapped[date]
    #: A correction is the next version of the same award.
    version: Mapped[int] = mapped_column(default=1)
    #: The version that this one corrects; a certificate is replaced at most once.
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"))
    #: Why the version before was corrected.
    correction_reason: Mapped[str | None] = mapped_column(Text)
    #: The earlier award of the same course that this one renews; both stand on one timeline.
    renews_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"))
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
    #: The facts signed for the QR code; None for a certificate of before signing.
    signed: Mapped[str | None] = mapped_column(Text)
    #: Its place in the status lists, drawn at random; see `types.STATUS_LIST_SIZE`.
    status_index: Mapped[int | None]
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


class RefresherReading(Base):
    """A lesson that a holder read again for the renewal of a certificate, as it was then."""

    __tablename__ = "refresher_reading"
    __table_args__ = (
        UniqueConstraint("certificate_id", "lesson_key", "digest", name="uq_refresher_reading"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"))
    lesson_key: Mapped[str] = mapped_column(String(80))
    #: Of the lesson's text; when it changes again, it is read again.
    digest: Mapped[str] = mapped_column(String(16))
    read_at: Mapped[datetime]


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


class CertificateTemplateVersion(Base):
    """One state of a template, design and words: what certificates were printed with.

    Rows are added and never changed. A state that nobody made in the site (a folder as it was
    when a certificate was issued) has no author.
    """

    __tablename__ = "certificate_template_version"
    __table_args__ = (
        # Of two administrators who save at once, the second is told.
        UniqueConstraint("name", "number", name="uq_certificate_template_version_number"),
        UniqueConstraint("event_id", name="uq_certificate_template_version_event_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    number: Mapped[int]
    #: SHA-256 of design, words and pictures together; frozen with each certificate.
    digest: Mapped[str] = mapped_column(String(64))
    #: The folder's own digest on that day, to see when the design files have changed since.
    folder_digest: Mapped[str] = mapped_column(String(64))
    #: The design files, as JSON.
    design_sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    content: Mapped[dict[str, Any]]
    #: Whether an administrator's words are in it; else they are the folder's.
    is_edited: Mapped[bool]
    #: The number of the earlier state that was brought back.
    restores: Mapped[int | None]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    saved_at: Mapped[datetime]
    event_id: Mapped[str] = mapped_column(String(36))
    #: SHA-256 of what was sent, to tell a repeat from a conflict.
    request_digest: Mapped[str] = mapped_column(String(64))

    by: Mapped[User | None] = relationship(foreign_keys=[by_id])


class CertificatePicture(Base):
    """A logo, or a signature that its signatory has agreed to; re-encoded, without metadata."""

    __tablename__ = "certificate_picture"
    __table_args__ = (
        UniqueConstraint("key", name="uq_certificate_picture_key"),
        UniqueConstraint("event_id", name="uq_certificate_picture_event_id"),
        CheckConstraint("kind = 'logo' OR consent_on IS NOT NULL", name="signature_with_consent"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), default=new_event_id)
    kind: Mapped[str] = mapped_column(String(20))
    file_sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    #: What a logo shows, or the signatory's name as it is printed.
    label: Mapped[str] = mapped_column(String(100))
    #: The day of the signatory's consent, and where its paper is kept.
    consent_on: Mapped[date | None]
    consent_note: Mapped[str | None] = mapped_column(Text)
    added_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    added_at: Mapped[datetime]
    #: From then on it is printed on no new certificate.
    withdrawn_at: Mapped[datetime | None]
    event_id: Mapped[str] = mapped_column(String(36))
    request_digest: Mapped[str] = mapped_column(String(64))


class CertificateTemplateChoice(Base):
    """Which template serves a course (`course:<slug>`) or another kind; none: the default."""

    __tablename__ = "certificate_template_choice"
    __table_args__ = (UniqueConstraint("scope", name="uq_certificate_template_choice_scope"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(60))
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    chosen_at: Mapped[datetime]


class CertificateTemplateDraft(Base):
    """What an administrator looks at before saving: one at a time each, then overwritten."""

    __tablename__ = "certificate_template_draft"
    __table_args__ = (
        UniqueConstraint("key", name="uq_certificate_template_draft_key"),
        UniqueConstraint("by_id", name="uq_certificate_template_draft_by_id"),
        {"info": NOT_IN_BACKUP},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), default=new_event_id)
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    name: Mapped[str] = mapped_column(String(60))
    content: Mapped[dict[str, Any]]
    asked_at: Mapped[datetime]
