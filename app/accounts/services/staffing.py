"""What administrators change about other people: role, access, and erasure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.accounts.models import Consent, Grant, ResetCode, User, UserSession
from app.accounts.services.cards import end_cards, erase_cards
from app.accounts.services.merging import merged_into
from app.accounts.services.people import refuse_erased
from app.accounts.services.sessions import end_sessions
from app.accounts.types import (
    ERASED_NAME,
    UNKNOWN_TERRITORY,
    LastAdministrator,
    MergedAway,
    OwnAccount,
    Role,
)
from app.core import audit

Eraser = Callable[[Session, User, datetime], None]


_ERASERS: list[Eraser] = []


def when_erased(eraser: Eraser) -> Eraser:
    """Let a room above empty what it keeps of a person, in the same write."""
    _ERASERS.append(eraser)
    return eraser


def change_role(db: Session, user: User, role: Role, by: User, at: datetime) -> None:
    """Give the person another role and end her sessions.

    Raises OwnAccount, LastAdministrator and Erased.
    """
    _may_change(db, user, by)
    if user.role is role:
        return
    detail = {"from": user.role.value, "to": role.value}
    user.role = role
    end_sessions(db, user, at)
    end_cards(db, user, at)
    audit.record(db, "accounts.role", by.key, at, "user", user.key, detail)


def disable(db: Session, user: User, by: User, at: datetime) -> None:
    """Close the account and end its sessions. Raises OwnAccount, LastAdministrator, Erased."""
    _may_change(db, user, by)
    if user.disabled_at is not None:
        return
    user.disabled_at = at
    end_sessions(db, user, at)
    audit.record(db, "accounts.disable", by.key, at, "user", user.key)


def enable(db: Session, user: User, by: User, at: datetime) -> None:
    """Open a closed account again; raises Erased, and MergedAway for one that became another."""
    refuse_erased(user)
    if user.merged_into_id is not None:
        raise MergedAway
    if user.disabled_at is None:
        return
    user.disabled_at = None
    audit.record(db, "accounts.enable", by.key, at, "user", user.key)


def erase_person(db: Session, user: User, by: User | None, at: datetime) -> None:
    """Take everything that names the person out of her account; it cannot be undone.

    The row and its key stay, so that training records and certificates stay readable. `by` is
    None for the command on the server. Accounts that were merged into this one are the same
    person's and go with it. Raises OwnAccount and LastAdministrator; a second time changes nothing.
    """
    if user.erased_at is not None:
        return
    _may_change(db, user, by)
    user.username = user.username_folded = f"erased-{user.key}"
    user.native_name = user.latin_name = ERASED_NAME
    user.chinese_name = user.names_confirmed_at = None
    user.student_number = user.student_number_key = None
    user.passport_hash = user.passport_last4 = None
    user.nationality, user.gender = UNKNOWN_TERRITORY, None
    user.password_hash = user.pin_hash = user.second_language = None
    user.pin_tries, user.is_demo = 0, False
    user.disabled_at = user.disabled_at or at
    user.erased_at = at
    _erase_rows(db, user, at)
    audit.record(db, "accounts.erase", by.key if by else "", at, "user", user.key)
    db.flush()
    for former in merged_into(db, user):
        erase_person(db, former, by, at)


def _erase_rows(db: Session, user: User, at: datetime) -> None:
    db.execute(delete(UserSession).where(UserSession.user_id == user.id))
    db.execute(delete(ResetCode).where(ResetCode.user_id == user.id))
    erase_cards(db, user)
    own_grants = update(Grant).where(Grant.user_id == user.id, Grant.ended_at.is_(None))
    db.execute(own_grants.values(ended_at=at))
    db.execute(update(Consent).where(Consent.user_id == user.id).values(user_id=None))
    for eraser in _ERASERS:
        eraser(db, user, at)


def _may_change(db: Session, user: User, by: User | None) -> None:
    refuse_erased(user)
    if by is not None and by.id == user.id:
        raise OwnAccount
    # The rows are locked: two administrators who close each other's account at once must not
    # both succeed.
    administrators = db.scalars(
        select(User)
        .where(User.role == Role.ADMINISTRATOR, User.disabled_at.is_(None))
        .order_by(User.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if user in administrators and len(administrators) == 1:
        raise LastAdministrator
    if by is not None and by not in administrators:
        raise OwnAccount
