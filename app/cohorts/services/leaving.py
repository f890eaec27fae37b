"""Taking a trainee out of a cohort, moving her to another one, and bringing her back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.types import Erased, MergedAway
from app.cohorts.models import Cohort, CohortMember
from app.cohorts.services.leading import cohort_of, cohorts_of
from app.cohorts.services.members import add_member, locked_cohort, membership_of
from app.cohorts.types import CohortArchived
from app.core import audit
from app.core.errors import NotFound


def member_or_former(
    db: Session, person: User, cohort_key: str, user_key: str
) -> tuple[Cohort, User]:
    """A trainee who is or was in one of the person's cohorts; raises NotFound for any other."""
    cohort = cohort_of(db, person, cohort_key)
    query = select(User).join(CohortMember, CohortMember.user_id == User.id)
    trainee = db.scalars(
        query.where(CohortMember.cohort_id == cohort.id, User.key == user_key)
    ).one_or_none()
    if trainee is None:
        raise NotFound
    return cohort, trainee


def former_members_of(db: Session, cohort: Cohort) -> Sequence[CohortMember]:
    """Closed memberships, the last closed first. Merged accounts are not in it."""
    query = (
        select(CohortMember)
        .options(selectinload(CohortMember.user), selectinload(CohortMember.moved_to))
        .join(User, CohortMember.user_id == User.id)
        .where(CohortMember.cohort_id == cohort.id, CohortMember.withdrawn_at.is_not(None))
        .where(User.merged_into_id.is_(None))
    )
    return db.scalars(query.order_by(CohortMember.withdrawn_at.desc(), CohortMember.id)).all()


def former_count(db: Session, cohort: Cohort) -> int:
    """How many closed memberships `former_members_of` would give."""
    query = (
        select(func.count(CohortMember.id))
        .join(User, CohortMember.user_id == User.id)
        .where(CohortMember.cohort_id == cohort.id, CohortMember.withdrawn_at.is_not(None))
        .where(User.merged_into_id.is_(None))
    )
    return db.scalar(query) or 0


def destinations_of(db: Session, person: User, cohort: Cohort) -> list[Cohort]:
    """The person's other cohorts, to which a trainee of this one may be moved."""
    return [other for other in cohorts_of(db, person) if other.id != cohort.id]


def withdraw_member(
    db: Session, cohort: Cohort, trainee: User, by: User, at: datetime, reason: str = ""
) -> None:
    """Take a trainee out of the cohort; her records stay. A second time changes nothing."""
    if _close(db, cohort, trainee, at, reason=reason) is not None:
        detail = {"cohort": cohort.key}
        audit.record(db, "cohorts.withdraw-member", by.key, at, "user", trainee.key, detail)


def move_member(
    db: Session, cohort: Cohort, trainee: User, to: Cohort, by: User, at: datetime
) -> None:
    """Close the membership with its destination and open one there; records stay with her.

    A second time changes nothing. Raises CohortHasNoPlace and CohortArchived.
    """
    if to.archived_at is not None:
        raise CohortArchived
    for one in sorted((cohort, to), key=lambda each: each.id):  # one order: no deadlock
        locked_cohort(db, one)
    if _close(db, cohort, trainee, at, to=to) is None:
        return
    add_member(db, to, trainee, at)
    detail = {"cohort": cohort.key, "to": to.key}
    audit.record(db, "cohorts.move-member", by.key, at, "user", trainee.key, detail)


def return_member(db: Session, cohort: Cohort, trainee: User, by: User, at: datetime) -> None:
    """Bring a trainee back into the cohort. A second time changes nothing.

    Raises CohortHasNoPlace, CohortArchived, and Erased or MergedAway for an account that is gone.
    """
    if cohort.archived_at is not None:
        raise CohortArchived
    if trainee.erased_at is not None:
        raise Erased
    if trainee.merged_into_id is not None:
        raise MergedAway
    locked_cohort(db, cohort)
    member = membership_of(db, cohort, trainee)
    if member is not None and member.withdrawn_at is not None:
        add_member(db, cohort, trainee, at)
        detail = {"cohort": cohort.key}
        audit.record(db, "cohorts.return-member", by.key, at, "user", trainee.key, detail)


def _close(
    db: Session,
    cohort: Cohort,
    trainee: User,
    at: datetime,
    *,
    reason: str = "",
    to: Cohort | None = None,
) -> CohortMember | None:
    """End an open membership; None when there is none. Two at once: one ends it."""
    locked_cohort(db, cohort)
    member = membership_of(db, cohort, trainee)
    if member is None or member.withdrawn_at is not None:
        return None
    member.withdrawn_at, member.withdrawn_reason = at, reason or None
    member.moved_to_id = to.id if to else None
    db.flush()
    return member


@accounts.when_erased
def forget_reasons(db: Session, trainee: User, _at: datetime) -> None:
    """Empty what was written about an erased person."""
    for member in db.scalars(select(CohortMember).where(CohortMember.user_id == trainee.id)):
        member.withdrawn_reason = None
