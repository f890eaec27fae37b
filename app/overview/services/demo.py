"""The demo programme: people at different stages, made only through the rooms' own services."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import IntEnum
from random import Random
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.types import (
    Consents,
    Gender,
    GrantKind,
    Names,
    PreparedSecret,
    Role,
    StaffProfile,
    TraineeProfile,
)
from app.certificates import services as certificates
from app.cohorts import services as cohorts
from app.cohorts.models import Cohort
from app.cohorts.types import CohortDraft
from app.core.clock import programme_date
from app.courses.library import library
from app.courses.types import Course, Item, ItemType
from app.learning import services as learning
from app.learning.services.results import key_of
from app.overview.services.people import ORIGINS, Origin, shuffled_origins
from app.practicals import services as practicals
from app.practicals.types import AcknowledgedBy, CheckDraft, Mark, ParticipantDraft

CLASS_SIZE = 30
SLUG = "cpr-aed-choking"
#: Courses of a cohort after that one, and in how many days all are due, some of them already.
LATER = ("bleeding-burns-fractures", "floods-storms")
DUE_IN_DAYS = (-9, -2, 26, 54)
#: What demo trainees say in turn; every fifth would rather not.
GENDERS = (Gender.FEMALE, Gender.MALE, Gender.FEMALE, Gender.MALE, None)


class Stage(IntEnum):
    """How far a demo trainee has come; each stage includes the ones before."""

    JOINED = 0
    READING = 1
    LESSONS_DONE = 2
    FAILED_ONCE = 3
    NEEDS_RELEASE = 4
    PASSED = 5
    ONE_SHEET = 6
    UNCONFIRMED_NAMES = 7
    READY = 8
    CERTIFIED = 9


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """What to make: how many trainees, from which seed, as of when, in which time zone."""

    trainees: int
    seed: int
    at: datetime
    timezone: str
    base_url: str
    secret: PreparedSecret


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A sign-in that was made."""

    username: str
    role: Role
    language: str
    name: str


def has_people(db: Session) -> bool:
    """Whether anybody has an account."""
    return bool(db.scalar(select(func.count()).select_from(User)))


