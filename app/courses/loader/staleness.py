"""Which translations are out of date, text by text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.courses.loader.reading import RawCourse
from app.courses.loader.record import Place
from app.courses.types import REFERENCES, BrokenCourse, Stale

_UNREADABLE = {"block", "duplicate", "encoding", "missing-file", "record", "yaml"}


def texts_of(course: RawCourse, language: str) -> dict[Place, str]:
    """Every text of a language by its place, in the order of files and lines."""
    raw = course.languages.get(language)
    if raw is None:
        return {}
    found: dict[Place, str] = {}
    for stem, document in raw.documents.items():
        found.update(_flat(document.data, stem))
    for key, lesson in raw.lessons.items():
        for block in lesson.blocks:
            if block.kind not in REFERENCES:
                found[f"lesson/{key}/{block.id}"] = block.text
    return found


def _flat(data: Any, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(data, str):
        yield place, data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _flat(value, f"{place}/{key}")


def stale_of(course: RawCourse, source: str) -> dict[str, dict[Place, Stale]]:
    """What is out of date: language -> place -> the recorded and the present source text."""
    present = texts_of(course, source)
    found: dict[str, dict[Place, Stale]] = {}
    for place, made in course.record.sources.items():
        now = present.get(place)
        for language, then in made.items():
            if now is not None and now != then and language in course.languages:
                found.setdefault(language, {})[place] = Stale(then, now)
    return found


def unsaid_of(course: RawCourse, source: str) -> dict[str, list[Place]]:
    """Translated texts of which nobody has said from which source they were made."""
    present = texts_of(course, source)
    found: dict[str, list[Place]] = {}
    for language in course.languages:
        if language != source:
            own = texts_of(course, language)
            places = [place for place in present if place in own]
            unsaid = [place for place in places if course.record.of(place, language) is None]
            if unsaid:
                found[language] = unsaid
    return found


def place_in_files(course: RawCourse, language: str, place: Place) -> tuple[str, int]:
    """The file and line of a text."""
    raw = course.languages[language]
    kind, _, rest = place.partition("/")
    if kind == "lesson":
        key, _, block_id = rest.partition("/")
        lesson = raw.lessons[key]
        block = lesson.block(block_id)
        return lesson.name, block.body_line if block else 1
    document = raw.documents.get(kind)
    if document is None:
        return f"{raw.folder}{kind}.yaml", 1
    return document.name, document.line(tuple(rest.split("/")))


def refuse_broken(course: RawCourse, source: str) -> None:
    """Raise BrokenCourse when the record, or a file of the source, cannot be read whole.

    Writing the record then would forget what the unread texts were translated from.
    """
    of_source = [fault for fault in course.all_faults() if fault.language in ("-", source)]
    broken = [fault for fault in of_source if fault.code in _UNREADABLE]
    if broken:
        raise BrokenCourse(broken)


def lines_of(course: RawCourse, language: str) -> dict[tuple[str, int], list[Place]]:
    """Which texts stand on which line of which file of a language."""
    found: dict[tuple[str, int], list[Place]] = {}
    for place, text in texts_of(course, language).items():
        path, line = place_in_files(course, language, place)
        extent = text.count("\n") if place.startswith("lesson/") else 0
        for number in range(line, line + extent + 1):
            found.setdefault((path, number), []).append(place)
    return found


@dataclass(frozen=True, slots=True)
class PartStatus:
    """A lesson, or the files of words beside the lessons, in one language."""

    language: str
    part: str
    total: int
    translated: int
    out_of_date: tuple[Place, ...]
    unsaid: int

    def sentence(self) -> str:
        """What a person reads of it."""
        words = [f"{self.translated} of {self.total} texts"]
        if self.out_of_date:
            words.append(f"{len(self.out_of_date)} out of date")
        if self.unsaid:
            words.append(f"{self.unsaid} of unknown source")
        if len(words) == 1 and self.translated == self.total:
            words.append("complete")
        return ", ".join(words)


def course_status(course: RawCourse, source: str) -> list[PartStatus]:
    """Every lesson and every file of words of a course, language by language."""
    present = texts_of(course, source)
    stale, unsaid = stale_of(course, source), unsaid_of(course, source)
    found = []
    for language in course.languages:
        if language == source:
            continue
        own = texts_of(course, language)
        parts: dict[str, list[Place]] = {}
        for place in present:
            parts.setdefault(part_of(place), []).append(place)
        for part, places in parts.items():
            old = tuple(place for place in places if place in stale.get(language, {}))
            open_places = set(unsaid.get(language, ()))
            found.append(
                PartStatus(
                    language,
                    part,
                    len(places),
                    sum(place in own for place in places),
                    old,
                    sum(place in open_places for place in places),
                )
            )
    return found


def part_of(place: Place) -> str:
    """The lesson of a place, or the file of words it stands in."""
    kind, _, rest = place.partition("/")
    return rest.partition("/")[0] if kind == "lesson" else f"{kind}.yaml"
