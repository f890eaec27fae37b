"""What translators and authors see: how complete each language of each course is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.core.languages import LANGUAGES, SOURCE_LANGUAGE
from app.courses.library import GLOSSARY, library
from app.courses.loader import Places, check_content
from app.courses.loader.exchange import BANK, Wanted, export_po, import_po
from app.courses.loader.reading import read_content
from app.courses.loader.staleness import part_of
from app.courses.rendering.changes import Change, changes
from app.courses.types import Course, Fault, Report, Severity, UnknownCourse


@dataclass(frozen=True, slots=True)
class LanguageState:
    """One language of one course: whether it is whole, and how many texts are out of date."""

    course: Course
    language: str
    is_there: bool
    out_of_date: int


@dataclass(frozen=True, slots=True)
class OldText:
    """A text whose source has changed: where, what changed word by word, and the translation."""

    place: str
    changed: Sequence[Change]
    translation: str


@dataclass(frozen=True, slots=True)
class PartState:
    """A lesson, or a file of words, of one language, with its texts that are out of date."""

    part: str
    title: str
    lesson: str | None
    old: tuple[OldText, ...]


def language_states(languages: Sequence[str]) -> list[LanguageState]:
    """Every course in each of the languages, in the programme's order."""
    return [
        LanguageState(course, code, course.has_language(code), len(course.stale.get(code, {})))
        for code in languages
        if code != SOURCE_LANGUAGE
        for course in library().courses
    ]


def part_states(course: Course, language: str, *, with_bank: bool) -> list[PartState]:
    """Every lesson of a course, then the other files of words that have something out of date."""
    titles = course.titles(language).lessons
    old: dict[str, list[OldText]] = {}
    for place, stale in course.stale.get(language, {}).items():
        if place.startswith(BANK) and not with_bank:
            continue
        text = OldText(place, changes(stale.then, stale.now), _present(course, language, place))
        old.setdefault(part_of(place), []).append(text)
    lessons = [
        PartState(key, titles[key].title, key, tuple(old.pop(key, ())))
        for key in (lesson.key for lesson in course.lessons)
    ]
    return [*lessons, *(PartState(part, part, None, tuple(texts)) for part, texts in old.items())]


def _present(course: Course, language: str, place: str) -> str:
    """The translation of a block as it stands; the other texts are in their file."""
    kind, _, rest = place.partition("/")
    if kind != "lesson":
        return ""
    lesson, _, block = rest.partition("/")
    return course.lesson(lesson).block(block).texts.get(language, "")


def exported(courses_dir: Path, course: Course, language: str, *, with_bank: bool) -> str:
    """The PO file of a course's language; the bank tells what counts as right."""
    content = read_content(_places(courses_dir), tuple(LANGUAGES), SOURCE_LANGUAGE, course.slug)
    return export_po(content, course.slug, language, with_bank=with_bank)


def returned(courses_dir: Path, text: str, wanted: Wanted, *, writes: bool) -> Report:
    """What becomes of a PO file that comes back; raises ForeignFile for a strange one."""
    places = _places(courses_dir)
    return import_po(places, tuple(LANGUAGES), SOURCE_LANGUAGE, text, wanted, writes=writes)


def _places(courses_dir: Path) -> Places:
    return Places.at(courses_dir, GLOSSARY)


def faults_of(courses_dir: Path, course: Course) -> tuple[Fault, ...]:
    """What `kapok courses check` says of a course; asked once for each state of its files."""
    return _faults(courses_dir, course.slug, course.rendering_digest)


def broken_courses(courses_dir: Path) -> list[str]:
    """Slugs of the programme whose files are there but cannot be shown, for a fault in them."""
    return [
        each.slug
        for each in library().programme.courses
        if not library().has_course(each.slug) and (courses_dir / each.slug).is_dir()
    ]


def faults_of_broken(courses_dir: Path, slug: str) -> tuple[Fault, ...]:
    """What the check says of a broken course; raises UnknownCourse when it is none."""
    if slug not in broken_courses(courses_dir):
        raise UnknownCourse
    return _faults.__wrapped__(courses_dir, slug, "")


@lru_cache(maxsize=32)
def _faults(courses_dir: Path, slug: str, _digest: str) -> tuple[Fault, ...]:
    found = check_content(_places(courses_dir), tuple(LANGUAGES), SOURCE_LANGUAGE, slug)
    return tuple(sorted(found, key=lambda fault: fault.severity is Severity.NOTE))
