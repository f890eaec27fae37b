"""Published editions, and who reviewed or opened a language of one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, enum_column
from app.courses.types.review import LONGEST_NAME, ReviewRole


class CourseEdition(Base):
    """One state of a course's files; `structure` holds course.yaml and bank.yaml, keys included.

    `digest` is of all files of the course, so a changed word makes another row.
    """

    __tablename__ = "course_edition"
    __table_args__ = (
        UniqueConstraint("slug", "edition", "digest", name="uq_course_edition_slug_edition_digest"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80))
    edition: Mapped[str] = mapped_column(String(40))
    digest: Mapped[str] = mapped_column(String(64))
    structure: Mapped[dict[str, Any]]
    recorded_at: Mapped[datetime]


class ContentReview(Base):
    """Somebody reviewed every unit of a language as it was; only `withdrawn_at` ever changes."""

    __tablename__ = "content_review"
    __table_args__ = (
        UniqueConstraint("event_id", name="uq_content_review_event_id"),
        Index("ix_content_review_slug", "slug"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(String(36))
    slug: Mapped[str] = mapped_column(String(80))
    edition: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(8))
    role: Mapped[ReviewRole] = mapped_column(enum_column(ReviewRole))
    reviewer: Mapped[str] = mapped_column(String(LONGEST_NAME))
    reviewed_on: Mapped[date]
    #: SHA-256 of all the digests together, to see at one look whether nothing has changed.
    whole: Mapped[str] = mapped_column(String(64))
    #: The digest of each unit that was reviewed, by its path.
    digests: Mapped[dict[str, Any]]
    recorded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class ContentOpening(Base):
    """An administrator opened a language of an edition to trainees before its review."""

    __tablename__ = "content_opening"
    __table_args__ = (
        UniqueConstraint("event_id", name="uq_content_opening_event_id"),
        Index(
            "uq_content_opening_open",
            "slug",
            "edition",
            "language",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(String(36))
    slug: Mapped[str] = mapped_column(String(80))
    edition: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
