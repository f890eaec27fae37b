"""This room's part of making two accounts of one person one: places in cohorts go over."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.cohorts.models import AnnouncementReading, CohortMember, JoinRequest
from app.cohorts.services.waiting import free_place, requests_of
from app.cohorts.types import RequestState

#: Columns that point to a person: what a merge moves, and what stays, with the reason.
MERGE_MOVES = frozenset(
    {"cohort_member.user_id", "join_request.user_id", "announcement_reading.user_id"}
)
MERGE_STAYS = {
    "cohort_instructor.user_id": "only trainees are merged, and they lead nothing",
    "join_request.decided_by_id": "who decided stays as it was written",
    "announcement.author_id": "who wrote stays as it was written",
    "roster_change.user_id": "taking an import back concerns the account that it made or changed",
    "roster_import.by_id": "who imported stays as it was written",
}


def count_records(db: Session, user: User) -> dict[str, int]:
    """How many places in cohorts, open and closed, and requests to join the person has."""
    members = select(func.count(CohortMember.id)).where(CohortMember.user_id == user.id)
    requests = select(func.count(JoinRequest.id)).where(JoinRequest.user_id == user.id)
    return {
        "memberships": db.scalar(members) or 0,
        "requests": db.scalar(requests) or 0,
    }


def merge_people(db: Session, kept: User, other: User, at: datetime) -> None:
    """Move memberships, requests to join and read marks to `kept`.

    A cohort in which both were: from the earlier day on, and open if one of them is open; the line
    of `other` is closed and stays. Of two requests that wait the earlier waits on, the later gives
    back its code's place, and none waits for a cohort in which the person is already.
    """
    _merge_memberships(db, kept, other, at)
    _merge_requests(db, kept, other, at)
    _merge_readings(db, kept, other)
    db.flush()


def _merge_memberships(db: Session, kept: User, other: User, at: datetime) -> None:
    query = select(CohortMember).where(CohortMember.user_id.in_([kept.id, other.id]))
    found = db.scalars(query.order_by(CohortMember.id).with_for_update()).all()
    own = {one.cohort_id: one for one in found if one.user_id == kept.id}
    for one in found:
        if one.user_id != other.id:
            continue
        known = own.get(one.cohort_id)
        if known is None:
            one.user_id = kept.id
            continue
        known.joined_at = min(known.joined_at, one.joined_at)
        if known.withdrawn_at is not None and one.withdrawn_at is None:
            known.withdrawn_at = known.withdrawn_reason = known.moved_to_id = None
        one.withdrawn_at = one.withdrawn_at or at
    db.flush()


def _merge_requests(db: Session, kept: User, other: User, at: datetime) -> None:
    both = sorted([*requests_of(db, kept), *requests_of(db, other)], key=lambda one: one.asked_at)
    open_places = select(CohortMember.cohort_id).where(
        CohortMember.user_id == kept.id, CohortMember.withdrawn_at.is_(None)
    )
    inside, waits = set(db.scalars(open_places)), set[int]()
    for one in both:
        if one.state is not RequestState.WAITING:
            continue
        if one.cohort_id in inside:
            one.state, one.decided_at = RequestState.ADMITTED, at
        elif one.cohort_id in waits:  # nobody let her in: the same wish twice
            one.state, one.decided_at = RequestState.DECLINED, at
            free_place(db, one)
        waits.add(one.cohort_id)
    db.flush()
    for one in both:
        one.user_id = kept.id
    db.flush()


def _merge_readings(db: Session, kept: User, other: User) -> None:
    """The later of two read marks holds; the closed account's own stays where both have one."""
    query = select(AnnouncementReading)
    own = {
        one.announcement_id: one
        for one in db.scalars(query.where(AnnouncementReading.user_id == kept.id))
    }
    for one in db.scalars(query.where(AnnouncementReading.user_id == other.id)).all():
        known = own.get(one.announcement_id)
        if known is None:
            one.user_id = kept.id
        else:
            known.read_at = max(known.read_at, one.read_at)
