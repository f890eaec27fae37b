"""Serial numbers with a check digit, and verification codes that cannot be guessed."""

from __future__ import annotations

import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.certificates.models import CertificateCounter
from app.core.db import insert_or_get

PREFIX = "KPK"
# Crockford's base 32 has no I, L, O and U; 16 letters are 80 random bits.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 16
_FORGIVEN = str.maketrans("ILO", "110")


def check_digit(digits: str) -> str:
    """The check digit of ISO/IEC 7064, MOD 11,10.

    It finds every single wrong digit and almost every two that changed places.
    """
    product = 10
    for digit in digits:
        total = (int(digit) + product) % 10 or 10
        product = total * 2 % 11
    return str((11 - product) % 10)


def serial_number(year: int, number: int) -> str:
    """KPK-<year>-<six digits>-<check digit of both>."""
    digits = f"{year:04d}{number:06d}"
    return f"{PREFIX}-{digits[:4]}-{digits[4:]}-{check_digit(digits)}"


def is_serial_number(text: str) -> bool:
    """Whether the text is a serial number with the right check digit."""
    parts = text.strip().upper().split("-")
    if len(parts) != 4 or parts[0] != PREFIX or not "".join(parts[1:]).isascii():
        return False
    digits = parts[1] + parts[2]
    return (digits + parts[3]).isdigit() and check_digit(digits) == parts[3]


def new_code() -> str:
    """A random verification code, without hyphens."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def normal_code(typed: str) -> str | None:
    """A code as it is stored, whatever case, spaces and hyphens were typed; None for no code.

    I and L are read as 1, O as 0, as Crockford's base 32 has it.
    """
    letters = "".join(c for c in typed[:80].upper() if c not in "- \u00a0").translate(_FORGIVEN)
    is_code = len(letters) == CODE_LENGTH and all(letter in ALPHABET for letter in letters)
    return letters if is_code else None


def lock_counter(db: Session, year: int) -> CertificateCounter:
    """The year's counter, locked until the write ends: one act of issuing at a time."""
    insert_or_get(db, CertificateCounter, {"year": year, "last": 0}, ("year",))
    query = select(CertificateCounter).where(CertificateCounter.year == year).with_for_update()
    return db.scalars(query.execution_options(populate_existing=True)).one()


def next_serial(counter: CertificateCounter) -> str:
    """The next serial number of a locked counter."""
    counter.last += 1
    return serial_number(counter.year, counter.last)
