"""A print run's pages in two layers: what all of them say, laid out once, and what one says.

Laying out a page takes most of the time, and on a run nearly all of it is the same. The elements
directly in <body> that differ between the pages are the upper layer; the others the lower one. In
either layer the other's elements stay as empty, hidden ones, so that the style finds the same
neighbours. That is right only where each of them has its own place (`position: absolute`), which
the renderer checks after the layout; else it draws whole pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from app.core.pdf.document import Document

_VOID = frozenset({"img", "br", "hr", "input", "meta", "link", "wbr"})
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^>]*>")
_START = re.compile(r"<(\w+)([^>]*)>")
_SOURCE = re.compile(r'\ssrc="[^"]*"')


@dataclass(frozen=True, slots=True)
class Layers:
    """The page that lies under all of the documents, and what is drawn over it on each."""

    lower: Document
    upper: tuple[Document, ...]


@dataclass(frozen=True, slots=True)
class _Page:
    head: str
    children: tuple[str, ...]
    tail: str


def alike(documents: Sequence[Document]) -> Iterator[tuple[int, ...]]:
    """The places of documents that may share a lower layer: same style, art and language."""
    groups: dict[tuple[str, str | None, tuple[bytes, ...], str], list[int]] = {}
    for place, document in enumerate(documents):
        language = document.html[: document.html.find("<head")]
        groups.setdefault((document.css, document.background, document.art, language), []).append(
            place
        )
    for places in groups.values():
        yield tuple(places)


def split(documents: Sequence[Document]) -> Layers | None:
    """The layers of documents that are alike; None where they cannot be told apart."""
    pages = [_page(document.html) for document in documents]
    first = pages[0]
    if first is None or len(documents) < 2:
        return None
    known = [page for page in pages if page and len(page.children) == len(first.children)]
    if len(known) < len(pages):
        return None
    own_files = _differing_files(documents)
    varies = [
        any(name in first.children[at] for name in own_files)
        or len({page.children[at] for page in known}) > 1
        for at in range(len(first.children))
    ]
    lower = _html(first, [not one for one in varies])
    return Layers(
        replace(documents[0], html=lower, attachments={}),
        tuple(
            replace(document, html=_html(page, varies), background=None, attachments={})
            for document, page in zip(documents, known, strict=True)
        ),
    )


def _differing_files(documents: Sequence[Document]) -> list[str]:
    all_files = [{**document.files, **document.codes} for document in documents]
    names = {name for files in all_files for name in files}
    first = all_files[0]
    return [
        name for name in sorted(names) if any(one.get(name) != first.get(name) for one in all_files)
    ]


def _html(page: _Page, shown: Sequence[bool]) -> str:
    parts = (
        child if is_shown else _emptied(child)
        for child, is_shown in zip(page.children, shown, strict=True)
    )
    return f"{page.head}{''.join(parts)}{page.tail}"


def _emptied(child: str) -> str:
    start = _START.match(child)
    if start is None:
        return ""
    tag, attributes = start[1], _SOURCE.sub("", start[2])
    end = "" if tag in _VOID else f"</{tag}>"
    return f'<{tag}{attributes} style="visibility: hidden">{end}'


def _page(html: str) -> _Page | None:
    """The elements in <body>; None when text stands between them or one brings a style along."""
    spans = list(_spans(html))
    if not spans:
        return None
    if any(html[end:begin].strip() for (_one, end), (begin, _two) in pairwise(spans)):
        return None
    children = tuple(html[begin:end] for begin, end in spans)
    if any(" style=" in child.partition(">")[0] for child in children):
        return None
    return _Page(html[: spans[0][0]], children, html[spans[-1][1] :])


def _spans(html: str) -> Iterator[tuple[int, int]]:
    """Where each element directly in <body> begins and ends. Tags are as Jinja escapes them."""
    depth, begin = -1, 0  # -1: outside <body>
    for tag in _TAG.finditer(html):
        closes, name = tag[1] == "/", tag[2].lower()
        if name == "body":
            depth = -1 if closes else 0
        elif depth >= 0:
            if depth == 0:
                begin = tag.start()
            if name not in _VOID:
                depth += -1 if closes else 1
            if depth == 0:
                yield begin, tag.end()
