"""Units: the smallest texts that are compared between languages.

A block of a lesson, an option of an item, a step of a sheet, a word in a figure: each is one
unit, with the same place (`where`) in every language.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.courses.loader.documents import Document
from app.courses.loader.reading import RawContent, RawCourse, RawLanguage
from app.courses.types import REFERENCES, Fault, Severity


@dataclass(frozen=True, slots=True)
class Unit:
    """One text with its place in the files."""

    path: str
    line: int
    language: str
    where: tuple[str, ...]
    text: str
    is_lesson: bool = False

    def line_at(self, offset: int) -> int:
        """The line of a character of the text."""
        return self.line + (self.text.count("\n", 0, offset) if self.is_lesson else 0)

    def fault(
        self,
        code: str,
        message: str,
        mend: str,
        offset: int = 0,
        severity: Severity = Severity.FAULT,
    ) -> Fault:
        """A fault of this text, at one of its characters."""
        return Fault(self.path, self.line_at(offset), self.language, code, message, mend, severity)


@dataclass(frozen=True, slots=True)
class Twins:
    """The units of a course (or of the shared files) in every language, by their place."""

    source: str
    by_language: Mapping[str, Mapping[tuple[str, ...], Unit]]

    @property
    def sources(self) -> Mapping[tuple[str, ...], Unit]:
        """The units of the source language."""
        return self.by_language.get(self.source, {})

    def all(self) -> Iterator[Unit]:
        """Every unit of every language."""
        for units in self.by_language.values():
            yield from units.values()

    def pairs(self) -> Iterator[tuple[Unit, Unit]]:
        """Every translated unit after its source."""
        for language, units in self.by_language.items():
            if language == self.source:
                continue
            for where, unit in units.items():
                if where in self.sources:
                    yield self.sources[where], unit


def twins_of(content: RawContent, course: RawCourse | None) -> Twins:
    """The units of a course; without one, of the files that all courses share."""
    found: dict[str, dict[tuple[str, ...], Unit]] = defaultdict(dict)
    units = _shared_units(content) if course is None else _course_units(course)
    for unit in units:
        found[unit.language][unit.where] = unit
    return Twins(content.source, found)


def _course_units(course: RawCourse) -> Iterator[Unit]:
    for language in course.languages.values():
        for stem, document in language.documents.items():
            for where, line, text in document.texts():
                place = (stem, *map(str, where))
                yield Unit(document.name, line, language.language, place, text)
        yield from _lesson_units(language)


def _lesson_units(language: RawLanguage) -> Iterator[Unit]:
    for key, lesson in language.lessons.items():
        for block in lesson.blocks:
            if block.kind not in REFERENCES:
                where = ("lesson", key, block.id)
                yield Unit(lesson.name, block.body_line, language.language, where, block.text, True)


def _shared_units(content: RawContent) -> Iterator[Unit]:
    """In shared files the last step of a text's place is its language."""
    for stem, document in content.documents.items():
        if stem != "glossary":
            yield from _inline_units(stem, document, content.languages)


def _inline_units(stem: str, document: Document, languages: tuple[str, ...]) -> Iterator[Unit]:
    for where, line, text in document.texts():
        if where and where[-1] in languages:
            place = (stem, *map(str, where[:-1]))
            yield Unit(document.name, line, str(where[-1]), place, text)
