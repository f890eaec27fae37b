"""The order of words in each language, as its dictionaries have it.

ICU's collation would know it, but the wheel we use (icu4py) offers no collator. The letters below
are in the order of CLDR 48; tests compare the result with lists that ICU has sorted.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

SortKey = tuple[tuple[int, ...], tuple[int, ...], str]
_LATIN = "a ă â b c d đ e ê f g h i j k l m n o ô ơ p q r s t u ư v w x y z"
_LAO = "ໆ ກ ຂ ຄ ງ ຈ ສ ຊ ຍ ດ ຕ ຖ ທ ນ ບ ປ ຜ ຝ ພ ຟ ມ ຢ ຣ ລ ວ ຫ ອ ຮ ຯ ະ ັ າ ຳ ິ ີ ຶ ື ຸ ູ ົ ຽ ເ ແ ໂ ໃ ໄ"
_KHMER_SIGNS = "ៗ ក ខ គ ឃ ង ច ឆ ជ ឈ ញ ដ ឋ ឌ ឍ ណ ត ថ ទ ធ ន ប ផ ព ភ ម យ រ ឫ ឬ ល ឭ ឮ វ ឝ ឞ ស ហ ឡ អ"
_KHMER_VOWELS = "ា ិ ី ឹ ឺ ុ ូ ួ ើ ឿ ៀ េ ែ ៃ ោ ៅ ុំ ំ ាំ ះ ិះ ុះ េះ ោះ ្"
_SPACE, _DIGIT, _OTHER_LATIN, _OTHER, _OWN = 1, 10, 100, 1_000, 2_000_000
_LAST = 10**12
_TONES = {
    "vi": "\u0300\u0309\u0303\u0301\u0323",
    "zh": "\u0304\u0301\u030c\u0300",
    "lo": "\u0ec8\u0ec9\u0eca\u0ecb\u0ecc\u0ecd",
    "km": "\u17c9\u17ca\u17cb\u17cc\u17cd\u17ce\u17cf\u17d0\u17d1\u17dd",
}
# A vowel that stands alone, and the same vowel on អ as which it sorts.
_KHMER_ALONE = "ឣអ ឤអា ឥអិ ឦអី ឧអុ ឨអុក ឩអូ ឪអូវ ឯអែ ឰអៃ ឱអោ ឲអោ ឳអៅ"
_KHMER_LETTER = re.compile("[ុា]?ំ|[ិុេោ]?ះ|.", re.DOTALL)
_BEFORE_ITS_SIGN = re.compile("([\u0ec0-\u0ec4])([\u0e81-\u0eae\u0edc-\u0edf])")
_LAO_AM = re.compile("\u0ecd([\u0ec8-\u0ecb]?)\u0eb2")
_LAO_TONED_AM = re.compile("([\u0ec8-\u0ecb])\u0ecd\u0eb2")
_SYLLABLE = re.compile(
    "(?:[zcs]h?|[bpmfdtnlgkhjqxryw])?[aeiouü]+(?:ng(?![aeiouü])|[nr](?![aeiouü]))?|[a-zü]"
)
_HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
_LAO_LOOKS = {"ໜ": "ຫນ", "ໝ": "ຫມ", "\u0ebc": "ລ"}


def sort_key(text: str, language: str, reading: str = "") -> SortKey:
    """The key by which a text sorts in a language: letters first, then tones, then the text.

    `reading` is the pinyin of a Chinese text; a text without it comes after those that have it.
    """
    if language == "zh":
        spoken = _chinese(text, _syllables(reading)) if reading else [_LAST, *map(ord, text)]
        return tuple(spoken), (), text
    firsts: list[int] = []
    tones: list[int] = []
    for letter in _letters(text, language):
        tone = _TONES.get(language, "").find(letter) + 1
        if tone:
            tones.append((len(firsts) << 4) + tone)
        else:
            firsts.append(_weight(letter, language))
    return tuple(firsts), tuple(tones), text


def initial(text: str, language: str, reading: str = "") -> str:
    """The letter under which a text stands in a list: a capital, the sign before its vowel."""
    seen = _without_latin_accents(reading) if language == "zh" and reading else text
    for letter in _letters(seen, language):
        if letter.isalnum():
            return letter.upper()[:1]
    return "–"


def _letters(text: str, language: str) -> list[str]:
    match language:
        case "vi":
            return _vietnamese(text)
        case "lo":
            return list(_lao(text))
        case "km":
            return _khmer(text)
        case _:
            return list(_without_latin_accents(text))


def _without_latin_accents(text: str) -> str:
    parts = unicodedata.normalize("NFD", text.casefold())
    return "".join(sign for sign in parts if not "\u0300" <= sign <= "\u036f")


def _vietnamese(text: str) -> list[str]:
    """Letters with their breve, circumflex or horn; each tone apart, behind its letter."""
    found: list[str] = []
    for sign in unicodedata.normalize("NFC", text.casefold()):
        parts = unicodedata.normalize("NFD", sign)
        tones = [part for part in parts if part in _TONES["vi"]]
        letter = "".join(part for part in parts if part not in tones)
        found += [unicodedata.normalize("NFC", letter), *tones] if letter else tones
    return found


def _chinese(text: str, syllables: list[int]) -> list[int]:
    """Each syllable followed by its character, so that words of one character stay together."""
    signs = [ord(sign) for sign in text if _HAN.match(sign)]
    if len(signs) != len(syllables):
        return syllables
    return [number for pair in zip(syllables, signs, strict=True) for number in pair]


def _syllables(reading: str) -> list[int]:
    """One number for each syllable of pinyin: its letters, then its tone."""
    letters, tones = "", ""
    for sign in unicodedata.normalize("NFC", "".join(reading.casefold().split())):
        parts = unicodedata.normalize("NFD", sign)
        letters += "ü" if "\u0308" in parts else parts[0]
        tones += str(max(_TONES["zh"].find(part) + 1 for part in parts))
    return [
        _number(found[0]) * 10 + max(int(tone) for tone in tones[found.start() : found.end()])
        for found in _SYLLABLE.finditer(letters)
    ]


def _number(syllable: str) -> int:
    """The letters as digits of a number, ü after u; a longer syllable after its beginning."""
    places = ["abcdefghijklmnopqrstuüvwxyz".find(letter) + 1 for letter in syllable[:6]]
    return sum(place * 30 ** (5 - index) for index, place in enumerate(places))


def _khmer(text: str) -> list[str]:
    text = _without_latin_accents(text)
    for pair in _KHMER_ALONE.split():
        text = text.replace(pair[0], pair[1:])
    return _KHMER_LETTER.findall(text)


def _lao(text: str) -> str:
    text = _without_latin_accents(text)
    text = _LAO_TONED_AM.sub("\u0eb3\\1", _LAO_AM.sub("\u0eb3\\1", text))
    for look, same in _LAO_LOOKS.items():
        text = text.replace(look, same)
    return _BEFORE_ITS_SIGN.sub(r"\2\1", text)


@lru_cache(maxsize=8)
def _order(language: str) -> dict[str, int]:
    letters = {"lo": _LAO, "km": f"{_KHMER_SIGNS} {_KHMER_VOWELS}"}.get(language, _LATIN)
    return {letter: place for place, letter in enumerate(letters.split())}


def _weight(letter: str, language: str) -> int:
    """Spaces and signs, digits, Latin letters, other scripts, then the language's own letters."""
    own = _order(language)
    if letter in own:
        return _OWN + own[letter]
    if letter.isdigit():
        return _DIGIT + unicodedata.digit(letter, 0)
    if not letter.isalpha():
        return _SPACE
    return _OTHER_LATIN + ord(letter) - ord("a") if "a" <= letter <= "z" else _OTHER + ord(letter)
