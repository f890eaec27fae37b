"""The trainee's side of the signature."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core import audit
from app.core.errors import EventConflict
from app.practicals.models import SkillCheckParticipant
from app.practicals.types import AcknowledgedBy, NotCountedYet, NotCurrent, Standing, WrongPin


def acknowledge(
    db: Session,
    result: SkillCheckParticipant,
    how: AcknowledgedBy,
    event_id: str,
    at: datetime,
) -> SkillCheckParticipant:
    """Record that the trainee has seen the result; again changes nothing.

    Raises NotCurrent when the check was corrected, NotCountedYet while it waits for a second
    examiner, EventConflict when the event was another one.
    """
    _refuse_other_use(db, event_id, result)
    if result.check.corrected_by is not None:
        raise NotCurrent
    if result.check.standing is not Standing.COUNTS:
        raise NotCountedYet
    if result.acknowledged_at is None:
        result.acknowledged_at, result.acknowledged_by = at, how
        result.acknowledge_event_id = event_id
        db.flush()
        audit.record(
            db, "practicals.acknowledge", result.user.key, at, "skill_check", result.check.key
        )
    return result


def _refuse_other_use(db: Session, event_id: str, result: SkillCheckParticipant) -> None:
    used = select(SkillCheckParticipant.id).where(
        SkillCheckParticipant.acknowledge_event_id == event_id,
        SkillCheckParticipant.id != result.id,
    )
    if db.scalar(used) is not None:
        raise EventConflict


def require_pin(is_right: bool) -> None:
    """Raise WrongPin unless the trainee's PIN was right."""
    if not is_right:
        raise WrongPin
