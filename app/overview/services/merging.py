"""Two accounts of one person become one: every room moves its own, in one write."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.types import CannotMerge, Role
from app.certificates import services as certificates
from app.cohorts import services as cohorts
from app.core import audit
from app.core.spelling import plain
from app.learning import services as learning
from app.overview.types import Side
from app.practicals import services as practicals

#: Every column that points to a person and what a merge does with it; a guard test knows them all.
MERGE_MOVES = (
    accounts.MERGE_MOVES
    | cohorts.MERGE_MOVES
    | learning.MERGE_MOVES
    | practicals.MERGE_MOVES
    | certificates.MERGE_MOVES
)
MERGE_STAYS = {
    **accounts.MERGE_STAYS,
    **cohorts.MERGE_STAYS,
    **learning.MERGE_STAYS,
    **practicals.MERGE_STAYS,
    **certificates.MERGE_STAYS,
}
#: The most accounts that one search offers.
MOST_OFFERED = 20


def mergeable(db: Session, key: str) -> User:
    """The account with the key; raises NotFound, and CannotMerge unless it may be merged."""
    user = accounts.person_by_key(db, key)
    if not _is_mergeable(user):
        raise CannotMerge
    return user


def _is_mergeable(user: User) -> bool:
    return user.role is Role.TRAINEE and user.erased_at is None and user.merged_into_id is None


def candidates(db: Session, user: User, text: str = "") -> Sequence[User]:
    """Accounts that may be the same person's: found by the text, or without one by a like name.

    At most MOST_OFFERED of them.
    """
    wanted = {plain(text)} if text else {plain(name) for name in _names(user)}
    query = select(User).where(
        User.role == Role.TRAINEE,
        User.erased_at.is_(None),
        User.merged_into_id.is_(None),
        User.id != user.id,
    )
    found = [
        other
        for other in db.scalars(query.order_by(User.username_folded))
        if any(_is_like(other, each, whole=not text) for each in wanted if each)
    ]
    return found[:MOST_OFFERED]


def _names(user: User) -> list[str]:
    return [name for name in (user.native_name, user.latin_name, user.chinese_name) if name]


def _is_like(user: User, wanted: str, *, whole: bool) -> bool:
    spelt = [plain(name) for name in _names(user)]
    if whole:
        return wanted in spelt
    return any(wanted in name for name in [*spelt, plain(user.username)])


def share_a_name(one: User, other: User) -> bool:
    """Whether some name of the two is spelt alike."""
    return any(_is_like(other, plain(name), whole=True) for name in _names(one))


def side_of(db: Session, user: User) -> Side:
    """One account on the page that compares two."""
    return Side(
        user=user,
        cohorts=tuple(cohort.name for cohort in cohorts.cohorts_joined(db, user)),
        has_open_attempt=learning.has_open_attempt(db, user),
        records={
            **cohorts.count_records(db, user),
            **learning.count_records(db, user),
            **practicals.count_records(db, user),
            **certificates.count_records(db, user),
            **accounts.count_records(db, user),
        },
    )


def merge_people(db: Session, kept: User, other: User, by: User, at: datetime) -> None:
    """Give `kept` every record of `other` and close `other`, for good.

    The same two again change nothing. Raises CannotMerge, and BothInAnAttempt.
    """
    lock = select(User).where(or_(User.id == kept.id, User.id == other.id)).order_by(User.id)
    db.scalars(lock.with_for_update().execution_options(populate_existing=True)).all()
    if kept.id != other.id and other.merged_into_id == kept.id:
        return
    if kept.id == other.id or not (_is_mergeable(kept) and _is_mergeable(other)):
        raise CannotMerge
    learning.merge_people(db, kept, other)  # first: it may refuse
    cohorts.merge_people(db, kept, other, at)
    practicals.merge_people(db, kept, other)
    certificates.merge_people(db, kept, other)
    accounts.merge_people(db, kept, other, at)
    detail = {"account": other.key}
    audit.record(db, "accounts.merge", by.key, at, "user", kept.key, detail)
    audit.record(db, "accounts.merged-away", by.key, at, "user", other.key)
