"""Cohorts, who leads them, who is in them, what they learn, and the codes that let people join."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.cohorts.types import RequestState, RosterState
from app.core.db import NOT_IN_BACKUP, Base, enum_column


class Cohort(Base):
    """An instructor's group of trainees."""

    __tablename__ = "cohort"
    __table_args__ = (CheckConstraint("capacity > 0", name="capacity_positive"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), unique=True, default=lambda: str(uuid4()))
    #: Sending the form for a new cohort twice makes one cohort.
    event_id: Mapped[str] = mapped_column(String(36), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    #: The university or organisation that sends the trainees.
    partner: Mapped[str] = mapped_column(String(160))
    #: ISO 3166-1 alpha-2 of the countries they come from.
    countries: Mapped[list[str]]
    #: The languages proposed to people who join: of the pages, and to read beside it.
    language: Mapped[str] = mapped_column(String(8))
    second_language: Mapped[str | None] = mapped_column(String(8))
    #: The most trainees there may be at one time; None: as many as come.
    capacity: Mapped[int | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]

    courses: Mapped[list[CohortCourse]] = relationship(
        back_populates="cohort", order_by="CohortCourse.position", cascade="all, delete-orphan"
    )

    @property
    def country(self) -> str:
        """The first of its countries, proposed where one must be chosen."""
        return self.countries[0]


class CohortInstructor(Base):
    """One instructor who leads a cohort."""

    __tablename__ = "cohort_instructor"
    __table_args__ = (UniqueConstraint("cohort_id", "user_id", name="uq_cohort_instructor"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)

    user: Mapped[User] = relationship()


class CohortMember(Base):
    """One trainee in a cohort. Leaving closes a row; only an undone import deletes what it made."""

    __tablename__ = "cohort_member"
    __table_args__ = (
        UniqueConstraint("cohort_id", "user_id", name="uq_cohort_member"),
        Index("ix_cohort_member_user", "user_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    joined_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    #: Why she was taken out, in the instructor's words.
    withdrawn_reason: Mapped[str | None] = mapped_column(Text)
    #: The cohort she was moved to, when that is how the membership ended.
    moved_to_id: Mapped[int | None] = mapped_column(ForeignKey("cohort.id"))

    cohort: Mapped[Cohort] = relationship(foreign_keys=[cohort_id])
    moved_to: Mapped[Cohort | None] = relationship(foreign_keys=[moved_to_id])
    user: Mapped[User] = relationship()


class CohortCourse(Base):
    """A course that the cohort follows."""

    __tablename__ = "cohort_course"
    __table_args__ = (UniqueConstraint("cohort_id", "slug", name="uq_cohort_course"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    slug: Mapped[str] = mapped_column(String(60))
    position: Mapped[int]
    #: The last day by which the cohort should have passed, in the programme's time zone.
    due_on: Mapped[date | None]

    cohort: Mapped[Cohort] = relationship(back_populates="courses")


class JoinCode(Base):
    """A code with which people make their own account in a cohort."""

    __tablename__ = "join_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"), index=True)
    #: Sending the form for a new code twice makes one code.
    event_id: Mapped[str] = mapped_column(String(36), unique=True)
    #: Eight characters without look-alikes; shown to the instructor whenever she asks.
    code: Mapped[str] = mapped_column(String(16), unique=True)
    #: The last day on which it works, in the programme's time zone.
    expires_on: Mapped[date]
    capacity: Mapped[int]
    used: Mapped[int] = mapped_column(default=0)
    #: Who joins by it waits until an instructor of the cohort lets her in.
    needs_approval: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    cohort: Mapped[Cohort] = relationship()


class JoinRequest(Base):
    """Somebody who joined by a code that needs approval, and how it was decided."""

    __tablename__ = "join_request"
    __table_args__ = (
        UniqueConstraint("key", name="uq_join_request_key"),
        # Waiting twice in one queue is waiting once.
        Index(
            "uq_join_request_waiting",
            "cohort_id",
            "user_id",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_join_request_user_id", "user_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), default=lambda: str(uuid4()))
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    code_id: Mapped[int] = mapped_column(ForeignKey("join_code.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    state: Mapped[RequestState] = mapped_column(
        enum_column(RequestState), default=RequestState.WAITING
    )
    asked_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    cohort: Mapped[Cohort] = relationship()
    user: Mapped[User] = relationship(foreign_keys=[user_id])


class Announcement(Base):
    """What an instructor tells a cohort, in the language she wrote and perhaps in others."""

    __tablename__ = "announcement"
    __table_args__ = (
        UniqueConstraint("key", name="uq_announcement_key"),
        UniqueConstraint("event_id", name="uq_announcement_event_id"),
        Index("ix_announcement_cohort_id", "cohort_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), default=lambda: str(uuid4()))
    #: Sending the form for a new announcement twice makes one.
    event_id: Mapped[str] = mapped_column(String(36))
    #: SHA-256 of what was first sent, to tell a repeat from a conflict.
    digest: Mapped[str] = mapped_column(String(64))
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    #: The language in which it was written; `texts` always has it.
    language: Mapped[str] = mapped_column(String(8))
    #: {language: {"title": …, "text": …}}; plain text, paragraphs between empty lines.
    texts: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]

    cohort: Mapped[Cohort] = relationship()
    author: Mapped[User] = relationship()


class AnnouncementReading(Base):
    """One person said that she has read an announcement."""

    __tablename__ = "announcement_reading"
    __table_args__ = (
        UniqueConstraint("announcement_id", "user_id", name="uq_announcement_reading"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    announcement_id: Mapped[int] = mapped_column(ForeignKey("announcement.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    read_at: Mapped[datetime]


class RosterImport(Base):
    """One list of people on its way into a cohort, or what became of it."""

    __tablename__ = "roster_import"
    __table_args__ = (
        UniqueConstraint("key", name="uq_roster_import_key"),
        UniqueConstraint("event_id", name="uq_roster_import_event_id"),
        UniqueConstraint("confirm_event_id", name="uq_roster_import_confirm_event_id"),
        Index("ix_roster_import_cohort_id", "cohort_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), default=lambda: str(uuid4()))
    #: Sending the file twice makes one import; the digest tells a repeat from another file.
    event_id: Mapped[str] = mapped_column(String(36))
    digest: Mapped[str] = mapped_column(String(64))
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    file_name: Mapped[str] = mapped_column(String(120))
    #: How it was read: an encoding, or the name of the sheet.
    source: Mapped[str] = mapped_column(String(120))
    state: Mapped[RosterState] = mapped_column(enum_column(RosterState))
    uploaded_at: Mapped[datetime]
    #: The content is deleted then at the latest.
    expires_at: Mapped[datetime]
    confirm_event_id: Mapped[str | None] = mapped_column(String(36))
    #: Of the preview that was confirmed: a repeat of the event with another one is a conflict.
    confirm_digest: Mapped[str | None] = mapped_column(String(64))
    confirmed_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    #: How many rows of each state there were when it was confirmed.
    counts: Mapped[dict[str, Any]]

    cohort: Mapped[Cohort] = relationship()
    by: Mapped[User] = relationship()


class RosterContent(Base):
    """The rows of a list before it is confirmed. The file itself is never stored."""

    __tablename__ = "roster_content"
    __table_args__ = {"info": NOT_IN_BACKUP}  # noqa: RUF012 (SQLAlchemy reads it from the class)

    import_id: Mapped[int] = mapped_column(ForeignKey("roster_import.id"), primary_key=True)
    #: [row number as in the file, [cell, …]]
    rows: Mapped[list[Any]]
    #: The number of the row with the headers; 0 when there is none.
    header: Mapped[int]
    #: Column (counted from 0) to field.
    columns: Mapped[dict[str, Any]]
    #: Row number to what the person chose for it.
    choices: Mapped[dict[str, Any]]


class RosterChange(Base):
    """What an import did to one person, so that one step takes it back."""

    __tablename__ = "roster_change"
    __table_args__ = (
        UniqueConstraint("import_id", "user_id", name="uq_roster_change"),
        Index("ix_roster_change_user_id", "user_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("roster_import.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    row: Mapped[int]
    #: The account was made.
    created: Mapped[bool]
    #: She was not in the cohort before.
    joined: Mapped[bool]
    #: She had been in it and left then.
    left_before: Mapped[datetime | None]
    enrollment_ids: Mapped[list[Any]]
    #: Columns of the account before and after, and in `before` as "place" those of the membership
    #: that she had left, and as "request" the id of that by which she waited;
    #: emptied after 7 days, and when she is erased.
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]

    user: Mapped[User] = relationship()
