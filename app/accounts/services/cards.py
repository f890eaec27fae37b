"""Login cards: made, found by what was scanned or typed, ended, replaced.

A card says a token of 128 bits (in its QR) and a short code. Neither is stored: both are derived
from the row's random key with the server's secret, and the row keeps keyed hashes to find it by.
So a card can be printed again as it was, and a stolen database alone prints none.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, joinedload

from app.accounts.models import LoginCard, User
from app.accounts.services.people import refuse_erased
from app.accounts.services.sessions import end_sessions
from app.accounts.types import CardEnded, NoCardForStaff, Role, UnknownCard
from app.core import audit
from app.core.codes import CODE_ALPHABET, code_from, normal_code
from app.core.db import insert_missing
from app.core.events import new_event_id
from app.core.passwords import keyed_hash, peppered

TOKEN_BYTES = 16
TOKEN_LENGTH = 26  # of 16 bytes in base 32 (RFC 4648), without padding
# 30^9 = 44 bits: a guess would have to be right among 5,000 unused cards before the limits stop it.
CODE_LENGTH = 9
CODE_GROUP = 3


@dataclass(frozen=True, slots=True)
class CardFace:
    """What is printed on a card: the token of its QR and the code to type, in groups."""

    token: str
    code: str


def face_of(card_key: str) -> CardFace:
    """What the card with this key says, always the same under the same server secret."""
    token = bytes.fromhex(peppered(f"login-card-token:{card_key}"))[:TOKEN_BYTES]
    code = code_from(int(peppered(f"login-card-code:{card_key}"), 16), CODE_LENGTH)
    groups = [code[at : at + CODE_GROUP] for at in range(0, CODE_LENGTH, CODE_GROUP)]
    return CardFace(base64.b32encode(token).decode().rstrip("=").lower(), "-".join(groups))


def card_holder(db: Session, scanned: str) -> User:
    """Whose card this is, by what its QR holds (with or without the address) or its short code.

    Raises UnknownCard for what is on no card, and CardEnded, one of its kind, for a card that
    was lost or replaced or whose holder may not use it any more.
    """
    return card_saying(db, scanned).user


def card_saying(db: Session, scanned: str) -> LoginCard:
    """The living card that says this; raises as `card_holder`."""
    said = normal_code(_without_address(scanned))
    if len(said) == TOKEN_LENGTH:
        known = LoginCard.token_hash == _token_hash(said.lower())
    elif len(said) == CODE_LENGTH and set(said) <= set(CODE_ALPHABET):
        known = LoginCard.code_hash == _code_hash(said)
    else:
        raise UnknownCard
    return _living(db.scalars(_with_holder().where(known)).one_or_none())


def card_by_key(db: Session, key: str) -> LoginCard:
    """The living card with this key as it is now, read anew; raises as `card_holder`."""
    query = _with_holder().where(LoginCard.key == key)
    return _living(db.scalars(query.execution_options(populate_existing=True)).one_or_none())


def lock_holder(db: Session, user: User) -> None:
    """Whoever enters by a card, and whoever ends one, come one after the other."""
    locked = select(User).where(User.id == user.id).with_for_update()
    db.scalars(locked.execution_options(populate_existing=True)).one()


def _with_holder() -> Any:
    return select(LoginCard).options(joinedload(LoginCard.user))


def _living(card: LoginCard | None) -> LoginCard:
    if card is None:
        raise UnknownCard
    holder = card.user
    if card.ended_at is not None or holder.disabled_at is not None or holder.is_staff:
        raise CardEnded
    return card


def _without_address(scanned: str) -> str:
    """The last part of an address's path; anything else as it is."""
    path = scanned.strip()[:500].split("?")[0].split("#")[0].rstrip("/")
    return path.rpartition("/")[2]


def _token_hash(token: str) -> str:
    return peppered(f"login-card:{token}")


def _code_hash(code: str) -> str:
    return peppered(f"login-card:{normal_code(code)}")


def cards_of(db: Session, users: Iterable[User]) -> dict[int, LoginCard]:
    """The living card of each of the people who has one, by the person's id; one query.

    A card made under another server secret is dead paper and is left out.
    """
    ids = [user.id for user in users]
    living = select(LoginCard).where(LoginCard.user_id.in_(ids), LoginCard.ended_at.is_(None))
    return {card.user_id: card for card in db.scalars(living) if _is_readable(card)}


