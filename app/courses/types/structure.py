"""The files programme.yaml and course.yaml: structure and rules, the same in every language."""

from __future__ import annotations

from collections.abc import Mapping
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


#: How long a passed assessment waits for the skill checks when no file says it; our own choice.
PRACTICAL_WITHIN_DAYS = 90


class ProgrammeAward(Strict):
    """What the programme's certificate asks for beside a valid certificate of every course."""

    exercise: bool = True


class Programme(Strict):
    """The file programme.yaml. `timezone` decides on which day a thing happened.

    `practical_within_days` is how many days after the assessment all skill checks of a course are
    due; a course may say its own.
    """

    key: Key
    edition: Text
    timezone: Text
    title: WordsByLanguage
    practical_within_days: int = Field(default=PRACTICAL_WITHIN_DAYS, gt=0, le=3650)
    award: ProgrammeAward = ProgrammeAward()
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
    """A step of a skill sheet; failing a critical step ends the check.

    `lesson` is the lesson that teaches it, where that is not the sheet's.
    """

    key: Key
    critical: bool
    lesson: Key | None = None


class Sheet(Strict):
    """A skill sheet: the form of one practical test. `lesson` teaches what it asks."""

    key: Key
    code: Text
    lesson: Key | None = None
    minutes: int | None = Field(default=None, gt=0)
    participants: Participants
    second_examiner: bool
    steps: tuple[Step, ...] = Field(min_length=1)
    critical_fails: tuple[Key, ...] = ()
    equipment: tuple[Key, ...] = ()
    limits: tuple[Key, ...] = ()


class TeamStep(Strict):
    """A step of the whole-team exercise; `sheet` is the code of the sheet it is taken from."""

    key: Key
    critical: bool
    sheet: Text
    words: WordsByLanguage


class TeamExercise(Strict):
    """The file exercise.yaml: the sheet of the programme that a whole team does together."""

    key: Key
    code: Text
    participants: Participants
    second_examiner: bool
    title: WordsByLanguage
    intro: WordsByLanguage
    steps: tuple[TeamStep, ...] = Field(min_length=1)
    critical_fails: Mapping[Key, WordsByLanguage]
    roles: Mapping[Key, WordsByLanguage]
    equipment: Mapping[Key, WordsByLanguage] = {}

    @property
    def sheet(self) -> Sheet:
        """The exercise as a skill sheet, to be graded like one."""
        return Sheet(
            key=self.key,
            code=self.code,
            participants=self.participants,
            second_examiner=self.second_examiner,
            steps=tuple(Step(key=step.key, critical=step.critical) for step in self.steps),
            critical_fails=tuple(self.critical_fails),
            equipment=tuple(self.equipment),
        )


class Expert(StrEnum):
    """Whose review a course's content needs beside a native speaker's (curriculum, section 6)."""

    MEDICAL = "medical"
    TECHNICAL = "technical"


class Card(Strict):
    """A quick card to take home: one phone screen of steps and of what not to do."""

    key: Key
    lesson: Key
    figure: Key | None = None
    steps: tuple[Key, ...] = Field(min_length=3, max_length=7)
    dont: tuple[Key, ...] = Field(default=(), max_length=3)


class Allowed(Strict):
    """A difference that a language needs: which fault may stand at which place, and why."""

    language: Key
    place: Text
    code: Key
    why: Text


#: How long before its last day a certificate can be renewed when no file says it; our own choice.
RENEWAL_MONTHS = 3


class Renewal(Strict):
    """When and how a certificate of the course is renewed.

    `months` before the last day the window opens: skill checks held since then count for the next
    certificate. `lessons` are read again each time, beside those that have changed.
    """

    months: int = Field(default=RENEWAL_MONTHS, gt=0)
    lessons: tuple[Key, ...] = ()


class CourseStructure(Strict):
    """The file course.yaml."""

    slug: Key
    key: Key
    edition: Text
    needs: tuple[Key, ...] = ()
    minutes: Minutes
    validity_months: int = Field(gt=0)
    refresher_months: int | None = Field(default=None, gt=0)
    attendance_minutes: int | None = Field(default=None, gt=0)
    renewal: Renewal = Renewal()
    practical_within_days: int | None = Field(default=None, gt=0, le=3650)
    expert: Expert = Expert.MEDICAL
    sources: tuple[Source, ...] = Field(min_length=1)
    objectives: tuple[Key, ...] = Field(min_length=1)
    lessons: tuple[LessonStructure, ...] = Field(min_length=1)
    checks: tuple[Item, ...] = ()
    sheets: tuple[Sheet, ...] = Field(min_length=1)
    cards: tuple[Card, ...] = ()
