"""This room's part of making two accounts of one person one: skill checks go over."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.accounts.models import User
from app.practicals.models import SkillCheckParticipant
from app.practicals.models.sessions import AttendanceEvent, DeferralEvent, SessionGuest

#: Columns that point to a person: what a merge moves, and what stays, with the reason.
MERGE_MOVES = frozenset(
    {
        "attendance_event.user_id",
        "deferral_event.user_id",
        "session_guest.user_id",
        "skill_check_participant.user_id",
    }
)
MERGE_STAYS = {
    "attendance_event.by_id": "who wrote it down stays as it was written",
    "check_settlement.agreed_by_id": "who agreed stays as it was signed",
    "check_settlement.proposed_by_id": "who proposed stays as it was signed",
    "deferral_event.by_id": "who deferred stays as it was written",
    "second_grading.examiner_id": "who examined stays as it was signed",
    "session_paper.by_id": "who printed stays as it was written",
    "session_staff.user_id": "only trainees are merged, and they are no staff",
    "session_turn.by_id": "who closed or reopened stays as it was written",
    "skill_check.examiner_id": "who examined stays as it was signed",
    "training_session.created_by_id": "who planned stays as it was written",
}


def count_records(db: Session, user: User) -> dict[str, int]:
    """How many results in skill checks the person has."""
    query = select(func.count(SkillCheckParticipant.id))
    return {"skill_checks": db.scalar(query.where(SkillCheckParticipant.user_id == user.id)) or 0}


def merge_people(db: Session, kept: User, other: User) -> None:
    """Move results, attendance, deferrals and invitations to training days to `kept`.

    On a day, or at a station, at which both accounts have entries, `kept` keeps its own and the
    others stay with `other`: two logs of one day do not become one. Attempts at one sheet on one
    day are counted on after those of `kept`. Where both accounts stand in the very same check,
    `kept` keeps its own line and the other stays with `other`.
    """
    query = select(SkillCheckParticipant).where(
        SkillCheckParticipant.user_id.in_([kept.id, other.id])
    )
    found = db.scalars(query.order_by(SkillCheckParticipant.id).with_for_update()).all()
    last: dict[tuple[str, str, object], int] = defaultdict(int)
    for one in found:
        if one.user_id == kept.id:
            place = (one.course_slug, one.sheet_key, one.held_on)
            last[place] = max(last[place], one.attempt_of_day)
    shared = {one.check_id for one in found if one.user_id == kept.id}
    for one in found:
        if one.user_id == other.id and one.check_id not in shared:
            one.attempt_of_day += last[one.course_slug, one.sheet_key, one.held_on]
            one.user_id = kept.id
    db.flush()
    _move(db, AttendanceEvent, AttendanceEvent.session_id, kept, other)
    _move(db, DeferralEvent, DeferralEvent.station_id, kept, other)
    _move(db, SessionGuest, SessionGuest.session_id, kept, other)


def _move(
    db: Session,
    model: type[AttendanceEvent | DeferralEvent | SessionGuest],
    place: InstrumentedAttribute[int],
    kept: User,
    other: User,
) -> None:
    own = set(db.scalars(select(place).where(model.user_id == kept.id)))
    rows = update(model).where(model.user_id == other.id, place.not_in(own))
    db.execute(rows.values(user_id=kept.id).execution_options(synchronize_session=False))
