"""This room's part of making two accounts of one person one: agreements and grants go over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import Consent, Grant, User
from app.accounts.services.cards import end_cards
from app.accounts.services.sessions import end_sessions

#: Columns that point to a person: what a merge moves, and what stays, with the reason.
MERGE_MOVES = frozenset({"consent.user_id", "user_grant.user_id"})
MERGE_STAYS = {
    "user_session.user_id": "the closed account's sessions end",
    "reset_code.user_id": "the closed account's code ends",
    "login_card.user_id": "the closed account's card ends; the kept account has its own",
    "user_account.merged_into_id": "it is the pointer itself",
}


def merged_into(db: Session, user: User) -> Sequence[User]:
    """The accounts that became this one."""
    query = select(User).where(User.merged_into_id == user.id)
    return db.scalars(query.order_by(User.id)).all()


def kept_of(db: Session, user: User) -> User | None:
    """The account that this one became, if it did."""
    return db.get(User, user.merged_into_id) if user.merged_into_id is not None else None


def count_records(db: Session, user: User) -> dict[str, int]:
    """How many agreements and grants the person has."""
    consents = select(func.count(Consent.id)).where(Consent.user_id == user.id)
    grants = select(func.count(Grant.id)).where(Grant.user_id == user.id)
    return {"consents": db.scalar(consents) or 0, "grants": db.scalar(grants) or 0}


def merge_people(db: Session, kept: User, other: User, at: datetime) -> None:
    """Move agreements and grants to `kept`, and close `other` for good.

    Of two agreements to the same text the earlier stays in force and the later stays with the
    closed account; one that was taken back later, on either account, is not in force any more. Of
    two equal grants in force the one that lasts longer stays in force.
    """
    _merge_consents(db, kept, other, at)
    _merge_grants(db, kept, other, at)
    _merge_numbers(db, kept, other)
    end_cards(db, other, at)
    end_sessions(db, other, at)
    other.disabled_at = other.disabled_at or at
    other.merged_into_id, other.merged_at = kept.id, at
    # The kept account's answer stands, an empty one too: she may not want to say it.
    other.password_hash = other.pin_hash = other.gender = None
    db.flush()


def _merge_numbers(db: Session, kept: User, other: User) -> None:
    """Student number and passport by which lists find the person; `kept` keeps its own."""
    for names in (("student_number", "student_number_key"), ("passport_hash", "passport_last4")):
        values = [getattr(other, name) for name in names]
        for name in names:
            setattr(other, name, None)
        db.flush()  # each is unique: the closed account lets go of it first
        if getattr(kept, names[0]) is None:
            for name, value in zip(names, values, strict=True):
                setattr(kept, name, value)
    db.flush()


def _merge_consents(db: Session, kept: User, other: User, at: datetime) -> None:
    both = db.scalars(
        select(Consent).where(Consent.user_id.in_([kept.id, other.id])).order_by(Consent.given_at)
    ).all()
    for one in both:
        ends = [each.withdrawn_at for each in both if each.purpose is one.purpose]
        later = [end for end in ends if end is not None and end > one.given_at]
        if one.withdrawn_at is None and later:
            one.withdrawn_at = max(later)
    in_force: set[tuple[str, str]] = set()
    for one in both:
        place = (one.purpose.value, one.version)
        if one.withdrawn_at is None and place in in_force:
            one.user_id, one.withdrawn_at = other.id, at
            db.flush()
        elif one.withdrawn_at is None:
            in_force.add(place)
    for one in both:
        if one.withdrawn_at is None or one.withdrawn_at < at:
            one.user_id = kept.id
    db.flush()


def _merge_grants(db: Session, kept: User, other: User, at: datetime) -> None:
    def lasts(grant: Grant) -> tuple[date, bool, int]:
        return grant.ends_on or date.max, grant.user_id == kept.id, -grant.id

    both = db.scalars(select(Grant).where(Grant.user_id.in_([kept.id, other.id]))).all()
    in_force = [grant for grant in both if grant.ended_at is None]
    known: set[tuple[str, str]] = set()
    for grant in sorted(in_force, key=lasts, reverse=True):
        place = (grant.kind.value, grant.scope)
        if place in known:
            grant.ended_at = at
        known.add(place)
    db.flush()
    for grant in both:
        grant.user_id = kept.id
    db.flush()
