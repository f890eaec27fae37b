"""Countries and regions of a passport, named in the reader's language (CLDR by Babel)."""

from __future__ import annotations

import unicodedata
from functools import cache

from babel import Locale

from app.accounts.types import UNKNOWN_TERRITORY, UnknownTerritory
from app.core.languages import LANGUAGES

#: The members of ASEAN (Timor-Leste since October 2025) and China stand first: nearly everybody
#: here comes from one of them.
NEAR = ("KH", "LA", "VN", "BN", "ID", "MM", "MY", "PH", "SG", "TH", "TL", "CN")
# Two-letter codes of CLDR that ISO 3166-1 does not assign to a country or territory.
_NOT_ISO_3166 = frozenset(
    ["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"]
)


@cache
def _names(language: str) -> dict[str, str]:
    territories = Locale.parse(LANGUAGES[language].babel).territories
    return {
        code: name
        for code, name in territories.items()
        if len(code) == 2 and code.isalpha() and code not in _NOT_ISO_3166
    }


@cache
def territories(language: str) -> tuple[tuple[str, str], ...]:
    """Codes and names in the language: the near ones, then the others in its order."""
    names = _names(language)
    others = sorted((code for code in names if code not in NEAR), key=lambda c: _order(names[c]))
    return tuple((code, names[code]) for code in (*NEAR, *others))


def territory_name(code: str, language: str) -> str:
    """The name in the language; "—" when nobody knows the territory."""
    return "—" if code == UNKNOWN_TERRITORY else _names(language).get(code, code)


def check_territory(code: str) -> str:
    """The code, or raise UnknownTerritory."""
    if code not in _names("en"):
        raise UnknownTerritory
    return code


def _order(name: str) -> bytes:
    # GB 18030 keeps the common Chinese characters in the order of their pinyin; letters of other
    # scripts keep the order of their alphabets.
    plain = unicodedata.normalize("NFD", name.replace("Đ", "D").replace("đ", "d")).casefold()
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return letters.encode("gb18030")
