"""Reading all files of the content into raw parts, each of which keeps its own faults."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter

from app.courses.loader.cache import ParsedFiles
from app.courses.loader.documents import Document
from app.courses.loader.lessons import LessonFile, read_lesson
from app.courses.loader.record import FILE, Record
from app.courses.loader.schemas import read_as
from app.courses.types import (
    Allowed,
    Bank,
    CardWords,
    CourseStructure,
    CourseWords,
    Fault,
    FigureWords,
    LanguageWords,
    NumbersFile,
    PhrasesFile,
    Programme,
    QuestionWords,
    SheetWords,
    TeamExercise,
    TermWords,
    WarningsFile,
)

M = TypeVar("M")
PROGRAMME: TypeAdapter[Programme] = TypeAdapter(Programme)
NUMBERS: TypeAdapter[NumbersFile] = TypeAdapter(NumbersFile)
WARNINGS: TypeAdapter[WarningsFile] = TypeAdapter(WarningsFile)
PHRASES: TypeAdapter[PhrasesFile] = TypeAdapter(PhrasesFile)
EXERCISE: TypeAdapter[TeamExercise] = TypeAdapter(TeamExercise)
STRUCTURE: TypeAdapter[CourseStructure] = TypeAdapter(CourseStructure)
BANK: TypeAdapter[Bank] = TypeAdapter(Bank)
COURSE_WORDS: TypeAdapter[CourseWords] = TypeAdapter(CourseWords)
QUESTIONS: TypeAdapter[Mapping[str, QuestionWords]] = TypeAdapter(Mapping[str, QuestionWords])
SHEETS: TypeAdapter[Mapping[str, SheetWords]] = TypeAdapter(Mapping[str, SheetWords])
FIGURES: TypeAdapter[Mapping[str, FigureWords]] = TypeAdapter(Mapping[str, FigureWords])
CARDS: TypeAdapter[Mapping[str, CardWords]] = TypeAdapter(Mapping[str, CardWords])
ALLOWED: TypeAdapter[tuple[Allowed, ...]] = TypeAdapter(tuple[Allowed, ...])
GLOSSARY: TypeAdapter[Mapping[str, TermWords]] = TypeAdapter(Mapping[str, TermWords])
WORD_FILES = ("course", "checks", "bank", "sheets", "figures", "cards")
OPTIONAL_FILES = ("cards",)  # asked for only where course.yaml has such things


@dataclass(frozen=True, slots=True)
class Places:
    """Where the content lies. Names of files are relative to `base`."""

    base: Path
    courses: str
    glossary: Path

    @classmethod
    def at(cls, root: Path, glossary: Path) -> Places:
        """`root` holds `courses/`, or is such a folder itself; its own glossary goes first."""
        inner = (root / "courses").is_dir()
        own = (root if inner else root.parent) / "translations" / "glossary.yaml"
        return cls(root, "courses/" if inner else "", own if own.is_file() else glossary)


@dataclass
class RawLanguage:
    """A language folder of a course. `documents` has every file's raw data by its stem."""

    language: str
    folder: str
    documents: dict[str, Document] = field(default_factory=dict)
    lessons: dict[str, LessonFile] = field(default_factory=dict)
    words: LanguageWords | None = None
    faults: list[Fault] = field(default_factory=list)

    def all_faults(self) -> Iterator[Fault]:
        """The faults of the folder and of all its files."""
        yield from self.faults
        for document in self.documents.values():
            yield from document.faults
        for lesson in self.lessons.values():
            yield from lesson.faults


@dataclass
class RawCourse:
    """A course's folder."""

    slug: str
    folder: str
    documents: dict[str, Document] = field(default_factory=dict)
    structure: CourseStructure | None = None
    bank: Bank | None = None
    drawings: dict[str, str] = field(default_factory=dict)
    languages: dict[str, RawLanguage] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    digest: str = ""
    record: Record = field(default_factory=Record)
    allowed: tuple[Allowed, ...] = ()

    def all_faults(self) -> Iterator[Fault]:
        """The faults found while reading the folder."""
        yield from self.faults
        for document in self.documents.values():
            yield from document.faults
        for language in self.languages.values():
            yield from language.all_faults()


