"""Training days: the plan, and the logs of what happened. A log's rows are added, never changed.

Each log numbers its entries of one thing; two people at once cannot write the same number, so
the newest entry is always one.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from uuid import uuid4

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from app.accounts.models import User
from app.cohorts.models import Cohort
from app.core.db import Base, enum_column
from app.practicals.types.sessions import How, PaperKind, Presence, StaffRole, Turn


def _key() -> str:
    return str(uuid4())


class TrainingSession(Base):
    """An in-person meeting of a cohort. Its times are those of the place."""

    __tablename__ = "training_session"
    __table_args__ = (UniqueConstraint("event_id", name="uq_training_session_event_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), unique=True, default=_key)
    event_id: Mapped[str] = mapped_column(String(36))
    content_digest: Mapped[str] = mapped_column(String(64))
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"), index=True)
    held_on: Mapped[date]
    begins: Mapped[time]
    ends: Mapped[time]
    place: Mapped[str] = mapped_column(String(160))
    timezone: Mapped[str] = mapped_column(String(40))
    #: Slugs of the courses that are trained; those of the stations among them.
    courses: Mapped[list[str]]
    manikins: Mapped[int]
    equipment: Mapped[str] = mapped_column(String(400))
    note: Mapped[str] = mapped_column(Text)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str | None] = mapped_column(Text)
    #: The newest line of `session_turn`, once more: a row to lock and to list by.
    closed_at: Mapped[datetime | None]
    #: The last number of a paper skill sheet.
    papers: Mapped[int] = mapped_column(default=0)

    cohort: Mapped[Cohort] = relationship()
    stations: Mapped[list[SessionStation]] = relationship(
        order_by="SessionStation.position", cascade="all, delete-orphan"
    )
    staff: Mapped[list[SessionStaff]] = relationship(
        order_by="SessionStaff.id", cascade="all, delete-orphan"
    )

    @property
    def is_open(self) -> bool:
        """Whether attendance, deferrals and new checks are taken."""
        return self.closed_at is None and self.cancelled_at is None


class SessionStation(Base):
    """A station of a day: one skill sheet."""

    __tablename__ = "session_station"
    __table_args__ = (
        UniqueConstraint("session_id", "course_slug", "sheet_key", name="uq_session_station"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), unique=True, default=_key)
    session_id: Mapped[int] = mapped_column(ForeignKey("training_session.id"))
    position: Mapped[int]
    course_slug: Mapped[str] = mapped_column(String(60))
    sheet_key: Mapped[str] = mapped_column(String(60))

    @property
    def sheet(self) -> tuple[str, str]:
        """Course slug and sheet key."""
        return self.course_slug, self.sheet_key


class SessionStaff(Base):
    """Who instructs or examines on a day."""

    __tablename__ = "session_staff"
    __table_args__ = (
        UniqueConstraint("session_id", "user_id", "role", name="uq_session_staff"),
        Index("ix_session_staff_user_id", "user_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("training_session.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    role: Mapped[StaffRole] = mapped_column(enum_column(StaffRole))

    user: Mapped[User] = relationship()


class SessionGuest(Base):
    """A trainee of another cohort who takes part."""

    __tablename__ = "session_guest"
    __table_args__ = (
        UniqueConstraint("session_id", "user_id", name="uq_session_guest"),
        Index("ix_session_guest_user_id", "user_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("training_session.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    added_at: Mapped[datetime]

    user: Mapped[User] = relationship()


class AttendanceEvent(Base):
    """One entry of attendance. The newest of a person is her state."""

    __tablename__ = "attendance_event"
    __table_args__ = (
        UniqueConstraint("event_id", name="uq_attendance_event_event_id"),
        UniqueConstraint("session_id", "user_id", "number", name="uq_attendance_event_number"),
        Index("ix_attendance_event_user_id", "user_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(String(36))
    content_digest: Mapped[str] = mapped_column(String(64))
    session_id: Mapped[int] = mapped_column(ForeignKey("training_session.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    number: Mapped[int]  # counts this person's entries of the day
    what: Mapped[Presence] = mapped_column(enum_column(Presence))
    #: The place's time at which a late person came, or an early one left.
    clock: Mapped[time | None]
    note: Mapped[str] = mapped_column(Text)
    how: Mapped[How] = mapped_column(enum_column(How))
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    #: When the server took it, and what the device's clock said, if it said anything.
    at: Mapped[datetime]
    device_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(foreign_keys=[user_id])
    by: Mapped[User] = relationship(foreign_keys=[by_id])


class DeferralEvent(Base):
    """A station put off for one trainee, with a reason; or that taken back."""

    __tablename__ = "deferral_event"
    __table_args__ = (
        UniqueConstraint("event_id", name="uq_deferral_event_event_id"),
        UniqueConstraint("station_id", "user_id", "number", name="uq_deferral_event_number"),
        Index("ix_deferral_event_user_id", "user_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(String(36))
    content_digest: Mapped[str] = mapped_column(String(64))
    station_id: Mapped[int] = mapped_column(ForeignKey("session_station.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    number: Mapped[int]
    is_deferred: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime]

    by: Mapped[User] = relationship(foreign_keys=[by_id])


class SessionTurn(Base):
    """The books of a day closed or reopened."""

    __tablename__ = "session_turn"
    __table_args__ = (
        UniqueConstraint("event_id", name="uq_session_turn_event_id"),
        UniqueConstraint("session_id", "number", name="uq_session_turn_number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(String(36))
    session_id: Mapped[int] = mapped_column(ForeignKey("training_session.id"))
    number: Mapped[int]
    what: Mapped[Turn] = mapped_column(enum_column(Turn))
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime]
    #: Why it was reopened.
    reason: Mapped[str | None] = mapped_column(Text)
    #: Who belonged to the day when it was closed: their numbers.
    people: Mapped[list[Any]]

    by: Mapped[User] = relationship()


class SessionPaper(Base):
    """A print of the sign-in list, or of a station's skill sheets with the numbers they got."""

    __tablename__ = "session_paper"
    __table_args__ = (
        UniqueConstraint("event_id", name="uq_session_paper_event_id"),
        UniqueConstraint("session_id", "first", name="uq_session_paper_first"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), unique=True, default=_key)
    event_id: Mapped[str] = mapped_column(String(36))
    content_digest: Mapped[str] = mapped_column(String(64))
    session_id: Mapped[int] = mapped_column(ForeignKey("training_session.id"))
    kind: Mapped[PaperKind] = mapped_column(enum_column(PaperKind))
    language: Mapped[str] = mapped_column(String(8))
    station_id: Mapped[int | None] = mapped_column(ForeignKey("session_station.id"))
    #: Numbers of the people whose names are printed, in order; empty for blank sheets.
    people: Mapped[list[Any]]
    #: The first number and how many sheets; no number for a sign-in list.
    first: Mapped[int | None]
    count: Mapped[int]
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime]
    #: The file, for a day; then it is made again when it is asked for.
    content: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    made_at: Mapped[datetime | None]
    fault: Mapped[str | None] = mapped_column(Text)

    session: Mapped[TrainingSession] = relationship()
    station: Mapped[SessionStation | None] = relationship()
