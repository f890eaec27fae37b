"""Searching terms, lessons and every other kind of document in the reader's language."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from app.core.languages import SOURCE_LANGUAGE
from app.core.spelling import plain
from app.courses.library import Library
from app.courses.rendering.snippets import Part, Pattern, joined, marked, matches, snippet
from app.courses.services.documents import KINDS, Document, Kind
from app.courses.services.glossary import best_terms, named, variants
from app.courses.services.indexing import index_of, phrase, term_match
from app.courses.types import Course, Term

LONGEST_QUERY = 100
TERMS_SHOWN = 5
PAGE_SIZE = 20
LanguagesOpen = Callable[[Course, str], bool]


@dataclass(frozen=True, slots=True)
class Found:
    """One result: where it leads, what it belongs to, and why it was found."""

    place: dict[str, str]
    language: str
    above: str
    title: tuple[Part, ...]
    snippet: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The results of one kind: those of this page, and how many there are in all."""

    kind: Kind
    found: tuple[Found, ...]
    total: int


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of what was found for a query; `terms` are the nearest of `terms_total`."""

    query: str
    terms: tuple[Term, ...] = ()
    terms_total: int = 0
    groups: tuple[Group, ...] = ()
    total: int = 0
    number: int = 1
    last: int = 1
    is_too_long: bool = False

    @property
    def is_asked(self) -> bool:
        """Whether the query has a letter or a digit to look for."""
        return bool(plain(self.query)) and not self.is_too_long


def everything_open(course: Course, language: str) -> bool:  # noqa: ARG001 (the shape of a rule)
    """The rule where no review is required: each language that is there may be read."""
    return True


def search(
    library: Library,
    query: str,
    language: str,
    languages_open: LanguagesOpen = everything_open,
    page: int = 1,
) -> SearchPage:
    """What a reader finds.

    A course that she may not read in her language, or that does not have it, is searched in the
    language in which she would read it; a course that is closed in every language is left out.
    """
    query = " ".join(query.split())
    if len(query) > LONGEST_QUERY:
        return SearchPage(query[:LONGEST_QUERY], is_too_long=True)
    if not plain(query):
        return SearchPage(query)
    terms = best_terms(library, query, language)
    hits = _hits(library, query, language, languages_open)
    by_kind = {kind: [hit for hit in hits if hit.kind is kind] for kind in KINDS}
    last = max(1, *(-(-len(found) // PAGE_SIZE) for found in by_kind.values()))
    number = min(max(page, 1), last)
    groups = (_group(kind, found, number) for kind, found in by_kind.items())
    return SearchPage(
        query=query,
        terms=tuple(terms[:TERMS_SHOWN]) if number == 1 else (),
        terms_total=len(terms),
        groups=tuple(group for group in groups if group.found),
        total=len(terms) + len(hits),
        number=number,
        last=last,
    )


class _Question(NamedTuple):
    """A query as one language's index takes it, and what it marks in a text."""

    match: str
    patterns: tuple[Pattern, ...]
    terms: frozenset[str]


class _Hit(NamedTuple):
    kind: Kind
    document: Document
    question: _Question


def _hits(library: Library, query: str, language: str, languages_open: LanguagesOpen) -> list[_Hit]:
    shown = {course.slug: _shown(course, language, languages_open) for course in library.courses}
    others = dict.fromkeys(code for code in shown.values() if code and code != language)
    hits = []
    for code in (language, *others):
        question = _question(library, query, code)
        found = [
            _Hit(kind, document, question)
            for kind, document in index_of(library, code).find(question.match)
            if (shown[document.course.slug] if document.course else language) == code
        ]
        hits += sorted(found, key=lambda hit: _unlike(hit.document, query))
    return hits


def _shown(course: Course, language: str, languages_open: LanguagesOpen) -> str | None:
    for code in (language, SOURCE_LANGUAGE, *course.languages):
        if course.has_language(code) and languages_open(course, code):
            return code
    return None


def _question(library: Library, query: str, language: str) -> _Question:
    """Every word of the query, or a term that it names; at least one in the document itself."""
    parts = [part for part in query.split() if plain(part)]
    asked = [_asked(library, part, language, is_open=part is parts[-1]) for part in parts]
    every = [each.match for each in asked]
    match = _own(every[0])
    if len(parts) > 1:
        whole = _asked(library, query, language, is_open=False)
        named_in_all = _own(_any(whole.names)) if whole.names else ""
        match = f"({' AND '.join(every)}) AND {_own(_any(every))}"
        match = _any([f"({match})", named_in_all]) if named_in_all else match
        asked.append(whole)
    patterns = (pattern for each in asked for pattern in each.patterns)
    terms = (term for each in asked for term in each.terms)
    return _Question(match, tuple(dict.fromkeys(patterns)), frozenset(terms))


class _Asked(NamedTuple):
    """A word of the query with what else it means; `names` finds the terms that it names."""

    match: str
    names: list[str]
    patterns: list[Pattern]
    terms: list[str]


def _asked(library: Library, part: str, language: str, *, is_open: bool) -> _Asked:
    terms = named(library, part)
    names = (name for term in terms for name in variants(term.names[language]))
    spoken = [made for made in map(phrase, names) if made]
    matches_ = [each.match for each in spoken] + [term_match(term.key) for term in terms]
    itself = phrase(part, is_open=is_open)
    own = [itself] if itself else []
    return _Asked(
        _any([*(each.match for each in own), *matches_]),
        matches_,
        [each.pattern for each in (*own, *spoken)],
        [term.key for term in terms],
    )


def _own(match: str) -> str:
    """In the document itself, not only in a title above it."""
    return f"({{heading body terms}} : {match})"


def _any(matches_: Iterable[str]) -> str:
    return f"({' OR '.join(dict.fromkeys(matches_))})"


def _unlike(document: Document, query: str) -> int:
    """How many words typed with accents do not stand so in the document: those come later."""
    typed = [part for part in _composed(query).split() if part.isalpha() and part != plain(part)]
    if not typed:
        return 0
    text = _composed(f"{document.heading} {document.text}")
    return sum(part not in text for part in typed)


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def _group(kind: Kind, hits: list[_Hit], number: int) -> Group:
    of_page = hits[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    return Group(kind, tuple(map(_found, of_page)), len(hits))


def _found(hit: _Hit) -> Found:
    document, question = hit.document, hit.question
    links = [(term.start, term.end) for term in document.terms if term.key in question.terms]
    spans = joined([*matches(document.text, question.patterns), *links])
    return Found(
        place=dict(document.place),
        language=document.language,
        above=document.above,
        title=marked(document.title, matches(document.title, question.patterns)),
        snippet=snippet(document.text, spans),
    )
