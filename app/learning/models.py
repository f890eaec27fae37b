"""Tables of learning. Completions, answers and releases are added and never changed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.db import NOT_IN_BACKUP, Base, enum_column
from app.core.events import new_event_id
from app.courses.models import CourseEdition
from app.learning.types import AttemptStatus, CorrectionKind


class Enrollment(Base):
    """One trainee following one course. Every write to the two takes this row's lock first."""

    __tablename__ = "enrollment"
    __table_args__ = (UniqueConstraint("user_id", "course_slug", name="uq_enrollment_user_course"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    course_slug: Mapped[str] = mapped_column(String(60))
    enrolled_at: Mapped[datetime]

    user: Mapped[User] = relationship()


class LessonCompletion(Base):
    """A lesson done, once per trainee, as one event."""

    __tablename__ = "lesson_completion"
    __table_args__ = (
        UniqueConstraint("enrollment_id", "lesson_key", name="uq_lesson_completion_lesson"),
        UniqueConstraint("event_id", name="uq_lesson_completion_event_id"),
        # Counting the lessons of 1,000 trainees reads no row.
        Index("ix_lesson_completion_done", "enrollment_id", "lesson_key", "completed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrollment_id: Mapped[int] = mapped_column(ForeignKey("enrollment.id"))
    lesson_key: Mapped[str] = mapped_column(String(60))
    event_id: Mapped[str] = mapped_column(String(36))
    digest: Mapped[str] = mapped_column(String(64))
    edition: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(8))
    completed_at: Mapped[datetime]  # the server's clock
    device_at: Mapped[datetime | None]  # what the device said, for work done without a network


class Attempt(Base):
    """One try at a course's assessment: what was drawn, in which order, and how it went."""

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("key", name="uq_attempt_key"),
        UniqueConstraint("enrollment_id", "number", name="uq_attempt_number"),
        UniqueConstraint("start_event_id", name="uq_attempt_start_event_id"),
        UniqueConstraint("submit_event_id", name="uq_attempt_submit_event_id"),
        CheckConstraint(
            "(status = 'open') = (submitted_at IS NULL)", name="submitted_attempts_have_a_time"
        ),
        Index(
            "uq_attempt_open",
            "enrollment_id",
            unique=True,
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), default=new_event_id)
    enrollment_id: Mapped[int] = mapped_column(ForeignKey("enrollment.id"))
    number: Mapped[int]
    edition_id: Mapped[int] = mapped_column(ForeignKey("course_edition.id"))
    status: Mapped[AttemptStatus] = mapped_column(
        enum_column(AttemptStatus), default=AttemptStatus.OPEN
    )
    #: Drawn items in the order of their positions; see drawing.py for the shape.
    items: Mapped[list[Any]]
    language: Mapped[str] = mapped_column(String(8))  # in which it was started
    start_event_id: Mapped[str] = mapped_column(String(36))
    started_at: Mapped[datetime]
    submit_event_id: Mapped[str | None] = mapped_column(String(36))
    submitted_at: Mapped[datetime | None]
    #: The result that holds. The first one stands in `before_…` of the oldest Regrade.
    score: Mapped[int | None]
    max_score: Mapped[int | None]
    passed: Mapped[bool | None]
    musts_failed: Mapped[list[str] | None]

    enrollment: Mapped[Enrollment] = relationship()
    edition: Mapped[CourseEdition] = relationship()


class AttemptAnswer(Base):
    """One answer as it was given; of several to one question the last one in time counts."""

    __tablename__ = "attempt_answer"
    __table_args__ = (
        UniqueConstraint("event_id", name="uq_attempt_answer_event_id"),
        Index("ix_attempt_answer_position", "attempt_id", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    position: Mapped[int]  # counted from 1
    response: Mapped[dict[str, Any]]
    language: Mapped[str] = mapped_column(String(8))
    event_id: Mapped[str] = mapped_column(String(36))
    digest: Mapped[str] = mapped_column(String(64))
    answered_at: Mapped[datetime]
    #: The open page that sent it and its count there: networks let a later answer overtake.
    page_id: Mapped[str | None] = mapped_column(String(36))
    sequence: Mapped[int] = mapped_column(default=0)
    is_late: Mapped[bool] = mapped_column(default=False)


class AttemptRelease(Base):
    """An instructor allows one more attempt; `attempt_id` is the attempt that used it."""

    __tablename__ = "attempt_release"
    __table_args__ = (
        UniqueConstraint("event_id", name="uq_attempt_release_event_id"),
        UniqueConstraint("attempt_id", name="uq_attempt_release_attempt"),
        Index("ix_attempt_release_enrollment", "enrollment_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrollment_id: Mapped[int] = mapped_column(ForeignKey("enrollment.id"))
    released_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    reason: Mapped[str] = mapped_column(String(500))
    event_id: Mapped[str] = mapped_column(String(36))
    digest: Mapped[str] = mapped_column(String(64))
    released_at: Mapped[datetime]
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("attempt.id"))


class DueExtension(Base):
    """A later due date for one trainee and course, or (without a day) its taking back.

    Rows are added and never changed: of several the newest counts. One act may be for several
    trainees, so an event's id is unique for each of them.
    """

    __tablename__ = "due_extension"
    __table_args__ = (
        UniqueConstraint("event_id", "enrollment_id", name="uq_due_extension_event"),
        Index("ix_due_extension_enrollment", "enrollment_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrollment_id: Mapped[int] = mapped_column(ForeignKey("enrollment.id"))
    #: The last day, inclusive, in the programme's time zone; None: the cohort's day holds again.
    due_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(String(500))
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    event_id: Mapped[str] = mapped_column(String(36))
    digest: Mapped[str] = mapped_column(String(64))
    extended_at: Mapped[datetime]


class LessonWaiver(Base):
    """A lesson that one trainee need not do, or (`waives` is false) the taking back of that.

    Rows are added and never changed: of several for one lesson the newest counts.
    """

    __tablename__ = "lesson_waiver"
    __table_args__ = (
        UniqueConstraint("event_id", "enrollment_id", "lesson_key", name="uq_lesson_waiver_event"),
        Index("ix_lesson_waiver_enrollment", "enrollment_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrollment_id: Mapped[int] = mapped_column(ForeignKey("enrollment.id"))
    lesson_key: Mapped[str] = mapped_column(String(60))
    waives: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(500))
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    event_id: Mapped[str] = mapped_column(String(36))
    digest: Mapped[str] = mapped_column(String(64))
    waived_at: Mapped[datetime]


class ItemCorrection(Base):
    """A question was scored wrongly: how it is scored instead. Undone by another correction.

    It holds for every edition in which the question has this shape, key included (`item_digest`),
    from `first_edition_id` on; so it ends by itself once the course file is mended.
    """

    __tablename__ = "item_correction"
    __table_args__ = (
        UniqueConstraint("key", name="uq_item_correction_key"),
        UniqueConstraint("event_id", name="uq_item_correction_event_id"),
        CheckConstraint("worse_reason IS NULL OR also_worse", name="worse_has_a_reason"),
        Index("ix_item_correction_slug", "slug", "item_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), default=new_event_id)
    event_id: Mapped[str] = mapped_column(String(36))
    digest: Mapped[str] = mapped_column(String(64))
    slug: Mapped[str] = mapped_column(String(60))
    item_key: Mapped[str] = mapped_column(String(60))
    item_digest: Mapped[str] = mapped_column(String(64))
    #: None: every edition in which the question has this shape.
    first_edition_id: Mapped[int | None] = mapped_column(ForeignKey("course_edition.id"))
    kind: Mapped[CorrectionKind] = mapped_column(enum_column(CorrectionKind))
    #: Right responses in the form in which answers are stored; see services/responses.py.
    answers: Mapped[list[Any]]
    reason: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(8))  # in which the reason was written
    #: Whether results were also changed to somebody's disadvantage, and why.
    also_worse: Mapped[bool]
    worse_reason: Mapped[str | None] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    corrected_at: Mapped[datetime]
    looked_at: Mapped[int]  # how many submitted attempts hold the question
    changed: Mapped[int]  # how many of them got another result

    by: Mapped[User] = relationship()
    first_edition: Mapped[CourseEdition | None] = relationship()


class Regrade(Base):
    """One attempt's result before and after a correction. Rows are added and never changed."""

    __tablename__ = "regrade"
    __table_args__ = (
        UniqueConstraint("attempt_id", "correction_id", name="uq_regrade_attempt_correction"),
        Index("ix_regrade_correction", "correction_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    correction_id: Mapped[int] = mapped_column(ForeignKey("item_correction.id"))
    before_score: Mapped[int]
    before_max: Mapped[int]
    before_passed: Mapped[bool]
    before_musts_failed: Mapped[list[str]]
    after_score: Mapped[int]
    after_max: Mapped[int]
    after_passed: Mapped[bool]
    after_musts_failed: Mapped[list[str]]

    attempt: Mapped[Attempt] = relationship()
    correction: Mapped[ItemCorrection] = relationship()


class QuestionReport(Base):
    """An author says that a question's key is wrong; an administrator corrects it or declines."""

    __tablename__ = "question_report"
    __table_args__ = (
        UniqueConstraint("key", name="uq_question_report_key"),
        UniqueConstraint("event_id", name="uq_question_report_event_id"),
        Index("ix_question_report_slug", "slug", "item_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), default=new_event_id)
    event_id: Mapped[str] = mapped_column(String(36))
    digest: Mapped[str] = mapped_column(String(64))
    slug: Mapped[str] = mapped_column(String(60))
    item_key: Mapped[str] = mapped_column(String(60))
    words: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    reported_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    by: Mapped[User] = relationship(foreign_keys=[by_id])


class ItemAnalysis(Base):
    """What was counted last of a course's answers: sums alone, nobody's answers."""

    __tablename__ = "item_analysis"
    __table_args__ = (
        UniqueConstraint("slug", "since_on", name="uq_item_analysis_slug"),
        {"info": NOT_IN_BACKUP},  # it can be counted again at any time
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60))
    #: First attempts submitted on this day or later, in the programme's time zone, were counted.
    since_on: Mapped[date]
    counted_at: Mapped[datetime]
    attempts: Mapped[int]
    #: See services/items.py for the shape.
    counts: Mapped[dict[str, Any]]
