"""Numbers that others gave a person: the partner's student number, and the passport's."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from app.core.passwords import keyed_hash

STUDENT_NUMBER_LENGTH = 40
#: ICAO Doc 9303 gives a passport number nine signs; some states print more.
PASSPORT_LENGTHS = (6, 15)
_PASSPORT = re.compile(r"(?=.*\d)[A-Z0-9]{6,15}")
_BETWEEN = re.compile(r"[\s.\-/_]+")


def normal_passport(text: str) -> str | None:
    """The number in capitals without spaces and hyphens, or None when it is no passport number."""
    folded = _BETWEEN.sub("", _folded(text)).upper()
    return folded if _PASSPORT.fullmatch(folded) else None


def passport_hash(normal: str) -> str:
    """What is kept of a passport number as `normal_passport` gives it."""
    return keyed_hash("passport", normal)


def student_number_key(partner: str, number: str) -> str:
    """Equal for one number at one partner, however both are typed; another partner may give it
    to somebody else.
    """
    plain = re.sub(r"[\W_]+", "", _folded(number))
    return f"{plain[:60]} {_folded_partner(partner)}"


@lru_cache(maxsize=1000)
def _folded_partner(partner: str) -> str:
    return re.sub(r"[\W_]+", " ", _folded(partner)).strip()[:160]


def _folded(text: str) -> str:
    if text.isascii():
        return text.casefold()
    wide = unicodedata.normalize("NFKC", text).casefold()
    return "".join(str(unicodedata.digit(one, one)) for one in wide)