@dataclass
class RawContent:
    """All of the content."""

    places: Places
    languages: tuple[str, ...]
    source: str
    parsed: ParsedFiles | None = None
    programme: Programme | None = None
    numbers: NumbersFile | None = None
    warnings: WarningsFile | None = None
    phrases: PhrasesFile | None = None
    exercise: TeamExercise | None = None
    glossary: Mapping[str, TermWords] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    courses: dict[str, RawCourse] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def all_faults(self) -> Iterator[Fault]:
        """The faults found while reading, of every file."""
        yield from self.faults
        for document in self.documents.values():
            yield from document.faults
        for course in self.courses.values():
            yield from course.all_faults()


def read_content(
    places: Places,
    languages: tuple[str, ...],
    source: str,
    slug: str | None = None,
    parsed: ParsedFiles | None = None,
) -> RawContent:
    """Read the content, or one course with what all courses share."""
    content = RawContent(places, languages, source, parsed)
    content.programme = _shared(content, "programme.yaml", PROGRAMME)
    content.numbers = _shared(content, "data/emergency_numbers.yaml", NUMBERS)
    content.warnings = _optional(content, "data/warnings.yaml", WARNINGS)
    content.phrases = _optional(content, "data/phrases.yaml", PHRASES)
    content.exercise = _optional(content, "exercise.yaml", EXERCISE)
    content.glossary = _glossary(content) or {}
    folder = places.base / places.courses
    for path in sorted(folder.iterdir() if folder.is_dir() else ()):
        if path.is_dir() and path.name != "data" and slug in (None, path.name):
            content.courses[path.name] = _course(content, path.name)
    return content


def _shared(content: RawContent, name: str, shape: TypeAdapter[M]) -> M | None:
    full = content.places.courses + name
    if not (content.places.base / full).is_file():
        content.faults.append(_missing(full, "-"))
    return _optional(content, name, shape)


def _optional(content: RawContent, name: str, shape: TypeAdapter[M]) -> M | None:
    """A file that a programme may do without; what refers to it is checked where it refers."""
    full = content.places.courses + name
    document = Document.read(content.places.base, full, parsed=content.parsed)
    if document is None:
        return None
    content.documents[name] = document
    return read_as(document, shape)


def _glossary(content: RawContent) -> Mapping[str, TermWords] | None:
    path = content.places.glossary
    document = Document.read(path.parent, path.name, parsed=content.parsed)
    if document is None:
        content.faults.append(_missing("translations/glossary.yaml", "-"))
        return None
    document.name = "translations/glossary.yaml"
    content.documents["glossary"] = document
    return read_as(document, GLOSSARY)


def _missing(name: str, language: str) -> Fault:
    return Fault(name, 1, language, "missing-file", "This file is missing.", "Write it.")


def _course(content: RawContent, slug: str) -> RawCourse:
    course = RawCourse(slug, f"{content.places.courses}{slug}/")
    base = content.places.base
    course.structure = _structure(content, course, "course", STRUCTURE)
    course.bank = _structure(content, course, "bank", BANK)
    for path in sorted((base / course.folder / "figures").glob("*.svg")):
        course.drawings[path.stem] = path.read_text(encoding="utf-8", errors="replace")
    for language in content.languages:
        course.languages[language] = _language(content, course, language)
    course.digest = _digest(base / course.folder)
    _read_record(course, base / course.folder)
    if (base / course.folder / "allowed.yaml").is_file():
        course.allowed = _structure(content, course, "allowed", ALLOWED) or ()
    return course