def _is_readable(card: LoginCard) -> bool:
    return card.token_hash == _token_hash(face_of(card.key).token)


def make_cards(db: Session, users: Sequence[User], by: User, at: datetime) -> int:
    """Make a card for each of the people who has none; how many were made.

    Twice, or two at once, make one card each. Raises NoCardForStaff and Erased.
    """
    for user in users:
        _refuse_others(user)
    known = cards_of(db, users)
    return sum(_make(db, user, by, at) for user in users if user.id not in known)


def _refuse_others(user: User) -> None:
    refuse_erased(user)
    if user.role is not Role.TRAINEE:
        raise NoCardForStaff


def _make(db: Session, user: User, by: User, at: datetime) -> bool:
    _end_unreadable(db, user, at)
    made = _insert(db, user, at)
    if not made and user.id not in cards_of(db, [user]):
        made = _insert(db, user, at)  # another card says the same code: one in 10^9
    if made:
        audit.record(db, "accounts.make-card", by.key, at, "user", user.key)
    return made


def _end_unreadable(db: Session, user: User, at: datetime) -> None:
    living = select(LoginCard).where(LoginCard.user_id == user.id, LoginCard.ended_at.is_(None))
    for card in db.scalars(living):
        if not _is_readable(card):
            card.ended_at = at
            user.pin_hash, user.pin_tries = None, 0  # hashed with the secret of before, too
            db.flush()


def _insert(db: Session, user: User, at: datetime) -> bool:
    """Whether the row is new: the database decides between two at once."""
    key = new_event_id()
    face = face_of(key)
    row = {
        "key": key,
        "user_id": user.id,
        "token_hash": _token_hash(face.token),
        "code_hash": _code_hash(face.code),
        "made_at": at,
    }
    return bool(insert_missing(db, LoginCard, [row]))


def end_card(db: Session, user: User, card_key: str, by: User, at: datetime) -> bool:
    """A card is lost: it dies at once and every session of its holder ends.

    Named by its key, so that the same button pressed twice never ends the card made after it.
    Returns whether the card was alive.
    """
    lock_holder(db, user)
    ended = db.execute(
        update(LoginCard)
        .where(
            LoginCard.user_id == user.id,
            LoginCard.key == card_key,
            LoginCard.ended_at.is_(None),
        )
        .values(ended_at=at)
        .returning(LoginCard.id)
    ).first()
    if ended is None:
        return False
    end_sessions(db, user, at)
    audit.record(db, "accounts.end-card", by.key, at, "user", user.key)
    return True


def start_anew(db: Session, user: User, card_key: str, by: User, at: datetime) -> None:
    """Somebody else may know the card or its PIN: a new card and no PIN. Twice changes nothing.

    Raises NoCardForStaff and Erased.
    """
    if end_card(db, user, card_key, by, at):
        _forget_pin(db, user, by, at)
        make_cards(db, [user], by, at)


def pin_mark(user: User) -> str:
    """Names the PIN that the person has now, and says nothing about it; nothing without a PIN."""
    return keyed_hash("pin-mark", user.pin_hash)[:32] if user.pin_hash else ""


def forget_pin(db: Session, user: User, mark: str, by: User, at: datetime) -> None:
    """The PIN is forgotten: the next use of the card asks for a new one. Every session ends.

    Named by its mark, so that the same button pressed twice never takes the PIN chosen after it.
    Raises NoCardForStaff and Erased.
    """
    lock_holder(db, user)
    if user.pin_hash is not None and mark == pin_mark(user):
        _forget_pin(db, user, by, at)


def _forget_pin(db: Session, user: User, by: User, at: datetime) -> None:
    _refuse_others(user)
    user.pin_hash, user.pin_tries = None, 0
    end_sessions(db, user, at)
    audit.record(db, "accounts.forget-pin", by.key, at, "user", user.key)
    db.flush()


def end_cards(db: Session, user: User, at: datetime) -> None:
    """End the card of somebody who becomes staff, or whose account is merged into another."""
    living = update(LoginCard).where(LoginCard.user_id == user.id, LoginCard.ended_at.is_(None))
    db.execute(living.values(ended_at=at))


def erase_cards(db: Session, user: User) -> None:
    """Delete the cards of an erased person."""
    db.execute(delete(LoginCard).where(LoginCard.user_id == user.id))
