"""The words of all documents of a language in a full-text table in memory.

The text goes in as tokens of our own, written in letters that no tokenizer splits or changes; so
the table's tokenizer does not matter, and the result does not depend on the site's database.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any

import pysqlite3

from app.core.spelling import units
from app.courses.library import Library
from app.courses.rendering.snippets import Pattern
from app.courses.services.documents import KINDS, Document, Kind

# A match in a heading weighs more than one in the text, a link to the term less, a title above
# the block least.
_WEIGHTS = "8.0, 2.0, 1.0, 0.4"
_TABLE = """
CREATE VIRTUAL TABLE document USING fts5(
    heading, body, terms, around, content='', columnsize=1, tokenize='ascii'
)
"""
_FIND = f"""
SELECT rowid, bm25(document, {_WEIGHTS}) AS rank FROM document
WHERE document MATCH ? ORDER BY rank, rowid
"""  # noqa: S608 (the weights are a constant)


@lru_cache(maxsize=20_000)
def _hex(text: str) -> str:
    return text.encode("utf-8", "surrogatepass").hex()


def tokens(text: str) -> list[str]:
    """Words as they are; clusters as overlapping pairs, the last of a row alone."""
    made: list[str] = []
    waits = ""  # a cluster that waits for the next one
    for unit in units(text):
        if waits and not unit.follows:
            made.append(waits)
            waits = ""
        if not unit.is_cluster:
            made.append(f"w{_hex(unit.form)}")
            continue
        written = _hex(unit.form)
        if waits:
            made.append(waits + written)
        waits = f"c{written}z"
    return [*made, waits] if waits else made


@lru_cache(maxsize=1_000)
def _title_tokens(line: str) -> str:
    return " ".join(tokens(line))


@dataclass(frozen=True, slots=True)
class Phrase:
    """What one part of a query asks for: in the table, and marked in a text."""

    match: str
    pattern: Pattern


def phrase(text: str, *, is_open: bool = False) -> Phrase | None:
    """The text as a phrase; nothing if it has no letter or digit.

    `is_open`: a word at the end may go on, as when somebody has not typed it to its end.
    """
    found = units(text)
    if not found:
        return None
    made = tokens(text)
    last = found[-1]
    goes_on = is_open and last.is_word and len(last.form) > 1
    if last.is_cluster:
        if len(made) > 1 and last.follows:
            made.pop()  # the pair before it holds it already
            goes_on = False
        else:
            goes_on = True
    star = " *" if goes_on else ""
    forms = tuple(unit.form for unit in found)
    return Phrase(f'"{" ".join(made)}"{star}', Pattern(forms, goes_on and last.is_word))


def term_match(key: str) -> str:
    """What finds the blocks that link a term."""
    return f'"t{_hex(key)}"'


class Index:
    """The documents of one language and their table."""

    def __init__(self, language: str, documents: Iterable[tuple[Kind, Document]]) -> None:
        """Take in every document; the table lives in memory only."""
        self.language = language
        self.documents: list[tuple[Kind, Document]] = list(documents)
        self._lock = Lock()  # one question at a time; each takes a millisecond or two
        self._table: Any = pysqlite3.connect(":memory:", check_same_thread=False)
        self._table.execute(_TABLE)
        self._table.executemany(
            "INSERT INTO document (rowid, heading, body, terms, around) VALUES (?, ?, ?, ?, ?)",
            ((row, *_columns(document)) for row, (_kind, document) in enumerate(self.documents)),
        )
        self._table.execute("INSERT INTO document (document) VALUES ('optimize')")
        self._table.commit()

    def find(self, match: str) -> list[tuple[Kind, Document]]:
        """The documents that match, the best first."""
        with self._lock:
            rows = self._table.execute(_FIND, (match,)).fetchall()
        return [self.documents[row] for row, _rank in rows]


def _columns(document: Document) -> tuple[str, ...]:
    links = " ".join(f"t{_hex(spoken.key)}" for spoken in document.terms)
    around = " ".join(map(_title_tokens, document.around.splitlines()))
    return " ".join(tokens(document.heading)), " ".join(tokens(document.text)), links, around


class _Shelf:
    """The indexes of this process: of each language the one of today's content."""

    def __init__(self) -> None:
        self._library: Library | None = None
        self._indexes: dict[str, Index] = {}
        self._locks: dict[str, Lock] = {}
        self._lock = Lock()

    def index(self, library: Library, language: str) -> Index:
        """The index of a language, built at its first use; one thread builds, others wait."""
        with self._lock:
            self._renew(library)
            made = self._indexes.get(language)
            if made is not None:
                return made
            lock = self._locks.setdefault(language, Lock())
        with lock:
            with self._lock:
                made = self._indexes.get(language)
            if made is None:
                made = Index(language, _documents(library, language))
                with self._lock:
                    if self._library is library:
                        self._indexes[language] = made
            return made

    def _renew(self, library: Library) -> None:
        """A library is read again only when its files changed: another one, other indexes."""
        if self._library is not library:
            self._library, self._indexes = library, {}


def _documents(library: Library, language: str) -> Iterable[tuple[Kind, Document]]:
    return ((kind, each) for kind in KINDS for each in kind.documents(library, language))


_shelf = _Shelf()


def index_of(library: Library, language: str) -> Index:
    """The index of a language for a library's content."""
    return _shelf.index(library, language)
