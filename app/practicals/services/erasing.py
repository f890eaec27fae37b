"""What training days keep of a person in free words or in files goes when she is erased."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.practicals.models.sessions import AttendanceEvent, DeferralEvent, SessionPaper


@accounts.when_erased
def erase_days(db: Session, user: User, at: datetime) -> None:  # noqa: ARG001 (an eraser's form)
    """Empty notes and reasons about the person, and the printed files with her name."""
    notes = update(AttendanceEvent).where(AttendanceEvent.user_id == user.id)
    db.execute(notes.values(note=""))
    reasons = update(DeferralEvent).where(DeferralEvent.user_id == user.id)
    db.execute(reasons.values(reason=""))
    made = select(SessionPaper.id, SessionPaper.people).where(SessionPaper.made_at.is_not(None))
    hers = [paper_id for paper_id, people in db.execute(made) if user.id in people]
    files = update(SessionPaper).where(SessionPaper.id.in_(hers))
    db.execute(files.values(content=None, made_at=None))
