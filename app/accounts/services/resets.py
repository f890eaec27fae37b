"""One-time codes with which a person who forgot the password sets a new one."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.models import ResetCode, User
from app.accounts.services.people import refuse_erased
from app.accounts.services.sessions import end_sessions, user_named
from app.accounts.types import (
    RESET_CODE_LIFETIME,
    PreparedSecret,
    Role,
    StaffCode,
    WrongResetCode,
)
from app.core import audit
from app.core.passwords import peppered

# No 0/O, 1/I/L, 2/Z, 5/S, 8/B, U/V: a code is read aloud and typed on a phone. 24^10 = 46 bits,
# alive for 24 h, and tries are throttled like signing in.
ALPHABET = "34679ACDEFGHJKMNPQRTVWXY"
CODE_LENGTH = 10


def create_reset_code(db: Session, user: User, by: User | None, at: datetime) -> str:
    """A new code, shown once as XXXXX-XXXXX; older ones stop working.

    `by` is None for the command on the server. Raises Erased, and StaffCode when an instructor
    asks for a colleague's code: a trainee who became staff is still in her old cohort.
    """
    refuse_erased(user)
    if by is not None and by.role is not Role.ADMINISTRATOR and user.is_staff:
        raise StaffCode
    db.execute(select(User.id).where(User.id == user.id).with_for_update())
    _end_codes(db, user, at)
    code = "".join(secrets.choice(ALPHABET) for _position in range(CODE_LENGTH))
    db.add(
        ResetCode(
            user_id=user.id,
            code_hash=_hash(user, code),
            created_at=at,
            expires_at=at + RESET_CODE_LIFETIME,
        )
    )
    audit.record(db, "accounts.reset-code", by.key if by else "", at, "user", user.key)
    db.flush()
    return f"{code[:5]}-{code[5:]}"


def check_reset_code(db: Session, username: str, code: str, at: datetime) -> User:
    """The person whose code this is; raises WrongResetCode. Read-only, before hashing."""
    user = user_named(db, username)
    if user is None or user.disabled_at is not None:
        raise WrongResetCode
    alive = _alive(db, user, at)
    if alive is None or not hmac.compare_digest(alive.code_hash, _hash(user, _typed(code))):
        raise WrongResetCode
    return user


def redeem_reset_code(
    db: Session, username: str, code: str, password: PreparedSecret, at: datetime
) -> User:
    """Set the new password and end every session; the code dies. Raises WrongResetCode."""
    user = check_reset_code(db, username, code, at)
    if not _end_codes(db, user, at):
        raise WrongResetCode
    user.password_hash = password.hash
    end_sessions(db, user, at)
    audit.record(db, "accounts.reset-password", user.key, at, "user", user.key)
    db.flush()
    return user


def _alive(db: Session, user: User, at: datetime) -> ResetCode | None:
    return db.scalars(
        select(ResetCode).where(
            ResetCode.user_id == user.id, ResetCode.ended_at.is_(None), ResetCode.expires_at > at
        )
    ).one_or_none()


def _end_codes(db: Session, user: User, at: datetime) -> bool:
    # The update decides between two requests with the same code: only one of them ends a row.
    ended = db.execute(
        update(ResetCode)
        .where(ResetCode.user_id == user.id, ResetCode.ended_at.is_(None))
        .values(ended_at=at)
        .returning(ResetCode.id)
    ).first()
    return ended is not None


def _typed(code: str) -> str:
    return "".join(letter for letter in code.upper() if letter.isalnum())


def _hash(user: User, code: str) -> str:
    return peppered(f"reset:{user.key}:{code}")
