"""A page's HTML apart from its words: what two pages must have in common to share a layout."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape, unescape

_TAG = re.compile(r"(<[^>]*>)")
_SPACE = " \t\n\r\f"
_SPACES = re.compile(f"[{_SPACE}]+")
#: What stands in <head> and changes nothing that is drawn.
_UNSEEN = re.compile(r"<title>[^<]*</title>|<meta\b[^>]*>")
#: Stands for the words in the key; no HTML of ours holds it.
_HOLE = "\0"


@dataclass(frozen=True, slots=True)
class Skeleton:
    """Tags and spaces of a page, and its words in order."""

    head: str
    #: The body with a hole for each of the words.
    key: str
    words: tuple[str, ...]

    @property
    def seen(self) -> str:
        """What is the same for all pages of one layout."""
        return _UNSEEN.sub("", self.head) + self.key

    @property
    def drawn(self) -> str:
        """All that is drawn: the page without what only <head> says."""
        return "\0".join((self.seen, *self.words))

    def html(self, words: Sequence[str]) -> str:
        """The page with other words."""
        parts = self.key.split(_HOLE)
        filled = [parts[0]]
        for word, part in zip(words, parts[1:], strict=True):
            filled += [escape(word), part]
        return self.head + "".join(filled)


def skeleton(html: str) -> Skeleton:
    """Take a page apart."""
    begin = max(html.find("<body"), 0)
    key, words = [], []
    for place, part in enumerate(_TAG.split(html[begin:])):
        if place % 2:
            key.append(part)
            continue
        around, found = _apart(part)
        key.append(around)
        if found:
            words.append(found)
    return Skeleton(html[:begin], "".join(key), tuple(words))


@lru_cache(maxsize=5_000)
def _apart(part: str) -> tuple[str, str]:
    """What stands between two tags: its spaces with a hole for its words, and the words."""
    found = part.strip(_SPACE)
    if not found:
        return part, ""
    before, _found, after = part.partition(found)
    return f"{before}{_HOLE}{after}", _SPACES.sub(" ", unescape(found))
