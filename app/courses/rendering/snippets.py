"""The piece of a text that shows why it was found, with what was found marked."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.core.breaking import WORD_JOINER, ZERO_WIDTH_SPACE, break_places, breakable, with_units
from app.core.spelling import Unit, units

BEFORE, LENGTH = 60, 200  # in signs: before the first match, and in all
ELLIPSIS = "…"
_ADDED = ZERO_WIDTH_SPACE + WORD_JOINER
_LOOSE = " \u00a0·,;:，；：、"  # what does not stand beside an ellipsis
_FULL_WIDTH = re.compile("[\u2e80-\u9fff]")


class Part(NamedTuple):
    """A part of a snippet; with the signs that `breakable` adds."""

    text: str
    is_match: bool


@dataclass(frozen=True, slots=True)
class Pattern:
    """Units in a row; `is_open`: the last word may go on."""

    forms: tuple[str, ...]
    is_open: bool

    @property
    def plain(self) -> str:
        """The units in a row, as `spelling.plain` writes them."""
        return "".join(self.forms)

    def ends(self, found: Sequence[Unit], start: int) -> int | None:
        """Behind which unit the pattern ends when it begins at `start`; None if it does not."""
        stop = start + len(self.forms)
        if stop > len(found):
            return None
        for unit, form in zip(found[start:stop], self.forms, strict=True):
            if unit.form != form:
                is_open = self.is_open and unit is found[stop - 1] and unit.is_word
                return stop if is_open and unit.form.startswith(form) else None
        return stop


def matches(text: str, patterns: Iterable[Pattern]) -> list[tuple[int, int]]:
    """Where the patterns stand in the text, joined where they touch, in order."""
    found = units(text)
    spans = []
    for pattern in patterns:
        for start in range(len(found)):
            stop = pattern.ends(found, start)
            if stop is not None:
                spans.append(_with_marks(text, found[start].start, found[stop - 1].end))
    return joined(spans)


def _with_marks(text: str, start: int, end: int) -> tuple[int, int]:
    """The span with the sign under a stray mark at its start, and with the marks at its end."""
    while start and unicodedata.category(text[start])[0] == "M":
        start -= 1
    while end < len(text) and unicodedata.category(text[end])[0] == "M":
        end += 1
    return start, end


def joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans in order, those that touch made one."""
    whole: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if whole and start <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        else:
            whole.append((start, end))
    return whole


def snippet(text: str, spans: Sequence[tuple[int, int]]) -> tuple[Part, ...]:
    """About 200 signs of the text around the first span, cut between words."""
    length = LENGTH // 2 if _FULL_WIDTH.search(text) else LENGTH
    first = spans[0] if spans else (0, 0)
    places = break_places(text)
    start, end = 0, len(text)
    if len(text) > length and first[0] > BEFORE:
        start = places[bisect_left(places, first[0] - BEFORE)]
        if start > first[0]:
            start = places[bisect_right(places, first[0]) - 1]
    if end - start > length:
        end = places[bisect_right(places, start + length) - 1]
        if end < first[1]:
            end = places[bisect_left(places, first[1])]
    while start < first[0] and start and text[start] in _LOOSE:
        start += 1
    while end < len(text) and end > first[1] and text[end - 1] in _LOOSE:
        end -= 1
    return _parts(text, start, end, spans)


def marked(text: str, spans: Sequence[tuple[int, int]]) -> tuple[Part, ...]:
    """The whole text with the spans marked."""
    return _parts(text, 0, len(text), spans)


def _parts(text: str, start: int, end: int, spans: Sequence[tuple[int, int]]) -> tuple[Part, ...]:
    inside = [(max(a, start), min(b, end)) for a, b in spans if a < end and b > start]
    edges = sorted({start, end, *(edge for span in inside for edge in span)})
    shown = _with_breaks(text, start, end, edges)
    parts = [
        Part(piece, any(a <= edges[index] < b for a, b in inside))
        for index, piece in enumerate(shown)
        if piece
    ]
    if start > 0:
        parts.insert(0, Part(ELLIPSIS, is_match=False))
    if end < len(text):
        parts.append(Part(ELLIPSIS, is_match=False))
    return tuple(parts)


def _with_breaks(text: str, start: int, end: int, edges: Sequence[int]) -> list[str]:
    """The pieces between the edges, with the breaks that the whole text has."""
    pieces = [""] * max(1, len(edges) - 1)
    at = 0
    for sign in breakable(with_units(text)):
        is_added = sign in _ADDED
        if start < at <= end if is_added else start <= at < end:
            last = bisect_right(edges, at - is_added) - 1
            pieces[min(last, len(pieces) - 1)] += sign
        at += not is_added
    return pieces
