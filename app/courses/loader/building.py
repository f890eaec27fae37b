"""Putting raw parts together into the frozen objects that the other rooms read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.courses.loader.markdown import plain_words
from app.courses.loader.reading import RawContent, RawCourse, RawLanguage
from app.courses.types import (
    Block,
    BlockKind,
    Country,
    Course,
    CourseStructure,
    EmergencyNumbers,
    Lesson,
    LessonStructure,
    NumbersFile,
    Service,
    Term,
    TermWords,
)

WORDS_A_MINUTE = 100  # of a reader in a second language (issue 3)


@dataclass(frozen=True, slots=True)
class Shared:
    """What all courses share, with a digest of it."""

    terms: Mapping[str, Term]
    numbers: EmergencyNumbers
    digest: str


def build_shared(content: RawContent) -> Shared:
    """The glossary and the emergency numbers as frozen objects."""
    texts = "".join(document.digest for document in content.documents.values())
    return Shared(
        MappingProxyType({key: _term(key, words) for key, words in content.glossary.items()}),
        _numbers(content.numbers),
        hashlib.sha256(texts.encode()).hexdigest(),
    )


def _term(key: str, words: TermWords) -> Term:
    names = {code: getattr(words, code) for code in ("en", "zh", "vi", "lo", "km")}
    return Term(key, MappingProxyType(names), words.pinyin, words.confidence)


def _numbers(file: NumbersFile | None) -> EmergencyNumbers:
    if file is None:
        return EmergencyNumbers("", MappingProxyType({}), MappingProxyType({}))
    countries = {}
    for key, country in file.countries.items():
        services = {
            name: Service(name, service.number, service.checked)
            for name, service in country.services.items()
        }
        countries[key] = Country(
            key,
            country.name,
            MappingProxyType(services),
            file.notes.get(key),
            file.source.get(key, ""),
        )
    return EmergencyNumbers(
        file.checked_on, MappingProxyType(countries), MappingProxyType(dict(file.services))
    )


def build_course(
    raw: RawCourse, languages: tuple[str, ...], source: str, shared: Shared
) -> Course | None:
    """The course in the languages that are whole; None without structure, bank or source."""
    if raw.structure is None or raw.bank is None or source not in languages:
        return None
    words = {code: raw.languages[code].words for code in languages}
    return Course(
        structure=raw.structure,
        assessment=raw.bank.assessment,
        items=raw.bank.items,
        lessons=tuple(
            _lesson(raw.structure, lesson, [raw.languages[code] for code in languages], source)
            for lesson in raw.structure.lessons
        ),
        words=MappingProxyType({code: found for code, found in words.items() if found}),
        drawings=MappingProxyType(raw.drawings),
        terms=shared.terms,
        numbers=shared.numbers,
        digest=raw.digest,
        rendering_digest=hashlib.sha256(f"{raw.digest}{shared.digest}".encode()).hexdigest(),
    )


def _lesson(
    structure: CourseStructure, lesson: LessonStructure, languages: list[RawLanguage], source: str
) -> Lesson:
    files = {raw.language: raw.lessons[lesson.key] for raw in languages}
    blocks = []
    for block in files[source].blocks:
        twins = {code: file.block(block.id) for code, file in files.items()}
        texts = {code: twin.text for code, twin in twins.items() if twin is not None}
        blocks.append(Block(block.id, block.kind, MappingProxyType(texts)))
    checks = tuple(check for check in structure.checks if check.lesson == lesson.key)
    words = sum(plain_words(block.kind, block.texts[source]) for block in blocks)
    return Lesson(
        key=lesson.key,
        curriculum_minutes=lesson.curriculum_minutes,
        sources=tuple(each for each in structure.sources if each.key in lesson.sources),
        activities=lesson.activities,
        blocks=tuple(blocks),
        checks=checks,
        english_words=words,
        minutes=_minutes(lesson, blocks, words),
    )


def _minutes(lesson: LessonStructure, blocks: list[Block], words: int) -> int:
    """Reading, a minute a figure and a check question, and the activities' own minutes."""
    shown = sum(block.kind in (BlockKind.FIGURE, BlockKind.CHECK) for block in blocks)
    doing = sum(activity.minutes for activity in lesson.activities)
    return -(-words // WORDS_A_MINUTE) + shown + doing
