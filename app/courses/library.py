"""The room's door: everything that can be learnt, loaded once per process."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.config import ROOT
from app.core.db import insert_or_get
from app.core.languages import LANGUAGES, SOURCE_LANGUAGE
from app.courses.loader import Content, Places, load_content, newest_change
from app.courses.loader.cache import ParsedFiles
from app.courses.models import CourseEdition
from app.courses.rendering import article
from app.courses.types import (
    BrokenCourse,
    Course,
    EmergencyNumbers,
    Programme,
    ProgrammeCourse,
    Regional,
    TeamExercise,
    Term,
    UnknownCourse,
    UnknownLesson,
    UnknownTerm,
)

GLOSSARY = ROOT / "translations" / "glossary.yaml"
SECONDS_BETWEEN_LOOKS = 1.0
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Library:
    """The programme, its courses that are there, the glossary and the data of countries."""

    programme: Programme
    by_slug: Mapping[str, Course]
    terms: Mapping[str, Term]
    regional: Regional
    exercise: TeamExercise | None

    @property
    def courses(self) -> tuple[Course, ...]:
        """The courses whose content is there, in the programme's order."""
        return tuple(self.by_slug.values())

    def course(self, slug: str) -> Course:
        """The course of a slug; raises UnknownCourse, also for one in preparation."""
        if slug not in self.by_slug:
            raise UnknownCourse
        return self.by_slug[slug]

    def has_course(self, slug: str) -> bool:
        """Whether the course's content is there; otherwise it is in preparation."""
        return slug in self.by_slug

    def practical_within_days(self, slug: str) -> int:
        """How many days after the assessment the skill checks of a course are due."""
        own = self.by_slug[slug].structure.practical_within_days if slug in self.by_slug else None
        return own or self.programme.practical_within_days

    def is_exercise(self, slug: str, key: str) -> bool:
        """Whether this names the whole-team exercise: the programme's key and the sheet's."""
        found = self.exercise
        return found is not None and (slug, key) == (self.programme.key, found.key)

    def course_with_sheet(self, code: str) -> Course | None:
        """The course that has the sheet of this code, such as c2-S1."""
        return next((c for c in self.courses for s in c.sheets if s.code == code), None)

    def with_needs(self, slugs: Iterable[str]) -> tuple[str, ...]:
        """The courses and, each before what needs it, the courses they need that are there."""
        found: dict[str, None] = {}
        for slug in slugs:
            needs = self.by_slug[slug].needs if slug in self.by_slug else ()
            for needed in self.with_needs(need for need in needs if need in self.by_slug):
                found.setdefault(needed)
            found.setdefault(slug)
        return tuple(found)

    def term(self, key: str) -> Term:
        """The glossary term of a key; raises UnknownTerm."""
        if key not in self.terms:
            raise UnknownTerm
        return self.terms[key]

    def numbers(self) -> EmergencyNumbers:
        """The table of emergency numbers."""
        return self.regional.numbers

    def outlines(self, language: str) -> list[CourseOutline]:
        """What the programme's page shows of each course, in order."""
        return [self._outline(planned, language) for planned in self.programme.courses]

    def _outline(self, planned: ProgrammeCourse, language: str) -> CourseOutline:
        course = self.by_slug.get(planned.slug)
        if course is None:
            return CourseOutline(planned, None, planned.title[language], (), 0)
        lessons = tuple(lesson_outlines(course, language))
        return CourseOutline(
            planned, course, course.title(language), lessons, sum(each.minutes for each in lessons)
        )


@dataclass(frozen=True, slots=True)
class LessonOutline:
    """A lesson as a list shows it; `size` is in bytes as sent (compressed)."""

    key: str
    title: str
    summary: str
    minutes: int
    size: int


@dataclass(frozen=True, slots=True)
class CourseOutline:
    """A course as the programme's page shows it; without a course it is in preparation.

    `minutes` are the computed minutes online; the planned ones are in `planned`.
    """

    planned: ProgrammeCourse
    course: Course | None
    title: str
    lessons: tuple[LessonOutline, ...]
    minutes: int

    @property
    def slug(self) -> str:
        """The course's name in addresses."""
        return self.planned.slug

    @property
    def size(self) -> int:
        """Bytes of all lessons as sent (compressed)."""
        return sum(lesson.size for lesson in self.lessons)


