"""Putting raw parts together into the frozen objects that the other rooms read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pydantic import BaseModel

from app.courses.loader.beside import words_beside_source
from app.courses.loader.markdown import plain_words
from app.courses.loader.reading import RawContent, RawCourse, RawLanguage
from app.courses.loader.staleness import stale_of
from app.courses.types import (
    REFERENCES,
    Block,
    BlockKind,
    Country,
    Course,
    CourseStructure,
    EmergencyNumbers,
    Lesson,
    LessonStructure,
    NumbersFile,
    Regional,
    Service,
    Term,
    TermWords,
)

WORDS_A_MINUTE = 100  # of a reader in a second language (issue 3)


@dataclass(frozen=True, slots=True)
class Shared:
    """What all courses share, with a digest of it."""

    terms: Mapping[str, Term]
    regional: Regional
    digest: str


def build_shared(content: RawContent) -> Shared:
    """The glossary and the emergency numbers as frozen objects."""
    texts = "".join(document.digest for document in content.documents.values())
    return Shared(
        MappingProxyType({key: _term(key, words) for key, words in content.glossary.items()}),
        build_regional(content),
        hashlib.sha256(texts.encode()).hexdigest(),
    )


def _term(key: str, words: TermWords) -> Term:
    names = {code: getattr(words, code) for code in ("en", "zh", "vi", "lo", "km")}
    return Term(key, MappingProxyType(names), words.pinyin, words.confidence)


def build_regional(content: RawContent) -> Regional:
    """The dated data of countries, each table with a digest of its content."""
    numbers = _numbers(content.numbers)
    warnings = content.warnings.tables if content.warnings else {}
    phrases = content.phrases.phrases if content.phrases else {}
    digests = {"numbers.all": _digest(*_shown_numbers(content.numbers, *numbers.countries))}
    for key in numbers.countries:
        digests[f"numbers.{key}"] = _digest(*_shown_numbers(content.numbers, key))
    digests |= {f"warnings.{key}": _digest(table) for key, table in warnings.items()}
    digests |= {f"phrases.{key}": _digest(table) for key, table in phrases.items()}
    return Regional(
        numbers,
        MappingProxyType(dict(warnings)),
        content.warnings.checked_on if content.warnings else "",
        MappingProxyType(dict(phrases)),
        MappingProxyType(digests),
    )


def _shown_numbers(file: NumbersFile | None, *countries: str) -> list[BaseModel]:
    """What a table of these countries shows of the file; the day of checking is not in it."""
    if file is None:
        return []
    shown: list[BaseModel] = [file.countries[key] for key in countries]
    return [*shown, *(file.services[key] for key in sorted(file.services))]


def _digest(*data: BaseModel) -> str:
    text = "".join(part.model_dump_json() for part in data)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


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
    stale = stale_of(raw, source)
    words = {code: words_beside_source(raw, code, stale.get(code, {})) for code in languages}
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
        regional=shared.regional,
        stale=MappingProxyType(stale),
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
        minutes=minutes_of(lesson, [block.kind for block in blocks], words),
    )


def minutes_of(lesson: LessonStructure, kinds: Iterable[BlockKind], words: int) -> int:
    """Reading, a minute a figure, table of data or check question, and the activities' own."""
    shown = sum(kind in REFERENCES for kind in kinds)
    doing = sum(activity.minutes for activity in lesson.activities)
    return -(-words // WORDS_A_MINUTE) + shown + doing
