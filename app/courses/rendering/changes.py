"""What changed between two texts, word by word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_PIECES = re.compile(r"\s+|\w+|[^\w\s]")


class ChangeKind(StrEnum):
    """What became of a run of words."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Change:
    """A run of words that stayed, went or came."""

    kind: ChangeKind
    text: str


def changes(then: str, now: str) -> list[Change]:
    """The runs of words from the old text to the new one, in reading order.

    All that is not gone, put together, is the new text; all that is not new, the old one.
    """
    old, new = _PIECES.findall(then), _PIECES.findall(now)
    found: list[Change] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Change(ChangeKind.SAME, "".join(old[a:b])))
            continue
        if a < b:
            found.append(Change(ChangeKind.GONE, "".join(old[a:b])))
        if c < d:
            found.append(Change(ChangeKind.NEW, "".join(new[c:d])))
    return found
