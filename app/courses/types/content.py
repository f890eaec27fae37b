"""A course put together from its files: what the other rooms read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from app.core.errors import N_, DomainError, NotFound
from app.courses.types.items import Assessment, Item
from app.courses.types.regional import EmergencyNumbers, Regional, Term
from app.courses.types.structure import (
    Activity,
    Card,
    CourseStructure,
    Minutes,
    Renewal,
    Sheet,
    Source,
)
from app.courses.types.words import CourseWords, LanguageWords, Stale

T = TypeVar("T")
# The key of the web session under which `learning` keeps the assessment that is open.
IN_ASSESSMENT = "in_assessment"


class UnknownCourse(NotFound):
    """No course has this slug, or its content is still in preparation."""

    message = N_("We could not find that course.")


class UnknownLesson(NotFound):
    """The course has no lesson, check, item or sheet of this key."""

    message = N_("We could not find that lesson.")


class UnknownTerm(NotFound):
    """The glossary has no such term."""

    message = N_("We could not find that term.")


class TermsHidden(DomainError):
    """The glossary would answer questions of the assessment that is open."""

    status = 403
    message = N_("Terms are hidden while you take an assessment.")


class BlockKind(StrEnum):
    """What a block of a lesson is; plain prose has no mark in the file."""

    PROSE = ""
    FACTS = "facts"
    DONT = "dont"
    RULE = "rule"
    FIGURE = "figure"
    CHECK = "check"
    ACTIVITY = "activity"
    DATA = "data"


# Blocks whose text is a key: the same in every language.
REFERENCES = frozenset({BlockKind.FIGURE, BlockKind.CHECK, BlockKind.DATA})


@dataclass(frozen=True, slots=True)
class Block:
    """One aligned piece of a lesson: the same id, kind and place in every language.

    The text of a figure, check or data block is the key of the figure, check or shared table.
    """

    id: str
    kind: BlockKind
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson. `minutes` are computed: reading, figures, checks and activities."""

    key: str
    curriculum_minutes: int
    sources: tuple[Source, ...]
    activities: tuple[Activity, ...]
    blocks: tuple[Block, ...]
    checks: tuple[Item, ...]
    english_words: int
    minutes: int

    def block(self, block_id: str) -> Block:
        """The block of an id; raises UnknownLesson."""
        return _find(self.blocks, "id", block_id)

    @property
    def figures(self) -> tuple[str, ...]:
        """Names of the figures in the lesson, in order."""
        return tuple(
            next(iter(block.texts.values()))
            for block in self.blocks
            if block.kind is BlockKind.FIGURE
        )


@dataclass(frozen=True, slots=True)
class Course:
    """A course with all its languages. `digest` is of all its files, byte for byte.

    `stale` has, by language and place, the texts whose source has changed since.
    `rendering_digest` also covers the glossary and the emergency numbers its words show.
    """

    structure: CourseStructure
    assessment: Assessment
    items: tuple[Item, ...]
    lessons: tuple[Lesson, ...]
    words: Mapping[str, LanguageWords]
    drawings: Mapping[str, str]
    terms: Mapping[str, Term]
    regional: Regional
    digest: str
    rendering_digest: str
    stale: Mapping[str, Mapping[str, Stale]]

    @property
    def numbers(self) -> EmergencyNumbers:
        """The emergency numbers its words show."""
        return self.regional.numbers

    @property
    def slug(self) -> str:
        """The course's name in addresses and folders."""
        return self.structure.slug

    @property
    def key(self) -> str:
        """The curriculum's short key, such as c2."""
        return self.structure.key

    @property
    def edition(self) -> str:
        """The published version, such as 2026.1."""
        return self.structure.edition

    @property
    def needs(self) -> tuple[str, ...]:
        """Slugs of the courses whose assessment must be passed before."""
        return self.structure.needs

    @property
    def minutes(self) -> Minutes:
        """Minutes online and in person.

        Online is the sum of the lessons' computed minutes where it stays below the curriculum's:
        nobody is told, or certified, more than there is.
        """
        planned = self.structure.minutes
        computed = sum(lesson.minutes for lesson in self.lessons)
        return Minutes(online=min(planned.online, computed), practical=planned.practical)

    @property
    def validity_months(self) -> int:
        """For how many months after the skill check the award holds."""
        return self.structure.validity_months

    @property
    def refresher_months(self) -> int | None:
        """After how many months a refresher is offered."""
        return self.structure.refresher_months

    @property
    def attendance_minutes(self) -> int | None:
        """The minutes of practice that a trainee must have attended; None when none are asked."""
        return self.structure.attendance_minutes

    @property
    def renewal(self) -> Renewal:
        """When and how its certificate is renewed."""
        return self.structure.renewal

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """The skill sheets in order."""
        return self.structure.sheets

    @property
    def cards(self) -> tuple[Card, ...]:
        """The quick cards in order."""
        return self.structure.cards

    def card(self, key: str) -> Card:
        """The quick card of a key; raises UnknownLesson."""
        return _find(self.cards, "key", key)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which the course is complete."""
        return tuple(self.words)

    def has_language(self, language: str) -> bool:
        """Whether all of the course is there in the language."""
        return language in self.words

    def nearest(self, language: str) -> str:
        """The language itself if the course has it, else the course's first."""
        return language if self.has_language(language) else self.languages[0]

    def title(self, language: str) -> str:
        """The course's title; in the source language where the language is missing."""
        return self.titles(language).title

    def titles(self, language: str) -> CourseWords:
        """The course's own words; in the first language where the language is missing."""
        return self.words[self.nearest(language)].course

    def lesson(self, key: str) -> Lesson:
        """The lesson of a key; raises UnknownLesson."""
        return _find(self.lessons, "key", key)

    def item(self, key: str) -> Item:
        """The assessment item of a key; raises UnknownLesson."""
        return _find(self.items, "key", key)

    def check(self, key: str) -> Item:
        """The check question of a key; raises UnknownLesson."""
        return _find(self.structure.checks, "key", key)

    def sheet(self, key: str) -> Sheet:
        """The skill sheet of a key; raises UnknownLesson."""
        return _find(self.sheets, "key", key)


def _find(things: tuple[T, ...], attribute: str, wanted: str) -> T:
    for thing in things:
        if getattr(thing, attribute) == wanted:
            return thing
    raise UnknownLesson
