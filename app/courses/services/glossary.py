"""Terms found by any of their names, and in the order of the reader's language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from app.core.sorting import SortKey, initial, sort_key
from app.core.spelling import Unit, plain, units
from app.courses.library import Library
from app.courses.rendering.snippets import Pattern
from app.courses.types import Term

EXACT, BEGINS, HAS_WORDS, CONTAINS = range(4)
_BRACKETED = re.compile(r"\s*[(（]([^)）]*)[)）]")
_ENUMERATED = re.compile(r"\s*[,;/，；、]\s*")


@dataclass(frozen=True, slots=True)
class _Name:
    """One name of a term as a search compares it."""

    plain: str
    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """The terms that stand under one letter."""

    letter: str
    terms: tuple[Term, ...]


def find_terms(library: Library, query: str, language: str) -> list[Term]:
    """The terms of which any name holds the query, sorted by their name in a language.

    Accents, tones of pinyin, case and spaces do not matter; an empty query finds all.
    """
    found = (term for term in library.terms.values() if _match(term, query) is not None)
    return sorted(found, key=lambda term: _key(term, language))


def best_terms(library: Library, query: str, language: str) -> list[Term]:
    """The same terms, but the nearest names first; none for an empty query."""
    if not plain(query):
        return []
    ranked = ((_match(term, query), term) for term in library.terms.values())
    found = [(rank, _key(term, language), term) for rank, term in ranked if rank is not None]
    return [term for _rank, _order, term in sorted(found, key=lambda each: each[:2])]


def named(library: Library, query: str) -> list[Term]:
    """The terms of which the query is a name."""
    wanted = plain(query)
    return [term for term in library.terms.values() if wanted in _variants_of(*_names(term))]


def by_letter(terms: Iterable[Term], language: str) -> tuple[Letter, ...]:
    """Sorted terms in groups of one first letter each; of Chinese the first letter of pinyin."""
    groups = groupby(terms, lambda term: initial(term.names[language], language, term.pinyin))
    return tuple(Letter(letter, tuple(group)) for letter, group in groups)


def variants(name: str) -> tuple[str, ...]:
    """The name, without its brackets, what stands in them, each part of an enumeration alone."""
    whole = (name, _BRACKETED.sub("", name), *_BRACKETED.findall(name))
    parts = (part for each in whole[1:] for part in _ENUMERATED.split(each))
    return tuple(each for each in dict.fromkeys((*whole, *parts)) if plain(each))


def _match(term: Term, query: str) -> int | None:
    """How near the query is to a name of the term; None if it is in none."""
    wanted, words = plain(query), _words(query)
    if not wanted:
        return CONTAINS
    if wanted in _variants_of(*_names(term)):
        return EXACT
    names = [_name(name) for name in _names(term)]
    if any(name.plain.startswith(wanted) for name in names):
        return BEGINS
    if any(_has_words(name, words) for name in names):
        return HAS_WORDS
    return CONTAINS if any(wanted in name.plain for name in names) else None


def _names(term: Term) -> tuple[str, ...]:
    return (*term.names.values(), term.pinyin)


@lru_cache(maxsize=2_000)
def _variants_of(*names: str) -> frozenset[str]:
    return frozenset(plain(each) for name in names for each in variants(name))


@lru_cache(maxsize=10_000)
def _name(name: str) -> _Name:
    return _Name(plain(name), tuple(units(name)))


def _has_words(name: _Name, words: Sequence[Pattern]) -> bool:
    if not all(pattern.plain in name.plain for pattern in words):
        return False
    return all(
        any(pattern.ends(name.units, start) is not None for start in range(len(name.units)))
        for pattern in words
    )


@lru_cache(maxsize=64)
def _words(query: str) -> tuple[Pattern, ...]:
    parts = (tuple(unit.form for unit in units(part)) for part in query.split())
    return tuple(Pattern(forms, is_open=True) for forms in parts if forms)


def _key(term: Term, language: str) -> SortKey:
    return sort_key(term.names[language], language, term.pinyin)
