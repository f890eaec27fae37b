"""Every key of the structure has its words in every language, and no words are left over."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from app.courses.loader.documents import Document, Where
from app.courses.loader.reading import RawCourse, RawLanguage, plain_keys
from app.courses.types import (
    Card,
    Fault,
    Item,
    MatchingItem,
    MultipleItem,
    OrderingItem,
    Sheet,
    SingleItem,
)

_DATA_WORD = re.compile(r'data-word="([^"]*)"')


def check_words(course: RawCourse) -> Iterator[Fault]:
    """Faults of every file of words beside course.yaml, bank.yaml and the drawings."""
    for raw in course.languages.values():
        if course.structure is not None:
            yield from _course(course, raw)
            yield from _questions(raw, "checks", course.structure.checks)
            yield from _sheets(raw, course.structure.sheets)
            yield from _cards(raw, course.structure.cards)
        if course.bank is not None:
            yield from _questions(raw, "bank", course.bank.items)
        yield from _figures(course, raw)


def _compare(document: Document, where: Where, expected: Iterable[str]) -> Iterator[Fault]:
    """The mapping at a place has the expected keys and no other."""
    if document.data is None:  # not YAML at all: that is the one fault to mend first
        return
    found = plain_keys(_at(document, where))
    wanted = list(dict.fromkeys(expected))
    for key in wanted:
        if key not in found:
            yield _fault(document, where, "missing-words", f"“{key}” has no words.", "Write them.")
    for key in found:
        if key not in wanted:
            message = f"Nothing in the structure is called “{key}”."
            mend = "Correct the spelling or take it out."
            yield _fault(document, (*where, key), "unknown-words", message, mend)


def _at(document: Document, where: Where) -> object:
    data = document.data
    for step in where:
        data = data.get(step) if isinstance(data, dict) else None
    return data


def _fault(document: Document, where: Where, code: str, message: str, mend: str) -> Fault:
    return Fault(document.name, document.line(where), document.language, code, message, mend)


def _course(course: RawCourse, raw: RawLanguage) -> Iterator[Fault]:
    document = raw.documents.get("course")
    if document is not None and course.structure is not None:
        yield from _compare(document, ("objectives",), course.structure.objectives)
        lessons = [lesson.key for lesson in course.structure.lessons]
        yield from _compare(document, ("lessons",), lessons)


def _questions(raw: RawLanguage, stem: str, items: Iterable[Item]) -> Iterator[Fault]:
    document = raw.documents.get(stem)
    if document is None:
        return
    by_key = {item.key: item for item in items}
    yield from _compare(document, (), by_key)
    for key in plain_keys(document.data):
        if key in by_key:
            yield from _question(document, by_key[key])


def _question(document: Document, item: Item) -> Iterator[Fault]:
    parts = _parts(item)
    for part in ("options", "left", "right"):
        yield from _compare(document, (item.key, part), parts.get(part, ()))
    options = parts.get("options", ())
    for key in plain_keys(_at(document, (item.key, "option_feedback"))):
        if key not in options:
            where = (item.key, "option_feedback", key)
            message = f"The question has no option “{key}”."
            yield _fault(document, where, "unknown-words", message, "Take it out.")


def _parts(item: Item) -> Mapping[str, tuple[str, ...]]:
    if isinstance(item, SingleItem | MultipleItem | OrderingItem):
        return {"options": item.options}
    if isinstance(item, MatchingItem):
        return {"left": item.left, "right": item.right}
    return {}


def _sheets(raw: RawLanguage, sheets: Iterable[Sheet]) -> Iterator[Fault]:
    document = raw.documents.get("sheets")
    if document is None:
        return
    by_key = {sheet.key: sheet for sheet in sheets}
    yield from _compare(document, (), by_key)
    for key in plain_keys(document.data):
        if key in by_key:
            yield from _sheet(document, by_key[key])


def _sheet(document: Document, sheet: Sheet) -> Iterator[Fault]:
    expected = {
        "steps": [step.key for step in sheet.steps],
        "critical_fails": sheet.critical_fails,
        "roles": sheet.participants.roles,
        "equipment": sheet.equipment,
        "limits": sheet.limits,
    }
    for part, keys in expected.items():
        yield from _compare(document, (sheet.key, part), keys)


def _cards(raw: RawLanguage, cards: Iterable[Card]) -> Iterator[Fault]:
    document = raw.documents.get("cards")
    if document is None:
        return
    by_key = {card.key: card for card in cards}
    yield from _compare(document, (), by_key)
    for key in plain_keys(document.data):
        if key in by_key:
            yield from _compare(document, (key, "steps"), by_key[key].steps)
            yield from _compare(document, (key, "dont"), by_key[key].dont)


def _figures(course: RawCourse, raw: RawLanguage) -> Iterator[Fault]:
    document = raw.documents.get("figures")
    if document is None:
        return
    yield from _compare(document, (), course.drawings)
    for name in plain_keys(document.data):
        if name in course.drawings:
            words = _DATA_WORD.findall(course.drawings[name])
            yield from _compare(document, (name, "words"), words)
