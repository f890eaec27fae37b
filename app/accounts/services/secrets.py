"""Passwords and PINs: checked and hashed before the write, compared without telling more."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.services.sessions import end_sessions
from app.accounts.types import (
    PIN_DIGITS,
    PIN_TRIES,
    Names,
    NoPin,
    PinLocked,
    PreparedSecret,
    WeakPassword,
    WrongPassword,
)
from app.core import audit
from app.core.errors import N_
from app.core.passwords import (
    MAXIMUM_LENGTH,
    hash_secret,
    password_problem,
    peppered,
    verify_secret,
)

NOT_A_PIN = N_("Use exactly 6 digits.")
EASY_PIN = N_("This PIN is easy to guess. Choose another one.")
_ROWS = ("01234567890", "09876543210")
_YEAR_AND_MONTH = re.compile(r"(19[5-9]\d|20[0-2]\d)(0[1-9]|1[0-2])")


def prepare_password(
    password: str, username: str = "", names: Names | None = None
) -> PreparedSecret:
    """Check and hash a new password; call it before the write begins.

    Raises WeakPassword when it is short, common, or made of the person's own words.
    """
    own = [username] if names is None else [username, *names.latin.split(), names.native]
    problem = password_problem(password, own)
    if problem:
        raise WeakPassword(problem)
    return PreparedSecret(hash_secret(password))


def prepare_pin(pin: str) -> PreparedSecret:
    """Check and hash a new PIN; raises WeakPassword when it has not 6 digits or is easy."""
    if len(pin) != PIN_DIGITS or not pin.isascii() or not pin.isdigit():
        raise WeakPassword(NOT_A_PIN)
    if _is_easy(pin):
        raise WeakPassword(EASY_PIN)
    return PreparedSecret(hash_secret(peppered(pin)))


def _is_easy(pin: str) -> bool:
    """Few digits, a row, halves that repeat or mirror, pairs, or a month of a year of birth.

    994 of 1,000 PINs are left; those left out are what a finder tries first.
    """
    start, end = pin[:3], pin[3:]
    return (
        len(set(pin)) <= 2
        or any(pin in row for row in _ROWS)
        or end in (start, start[::-1])
        or pin[::2] == pin[1::2]
        or _YEAR_AND_MONTH.fullmatch(pin) is not None
    )


def prepared(password: str | PreparedSecret, username: str, names: Names) -> PreparedSecret:
    """A password as it is stored, hashed here unless the caller has done it."""
    if isinstance(password, PreparedSecret):
        return password
    return prepare_password(password, username, names)


def password_matches(user: User, password: str) -> bool:
    """Whether this is the person's password; takes 0.03 s whatever the answer."""
    return verify_secret(user.password_hash, password[: MAXIMUM_LENGTH + 1])


def require_password(user: User, password: str) -> None:
    """Raise WrongPassword unless it is the person's; call it before the write begins."""
    if not password_matches(user, password):
        raise WrongPassword


def change_password(
    db: Session, user: User, password: PreparedSecret, keep_token: str | None, at: datetime
) -> None:
    """Set a new password and end every session but the one with `keep_token`."""
    user.password_hash = password.hash
    end_sessions(db, user, at, keep_token=keep_token)
    audit.record(db, "accounts.change-password", user.key, at, "user", user.key)


def set_pin(db: Session, user: User, pin: str | PreparedSecret, at: datetime) -> None:
    """Set the PIN with which the person acknowledges skill checks; also unlocks it."""
    new = pin if isinstance(pin, PreparedSecret) else prepare_pin(pin)
    user.pin_hash, user.pin_tries = new.hash, 0
    audit.record(db, "accounts.set-pin", user.key, at, "user", user.key)


def pin_matches(db: Session, user: User, pin: str, at: datetime, *, tries: int = PIN_TRIES) -> bool:
    """Whether this is the person's PIN. It counts the try: commit whatever the answer is.

    Raises NoPin before one is set, PinLocked after so many wrong `tries` in a row.
    """
    if user.pin_hash is None:
        raise NoPin
    if not _count_pin_try(db, user, tries):
        raise PinLocked
    if not verify_secret(user.pin_hash, peppered(pin)):
        _record_lock(db, user, at)
        return False
    user.pin_tries = 0
    return True


def _count_pin_try(db: Session, user: User, tries: int) -> bool:
    # One statement, so that guesses sent at once cannot share one try.
    counted = db.execute(
        update(User)
        .where(User.id == user.id, User.pin_tries < tries)
        .values(pin_tries=User.pin_tries + 1)
        .returning(User.id)
    ).first()
    db.refresh(user)
    return counted is not None


def _record_lock(db: Session, user: User, at: datetime) -> None:
    if user.is_pin_locked:
        audit.record(db, "accounts.lock-pin", "", at, "user", user.key)


def unlock_pin(db: Session, user: User, by: User, at: datetime) -> None:
    """Let the person try her PIN again; for her instructor or an administrator."""
    user.pin_tries = 0
    audit.record(db, "accounts.unlock-pin", by.key, at, "user", user.key)
