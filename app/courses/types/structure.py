"""The files programme.yaml and course.yaml: structure and rules, the same in every language."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from app.courses.types.base import Key, Strict, Text
from app.courses.types.items import Item
from app.courses.types.regional import WordsByLanguage


class Minutes(Strict):
    """Minutes of learning online and of practice in person."""

    online: int = Field(ge=0)
    practical: int = Field(ge=0)


class ProgrammeCourse(Strict):
    """A course as the programme plans it; its folder may not be there yet."""

    slug: Key
    key: Key
    minutes: Minutes
    validity_months: int = Field(gt=0)
    needs: tuple[Key, ...] = ()
    title: WordsByLanguage


class Programme(Strict):
    """The file programme.yaml. `timezone` decides on which day a thing happened."""

    key: Key
    edition: Text
    timezone: Text
    title: WordsByLanguage
    courses: tuple[ProgrammeCourse, ...] = Field(min_length=1)


class Source(Strict):
    """A source of the course's figures; `checked` says whether a person has opened it."""

    key: Key
    title: Text
    year: int = Field(ge=1900, le=2100)
    checked: bool
    url: Text | None = None


class Activity(Strict):
    """Something to do in a lesson, with the minutes it takes."""

    key: Key
    minutes: int = Field(gt=0)


class LessonStructure(Strict):
    """A lesson in course.yaml: its sources, activities and the curriculum's minutes."""

    key: Key
    curriculum_minutes: int = Field(gt=0)
    sources: tuple[Key, ...] = Field(min_length=1)
    activities: tuple[Activity, ...] = ()


class Participants(Strict):
    """How many people do a skill sheet together, and in which roles."""

    min: int = Field(ge=1)
    max: int = Field(ge=1)
    roles: tuple[Key, ...] = ()


class Step(Strict):
    """A step of a skill sheet; failing a critical step ends the check."""

    key: Key
    critical: bool


class Sheet(Strict):
    """A skill sheet: the form of one practical test."""

    key: Key
    code: Text
    minutes: int | None = Field(default=None, gt=0)
    participants: Participants
    second_examiner: bool
    steps: tuple[Step, ...] = Field(min_length=1)
    critical_fails: tuple[Key, ...] = ()
    equipment: tuple[Key, ...] = ()
    limits: tuple[Key, ...] = ()


class Expert(StrEnum):
    """Whose review a course's content needs beside a native speaker's (curriculum, section 6)."""

    MEDICAL = "medical"
    TECHNICAL = "technical"


class CourseStructure(Strict):
    """The file course.yaml."""

    slug: Key
    key: Key
    edition: Text
    needs: tuple[Key, ...] = ()
    minutes: Minutes
    validity_months: int = Field(gt=0)
    refresher_months: int | None = Field(default=None, gt=0)
    expert: Expert = Expert.MEDICAL
    sources: tuple[Source, ...] = Field(min_length=1)
    objectives: tuple[Key, ...] = Field(min_length=1)
    lessons: tuple[LessonStructure, ...] = Field(min_length=1)
    checks: tuple[Item, ...] = ()
    sheets: tuple[Sheet, ...] = Field(min_length=1)