def _read_record(course: RawCourse, folder: Path) -> None:
    try:
        course.record = Record.read(folder)
    except (ValueError, AttributeError):
        name = f"{course.folder}{FILE}"
        message = "This file is not as kapok writes it."
        course.faults.append(Fault(name, 1, "-", "record", message, "Take back the last change."))


def _structure(
    content: RawContent, course: RawCourse, stem: str, shape: TypeAdapter[M]
) -> M | None:
    name = f"{course.folder}{stem}.yaml"
    document = Document.read(content.places.base, name, parsed=content.parsed)
    if document is None:
        course.faults.append(_missing(name, "-"))
        return None
    course.documents[stem] = document
    return read_as(document, shape)


def _language(content: RawContent, course: RawCourse, language: str) -> RawLanguage:
    base = content.places.base
    raw = RawLanguage(language, f"{course.folder}{language}/")
    if not (base / raw.folder).is_dir():
        raw.faults.append(
            Fault(
                raw.folder.rstrip("/"),
                1,
                language,
                "missing-language",
                "The folder of this language is missing.",
                "Translate the course into it.",
            )
        )
        return raw
    for stem in WORD_FILES:
        if _is_wanted(course, raw, base, stem):
            _word_file(content, raw, stem)
    raw.words = words_of(raw)
    for lesson in course.structure.lessons if course.structure else ():
        _lesson(raw, base, lesson.key)
    _report_strangers(course, raw, base)
    return raw


def _is_wanted(course: RawCourse, raw: RawLanguage, base: Path, stem: str) -> bool:
    if stem not in OPTIONAL_FILES or (base / f"{raw.folder}{stem}.yaml").is_file():
        return True
    return course.structure is not None and bool(getattr(course.structure, stem))


def _word_file(content: RawContent, raw: RawLanguage, stem: str) -> None:
    name = f"{raw.folder}{stem}.yaml"
    document = Document.read(content.places.base, name, raw.language, content.parsed)
    if document is None:
        raw.faults.append(_missing(name, raw.language))
    else:
        raw.documents[stem] = document


def _lesson(raw: RawLanguage, base: Path, key: str) -> None:
    name = f"{raw.folder}{key}.md"
    lesson = read_lesson(base, name, raw.language)
    if lesson is None:
        raw.faults.append(_missing(name, raw.language))
    else:
        raw.lessons[key] = lesson


def _report_strangers(course: RawCourse, raw: RawLanguage, base: Path) -> None:
    """A lesson file that course.yaml does not name is a misspelt name or a forgotten entry."""
    if course.structure is None:
        return
    for path in sorted((base / raw.folder).glob("*.md")):
        if path.stem not in raw.lessons:
            raw.faults.append(
                Fault(
                    f"{raw.folder}{path.name}",
                    1,
                    raw.language,
                    "unknown-file",
                    f"course.yaml has no lesson “{path.stem}”.",
                    "Correct the file's name or add the lesson.",
                )
            )


def words_of(raw: RawLanguage) -> LanguageWords | None:
    """The words of a language folder as objects; None without its course.yaml."""
    course = _read(raw, "course", COURSE_WORDS)
    checks, bank = _read(raw, "checks", QUESTIONS), _read(raw, "bank", QUESTIONS)
    sheets, figures = _read(raw, "sheets", SHEETS), _read(raw, "figures", FIGURES)
    cards = _read(raw, "cards", CARDS)
    if course is None:
        return None
    return LanguageWords(
        raw.language, course, checks or {}, bank or {}, sheets or {}, figures or {}, cards or {}
    )


def _read(raw: RawLanguage, stem: str, shape: TypeAdapter[M]) -> M | None:
    document = raw.documents.get(stem)
    return None if document is None else read_as(document, shape)


def _digest(folder: Path) -> str:
    """SHA-256 over the names and bytes of all files of a course."""
    total = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        total.update(f"{path.relative_to(folder).as_posix()}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def plain_keys(data: Any) -> list[str]:
    """The keys of a mapping; nothing for anything else."""
    return [str(key) for key in data] if isinstance(data, dict) else []
