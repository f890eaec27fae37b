"""The words of a course in one language: the YAML files of a language folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import Field

from app.courses.types.base import Key, Strict, Text

# Around a source text that stands beside an older translation; private signs of Unicode.
NEWER, NEWER_END = "{\ue000", "\ue001"


class LessonWords(Strict):
    """A lesson's title and one-line summary."""

    title: Text
    summary: Text


class CourseWords(Strict):
    """The file <language>/course.yaml."""

    title: Text
    short_title: Text
    summary: Text
    scope: Text
    objectives: Mapping[Key, Text]
    lessons: Mapping[Key, LessonWords]
    sources_note: Text | None = None


class QuestionWords(Strict):
    """The words of a check or an item; `feedback` says what counts as right."""

    question: Text
    feedback: Text
    options: Mapping[Key, Text] = Field(default_factory=dict)
    left: Mapping[Key, Text] = Field(default_factory=dict)
    right: Mapping[Key, Text] = Field(default_factory=dict)
    option_feedback: Mapping[Key, Text] = Field(default_factory=dict)


class SheetWords(Strict):
    """The words of a skill sheet."""

    title: Text
    intro: Text
    steps: Mapping[Key, Text]
    critical_fails: Mapping[Key, Text] = Field(default_factory=dict)
    roles: Mapping[Key, Text] = Field(default_factory=dict)
    equipment: Mapping[Key, Text] = Field(default_factory=dict)
    limits: Mapping[Key, Text] = Field(default_factory=dict)


class CardWords(Strict):
    """The words of a quick card."""

    title: Text
    steps: Mapping[Key, Text]
    dont: Mapping[Key, Text] = Field(default_factory=dict)


class FigureWords(Strict):
    """The words in and under a figure; `alt` is what a blind reader must know of it."""

    caption: Text
    alt: Text
    words: Mapping[Key, Text] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stale:
    """A translation that is out of date: the source it was made from, and the present one."""

    then: str
    now: str


@dataclass(frozen=True, slots=True)
class LanguageWords:
    """Everything a course says in one language, outside its lessons' blocks."""

    language: str
    course: CourseWords
    checks: Mapping[str, QuestionWords]
    bank: Mapping[str, QuestionWords]
    sheets: Mapping[str, SheetWords]
    figures: Mapping[str, FigureWords]
    cards: Mapping[str, CardWords]
