"""The fast path of print runs: pages set on the layout of one that is like them.

Pages with the same skeleton (tags, style, art) and with words in the same families of fonts share
a prototype: one of them is laid out by WeasyPrint, and the others' words are set on its places.
Before a prototype serves others it is tried: a page with other words is laid out by WeasyPrint
and set here, and both must agree. Whatever cannot be set is drawn by WeasyPrint.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import pikepdf

from app.core.pdf import slots
from app.core.pdf.assembly import Layer
from app.core.pdf.document import Document, RenderingFailed
from app.core.pdf.fitting import has_own_places
from app.core.pdf.setting import Prototype, are_same
from app.core.pdf.shaping import families
from app.core.pdf.skeleton import Skeleton, skeleton
from app.core.pdf.slots import CannotSet, Plan
from app.core.pdf.squares import squares
from app.core.pdf.writing import Drawn

#: A page's layouts: as it is written, after long lines were made smaller.
LayOut = Callable[[Document], tuple[Any, Any]]
#: A page's layout with one fitted element, counted from 0, at a size in CSS pixels.
LayOutAt = Callable[[Document, int, float], Any]
_MOST_PROTOTYPES = 300
_MOST_OF_A_KIND = 8


@dataclass(slots=True)
class _Kept:
    """A prototype with what is drawn under its pages."""

    document: Document
    prototype: Prototype
    frame: Layer
    has_own_places: bool
    is_tried: bool = False


class FastPath:
    """Sets pages; remembers prototypes for as long as the process lives."""

    def __init__(self, lay_out: LayOut, lay_out_at: LayOutAt) -> None:
        """With WeasyPrint's part."""
        self._lay_out, self._lay_out_at = lay_out, lay_out_at
        self._kept: dict[str, list[_Kept]] = {}
        self._refused: set[str] = set()

    def pages(
        self, document: Document, under: Layer | None, *, is_upper: bool
    ) -> list[Drawn] | None:
        """The pages of a document over a layer; None when it cannot be set.

        `is_upper`: other elements of <body> are in the layer, so each must have its own place.
        Raises MissingGlyph.
        """
        page = skeleton(document.html)
        own = _own_pictures(document)
        kind = _digest(document, page, own)
        if kind in self._refused:
            return None
        try:
            found = self._set(document, page, own, kind)
        except CannotSet:
            self._refused.add(kind)
            return None
        if found is None or (is_upper and not found[0].has_own_places):
            return None
        kept, texts = found
        plan = kept.prototype.plan
        layers = (kept.frame,) if under is None else (under, kept.frame)
        return [
            Drawn(
                size,
                layers,
                tuple(text for text in texts if text.page == number),
                tuple(_pictures(document.files, plan, number)),
            )
            for number, size in enumerate(plan.pages)
        ]

    def _set(self, document: Document, page: Skeleton, own: frozenset[str], kind: str) -> Any:
        """A prototype and the places on it; raises CannotSet when this kind cannot be set."""
        key = f"{kind} {[families(word) for word in page.words]}"
        known = self._kept.get(key, [])
        for kept in known:
            try:
                texts = kept.prototype.set(page.words)
            except CannotSet:
                continue
            if not kept.is_tried:
                self._try(kept, page, own)
            return kept, texts
        if len(known) >= _MOST_OF_A_KIND:
            return None
        kept = self._learned(document, page, own)
        if sum(map(len, self._kept.values())) >= _MOST_PROTOTYPES:
            self._kept.clear()
        self._kept.setdefault(key, []).append(kept)
        return kept, kept.prototype.set(page.words)

    def _learned(self, document: Document, page: Skeleton, own: frozenset[str]) -> _Kept:
        try:
            natural, fitted = self._lay_out(document)
        except RenderingFailed as error:  # told again by the slow path
            raise CannotSet from error
        plan = slots.read(fitted, page.words, own)
        before = plan if natural is fitted else slots.read(natural, page.words, own)

        def probe(number: int, size: float) -> Plan:
            return slots.read(self._lay_out_at(document, number, size), page.words, own)

        prototype = Prototype(page.words, before, plan, probe)
        is_placed = has_own_places(fitted)
        slots.blank(fitted, own)
        frame = Layer(pikepdf.open(io.BytesIO(fitted.write_pdf())), is_text=False)
        return _Kept(document, prototype, frame, is_placed)

    def _try(self, kept: _Kept, page: Skeleton, own: frozenset[str]) -> None:
        """Set other words and compare with WeasyPrint; raises CannotSet when they differ."""
        words = _other_words(kept.prototype, page.words)
        tried = replace(kept.document, html=page.html(words))
        try:
            natural, fitted = self._lay_out(tried)
            plan = slots.read(fitted, words, own)
        except RenderingFailed as error:
            raise CannotSet from error
        if not plan.has_same_frame(kept.prototype.plan):
            raise CannotSet("words move other things")
        before = plan if natural is fitted else slots.read(natural, words, own)
        theirs = Prototype(words, before, plan, kept.prototype.probe).set(words)
        if not are_same(kept.prototype.set(words), theirs):
            raise CannotSet("WeasyPrint sets it otherwise")
        kept.is_tried = True


def _other_words(prototype: Prototype, words: Sequence[str]) -> tuple[str, ...]:
    """Half of each text that may change, where that half needs the same fonts."""
    loose = prototype.loose
    return tuple(
        half
        if at in loose
        and (half := word[: (len(word) + 1) // 2].strip())
        and families(half) == families(word)
        else prototype.words[at]
        for at, word in enumerate(words)
    )


def _own_pictures(document: Document) -> frozenset[str]:
    return frozenset(
        name
        for name, content in document.files.items()
        if name != document.background
        and name.endswith(".svg")
        and name not in document.css
        and squares(content) is not None
    )


def _pictures(files: Mapping[str, bytes], plan: Plan, number: int) -> Iterator[Any]:
    for place in plan.pictures:
        if place.page == number and (found := squares(files[place.name])) is not None:
            yield place, *found


@lru_cache(maxsize=200)
def _digest_of(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def _digest(document: Document, page: Skeleton, own: frozenset[str]) -> str:
    """What pages of one kind have in common: all but words and own pictures."""
    digest = hashlib.sha256()
    for part in (document.css, page.seen, document.background or "", *sorted(own)):
        digest.update(part.encode() + b"\0")
    for name in sorted(document.files.keys() - own):
        digest.update(name.encode() + b"\0" + _digest_of(document.files[name]))
    return digest.hexdigest()
