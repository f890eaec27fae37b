"""Tables of certificates: acts of issuing, certificates, their counter, print runs, previews."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.accounts.types import NameForm
from app.certificates.types import AwardKind
from app.certificates.types.desk import TAKEN, PrintKind, SheetActKind, SheetState
from app.cohorts.models import Cohort
from app.core.db import NOT_IN_BACKUP, Base, enum_column
from app.core.events import new_event_id
from app.core.pdf import Turning

_TAKEN = f"state IN ({', '.join(repr(str(state)) for state in TAKEN)})"


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
    #: The first page as a picture, which chats can show; drawn once, from the stored file.
    picture_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    #: Why the file could not be made, or beside a file its picture: for the administrator.
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


class Printer(Base):
    """How one printer misses the place: what is added to every page that it prints."""

    __tablename__ = "printer"
    __table_args__ = (
        UniqueConstraint("key", name="uq_printer_key"),
        UniqueConstraint("name", name="uq_printer_name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), default=new_event_id)
    name: Mapped[str] = mapped_column(String(80))
    #: Millimetres to the right and down.
    right_mm: Mapped[float] = mapped_column(Float, default=0.0)
    down_mm: Mapped[float] = mapped_column(Float, default=0.0)
    #: The size of the page in percent, measured from the cross of the test page.
    percent: Mapped[float] = mapped_column(Float, default=100.0)
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))


class PrintRun(Base):
    """Certificates sent to paper as one file, in the order of the handover list."""

    __tablename__ = "print_run"
    __table_args__ = (
        UniqueConstraint("key", name="uq_print_run_key"),
        UniqueConstraint("event_id", name="uq_print_run_event_id"),
        Index("ix_print_run_cohort_id", "cohort_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), default=new_event_id)
    event_id: Mapped[str] = mapped_column(String(36))
    #: SHA-256 of what was sent, to tell a repeat from a conflict.
    digest: Mapped[str] = mapped_column(String(64))
    kind: Mapped[PrintKind] = mapped_column(enum_column(PrintKind))
    cohort_id: Mapped[int | None] = mapped_column(ForeignKey("cohort.id"))
    #: The run whose spoiled sheets this one prints again.
    reprints_id: Mapped[int | None] = mapped_column(ForeignKey("print_run.id"))
    sorted_by: Mapped[NameForm] = mapped_column(enum_column(NameForm))
    turning: Mapped[Turning] = mapped_column(enum_column(Turning), default=Turning.LONG_EDGE)
    #: The printer's name and its shift as they were on that day.
    printer: Mapped[str | None] = mapped_column(String(80))
    shift: Mapped[dict[str, Any]]
    #: Of wallet cards: the state of their template on that day. A certificate names its own.
    template_id: Mapped[int | None] = mapped_column(ForeignKey("certificate_template_version.id"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))  # None: a command
    made_at: Mapped[datetime]
    sheet_count: Mapped[int]
    drawn_at: Mapped[datetime | None]  # when the file was whole
    #: Why the file could not be made, in a sentence for the administrator.
    fault: Mapped[str | None] = mapped_column(Text)
    failed_at: Mapped[datetime | None]  # for another reason; empty again once drawing goes on
    withdrawn_at: Mapped[datetime | None]

    by: Mapped[User | None] = relationship(foreign_keys=[by_id])
    cohort: Mapped[Cohort | None] = relationship()
    reprints: Mapped[PrintRun | None] = relationship(remote_side="PrintRun.id")


class SheetAct(Base):
    """One thing said about sheets of a run: spoiled, handed over, or not handed over after all."""

    __tablename__ = "sheet_act"
    __table_args__ = (
        UniqueConstraint("event_id", name="uq_sheet_act_event_id"),
        Index("ix_sheet_act_run_id", "run_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(String(36))
    digest: Mapped[str] = mapped_column(String(64))
    run_id: Mapped[int] = mapped_column(ForeignKey("print_run.id"))
    kind: Mapped[SheetActKind] = mapped_column(enum_column(SheetActKind))
    reason: Mapped[str | None] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    done_at: Mapped[datetime]

    by: Mapped[User] = relationship(foreign_keys=[by_id])


class PrintSheet(Base):
    """One printed sheet (or card) of one certificate: its place in the run and where it is."""

    __tablename__ = "print_sheet"
    __table_args__ = (
        UniqueConstraint("key", name="uq_print_sheet_key"),
        UniqueConstraint("run_id", "position", name="uq_print_sheet_position"),
        UniqueConstraint("run_id", "certificate_id", name="uq_print_sheet_certificate"),
        # Two administrators at once print each certificate once.
        Index(
            "uq_print_sheet_taken",
            "certificate_id",
            "kind",
            unique=True,
            sqlite_where=text(_TAKEN),
            postgresql_where=text(_TAKEN),
        ),
        Index("ix_print_sheet_replaces_id", "replaces_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), default=new_event_id)
    run_id: Mapped[int] = mapped_column(ForeignKey("print_run.id"))
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"))
    kind: Mapped[PrintKind] = mapped_column(enum_column(PrintKind))
    #: From 1, in the order of the handover list.
    position: Mapped[int]
    state: Mapped[SheetState] = mapped_column(enum_column(SheetState), default=SheetState.PRINTED)
    #: The spoiled sheet whose place this one takes.
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("print_sheet.id"))
    spoiled_id: Mapped[int | None] = mapped_column(ForeignKey("sheet_act.id"))
    handed_id: Mapped[int | None] = mapped_column(ForeignKey("sheet_act.id"))

    run: Mapped[PrintRun] = relationship()
    certificate: Mapped[Certificate] = relationship()
    spoiled: Mapped[SheetAct | None] = relationship(foreign_keys=[spoiled_id])
    handed: Mapped[SheetAct | None] = relationship(foreign_keys=[handed_id])


class PrintPart(Base):
    """Finished pages of a run while it is drawn (from 1), and then the whole file (0)."""

    __tablename__ = "print_part"
    __table_args__ = (
        UniqueConstraint("run_id", "number", name="uq_print_part"),
        {"info": NOT_IN_BACKUP},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("print_run.id"))
    number: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]


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
