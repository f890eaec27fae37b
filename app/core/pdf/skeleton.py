"""A page's HTML apart from its words: what two pages must have in common to share a layout."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
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
        found = "" if place % 2 else part.strip(_SPACE)
        if not found:
            key.append(part)
        else:
            before, _found, after = part.partition(found)
            key.append(f"{before}{_HOLE}{after}")
            words.append(_SPACES.sub(" ", unescape(found)))
    return Skeleton(html[:begin], "".join(key), tuple(words))