class DemoLoader:
    """Makes the demo programme in a database; the caller commits where `made` is reported."""

    def __init__(self, db: Session, plan: DemoPlan, begin: Callable[[], Session]) -> None:
        """Work in `db`; `begin` starts the next write after each commit of the caller."""
        self.db, self.plan, self.begin = db, plan, begin
        self.chance = Random(plan.seed)  # noqa: S311 (repeatable demo data, no secret)
        self.course = library().course(SLUG)
        self.first = library().course(library().with_needs([SLUG])[0])

    def load(self) -> Iterator[DemoPerson]:
        """Make staff, cohorts and trainees; yields each person, to be committed by the caller."""
        administrator = self._staff("demo-admin", Role.ADMINISTRATOR, _OFFICE)
        yield _said(administrator)
        instructor = self._staff("demo-instructor", Role.INSTRUCTOR, _TRAINER)
        yield _said(instructor)
        self._grant_sheets(instructor, administrator)
        yield from self._trainees(instructor, administrator)

    def _staff(self, username: str, role: Role, names: Names) -> User:
        profile = StaffProfile(username, names, role, "zh", is_demo=True)
        at = self.plan.at - timedelta(days=90)
        user = accounts.create_staff(self.db, profile, None, at)
        code = accounts.create_reset_code(self.db, user, None, at)
        return accounts.redeem_reset_code(self.db, username, code, self.plan.secret, at)

    def _grant_sheets(self, instructor: User, by: User) -> None:
        ends_on = self._today() + timedelta(days=365)
        team = [one for one in practicals.all_sheets() if one.is_team]
        sheets = [(c.slug, sheet.key) for c in (self.first, self.course) for sheet in c.sheets]
        for slug, sheet_key in [*sheets, *((one.slug, one.sheet.key) for one in team)]:
            accounts.give_grant(
                self.db,
                instructor,
                GrantKind.PRACTICALS_EXAMINE,
                f"{slug}/{sheet_key}",
                ends_on,
                by,
                self.plan.at - timedelta(days=89),
            )

    def _trainees(self, instructor: User, administrator: User) -> Iterator[DemoPerson]:
        origins = shuffled_origins(self.plan.trainees, self.chance)
        seen: dict[str, int] = {}
        cohort, code = None, ""
        for number, origin in enumerate(origins):
            if number % CLASS_SIZE == 0:
                cohort, code = self._cohort(number // CLASS_SIZE, instructor)
            nth = seen[origin.language] = seen.get(origin.language, 0) + 1
            stage = _stage(origin, nth)
            user = self._join(origin, nth, code, stage)
            self._advance(user, origin.language, stage, instructor, cohort)
            if stage is Stage.CERTIFIED:
                self._certify(user, administrator)
            yield _said(user)
            self.db = self.begin()

    def _cohort(self, number: int, instructor: User) -> tuple[Cohort, str]:
        start = self._today() - timedelta(days=30)
        draft = CohortDraft(
            name=f"Nanning {start:%Y-%m} / {number + 1}",
            partner="Guangxi ASEAN Training Centre",
            countries=("LA",),
            starts_on=start,
            ends_on=start + timedelta(days=120),
            language="lo",
            courses=(SLUG, *LATER),
        )
        at = self.plan.at - timedelta(days=30)
        cohort = cohorts.create_cohort(self.db, draft, self._event(), instructor, at)
        for course, days in zip(cohort.courses, DUE_IN_DAYS, strict=False):
            course.due_on = self._today() + timedelta(days=days)
        expires_on = self._today() + timedelta(days=60)
        code = cohorts.create_join_code(
            self.db, cohort, expires_on, CLASS_SIZE * 2, self._event(), instructor, at
        )
        return cohort, code.code

    def _join(self, origin: Origin, nth: int, code: str, stage: Stage) -> User:
        username = f"demo-{origin.language}" if nth == 1 else f"demo-{origin.language}-{nth}"
        profile = TraineeProfile(
            username=username,
            names=origin.names(nth),
            nationality=origin.nationality,
            language=origin.language,
            second_language="zh" if origin.language != "zh" else "en",
            names_confirmed=stage not in {Stage.UNCONFIRMED_NAMES, Stage.JOINED},
            is_demo=nth == 1,
        )
        consents = Consents(True, True, origin.language)
        at = self.plan.at - timedelta(days=28)
        user = cohorts.join(self.db, code, profile, self.plan.secret, consents, self._day(at), at)
        accounts.change_gender(self.db, user, GENDERS[user.id % len(GENDERS)], at)
        return user

    def _advance(
        self, user: User, language: str, stage: Stage, instructor: User, cohort: Cohort | None
    ) -> None:
        if stage >= Stage.READING:
            self._pass_needs(user, language)
            self._read(user, language, stage)
        if stage in {Stage.FAILED_ONCE, Stage.NEEDS_RELEASE}:
            for days in (10, 8) if stage is Stage.NEEDS_RELEASE else (10,):
                self._attempt(user, language, days, mistakes=9)
        if stage >= Stage.PASSED:
            self._attempt(user, language, 10, mistakes=self.chance.randrange(0, 4))
            self._begin_later(user, language)
        if stage >= Stage.ONE_SHEET:
            sheets = self.course.sheets[: 1 if stage is Stage.ONE_SHEET else None]
            for number, sheet in enumerate(sheets):
                self._check(user, instructor, cohort, self.course, sheet.key, number)
        if stage >= Stage.READY:
            for sheet in self.first.sheets:
                self._check(user, instructor, cohort, self.first, sheet.key, 3)

    def _pass_needs(self, user: User, language: str) -> None:
        """The courses before this one: read and passed at the first try."""
        for slug in library().with_needs([SLUG])[:-1]:
            course = library().course(slug)
            for number, lesson in enumerate(course.lessons):
                at = self.plan.at - timedelta(days=27, hours=-number)
                self._complete(user, course, lesson.key, language, at)
            self._attempt(user, language, 26, mistakes=0, course=course)

    def _read(self, user: User, language: str, stage: Stage) -> None:
        """All lessons, or some of them: the last one a few days or some weeks ago."""
        total = len(self.course.lessons)
        count = self.chance.randrange(1, total) if stage is Stage.READING else total
        last = self.chance.choice((1, 3, 6, 17)) if stage is Stage.READING else 12
        for number, lesson in enumerate(self.course.lessons[:count]):
            at = self.plan.at - timedelta(days=last + count - 1 - number)
            self._complete(user, self.course, lesson.key, language, at)

    def _begin_later(self, user: User, language: str) -> None:
        """Some lessons of the next course, more or fewer."""
        course = library().course(LATER[0])
        count = self.chance.randrange(len(course.lessons) + 1)
        for number, lesson in enumerate(course.lessons[:count]):
            at = self.plan.at - timedelta(hours=5 * (count - number))
            self._complete(user, course, lesson.key, language, at)

    def _complete(
        self, user: User, course: Course, lesson: str, language: str, at: datetime
    ) -> None:
        learning.record_completion(self.db, user, course, lesson, self._event(), language, at)

    def _attempt(
        self, user: User, language: str, days: int, mistakes: int, course: Course | None = None
    ) -> None:
        course, at = course or self.course, self.plan.at - timedelta(days=days)
        attempt = learning.start_attempt(
            self.db, user, course, self._event(), language, at, self.chance
        )
        wrong = self._places_of_mistakes(attempt.items, mistakes)
        for position, drawn in enumerate(attempt.items, start=1):
            item = course.item(drawn["key"])
            response = _wrong(item) if position in wrong else key_of(item)
            learning.save_answer(
                self.db, user, attempt.key, position, response, self._event(), language, at
            )
        learning.submit_attempt(
            self.db, user, attempt.key, self._event(), at + timedelta(minutes=25)
        )

    def _places_of_mistakes(self, items: list[dict[str, object]], count: int) -> set[int]:
        free = [place for place, item in enumerate(items, start=1) if not item.get("must")]
        return set(self.chance.sample(free, count))

    def _check(
        self,
        user: User,
        instructor: User,
        cohort: Cohort | None,
        course: Course,
        sheet_key: str,
        number: int,
    ) -> None:
        at = self.plan.at - timedelta(days=6 - number)
        draft = check_of_one(course, sheet_key, user, self._event(), self._day(at))
        draft = replace(draft, cohort_id=cohort.id if cohort else None)
        check = practicals.record_check(self.db, draft, instructor, self._day(at), at)
        practicals.acknowledge(
            self.db,
            practicals.result_in(check, user.id),
            AcknowledgedBy.OWN_SIGN_IN,
            self._event(),
            at + timedelta(minutes=5),
        )

    def _certify(self, user: User, administrator: User) -> None:
        certificates.issue(
            self.db,
            [user],
            self.course,
            administrator,
            self._event(),
            self.plan.at - timedelta(days=1),
            self.plan.base_url,
        )

    def _event(self) -> str:
        return str(UUID(int=self.chance.getrandbits(128), version=4))

    def _day(self, at: datetime) -> date:
        return programme_date(at, self.plan.timezone)

    def _today(self) -> date:
        return self._day(self.plan.at)


_OFFICE = Names("农兰", "NONG LAN", "农兰")
_TRAINER = Names("韦志强", "WEI ZHIQIANG", "韦志强")


def _said(user: User) -> DemoPerson:
    return DemoPerson(user.username, user.role, user.language, user.display_name)


def _stage(origin: Origin, nth: int) -> Stage:
    """The first trainee of each language has the whole way before her, the rest are spread."""
    spread = 3 * nth + ORIGINS.index(origin)  # every stage, and each language at several
    return Stage.JOINED if nth == 1 else Stage(spread % len(Stage))


def check_of_one(
    course: Course, sheet_key: str, user: User, event_id: str, held_on: date
) -> CheckDraft:
    """A passed check of one trainee, as an examiner would send it."""
    sheet = course.sheet(sheet_key)
    words = course.words["en"].sheets[sheet_key]
    participant = ParticipantDraft(
        user_id=user.id,
        role=sheet.participants.roles[0] if sheet.participants.roles else "",
        marks={step.key: Mark.PASSED for step in sheet.steps},
    )
    return CheckDraft(
        event_id=event_id,
        course_slug=course.slug,
        sheet_key=sheet_key,
        cohort_id=None,
        held_on=held_on,
        place="Wuxiang training base, Nanning",
        language=user.language,
        equipment=", ".join(words.equipment[key] for key in sheet.equipment),
        participants=(participant,),
    )


def _wrong(item: Item) -> dict[str, object]:
    match item.type:
        case ItemType.SINGLE:
            return {"option": next(key for key in item.options if key not in item.answer)}
        case ItemType.TRUE_FALSE:
            return {"value": not item.answer}
        case ItemType.NUMERIC:
            return {"figures": ["999"] * len(item.answer.figures)}
        case _:
            return {}
