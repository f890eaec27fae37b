"""Cohorts, who leads them, who is in them, what they learn, and the codes that let people join."""

from __future__ import annotations

from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.db import Base


class Cohort(Base):
    """An instructor's group of trainees."""

    __tablename__ = "cohort"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), unique=True, default=lambda: str(uuid4()))
    #: Sending the form for a new cohort twice makes one cohort.
    event_id: Mapped[str] = mapped_column(String(36), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    #: The university or organisation that sends the trainees.
    partner: Mapped[str] = mapped_column(String(160))
    #: ISO 3166-1 alpha-2 of the country most of them come from.
    country: Mapped[str] = mapped_column(String(2))
    #: The language proposed to people who join.
    language: Mapped[str] = mapped_column(String(8))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]

    courses: Mapped[list[CohortCourse]] = relationship(
        back_populates="cohort", order_by="CohortCourse.position", cascade="all, delete-orphan"
    )


class CohortInstructor(Base):
    """One instructor who leads a cohort."""

    __tablename__ = "cohort_instructor"
    __table_args__ = (UniqueConstraint("cohort_id", "user_id", name="uq_cohort_instructor"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)

    user: Mapped[User] = relationship()


class CohortMember(Base):
    """One trainee in a cohort. A row is closed, never deleted."""

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

    cohort: Mapped[Cohort] = relationship()
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
    created_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    cohort: Mapped[Cohort] = relationship()
