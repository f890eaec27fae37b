"""Parts of a long print run as one file: fixed art once, bookmarks, a printer's offset."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pikepdf

from app.core.pdf import faces
from app.core.pdf.assembly import ART, packed
from app.core.pdf.document import RenderingFailed
from app.core.pdf.imposition import CARDS_ON_A_SHEET, Shift, Turning, card_sheets, shift_pages


@dataclass(frozen=True, slots=True)
class Binding:
    """How the pages of a run become a file."""

    title: str
    #: One for each certificate, in the order of the pages.
    bookmarks: Sequence[str]
    shift: Shift = field(default_factory=Shift)
    #: Ten cards of two sides to a sheet, turned so; None for one page to each certificate.
    cards: Turning | None = None


def bound(parts: Iterable[bytes], how: Binding) -> bytes:
    """One file of all parts. Raises RenderingFailed when pages and bookmarks do not agree."""
    pages = _collected(parts)
    step = 1 if how.cards is None else 2
    if len(pages.pages) != step * len(how.bookmarks):
        raise RenderingFailed(reason=f"{len(pages.pages)} pages for {len(how.bookmarks)} names")
    whole = pages if how.cards is None else card_sheets(pages, turning=how.cards)
    shift_pages(whole, how.shift)
    _add_bookmarks(whole, how)
    return packed(whole)


def _collected(parts: Iterable[bytes]) -> pikepdf.Pdf:
    """The pages of all parts. What several parts brought along is kept once: art and fonts."""
    whole = pikepdf.new()
    art: dict[bytes, pikepdf.Object] = {}
    known: dict[tuple[int, int], pikepdf.Object] = {}
    fonts: dict[tuple[int, int] | int, Any] = {}
    for part in parts:
        with pikepdf.open(io.BytesIO(part)) as pdf:
            before = len(whole.pages)
            whole.pages.extend(pdf.pages)
        for number, page in enumerate(whole.pages[before:], before):
            resources: Any = page.resources
            used: Any = resources.get("/Font", {})
            is_shared = isinstance(used, pikepdf.Object) and used.is_indirect
            fonts[used.objgen if is_shared else number] = used
            drawings: Any = resources.get("/XObject", {})
            for name in [name for name in drawings if name.startswith(ART)]:
                drawing = drawings[name]
                if drawing.objgen not in known:
                    known[drawing.objgen] = art.setdefault(_digest(drawing), drawing)
                drawings[name] = known[drawing.objgen]
    faces.join(whole, fonts.values())
    return whole


def _digest(drawing: pikepdf.Object) -> bytes:
    return hashlib.sha256(drawing.read_raw_bytes()).digest()


def _add_bookmarks(whole: pikepdf.Pdf, how: Binding) -> None:
    whole.docinfo["/Title"] = how.title
    whole.Root.PageMode = pikepdf.Name.UseOutlines
    with whole.open_outline() as outline:
        for place, bookmark in enumerate(how.bookmarks):
            page = place if how.cards is None else place // CARDS_ON_A_SHEET * 2
            outline.root.append(pikepdf.OutlineItem(bookmark, page))
