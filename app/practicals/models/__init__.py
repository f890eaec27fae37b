"""Skill checks: one sheet, one examiner, one to N participants, each with an own result.

A finished check is never changed: a correction is a new check that names the one it replaces.
Training days stand in `sessions`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.cohorts.models import Cohort
from app.core.db import Base, enum_column
from app.courses.models import CourseEdition
from app.practicals.models.sessions import TrainingSession
from app.practicals.types import AcknowledgedBy, Result, Standing

__all__ = ["SkillCheck", "SkillCheckParticipant", "TrainingSession"]


class SkillCheck(Base):
    """One grading of one sheet."""

    __tablename__ = "skill_check"
    __table_args__ = (
        # One correction at most follows a check, whoever is first.
        UniqueConstraint("corrects_id", name="uq_skill_check_corrects_id"),
        Index("ix_skill_check_sheet", "course_slug", "sheet_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), unique=True, default=lambda: str(uuid4()))
    event_id: Mapped[str] = mapped_column(String(36), unique=True)
    content_digest: Mapped[str] = mapped_column(String(64))
    course_slug: Mapped[str] = mapped_column(String(60))
    sheet_key: Mapped[str] = mapped_column(String(60))
    edition_id: Mapped[int] = mapped_column(ForeignKey("course_edition.id"))
    examiner_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    cohort_id: Mapped[int | None] = mapped_column(ForeignKey("cohort.id"), index=True)
    session_id: Mapped[int | None] = mapped_column(ForeignKey("training_session.id"), index=True)
    #: The calendar day at the place of training.
    held_on: Mapped[date]
    place: Mapped[str] = mapped_column(String(160))
    language: Mapped[str] = mapped_column(String(8))
    equipment: Mapped[str] = mapped_column(String(1000))
    recorded_at: Mapped[datetime]
    #: What the device's own clock said, if it said anything.
    device_at: Mapped[datetime | None]
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("skill_check.id"))
    correction_reason: Mapped[str | None] = mapped_column(Text)
    #: Whether it counts, or still waits for a second examiner. Lapsing is computed, not stored.
    standing: Mapped[Standing] = mapped_column(
        enum_column(Standing), default=Standing.COUNTS, server_default=Standing.COUNTS.value
    )
    #: Seconds on the timer, or as read from a watch; None where nobody measured.
    seconds_used: Mapped[int | None]
    #: Number or words of the paper sheet that was typed in, who signed it, and on which day.
    paper: Mapped[str | None] = mapped_column(String(120))
    paper_signed_by: Mapped[str | None] = mapped_column(String(160))
    paper_signed_on: Mapped[date | None]

    examiner: Mapped[User] = relationship()
    cohort: Mapped[Cohort | None] = relationship()
    session: Mapped[TrainingSession | None] = relationship()
    edition: Mapped[CourseEdition] = relationship()
    corrects: Mapped[SkillCheck | None] = relationship(
        remote_side="SkillCheck.id", back_populates="corrected_by", foreign_keys=[corrects_id]
    )
    corrected_by: Mapped[SkillCheck | None] = relationship(
        back_populates="corrects", foreign_keys=[corrects_id], uselist=False
    )
    participants: Mapped[list[SkillCheckParticipant]] = relationship(
        back_populates="check", order_by="SkillCheckParticipant.id"
    )
    second: Mapped[SecondGrading | None] = relationship(back_populates="check", uselist=False)
    settlements: Mapped[list[CheckSettlement]] = relationship(
        back_populates="check", order_by="CheckSettlement.number"
    )


class SkillCheckParticipant(Base):
    """One trainee in one check: role, marks, result and acknowledgement."""

    __tablename__ = "skill_check_participant"
    __table_args__ = (
        UniqueConstraint("check_id", "user_id", name="uq_skill_check_participant"),
        # The attempts of a day are counted by the database: two examiners at once cannot give
        # a third one. A correction keeps the attempt and counts up `correction`.
        UniqueConstraint(
            "user_id",
            "course_slug",
            "sheet_key",
            "held_on",
            "attempt_of_day",
            "correction",
            name="uq_skill_check_attempt",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), unique=True, default=lambda: str(uuid4()))
    check_id: Mapped[int] = mapped_column(ForeignKey("skill_check.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    course_slug: Mapped[str] = mapped_column(String(60))
    sheet_key: Mapped[str] = mapped_column(String(60))
    held_on: Mapped[date]
    attempt_of_day: Mapped[int]
    correction: Mapped[int] = mapped_column(default=0)
    role: Mapped[str] = mapped_column(String(60))
    result: Mapped[Result] = mapped_column(enum_column(Result))
    #: {"steps": {key: mark}, "step_reasons": {key: text}, "critical_fails": {key: text}}
    marks: Mapped[dict[str, Any]]
    comment: Mapped[str] = mapped_column(Text, default="")
    #: What two examiners settled where they differed: {"steps": …, "critical_fails": …}, both
    #: {key: {"mark": mark, "reason": text}}, and the result that follows. Empty otherwise.
    settled_marks: Mapped[dict[str, Any] | None]
    settled_result: Mapped[Result | None] = mapped_column(enum_column(Result))
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[AcknowledgedBy | None] = mapped_column(enum_column(AcknowledgedBy))
    acknowledge_event_id: Mapped[str | None] = mapped_column(String(36), unique=True)

    check: Mapped[SkillCheck] = relationship(back_populates="participants")
    user: Mapped[User] = relationship()

    @property
    def final_result(self) -> Result:
        """The result that counts: the settled one where there is one."""
        return self.settled_result or self.result


class SecondGrading(Base):
    """The second examiner's marks of a check, given without seeing the first's; never changed."""

    __tablename__ = "second_grading"
    # One second examiner for a check, whoever is first.
    __table_args__ = (UniqueConstraint("check_id", name="uq_second_grading_check_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(String(36), unique=True)
    content_digest: Mapped[str] = mapped_column(String(64))
    check_id: Mapped[int] = mapped_column(ForeignKey("skill_check.id"))
    examiner_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    #: By the number of the participant's row, as `SkillCheckParticipant.marks`, with the comment.
    marks: Mapped[dict[str, Any]]
    recorded_at: Mapped[datetime]

    check: Mapped[SkillCheck] = relationship(back_populates="second")
    examiner: Mapped[User] = relationship()


class CheckSettlement(Base):
    """How a difference between two examiners is to be settled: proposed by one, agreed by another.

    An administrator's decision is proposed and agreed in one act. Rows are added; of a row only
    the agreement is written later, once.
    """

    __tablename__ = "check_settlement"
    __table_args__ = (UniqueConstraint("check_id", "number", name="uq_check_settlement_number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), unique=True, default=lambda: str(uuid4()))
    event_id: Mapped[str] = mapped_column(String(36), unique=True)
    content_digest: Mapped[str] = mapped_column(String(64))
    check_id: Mapped[int] = mapped_column(ForeignKey("skill_check.id"))
    number: Mapped[int]
    #: By the number of the participant's row: {place: {"mark": mark, "reason": text}}.
    settled: Mapped[dict[str, Any]]
    #: Why an administrator decided; empty where the two examiners settle.
    reason: Mapped[str | None] = mapped_column(Text)
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    proposed_at: Mapped[datetime]
    agreed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    agreed_at: Mapped[datetime | None]
    agree_event_id: Mapped[str | None] = mapped_column(String(36), unique=True)

    check: Mapped[SkillCheck] = relationship(back_populates="settlements")
    proposed_by: Mapped[User] = relationship(foreign_keys=[proposed_by_id])
    agreed_by: Mapped[User | None] = relationship(foreign_keys=[agreed_by_id])
