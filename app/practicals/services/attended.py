"""One trainee's training days, as they went for her."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.practicals.models.sessions import AttendanceEvent, TrainingSession


def attended_days(db: Session, trainee: User) -> Sequence[tuple[TrainingSession, AttendanceEvent]]:
    """The days on which staff entered her, with the newest entry, the last day first; one query.

    Cancelled days are left out.
    """
    rows = db.execute(
        select(TrainingSession, AttendanceEvent)
        .join(AttendanceEvent, AttendanceEvent.session_id == TrainingSession.id)
        .where(AttendanceEvent.user_id == trainee.id, TrainingSession.cancelled_at.is_(None))
        .order_by(TrainingSession.held_on.desc(), TrainingSession.id, AttendanceEvent.number)
    )
    newest = {day.id: (day, event) for day, event in rows}
    return list(newest.values())
