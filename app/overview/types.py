"""Plain data of the pages that look across rooms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from app.accounts.models import User
from app.accounts.types import Gender
from app.certificates.types import Missing, Readiness
from app.cohorts.models import Cohort
from app.courses.types import Course
from app.learning.types import CourseProgress, Extended


@dataclass(frozen=True, slots=True)
class CourseWay:
    """One trainee's way to one course's certificate."""

    course: Course
    progress: CourseProgress
    readiness: Readiness


@dataclass(frozen=True, slots=True)
class CohortCard:
    """A cohort on a start page, with how many trainees are there and how they stand."""

    cohort: Cohort
    members: int
    certified: int
    counts: dict[Verdict, int]


@dataclass(frozen=True, slots=True)
class StaffStart:
    """The start page of staff; `due_soon` assessments lapse soon for want of skill checks."""

    cards: list[CohortCard]
    due_soon: int


@dataclass(frozen=True, slots=True)
class Side:
    """One of two accounts of one person, with how many records of each kind it has."""

    user: User
    cohorts: tuple[str, ...]
    has_open_attempt: bool
    records: Mapping[str, int]


class State(StrEnum):
    """How far a trainee is in a course."""

    LOCKED = "locked"  # another course comes first
    NOT_STARTED = "not-started"
    LEARNING = "learning"
    TO_ASSESS = "to-assess"  # the lessons are done
    OPEN = "open"  # in the middle of an attempt
    FAILED = "failed"  # may try again now
    WAITING = "waiting"  # the time between attempts is not over
    RELEASE = "release"  # the attempts are used up
    PRACTICAL = "practical"  # learnt; skill checks are missing
    FORMALITIES = "formalities"  # everything is shown; names, consent, a signature are missing
    READY = "ready"
    CERTIFIED = "certified"


class Verdict(StrEnum):
    """What that means for those who accompany her, the most urgent first."""

    BLOCKED = "blocked"
    LATE = "late"
    STUCK = "stuck"
    READY = "ready"
    ON_TRACK = "on-track"
    DONE = "done"


class BlockKind(StrEnum):
    """What keeps a trainee from going on by herself."""

    NEVER_SIGNED_IN = "never-signed-in"
    NEEDED_COURSE = "needed-course"  # key: its slug; she does not follow it
    LANGUAGE = "language"  # key: her language; the course is not open in it
    RELEASE = "release"
    WAIT = "wait"  # until: when it ends
    MISSING = "missing"  # missing: what the certificate waits for


@dataclass(frozen=True, slots=True)
class Block:
    """One such thing, with what a sentence about it needs."""

    kind: BlockKind
    key: str = ""
    until: datetime | None = None
    missing: Missing | None = None


class Cell(NamedTuple):
    """One trainee in one course. `missing` is known once everything is learnt."""

    course: Course
    progress: CourseProgress
    state: State
    verdict: Verdict
    due_on: date | None = None
    extended: Extended | None = None
    is_late: bool = False
    is_stuck: bool = False
    block: Block | None = None
    missing: tuple[Missing, ...] = ()
    first: str = ""  # for a locked course: the slug of the course that comes first


class Standing(NamedTuple):
    """One trainee over all of her courses; `cells` are by slug."""

    user: User
    cells: dict[str, Cell]
    verdict: Verdict
    verdicts: frozenset[Verdict]
    last_at: datetime | None  # her last act in any course
    quiet_days: int  # since that act, or since she was enrolled
    block: Block | None = None  # that holds for all courses


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which people to show, in which order, which page."""

    verdict: Verdict | None = None
    words: str = ""
    sort: str = "name"
    country: str = ""
    cohort: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Grid:
    """One page of people by course, with the counts of all of them."""

    courses: tuple[Course, ...]
    rows: tuple[Standing, ...]
    found: int  # that fit what was wanted
    page: int
    last_page: int
    counts: dict[Verdict, int] = field(default_factory=dict)
    people: int = 0  # of whom there are so many
    cohorts: dict[int, Cohort] = field(default_factory=dict)  # by the id of a person shown


#: The smallest group whose number is shown in a summary for people outside.
LEAST = 5


class Few(StrEnum):
    """Why a number is not shown: these people are fewer than LEAST, or all but these are; SOME
    where there are so few altogether that either would nearly tell the number.
    """

    THESE = "these"
    OTHERS = "others"
    SOME = "some"


Shown = int | Few


@dataclass(frozen=True, slots=True)
class SummaryWish:
    """What a summary is asked about. `first` None: from the beginning; both days count."""

    cohorts: Sequence[Cohort]
    is_everything: bool
    first: date | None
    last: date


@dataclass(frozen=True, slots=True)
class CourseCount:
    """How many people did what in one course; None where the course has no such part."""

    slug: str
    enrolled: Shown
    lessons: Shown
    assessment: Shown
    skills: Shown | None
    issued: Shown
    in_force: Shown

    @property
    def numbers(self) -> tuple[Shown | None, ...]:
        """All of them, in the order of the table."""
        return (
            self.enrolled,
            self.lessons,
            self.assessment,
            self.skills,
            self.issued,
            self.in_force,
        )


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts that may be shown to people outside: small groups are already taken out.

    `people` is Few when there are fewer than LEAST; then everything else is empty. `countries`
    are those that are shown, the most people first; `elsewhere` people are from others. `genders`
    has None for a number that is hidden, by the gender or None for not given; it is empty when all
    are hidden.
    """

    wish: SummaryWish
    on: date
    people: Shown
    countries: Mapping[str, int]
    elsewhere: int
    genders: Mapping[Gender | None, int | None]
    courses: Sequence[CourseCount]
