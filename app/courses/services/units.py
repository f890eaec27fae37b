"""What a reviewer of a language answers for: each piece of it by its path, with a digest.

A piece is a block, a question, a skill sheet, a figure. Its digest covers the words, and what gives
them their meaning: the answer key of a question, the critical steps of a sheet, the drawing.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from threading import Lock
from types import MappingProxyType

from pydantic import BaseModel

from app.courses.types import REFERENCES, BlockKind, Course, Item, Lesson, QuestionWords

LENGTH = 16  # hexadecimal digits of a digest
KEPT = 200  # languages in memory; about 30 kB each
_Unit = tuple[str, object]


@dataclass(frozen=True, slots=True)
class Units:
    """The units of one language, by their paths in the course's order.

    `whole` is a digest of all of them together.
    """

    digests: Mapping[str, str]
    order: tuple[str, ...]
    paths: frozenset[str]
    whole: str


def units_of(course: Course, language: str) -> Units:
    """Each unit's path and digest; KeyError for a language that the course does not have."""
    key = (course.slug, course.rendering_digest, language)
    with _lock:
        made = _kept.get(key)
        if made is not None:
            _kept.move_to_end(key)
            return made
    made = _compute(course, language)
    with _lock:
        _kept[key] = made
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return made


_kept: OrderedDict[tuple[str, str, str], Units] = OrderedDict()
_lock = Lock()


def _compute(course: Course, language: str) -> Units:
    digests = {path: _digest(content)[:LENGTH] for path, content in _all(course, language)}
    order = tuple(digests)
    return Units(MappingProxyType(digests), order, frozenset(order), _digest(digests))


def _digest(content: object) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> object:
    """What JSON does not know: objects of course files and read-only maps."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    return dict(value) if isinstance(value, Mapping) else str(value)


def _all(course: Course, language: str) -> Iterator[_Unit]:
    """Every unit. A further kind of words is one more line."""
    words = course.words[language]
    yield "course", words.course.model_dump(mode="json", exclude={"lessons"})
    for lesson in course.lessons:
        yield from _lesson(course, lesson, language)
    yield from _questions("check", course.structure.checks, words.checks)
    yield from _questions("bank", course.items, words.bank)
    yield from ((f"sheet/{sheet.key}", [sheet, words.sheets[sheet.key]]) for sheet in course.sheets)
    yield from _figures(course, language)
    yield from ((f"card/{card.key}", [card, words.cards[card.key]]) for card in course.cards)


def _lesson(course: Course, lesson: Lesson, language: str) -> Iterator[_Unit]:
    """The lesson's own unit tells when a block is taken out or moved; then its blocks."""
    title = course.words[language].course.lessons[lesson.key]
    kinds = [(block.id, block.kind) for block in lesson.blocks]
    yield f"lesson/{lesson.key}", [title, kinds]
    for block in lesson.blocks:
        table = course.regional.digests.get(block.texts[language], "")
        stale = course.stale.get(language, {}).get(f"lesson/{lesson.key}/{block.id}")
        shown = [table] if block.kind is BlockKind.DATA else []
        shown += [stale.now] if stale else []  # readers see it above the translation
        yield f"lesson/{lesson.key}/{block.id}", [block.kind, block.texts[language], *shown]


def _questions(
    kind: str, items: Iterable[Item], words: Mapping[str, QuestionWords]
) -> Iterator[_Unit]:
    return ((f"{kind}/{item.key}", [item, words[item.key]]) for item in items)


def _figures(course: Course, language: str) -> Iterator[_Unit]:
    figures = course.words[language].figures
    return (
        (f"figure/{name}", [words, _digest(course.drawings.get(name, ""))])
        for name, words in figures.items()
    )


@dataclass(frozen=True, slots=True)
class UnitPlace:
    """Where a unit is read: a lesson and the block in it, if there is such a place."""

    path: str
    lesson: str = ""
    block: str = ""


def places_of(course: Course, paths: Iterable[str]) -> list[UnitPlace]:
    """Where each of the units is read."""
    shown = {
        f"{block.kind}/{next(iter(block.texts.values()))}": (lesson.key, block.id)
        for lesson in course.lessons
        for block in lesson.blocks
        if block.kind in REFERENCES
    }
    return [_place(path, shown) for path in paths]


def _place(path: str, shown: Mapping[str, tuple[str, str]]) -> UnitPlace:
    kind, *keys = path.split("/")
    if kind == "lesson":
        return UnitPlace(path, *keys)
    return UnitPlace(path, *shown.get(path, ()))
