"""Why a file could not be made: kept as an English sentence, told in the reader's language.

A room keeps `kept_sentence(error)`, or GIVEN_UP, and says here which errors it keeps; its pages
show it through the component `reason`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from app.core.errors import GIVEN_UP, DomainError
from app.core.i18n import N_, _
from app.core.languages import LANGUAGES
from app.core.pdf import DoesNotFit, MissingGlyph

#: What is told of a sentence that is none of ours, as one that an older release kept.
UNKNOWN = N_(
    "The server could not make it. Try again. If it fails again, tell the people who run the site."
)
_PLACE = re.compile(r"%\\\((\w+)\\\)s")
_before: list[str] = []
_slots: dict[str, str] = {}
_messages: list[str] = [
    GIVEN_UP,
    *(kind.message for kind in (MissingGlyph, DoesNotFit)),
]


def know(
    kinds: Iterable[type[DomainError]], slots: Mapping[str, str], before: str | None = None
) -> None:
    """Tell these errors too, as a room does when it is loaded.

    `slots`: the words for what stands in each place of a page. `before`: a pattern of what may
    stand before a sentence and is no part of it.
    """
    _messages.extend(kind.message for kind in kinds)
    _slots.update(slots)
    if before is not None:
        _before.append(before)


def fault_told(kept: str) -> str:
    """What happened and what to do, in the reader's language."""
    who = f"(?P<who>{'|'.join(_before)})?" if _before else "(?P<who>)"
    for message in _messages:
        sentence = _PLACE.sub(r"(?P<\1>.*)", re.escape(message))
        if found := re.fullmatch(f"{who}{sentence}", kept, re.DOTALL):
            values = found.groupdict()
            return (values.pop("who") or "") + _(message) % _in_words(values)
    found = re.match(who, kept)
    return ((found and found["who"]) or "") + _(UNKNOWN)


def said(error: DomainError) -> str:
    """What a rule refused, in the reader's language."""
    return _(error.message) % _in_words(error.values) if error.values else _(error.message)


def _in_words(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a fault, with the place in the reader's words and the language's own name."""
    if not values.get("slot"):
        return dict(values)
    slot, _comma, code = str(values["slot"]).partition(", ")
    name = _(_slots[slot]) if slot in _slots else slot
    return {**values, "slot": f"{name}, {LANGUAGES[code].name}" if code in LANGUAGES else name}
