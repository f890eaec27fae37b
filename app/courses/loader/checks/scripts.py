"""Scripts, digits and spelling: what a reader of another language cannot see."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from app.courses.loader.checks.units import Twins, Unit
from app.courses.loader.figures import UNITS
from app.courses.types import Fault

_INVISIBLE = re.compile(
    "[\u00a0\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u2064\u3000\ufeff\U000e0000-\U000e007f]"
)
_DIGIT = re.compile(r"(?![0-9])\d")
_LAO_AM = re.compile("\u0ecd[\u0ec8-\u0ecb]?\u0eb2|[\u0ec8-\u0ecb]\u0ecd\u0eb2")
_LAO_H = re.compile("ຫ[ນມ]|ຫລ")
_SCRIPTS = {
    "Han": re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"),
    "Lao": re.compile("[\u0e80-\u0eff]"),
    "Khmer": re.compile("[\u1780-\u17ff\u19e0-\u19ff]"),
    "Thai": re.compile("[\u0e00-\u0e7f]"),
    "Cyrillic": re.compile("[\u0400-\u04ff]"),
    "Greek": re.compile("[\u0370-\u03ff]"),
    "kana": re.compile("[\u3041-\u30ff]"),
    "Vietnamese": re.compile("[ăắằẳẵặđơớờởỡợưứừửữựạảấầẩẫậẹẻẽếềểễệỉĩịọỏốồổỗộụủũỵỷỹ]", re.IGNORECASE),
}
_OWN = {
    "en": set(),
    "zh": {"Han"},
    "vi": {"Vietnamese"},
    "lo": {"Lao"},
    "km": {"Khmer"},
}
_LATIN_WORD = re.compile(r"[A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ][A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ'’-]*")
_LETTERS = re.compile(r"[^\W\d_]+")
_UNWRITTEN = re.compile(r"\]\([^)\s]*\)|\{[^}]*\}")
_ALLOWED = frozenset(UNITS.split("|")) | {
    "Kapok",
    "WeChat",
    "Zalo",
    "Beaufort",
    "JumpSTART",
}
_ABBREVIATION = re.compile(r"[A-Z][A-Z0-9-]+s?\Z|[A-Z]\Z")
_LATIN_LANGUAGES = {"en", "vi"}
_FEWEST_SAME_WORDS = 4


def check_scripts(twins: Twins) -> Iterator[Fault]:
    """Faults of characters and scripts in every text."""
    for unit in twins.all():
        yield from _characters(unit)
        source = twins.sources.get(unit.where)
        yield from _foreign_letters(unit, source.text if source else "")
        if unit.language == "lo":
            yield from _lao(unit)
        if unit.language not in _LATIN_LANGUAGES:
            yield from _latin(unit, source.text if source else "")
    for source, unit in twins.pairs():
        yield from _untranslated(source, unit)


def _characters(unit: Unit) -> Iterator[Fault]:
    match = _INVISIBLE.search(unit.text)
    if match is not None:
        yield unit.fault(
            "invisible",
            f"An invisible character stands in the text (U+{ord(match[0]):04X}).",
            "Take it out; breaks between words are added when the text is shown.",
            match.start(),
        )
    if not unicodedata.is_normalized("NFC", unit.text):
        yield unit.fault("nfc", "The text is not in normal form NFC.", "Save it in NFC.")
    match = _DIGIT.search(unit.text)
    if match is not None:
        yield unit.fault(
            "digits", f"“{match[0]}” is no Western digit.", "Write 0–9.", match.start()
        )


def _foreign_letters(unit: Unit, source: str) -> Iterator[Fault]:
    """Letters of another script are right only where the source has them too (a phone script)."""
    for script, letters in _SCRIPTS.items():
        match = letters.search(unit.text)
        if match and script not in _OWN.get(unit.language, set()) and not letters.search(source):
            yield unit.fault(
                "script",
                f"{script} letters stand in the text: {match[0]}.",
                "Write the word in this language.",
                match.start(),
            )


def _lao(unit: Unit) -> Iterator[Fault]:
    match = _LAO_AM.search(unit.text)
    if match is not None:
        yield unit.fault(
            "lao-spelling",
            f"“{match[0]}” is written with two signs.",
            "Write the one sign ຳ, as in ນ້ຳ.",
            match.start(),
        )
    match = _LAO_H.search(unit.text)
    if match is not None:
        yield unit.fault(
            "lao-spelling",
            f"“{match[0]}” is an old spelling.",
            "Write ໜ, ໝ or ຫຼ.",
            match.start(),
        )


def _latin(unit: Unit, source: str) -> Iterator[Fault]:
    """Latin words are left over, but for names, units, and pinyin beside a Chinese phrase."""
    has_pinyin = _SCRIPTS["Han"].search(source) is not None
    text = _UNWRITTEN.sub(lambda match: " " * len(match[0]), unit.text)
    for match in _LATIN_WORD.finditer(text):
        word = match[0]
        is_pinyin = has_pinyin and not word.isascii()
        if not (word in _ALLOWED or is_pinyin or _ABBREVIATION.match(word)):
            yield unit.fault(
                "latin",
                f"Latin words stand in the text: {word}.",
                "Translate them.",
                match.start(),
            )
            return


def _untranslated(source: Unit, unit: Unit) -> Iterator[Fault]:
    same = source.text.strip() == unit.text.strip()
    if same and len(_LETTERS.findall(_UNWRITTEN.sub(" ", unit.text))) >= _FEWEST_SAME_WORDS:
        yield unit.fault("untranslated", "This text is still the source's.", "Translate it.")