def lesson_outlines(course: Course, language: str) -> list[LessonOutline]:
    """The lessons of a course with title, minutes and size in a language it has, else its first."""
    code = course.nearest(language)
    words = course.titles(code).lessons
    outlines = []
    for lesson in course.lessons:
        title = words[lesson.key]
        size = article(course, lesson.key, code).bytes
        outlines.append(LessonOutline(lesson.key, title.title, title.summary, lesson.minutes, size))
    return outlines


def record_exercise(db: Session, at: datetime) -> CourseEdition:
    """The row of the whole-team exercise as it is now, under the programme's key.

    It holds the sheet where a course's edition holds its sheets. Raises UnknownLesson without
    an exercise; commits nothing.
    """
    shelf = library()
    if shelf.exercise is None:
        raise UnknownLesson
    digest = hashlib.sha256(shelf.exercise.model_dump_json().encode()).hexdigest()
    programme = shelf.programme
    names = {"slug": programme.key, "edition": programme.edition, "digest": digest}
    sheet = shelf.exercise.sheet.model_dump(mode="json")
    structure = {"course": {"sheets": [sheet]}, "exercise": shelf.exercise.model_dump(mode="json")}
    values = {**names, "structure": structure, "recorded_at": at}
    return insert_or_get(db, CourseEdition, values, tuple(names))[0]


def record_edition(db: Session, course: Course, at: datetime) -> CourseEdition:
    """The row of the course's present edition, made at the first need.

    Two processes at once get the same row. Commits nothing.
    """
    names = {"slug": course.slug, "edition": course.edition, "digest": course.digest}
    found = db.scalars(select(CourseEdition).filter_by(**names)).one_or_none()
    if found is not None:
        return found
    values = {**names, "structure": structure_of(course), "recorded_at": at}
    return insert_or_get(db, CourseEdition, values, tuple(names))[0]


def structure_of(course: Course) -> dict[str, Any]:
    """The course's structure, assessment and answer keys as plain data."""
    return {
        "course": course.structure.model_dump(mode="json"),
        "assessment": course.assessment.model_dump(mode="json"),
        "items": [item.model_dump(mode="json") for item in course.items],
    }


class _Shelf:
    """Where the library of this process stands, and when its files changed."""

    def __init__(self) -> None:
        self.places = Places.at(ROOT / "courses", GLOSSARY)
        self.cache: Path | None = None
        self.watches = False
        self.timezone = ""
        self.library: Library | None = None
        self._changed_at = 0.0
        self._looked_at = 0.0

    def open(self) -> Library:
        """The library, read at the first use, or again when a watched file changed."""
        if self.library is None:
            self._changed_at = newest_change(self.places) if self.watches else 0.0
            self.library = self._read()
        elif self.watches:
            self._look_again(self.library)
        return self.library

    def _look_again(self, old: Library) -> None:
        if time.monotonic() - self._looked_at < SECONDS_BETWEEN_LOOKS:
            return
        self._looked_at = time.monotonic()
        changed_at = newest_change(self.places)
        if changed_at == self._changed_at:
            return
        self._changed_at = changed_at
        try:
            self.library = self._read()
        except BrokenCourse as error:
            self.library = old
            _log_faults(error.faults)

    def _read(self) -> Library:
        parsed = ParsedFiles(self.cache)
        content = load_content(self.places, tuple(LANGUAGES), SOURCE_LANGUAGE, parsed)
        parsed.save()
        _log_faults(content.faults)
        return _library(content, self.timezone)


def _log_faults(faults: tuple[Any, ...]) -> None:
    for fault in faults:
        log.warning("course file: %s", fault)


def _library(content: Content, timezone: str) -> Library:
    zone = timezone or content.programme.timezone
    return Library(
        content.programme.model_copy(update={"timezone": zone}),
        MappingProxyType(dict(content.courses)),
        content.shared.terms,
        content.shared.regional,
        content.exercise,
    )


_shelf = _Shelf()


def library() -> Library:
    """The library of this process. Raises BrokenCourse when shared files cannot be read."""
    return _shelf.open()


def open_library(
    courses: Path, cache: Path | None = None, *, watches: bool = False, timezone: str = ""
) -> None:
    """Say where the course files are, where parsed files may be kept, and whether to watch them.

    `timezone`, when given, stands in for the programme's own. A library that is loaded from the
    same place for the same zone stays.
    """
    places = Places.at(courses, GLOSSARY)
    if (places, timezone) != (_shelf.places, _shelf.timezone):
        _shelf.places, _shelf.timezone, _shelf.library = places, timezone, None
    _shelf.cache, _shelf.watches = cache, watches
