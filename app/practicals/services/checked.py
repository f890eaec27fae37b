"""Who was checked at all."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.db import among
from app.practicals.models import SkillCheckParticipant


def checked_in(db: Session, user_ids: Collection[int]) -> set[tuple[str, int]]:
    """Course and person of every skill check that was ever recorded, whatever came of it."""
    query = select(SkillCheckParticipant.course_slug, SkillCheckParticipant.user_id)
    rows = db.execute(query.where(among(SkillCheckParticipant.user_id, user_ids)).distinct())
    return {(slug, user_id) for slug, user_id in rows}
