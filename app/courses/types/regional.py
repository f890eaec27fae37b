"""Things all courses share: words in five languages, glossary terms, emergency numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pydantic import Field

from app.courses.types.base import Day, Key, Strict, Text


class WordsByLanguage(Strict):
    """One text in each language of the programme."""

    en: Text
    zh: Text
    vi: Text
    lo: Text
    km: Text

    def __getitem__(self, language: str) -> str:
        """The text in a language; KeyError for an unknown one."""
        if language not in type(self).model_fields:
            raise KeyError(language)
        return str(getattr(self, language))


class Confidence(StrEnum):
    """How sure the glossary is of a term's worst cell (curriculum, section 0)."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class TermWords(Strict):
    """A term as the glossary file writes it."""

    en: Text
    zh: Text
    pinyin: str = ""
    vi: Text
    lo: Text
    km: Text
    confidence: Confidence
    source: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """A glossary term: what it is called in each language, and pinyin for the Chinese."""

    key: str
    names: Mapping[str, str]
    pinyin: str
    confidence: Confidence


class ServiceNumber(Strict):
    """A number to dial; `checked` says whether a person has opened its source."""

    number: Text
    checked: bool


class CountryNumbers(Strict):
    """A country's emergency services in the data file."""

    name: WordsByLanguage
    services: Mapping[str, ServiceNumber]


class NumbersFile(Strict):
    """The file data/emergency_numbers.yaml."""

    checked_on: Day
    countries: Mapping[Key, CountryNumbers]
    services: Mapping[str, WordsByLanguage]
    notes: Mapping[str, WordsByLanguage] = {}
    source: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Service:
    """One service of one country with its number."""

    key: str
    number: str
    checked: bool


@dataclass(frozen=True, slots=True)
class Country:
    """A country's services in the file's order, and what one must know about them."""

    key: str
    name: WordsByLanguage
    services: Mapping[str, Service]
    note: WordsByLanguage | None
    source: str


@dataclass(frozen=True, slots=True)
class EmergencyNumbers:
    """The table of emergency numbers; `checked_on` is a day as YYYY-MM-DD."""

    checked_on: str
    countries: Mapping[str, Country]
    service_names: Mapping[str, WordsByLanguage]

    def get(self, marker: str) -> tuple[Country, Service] | None:
        """The country and service of a marker; None for one that names none."""
        try:
            return self.find(marker)
        except KeyError:
            return None

    def find(self, marker: str) -> tuple[Country, Service]:
        """The country and service of a marker such as `cn.ambulance`; KeyError otherwise."""
        country, _, service = marker.partition(".")
        found = self.countries[country]
        return found, found.services[service]

    @property
    def has_unchecked(self) -> bool:
        """Whether a number still waits for its source."""
        services = (
            each for country in self.countries.values() for each in country.services.values()
        )
        return not all(service.checked for service in services)

    @property
    def figures(self) -> frozenset[str]:
        """Every number of the table: none of them may stand literally in prose."""
        return frozenset(
            service.number
            for country in self.countries.values()
            for service in country.services.values()
        )


class WarningColour(StrEnum):
    """Colours of warning signals; always with their name beside them, never colour alone."""

    BLUE = "blue"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"
    PURPLE = "purple"
    LIGHT_BLUE = "light-blue"
    LIGHT_YELLOW = "light-yellow"


class TableRow(Strict):
    """A row of a warning table; a cell is a text in each language, or figures alike in all."""

    colour: WarningColour | None = None
    cells: tuple[WordsByLanguage | Text, ...] = Field(min_length=1)


class WarningTable(Strict):
    """A table of one country's warnings; `checked` says whether a person has opened its source."""

    country: Key
    title: WordsByLanguage
    columns: tuple[WordsByLanguage, ...] = Field(min_length=1)
    rows: tuple[TableRow, ...] = Field(min_length=1)
    note: WordsByLanguage | None = None
    source: Text
    year: int = Field(ge=1900, le=2100)
    checked: bool


class WarningsFile(Strict):
    """The file data/warnings.yaml."""

    checked_on: Day
    tables: Mapping[Key, WarningTable]


class PhraseLine(Strict):
    """A Chinese phrase with its pinyin and what it means."""

    zh: Text
    pinyin: Text
    meaning: WordsByLanguage


class Phrases(Strict):
    """Chinese phrases a learner needs, such as the call for help."""

    title: WordsByLanguage
    source: Text
    lines: tuple[PhraseLine, ...] = Field(min_length=1)


class PhrasesFile(Strict):
    """The file data/phrases.yaml."""

    phrases: Mapping[Key, Phrases]


@dataclass(frozen=True, slots=True)
class Regional:
    """The dated data that lessons show by a key: numbers, warnings and phrases.

    `digests` has a short digest of each table's content by its key.
    """

    numbers: EmergencyNumbers
    warnings: Mapping[str, WarningTable]
    warnings_checked_on: str
    phrases: Mapping[str, Phrases]
    digests: Mapping[str, str]

    def has(self, key: str) -> bool:
        """Whether a data block can show this key, such as numbers.all or warnings.cn-typhoon."""
        return key in self.digests
