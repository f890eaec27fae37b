"""This room's part of making two accounts of one person one: skill checks go over."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.practicals.models import SkillCheckParticipant

#: Columns that point to a person: what a merge moves, and what stays, with the reason.
MERGE_MOVES = frozenset({"skill_check_participant.user_id"})
MERGE_STAYS = {"skill_check.examiner_id": "who examined stays as it was signed"}


def count_records(db: Session, user: User) -> dict[str, int]:
    """How many results in skill checks the person has."""
    query = select(func.count(SkillCheckParticipant.id))
    return {"skill_checks": db.scalar(query.where(SkillCheckParticipant.user_id == user.id)) or 0}


def merge_people(db: Session, kept: User, other: User) -> None:
    """Move results to `kept`.

    Attempts at one sheet on one day are counted on after those of `kept`. Where both accounts
    stand in the very same check, `kept` keeps its own line and the other stays with `other`.
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
