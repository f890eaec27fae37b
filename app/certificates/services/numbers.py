"""Serial numbers with a check digit, and verification codes that cannot be guessed."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.certificates.models import Certificate, CertificateCounter
from app.core.db import insert_or_get

PREFIX = "KPK"
# Crockford's base 32 has no I, L, O and U; 16 letters are 80 random bits.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 16
#: Far more than a whole address with the signed facts behind it that somebody pastes.
LONGEST_TYPED = 4000
#: Look-alikes within the Latin letters; U is not in the alphabet, V is.
_FORGIVEN = str.maketrans("ILOU", "110V")
# Greek, then Cyrillic letters, and the Latin ones that a reader takes them for.
_LOOK_ALIKES = str.maketrans(
    "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορυχ" + "АВЕЅІЈКМНОРСТУХЗаеѕіјкморстух",
    "ABEZHIKMNOPTYXAIKVOPYX" + "ABESIJKMHOPCTYX3AESIJKMOPCTYX",
)
#: Digits that are read as letters inside a word.
_READ_AS = str.maketrans("0134578", "OIEASTB")
#: Rude words of English and pinyin, and marks of hate, that the alphabet can spell; I and U cannot
#: stand in a code, but 1 and V are read for them.
BAD_WORDS = re.compile(
    "ANAL|ANVS|ARSE|ASS|BASTARD|BITCH|BOOB|CACA|CAO|CRAP|CVM|CVNT|DAMN|DEAD|DICK|DIE|FAG|FART|FCK"
    "|FVCK|GAY|HATE|HELL|HOE|JAP|JERK|KKK|NAZI|NEGRO|NIGG|PENIS|PISS|POO|PORN|RAPE|SEX|SHABI|SHAG"
    "|SHIT|SLAG|SS88|88HH|TIT|TVRD|VAG|WANK|WHORE|XXX|666"
)


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


def new_code() -> str:
    """A random verification code, without hyphens, in which nobody reads a bad word.

    Fewer than 1 in 100 are drawn again: hardly any of the 80 bits are lost.
    """
    while True:
        code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
        if not has_bad_word(code):
            return code


def has_bad_word(code: str) -> bool:
    """Whether one of BAD_WORDS can be read in the code, also with digits for letters."""
    return any(BAD_WORDS.search(read) for read in (code, code.translate(_READ_AS)))


def normal_code(typed: str) -> str | None:
    """A code as it is stored, whatever was typed; None for no code.

    Case, full-width forms, spaces, hyphens of every kind and invisible characters do not matter,
    nor does a whole address that ends in the code. Letters that look like others are read as
    these: I and L as 1, O as 0, as Crockford's base 32 has it, U as V, and Greek and Cyrillic
    letters as the Latin ones that they look like.
    """
    text = _without_address(unicodedata.normalize("NFKC", typed[:LONGEST_TYPED]))
    plain = text.translate(_LOOK_ALIKES).upper()
    letters = "".join(c for c in plain if not _is_ignored(c)).translate(_FORGIVEN)
    is_code = len(letters) == CODE_LENGTH and all(letter in ALPHABET for letter in letters)
    return letters if is_code else None


def _without_address(text: str) -> str:
    """What stands behind `/v/` when a whole address was typed or scanned."""
    _before, slash, after = text.partition("/v/")
    return (after if slash else text).partition("#")[0].partition("?")[0]


def _is_ignored(letter: str) -> bool:
    """Spaces, hyphens and dashes, and characters that cannot be seen."""
    return unicodedata.category(letter) in {"Zs", "Pd", "Cf", "Cc"} or letter in "_.\u2212\u30fc"


def lock_counter(db: Session, year: int) -> CertificateCounter:
    """The year's counter, locked until the write ends: one act of issuing at a time."""
    insert_or_get(db, CertificateCounter, {"year": year, "last": 0}, ("year",))
    query = select(CertificateCounter).where(CertificateCounter.year == year).with_for_update()
    return db.scalars(query.execution_options(populate_existing=True)).one()


def take_serials(counter: CertificateCounter, number: int) -> list[str]:
    """The next serial numbers of a locked counter, in order."""
    first = counter.last + 1
    counter.last += number
    return [serial_number(counter.year, each) for each in range(first, first + number)]


def years_of_serials(db: Session) -> Sequence[int]:
    """The years in which serial numbers were given."""
    return db.scalars(select(CertificateCounter.year).order_by(CertificateCounter.year)).all()


def unexplained_serials(db: Session, year: int) -> list[str]:
    """Serial numbers of a year that were given and that no certificate bears, or the other way
    round: there are none.
    """
    counter = db.get(CertificateCounter, year)
    given = {serial_number(year, each) for each in range(1, (counter.last if counter else 0) + 1)}
    prefix = f"{PREFIX}-{year:04d}-"
    return sorted(
        given
        ^ set(db.scalars(select(Certificate.serial).where(Certificate.serial.startswith(prefix))))
    )
