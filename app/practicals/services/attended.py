"""Trainees' training days, as they went for each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.db import among
from app.practicals.models.sessions import AttendanceEvent, TrainingSession
from app.practicals.services.attendance import stay


@dataclass(frozen=True, slots=True)
class DayThere:
    """A closed day on which somebody took part, and her minutes of presence."""

    day: TrainingSession
    minutes: int


def days_there(db: Session, user_ids: Collection[int]) -> dict[int, list[DayThere]]:
    """The closed days on which each person took part, by her id, the first day first; one query.

    What is still open can change, so it is left out.
    """
    rows = db.execute(
        select(TrainingSession, AttendanceEvent)
        .join(AttendanceEvent, AttendanceEvent.session_id == TrainingSession.id)
        .where(
            among(AttendanceEvent.user_id, user_ids),
            TrainingSession.closed_at.is_not(None),
            TrainingSession.cancelled_at.is_(None),
        )
        .order_by(
            TrainingSession.held_on,
            TrainingSession.begins,
            TrainingSession.id,
            AttendanceEvent.number,
        )
    )
    logs: dict[tuple[int, int], tuple[TrainingSession, list[AttendanceEvent]]] = {}
    for day, event in rows:
        logs.setdefault((day.id, event.user_id), (day, []))[1].append(event)
    found: dict[int, list[DayThere]] = {user_id: [] for user_id in user_ids}
    for (_day_id, user_id), (day, events) in logs.items():
        if minutes := stay(day, events).minutes:
            found[user_id].append(DayThere(day, minutes))
    return found


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
