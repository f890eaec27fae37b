"""A training day's time in words that are the same in every language."""

from __future__ import annotations

from app.practicals.models.sessions import TrainingSession
from app.practicals.services.sessions import moment_of


def hours_of(session: TrainingSession) -> str:
    """From when to when, in the place's time, which is named: 09:00–16:00 (UTC+7)."""
    begins, ends = (f"{clock:%H:%M}" for clock in (session.begins, session.ends))
    return f"{begins}–{ends} ({offset_of(session)})"


def offset_of(session: TrainingSession) -> str:
    """The place's distance from UTC at the beginning of the day: UTC+7, UTC+6:30."""
    offset = moment_of(session, session.begins).utcoffset()
    minutes = int(offset.total_seconds()) // 60 if offset is not None else 0
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    return f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")
