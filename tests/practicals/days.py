"""What the tests of training days share: a planned day and the people on it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.cohorts.models import Cohort
from app.core.events import new_event_id
from app.courses.library import library
from app.practicals import services
from app.practicals.models import SkillCheck
from app.practicals.models.sessions import TrainingSession
from app.practicals.services import attendance, planning
from app.practicals.services.attendance import Recorded
from app.practicals.types import CheckDraft, Mark, ParticipantDraft
from app.practicals.types.sessions import Entry, Presence, SessionDraft

SLUG, SHEET, PAIR = "cpr-aed-choking", "choking-recovery", "adult-cpr-aed"
DAY = date(2026, 3, 2)
#: 09:00 in Vientiane (UTC+7): the beginning of the day.
NINE = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def plan(by: User, **changes: Any) -> SessionDraft:
    """A day in Vientiane with one station."""
    values: dict[str, Any] = {
        "held_on": DAY,
        "begins": time(9),
        "ends": time(16),
        "place": "ວຽງຈັນ, ສູນຝຶກອົບຮົມ",
        "timezone": "Asia/Vientiane",
        "courses": (SLUG,),
        "stations": ((SLUG, SHEET),),
        "instructors": (by.key,),
        "examiners": (by.key,),
        "manikins": 2,
    }
    return SessionDraft(**{**values, **changes})


def make_session(db: Session, cohort: Cohort, by: User, **changes: Any) -> TrainingSession:
    """A planned day of the cohort."""
    return planning.plan_session(db, cohort, plan(by, **changes), new_event_id(), by, NINE)


def enter(
    db: Session,
    session: TrainingSession,
    user: User,
    by: User,
    what: Presence = Presence.PRESENT,
    *,
    at: datetime = NINE,
    **changes: Any,
) -> Recorded:
    """An entry of attendance by hand."""
    entry = Entry(new_event_id(), user.key, what, **changes)
    return attendance.record_entry(db, session, entry, by, at)


def check_in(
    db: Session,
    session: TrainingSession | None,
    user: User,
    by: User,
    *,
    at: datetime = NINE,
    **changes: Any,
) -> SkillCheck:
    """A passed check of one trainee, on the day when one is given."""
    sheet = library().course(SLUG).sheet(SHEET)
    marks = {step.key: Mark.PASSED for step in sheet.steps}
    values: dict[str, Any] = {
        "event_id": new_event_id(),
        "course_slug": SLUG,
        "sheet_key": SHEET,
        "cohort_id": session.cohort_id if session else None,
        "held_on": DAY,
        "place": "Nanning",
        "language": "lo",
        "equipment": "manikin",
        "participants": (ParticipantDraft(user.id, sheet.participants.roles[0], marks),),
        "session_id": session.id if session else None,
    }
    draft = CheckDraft(**{**values, **changes})
    return services.record_check(db, draft, by, DAY, at)
