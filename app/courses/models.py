"""Published editions, kept so that old progress and certificates stay readable."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import String

from app.core.db import Base


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
