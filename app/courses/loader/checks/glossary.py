"""Where the source links a glossary term, the translation uses the agreed word."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from app.courses.loader.checks.units import Twins, Unit
from app.courses.loader.reading import RawContent
from app.courses.types import Confidence, Fault, Severity, TermWords

_TERM_LINK = re.compile(r"\]\(term:([^)\s]+)\)")
_BRACKETED = re.compile(r"\s*[(（][^)）]*[)）]")
_SAME_LOOK = {
    "\u17d2\u178f": "\u17d2\u178a",  # Khmer subscript ta and da look alike (curriculum, section 0)
    "ຫຼ": "ຫລ",
    "\u200b": "",
}


def check_glossary(content: RawContent, twins: Twins) -> Iterator[Fault]:
    """Each term linked in the source has its agreed translation in the twin."""
    for source, unit in twins.pairs():
        text = _comparable(unit.text)
        for key in dict.fromkeys(_TERM_LINK.findall(source.text)):
            term = content.glossary.get(key)
            if term is not None and not _says(text, getattr(term, unit.language)):
                yield _fault(unit, key, term)


def _fault(unit: Unit, key: str, term: TermWords) -> Fault:
    agreed = _BRACKETED.sub("", getattr(term, unit.language))
    link = unit.text.find(f"](term:{key})")
    return unit.fault(
        "glossary",
        f"The agreed word for “{key}” does not stand in this text.",
        f"Use “{agreed}”.",
        max(0, link),
        Severity.NOTE if term.confidence is Confidence.LOW else Severity.FAULT,
    )


def _says(text: str, agreed: str) -> bool:
    """The agreed word, or one of the agreed words parted by a slash, stands in the text."""
    words = _comparable(_BRACKETED.sub("", agreed)).split("/")
    return any(word.strip() in text for word in words)


def _comparable(text: str) -> str:
    text = unicodedata.normalize("NFC", text).casefold()
    for look, same in _SAME_LOOK.items():
        text = text.replace(look, same)
    return " ".join(text.split())
