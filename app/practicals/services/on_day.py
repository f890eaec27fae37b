"""The training session on which a check is graded, when it names one."""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.cohorts import services as cohorts
from app.cohorts.models import Cohort
from app.core.errors import NotFound
from app.practicals.models import TrainingSession
from app.practicals.types import CheckDraft, SessionElsewhere


def session_of(db: Session, person: User, key: str) -> TrainingSession:
    """A training session of the person's own cohorts; raises NotFound for any other."""
    found = db.scalars(_own(person).where(TrainingSession.key == key)).one_or_none()
    if found is None:
        raise NotFound
    return found


def _own(person: User) -> Select[TrainingSession]:
    led = cohorts.visible_cohorts(person).with_only_columns(Cohort.id)
    return select(TrainingSession).where(TrainingSession.cohort_id.in_(led))


def require_session(db: Session, draft: CheckDraft, by: User) -> None:
    """Refuse a check whose session is a stranger's, of another day, or closed."""
    if draft.session_id is None:
        return
    found = db.scalars(_own(by).where(TrainingSession.id == draft.session_id)).one_or_none()
    if found is None:
        raise NotFound
    if found.held_on != draft.held_on:
        raise SessionElsewhere
    refuse_closed(found)


def refuse_closed(session: TrainingSession) -> None:
    """Refuse a check on a day that is closed. No page closes one yet."""
