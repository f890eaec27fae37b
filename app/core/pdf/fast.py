"""The fast path of print runs: pages set on the layout of one that is like them.

Pages with the same skeleton (tags, style, art) and with words in the same families of fonts share
a prototype: one of them is laid out by WeasyPrint, and the others' words are set on its places.
Before a prototype serves others it is tried: a page with other words is laid out by WeasyPrint
and set here, and both must agree. Whatever cannot be set is drawn by WeasyPrint.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import pikepdf

from app.core.pdf import slots
from app.core.pdf.assembly import Layer
from app.core.pdf.document import Document, DoesNotFit, RenderingFailed
from app.core.pdf.fitting import has_own_places
from app.core.pdf.setting import Placed, Prototype, are_same
from app.core.pdf.shaping import families
from app.core.pdf.skeleton import Skeleton, skeleton
from app.core.pdf.slots import CannotSet, Plan
from app.core.pdf.writing import Drawn

#: A page's layouts: as it is written, after long lines were made smaller.
LayOut = Callable[[Document], tuple[Any, Any]]
#: A page's layout with one fitted element, counted from 0, at a size in CSS pixels.
LayOutAt = Callable[[Document, int, float], Any]
_MOST_PROTOTYPES = 300
_MOST_OF_A_KIND = 8


@dataclass(slots=True, eq=False)
class _Kept:
    """A prototype with what is drawn under its pages."""

    document: Document
    prototype: Prototype
    frame: Layer
    has_own_places: bool
    #: Which of the words have been tried with others.
    tried: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class _Page:
    """A document on its prototype: the lines that are its own."""

    document: Document
    kept: _Kept
    lines: Mapping[int, tuple[Placed, ...]]


class FastPath:
    """Sets pages; remembers prototypes for as long as the process lives."""

    def __init__(self, lay_out: LayOut, lay_out_at: LayOutAt) -> None:
        """With WeasyPrint's part."""
        self._lay_out, self._lay_out_at = lay_out, lay_out_at
        self._kept: dict[str, list[_Kept]] = {}
        self._refused: set[str] = set()

    def drawn(
        self, documents: Sequence[Document], under: Layer | None, *, is_upper: bool = False
    ) -> list[list[Drawn] | None]:
        """The pages of each document over a layer; None for one that cannot be set.

        `is_upper`: other elements of <body> are in the layer, so each must have its own place.
        Raises MissingGlyph.
        """
        pages = [self._page(document, is_upper=is_upper) for document in documents]
        moving: dict[_Kept, set[int]] = {}
        for page in filter(None, pages):
            # Alone, a page has its texts in their order: an untagged file is read aloud in it.
            own = page.lines if len(pages) > 1 else range(len(page.kept.prototype.own))
            moving.setdefault(page.kept, set()).update(own)
        fixed = {kept: _fixed(kept, lines) for kept, lines in moving.items()}
        return [
            None if page is None else _drawn(page, under, moving[page.kept], fixed[page.kept])
            for page in pages
        ]

    def _page(self, document: Document, *, is_upper: bool) -> _Page | None:
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
        except DoesNotFit:  # told by the slow path; others of its kind may fit
            return None
        return found if found and (found.kept.has_own_places or not is_upper) else None

    def _set(
        self, document: Document, page: Skeleton, own: frozenset[str], kind: str
    ) -> _Page | None:
        """The document on a prototype; raises CannotSet when none of this kind can be set."""
        key = f"{kind} {[families(word) for word in page.words]}"
        known = self._kept.get(key, [])
        for kept in known:
            try:
                lines = kept.prototype.set(page.words)
            except CannotSet:
                continue
            if not kept.prototype.changed(page.words) <= kept.tried:
                self._try(kept, page, own)
            return _Page(document, kept, lines)
        if len(known) >= _MOST_OF_A_KIND:
            return None
        kept = self._learned(document, page, own)
        if sum(map(len, self._kept.values())) >= _MOST_PROTOTYPES:
            self._kept.clear()
        self._kept.setdefault(key, []).append(kept)
        return _Page(document, kept, {})

    def _learned(self, document: Document, page: Skeleton, own: frozenset[str]) -> _Kept:
        natural, fitted = self._lay_out(document)
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
        ours = kept.prototype
        changed = kept.tried | ours.changed(page.words)
        words = tuple(
            _other(page.words[place], word) if place in changed else word
            for place, word in enumerate(ours.words)
        )
        tried = replace(kept.document, html=page.html(words))
        try:
            natural, fitted = self._lay_out(tried)
        except RenderingFailed as error:
            raise CannotSet from error
        plan = slots.read(fitted, words, own)
        if not plan.has_same_frame(ours.plan):
            raise CannotSet("words move other things")
        before = plan if natural is fitted else slots.read(natural, words, own)
        theirs = Prototype(words, before, plan, ours.probe).own
        set_here = ours.set(words)
        if len(theirs) != len(ours.own) or not all(
            are_same(set_here.get(number, line), other)
            for number, (line, other) in enumerate(zip(ours.own, theirs, strict=True))
        ):
            raise CannotSet("WeasyPrint sets it otherwise")
        kept.tried = changed


def _other(word: str, own: str) -> str:
    """Half of a text, where that half needs the same fonts; else the text."""
    half = word[: (len(word) + 1) // 2].strip()
    return half if half != own and half and families(half) == families(word) else word


def _fixed(kept: _Kept, moving: AbstractSet[int]) -> tuple[Placed, ...]:
    """The texts that are the same on all pages on this prototype."""
    lines = enumerate(kept.prototype.own)
    return tuple(text for number, line in lines if number not in moving for text in line)


def _drawn(
    page: _Page, under: Layer | None, moving: AbstractSet[int], fixed: tuple[Placed, ...]
) -> list[Drawn]:
    plan, own = page.kept.prototype.plan, page.kept.prototype.own
    texts = [text for line in sorted(moving) for text in page.lines.get(line, own[line])]
    layers = (page.kept.frame,) if under is None else (under, page.kept.frame)
    return [
        Drawn(
            number,
            size,
            layers,
            fixed,
            tuple(text for text in texts if text.page == number),
            tuple(
                (place, page.document.codes[place.name])
                for place in plan.pictures
                if place.page == number
            ),
        )
        for number, size in enumerate(plan.pages)
    ]


def _own_pictures(document: Document) -> frozenset[str]:
    return frozenset(name for name in document.codes if name not in document.css)


@lru_cache(maxsize=200)
def _digest_of(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def _digest(document: Document, page: Skeleton, own: frozenset[str]) -> str:
    """What pages of one kind have in common: all but words and own pictures."""
    digest = hashlib.sha256()
    for part in (document.css, page.seen, document.background or "", *sorted(own)):
        digest.update(part.encode() + b"\0")
    for name in sorted(document.files):
        digest.update(name.encode() + b"\0" + _digest_of(document.files[name]))
    for name in sorted(document.codes.keys() - own):
        digest.update(name.encode() + b"\0" + document.codes[name].dark)
    return digest.hexdigest()
