"""The order of people's names: each script by its own rules, the scripts one after the other.

Latin letters with the Vietnamese ones in their places, Lao and Khmer as their dictionaries
(`sorting`), Chinese by pinyin. `pinyin_order.txt` holds the 20,992 characters U+4E00 to U+9FFF as
ICU 78.2 (CLDR 48, collation "pinyin") sorts them; others come after them by code point.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

from app.core.sorting import sort_key

NameKey = tuple[int, tuple[int, ...], tuple[int, ...], str]
_LATIN, _LAO, _OTHER, _KHMER, _HAN = range(5)
_VIETNAMESE = frozenset("ăâđêôơư")
# Surnames that are read otherwise than the character alone, each with one of its reading
# (GB/T 28039-2011 writes names by this reading): 覃 is Qín, 曾 Zēng, 单 Shàn, 任 Rén.
_SURNAMES = dict(
    zip(
        "单曾解仇查区朴翟覃缪华员折燕种葛应那任盖乐",
        "善增谢求渣欧瓢宅秦庙话运舌烟虫舸英南人舸月",
        strict=True,
    )
)
_LAST = 10**6


def name_key(name: str) -> NameKey:
    """The key by which a name sorts among names of every script."""
    script = _script_of(name)
    if script == _HAN:
        return script, tuple(_pinyin(name)), (), name
    language = {_LAO: "lo", _KHMER: "km"}.get(script, "vi")
    shown = _with_vietnamese_accents_only(name) if script == _LATIN else name
    letters, tones, _text = sort_key(shown, language)
    return script, letters, tones, name


def _script_of(name: str) -> int:
    first = next((letter for letter in name if letter.isalpha()), "")
    match unicodedata.name(first, "").split(" ")[0] if first else "":
        case "LATIN" | "":
            return _LATIN
        case "LAO":
            return _LAO
        case "KHMER":
            return _KHMER
        case "CJK":
            return _HAN
        case _:
            return _OTHER


def _with_vietnamese_accents_only(name: str) -> str:
    """Ç sorts as C, Ö as O: the Vietnamese order knows no place for them."""
    return "".join(map(_plain_letter, unicodedata.normalize("NFC", name)))


def _plain_letter(letter: str) -> str:
    parts = unicodedata.normalize("NFD", letter)
    toneless = unicodedata.normalize(
        "NFC", "".join(part for part in parts if part not in "\u0300\u0309\u0303\u0301\u0323")
    )
    known = toneless.isascii() or toneless.casefold() in _VIETNAMESE
    return letter if known else parts[0]


def _pinyin(name: str) -> list[int]:
    places = _places()
    numbers = [2 * places.get(letter, _LAST + ord(letter)) for letter in name]
    if len(name) > 1 and name[0] in _SURNAMES:
        numbers[0] = 2 * places[_SURNAMES[name[0]]] + 1  # directly after the one it sounds like
    return numbers


@cache
def _places() -> dict[str, int]:
    text = (Path(__file__).parent / "pinyin_order.txt").read_text("utf-8")
    return {letter: place for place, letter in enumerate(text.replace("\n", ""))}
