"""What a certificate carries to be believed without a network: its facts, signed, in its QR code.

The claims are those of `docs/decisions/0030-offline-qr.md`.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.certificates.models import Certificate
from app.certificates.services.numbers import ALPHABET
from app.certificates.types import STATUS_LIST_SIZE
from app.core import cose
from app.core.keys import Key, Purpose, ring
from app.courses.library import library

#: Private claim (RFC 8392, 9.1: below -65536) and the keys of its map.
FACTS = -70001
NAME, COURSE, LATIN, LANGUAGE, STATUS, COURSE_KEY, AWARDED, CODE = range(1, 9)
#: A list that is half full goes on in the next one: a free place is found at once.
_FILL = STATUS_LIST_SIZE // 2


def free_status_indexes(db: Session, number: int) -> list[int]:
    """So many places in the status list, drawn at random, that no certificate has.

    To be called in the write that issues, after the year's counter is locked. Two queries, however
    many people there are; the database refuses a place that is taken twice. Before the very first
    one the keys are made; later a missing key is a lost one, and a new one would hide that.
    """
    if not number:
        return []
    used = db.scalar(select(func.count(Certificate.status_index))) or 0
    if not used:
        ring().make_missing()
    first = used // _FILL * STATUS_LIST_SIZE
    here = Certificate.status_index.between(first, first + STATUS_LIST_SIZE - 1)
    taken = set(db.scalars(select(Certificate.status_index).where(here)))
    drawn: list[int] = []
    while len(drawn) < number:
        index = first + secrets.randbelow(STATUS_LIST_SIZE)
        if index not in taken:
            taken.add(index)
            drawn.append(index)
    return drawn


def is_retired(db: Session) -> bool:
    """Whether the key of codes would be a retired one, because the newest that signed is lost.

    One query while that one is there. A key that has signed nothing was made on purpose: no copy of
    the lost one is left.
    """
    signed = Certificate.signed.is_not(None)
    query = select(Certificate.signed).where(signed).order_by(Certificate.id.desc())
    newest = db.scalar(query.limit(1))
    names = [key.thumbprint[: cose.KEY_ID_BYTES] for key in ring().all(Purpose.CODE)]
    if newest is None or not names or cose.key_id(newest) in names:
        return False
    acts = select(func.min(Certificate.signed)).where(signed).group_by(Certificate.issue_id)
    return names[0] in {cose.key_id(str(one)) for one in db.scalars(acts)}


def signed_columns(facts: Mapping[str, Any], status_index: int, at: datetime) -> dict[str, Any]:
    """The columns of a new certificate that make it checkable without a network; raises NoKey."""
    return {
        "status_index": status_index,
        "signed": frozen_signature(facts, status_index, at, ring().current(Purpose.CODE)),
    }


def frozen_signature(facts: Mapping[str, Any], status_index: int, at: datetime, key: Key) -> str:
    """The facts of a certificate signed by a key, as they stand after "#" in its QR code.

    Depends on nothing but its arguments and the programme's time zone.
    """
    claims = {
        cose.ISSUER: base_of(facts),
        cose.EXPIRES: int(end_of(facts["valid_until"]).timestamp()),
        cose.ISSUED: int(at.timestamp()),
        cose.NUMBER: facts["serial"].encode(),
        FACTS: {
            NAME: facts["names"]["native"],
            COURSE: facts["course"]["titles"][facts["language"]],
            LATIN: facts["names"]["latin"],
            LANGUAGE: facts["language"],
            STATUS: status_index,
            COURSE_KEY: facts["course"]["key"],
            AWARDED: facts["award_date"],
            CODE: _packed(facts["code"]),
        },
    }
    return cose.for_address(cose.sign(claims, key))


def base_of(facts: Mapping[str, Any]) -> str:
    """The address of the site as it was when the certificate was issued."""
    base: str = facts["address"].rpartition("/v/")[0]
    return base


def end_of(last_day: str) -> datetime:
    """The first moment at which a certificate no longer holds."""
    following = date.fromisoformat(last_day) + timedelta(days=1)
    zone = ZoneInfo(library().programme.timezone)
    return datetime.combine(following, time(), zone).astimezone(UTC)


def _packed(code: str) -> bytes:
    """16 letters of 5 bits each as 10 bytes."""
    number = 0
    for letter in code:
        number = number * len(ALPHABET) + ALPHABET.index(letter)
    return number.to_bytes(len(code) * 5 // 8, "big")


def revoked_indexes(db: Session) -> Sequence[int]:
    """The places of every certificate that no longer holds, revoked or replaced, in order."""
    newer = select(Certificate.replaces_id).where(Certificate.replaces_id.is_not(None))
    gone = Certificate.revoked_at.is_not(None) | Certificate.id.in_(newer)
    query = select(Certificate.status_index).where(Certificate.status_index.is_not(None), gone)
    found = db.scalars(query.order_by(Certificate.status_index))
    return [index for index in found if index is not None]


def signers(db: Session, on: date) -> Iterator[tuple[bytes, str, int]]:
    """For each act of issuing: the name of its key, a serial number, how many certificates.

    One signature an act, which has one key. Without those that do not hold on the day.
    """
    some, serial = func.min(Certificate.signed), func.min(Certificate.serial)
    query = select(some, serial, func.count()).where(Certificate.signed.is_not(None), holds(on))
    for signed, number, count in db.execute(query.group_by(Certificate.issue_id).order_by(serial)):
        yield cose.key_id(str(signed)), number, count


def holds(on: date) -> ColumnElement[bool]:
    """Whether a certificate is in force on a day."""
    newer = select(Certificate.replaces_id).where(Certificate.replaces_id.is_not(None))
    stands = Certificate.revoked_at.is_(None) & Certificate.id.not_in(newer)
    return stands & (Certificate.valid_until >= on)


def last_loss(db: Session) -> datetime | None:
    """When the newest of them was revoked or replaced; None when every certificate holds."""
    revoked = select(func.max(Certificate.revoked_at))
    replaced = select(func.max(Certificate.issued_at)).where(Certificate.replaces_id.is_not(None))
    return max(filter(None, (db.scalar(revoked), db.scalar(replaced))), default=None)


def offline_list(db: Session, at: datetime) -> dict[str, Any]:
    """What a phone keeps to check QR codes without a network: keys, and what no longer holds."""
    return {
        "as_of": at.isoformat(timespec="seconds"),
        "timezone": library().programme.timezone,
        "keys": [dict(key.jwk) for key in ring().all(Purpose.CODE)],
        "revoked": list(revoked_indexes(db)),
    }
