"""Entering by a login card: the first use chooses the PIN, every later one types it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.accounts.models import LoginCard, User
from app.accounts.services.cards import card_by_key, lock_holder
from app.accounts.services.consents import record_consents
from app.accounts.services.people import change_languages
from app.accounts.services.secrets import pin_matches, set_pin
from app.accounts.types import (
    CardInUse,
    CardPinLocked,
    Consents,
    PinLocked,
    PreparedSecret,
)
from app.core import audit


@dataclass(frozen=True, slots=True)
class FirstUse:
    """What a trainee says at the first use of her card."""

    pin: PreparedSecret
    consents: Consents
    language: str


def claim_card(db: Session, card_key: str, said: FirstUse, at: datetime) -> User:
    """The first use: consent, language and PIN together, or nothing at all.

    Raises UnknownCard and CardEnded, ConsentMissing, and CardInUse when there is a PIN already:
    of two at once only one chooses it.
    """
    user = _locked_holder(db, card_key)
    if user.pin_hash is not None:
        raise CardInUse
    record_consents(db, user, said.consents, at)
    change_languages(db, user, said.language, user.second_language)
    set_pin(db, user, said.pin, at)
    _note_first_use(db, card_key, user, at)
    return user


def enter_by_card(db: Session, card_key: str, pin: str, at: datetime) -> User | None:
    """The holder, or None for a wrong PIN. It counts the try: commit whatever the answer is.

    Raises UnknownCard and CardEnded, NoPin before the first use, CardPinLocked after 5 wrong
    PINs in a row.
    """
    user = _locked_holder(db, card_key)
    try:
        if not pin_matches(db, user, pin, at):
            return None
    except PinLocked as error:
        raise CardPinLocked from error
    _note_first_use(db, card_key, user, at)
    return user


def _locked_holder(db: Session, card_key: str) -> User:
    """The card's holder, locked; the card is asked again, as it may have ended while we waited."""
    lock_holder(db, card_by_key(db, card_key).user)
    return card_by_key(db, card_key).user


def _note_first_use(db: Session, card_key: str, user: User, at: datetime) -> None:
    first = (
        update(LoginCard)
        .where(LoginCard.key == card_key, LoginCard.first_used_at.is_(None))
        .values(first_used_at=at)
        .returning(LoginCard.id)
    )
    if db.execute(first).first() is not None:
        audit.record(db, "accounts.first-card-use", user.key, at, "user", user.key)
