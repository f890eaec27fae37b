"""Taking an import back: exactly what it did, as long as nothing was built on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Table, delete, select, union, update
from sqlalchemy.orm import Session, joinedload

from app.accounts import services as accounts
from app.accounts.models import User
from app.cohorts.models import (
    CohortMember,
    JoinRequest,
    RosterChange,
    RosterContent,
    RosterImport,
)
from app.cohorts.services.roster.giving_back import AT_ONCE, give_back, numbers_taken
from app.cohorts.services.roster.pending import UNDO_KEPT
from app.cohorts.services.waiting import is_waiting
from app.cohorts.types import NAME_FIELDS, RequestState, RosterState, UndoTooLate
from app.core import audit
from app.core.db import Base
from app.learning.models import Enrollment


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """Whom an undo takes back, and who stays because something was built on it."""

    taken_back: Sequence[RosterChange]
    kept: Sequence[RosterChange]
    #: Columns of numbers that stay as the list gave them, by the person's id.
    taken: Mapping[int, set[str]] = field(default_factory=dict)

    @property
    def numbers_kept(self) -> list[RosterChange]:
        """Whose old number belongs to somebody else by now."""
        return [one for one in self.taken_back if one.user_id in self.taken]


def is_undoable(roster: RosterImport, at: datetime) -> bool:
    """Whether what stood there before is still kept."""
    return roster.confirmed_at is not None and roster.confirmed_at + UNDO_KEPT > at


def undo_plan(db: Session, roster: RosterImport, at: datetime) -> UndoPlan:
    """Who would be taken back and who kept; raises UndoTooLate after 7 days."""
    if not is_undoable(roster, at):
        raise UndoTooLate
    query = select(RosterChange).where(RosterChange.import_id == roster.id)
    changes = db.scalars(query.options(joinedload(RosterChange.user)).order_by(RosterChange.row))
    every = list(changes.all())
    built_on = _built_on(db, every)
    kept = [one for one in every if one.user_id in built_on or _is_changed_since(one)]
    taken_back = [one for one in every if one not in kept]
    return UndoPlan(taken_back, kept, numbers_taken(db, taken_back))


def undo_import(db: Session, roster: RosterImport, by: User, at: datetime) -> UndoPlan:
    """Take the import back in one write; a second time finds nothing to take back.

    Raises UndoTooLate, and NumberTaken when somebody was quicker with a number.
    """
    first = db.execute(
        update(RosterImport)
        .where(RosterImport.id == roster.id, RosterImport.state == RosterState.DONE)
        .values(state=RosterState.UNDONE, undone_at=at)
        .returning(RosterImport.id)
    ).first()
    db.refresh(roster)
    if first is None:
        return UndoPlan((), ())
    plan = undo_plan(db, roster, at)
    give_back(db, plan.taken_back, plan.taken, by, at)
    _take_out(db, roster, plan.taken_back)
    _delete_accounts(db, [one.user_id for one in plan.taken_back if one.created])
    db.execute(delete(RosterContent).where(RosterContent.import_id == roster.id))
    detail = {"list": roster.key, "people": len(plan.taken_back), "kept": len(plan.kept)}
    audit.record(db, "cohorts.undo-list", by.key, at, "cohort", roster.cohort.key, detail)
    db.flush()
    return plan


def _take_out(db: Session, roster: RosterImport, changes: Sequence[RosterChange]) -> None:
    """Memberships and enrollments that the import made."""
    gone = [one for one in changes if one.joined and one.left_before is None]
    for some in _in_parts([number for one in changes for number in one.enrollment_ids]):
        db.execute(delete(Enrollment).where(Enrollment.id.in_(some)))
    for some in _in_parts([one.user_id for one in gone]):
        db.execute(
            delete(CohortMember).where(
                CohortMember.cohort_id == roster.cohort_id, CohortMember.user_id.in_(some)
            )
        )
    for one in changes:
        if one.left_before is not None:
            _close_again(db, roster, one)
        if (request := one.before.get("request")) and not is_waiting(db, roster.cohort, one.user):
            waits = {"state": RequestState.WAITING, "decided_at": None}
            db.execute(update(JoinRequest).where(JoinRequest.id == request).values(waits))
    for some in _in_parts([one.id for one in changes]):
        db.execute(delete(RosterChange).where(RosterChange.id.in_(some)))


def _close_again(db: Session, roster: RosterImport, change: RosterChange) -> None:
    """The place that was closed before the import, as it was."""
    values: dict[str, Any] = {"withdrawn_at": change.left_before, **change.before.get("place", {})}
    if "joined_at" in values:
        values["joined_at"] = datetime.fromisoformat(values["joined_at"])
    db.execute(
        update(CohortMember)
        .where(CohortMember.cohort_id == roster.cohort_id, CohortMember.user_id == change.user_id)
        .values(values)
    )


def _delete_accounts(db: Session, user_ids: Sequence[int]) -> None:
    """Accounts that nobody ever used; nothing points to them any more."""
    for some in _in_parts(user_ids):
        db.execute(delete(User).where(User.id.in_(some)))


def _is_changed_since(change: RosterChange) -> bool:
    """Whether somebody has changed the account after the import."""
    user = change.user
    if user.names_confirmed_at and any(name in change.after for name in NAME_FIELDS):
        return True  # a changed name was unconfirmed: she has confirmed the new one
    if change.created:
        touched = (user.password_hash, user.pin_hash, user.names_confirmed_at, user.disabled_at)
        return any(touched)
    return any(getattr(user, name) != value for name, value in change.after.items())


def _built_on(db: Session, changes: Sequence[RosterChange]) -> set[int]:
    """The people for whose new account, place or enrollments something exists by now.

    Every table that points to an account or an enrollment is asked, those of rooms above too:
    a table that is added later is not forgotten.
    """
    found: set[int] = set()
    created = [one.user_id for one in changes if one.created]
    own = {"cohort_member", "enrollment", "roster_change"}  # looked at below
    columns = [one for one in _pointing_to(User.__table__) if one.table.name not in own]
    found |= _present(db, columns, created)
    # The import's own rows are known; any others of these tables are somebody's later work.
    made = {number for one in changes for number in one.enrollment_ids}
    found |= _others(db, Enrollment.__table__, created, made)
    found |= _elsewhere(db, changes, created)
    owner = {number: one.user_id for one in changes for number in one.enrollment_ids}
    enrolled = _present(db, _pointing_to(Enrollment.__table__), list(owner))
    return found | {owner[number] for number in enrolled}


def _elsewhere(db: Session, changes: Sequence[RosterChange], created: Sequence[int]) -> set[int]:
    """New people who are in another cohort or another import by now."""
    own = {one.import_id for one in changes}
    found: set[int] = set()
    for some in _in_parts(created):
        cohorts = select(RosterImport.cohort_id).where(RosterImport.id.in_(own))
        members = select(CohortMember.user_id).where(
            CohortMember.user_id.in_(some), CohortMember.cohort_id.not_in(cohorts)
        )
        listed = select(RosterChange.user_id).where(
            RosterChange.user_id.in_(some), RosterChange.import_id.not_in(own)
        )
        found |= set(db.scalars(members)) | set(db.scalars(listed))
    return found


def _others(db: Session, table: Any, user_ids: Sequence[int], made: set[int]) -> set[int]:
    found: set[int] = set()
    for some in _in_parts(user_ids):
        rows = db.execute(select(table.c.id, table.c.user_id).where(table.c.user_id.in_(some)))
        found |= {user_id for number, user_id in rows if number not in made}
    return found


def _pointing_to(table: Any) -> list[Column[Any]]:
    return [
        column
        for other in Base.metadata.sorted_tables
        for column in other.columns
        if any(_target(key) is table for key in column.foreign_keys)
    ]


def _target(key: Any) -> Table:
    target: Table = key.column.table
    return target


def _present(db: Session, columns: Sequence[Column[Any]], ids: Sequence[int]) -> set[int]:
    """Those of the ids that stand in one of the columns; one query for some hundred of them."""
    found: set[int] = set()
    for some in _in_parts(ids):
        found |= set(db.scalars(union(*(select(one).where(one.in_(some)) for one in columns))))
    return found


def _in_parts(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


def export_lists(db: Session, user: User) -> list[dict[str, Any]]:
    """Which lists made or changed a person's account, as plain data to take away."""
    query = select(RosterChange, RosterImport).join(
        RosterImport, RosterChange.import_id == RosterImport.id
    )
    return [
        {
            "cohort": roster.cohort.name,
            "at": roster.confirmed_at.isoformat() if roster.confirmed_at else None,
            "account_made": change.created,
            "joined": change.joined,
            "changed_from": change.before,
        }
        for change, roster in db.execute(query.where(RosterChange.user_id == user.id))
    ]


@accounts.when_erased
def _forget_person(db: Session, user: User, at: datetime) -> None:  # noqa: ARG001
    """What an import kept of an erased person's names and numbers."""
    db.execute(
        update(RosterChange).where(RosterChange.user_id == user.id).values(before={}, after={})
    )
