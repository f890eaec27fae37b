"""Everything that happened on one trainee's way, day by day, the newest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from itertools import groupby

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.certificates import services as certificates
from app.cohorts import services as cohorts
from app.core.clock import programme_date
from app.learning import services as learning
from app.learning.services import LearningAct
from app.practicals import services as practicals
from app.practicals.services.attended import attended_days
from app.practicals.types import Result, Standing


class HappeningKind(StrEnum):
    """What happened outside the learning room; its own acts have their kinds there."""

    ACCOUNT = "account"
    NAMES = "names"
    JOINED = "joined"
    CHECK_PASSED = "check-passed"
    CHECK_FAILED = "check-failed"
    ACKNOWLEDGED = "acknowledged"
    DAY_PRESENT = "day-present"
    DAY_LATE = "day-late"
    DAY_LEFT_EARLY = "day-left-early"
    DAY_EXCUSED = "day-excused"
    DAY_ABSENT = "day-absent"
    CERTIFIED = "certified"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened: when, and what a sentence about it needs.

    `key` is the skill sheet's or empty, `name` a cohort's, an examiner's, a place's or a serial
    number, `clock` the place's time at which she came late or left early.
    """

    kind: str
    at: datetime
    slug: str = ""
    key: str = ""
    name: str = ""
    language: str = ""
    held_on: date | None = None
    clock: time | None = None
    act: LearningAct | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """A day in the programme's time zone with what happened on it, the newest first."""

    on: date
    happenings: tuple[Happening, ...]


def timeline(db: Session, trainee: User, timezone: str) -> list[Day]:
    """What happened, by day; the number of queries does not grow with it."""
    happened = [*_person(trainee), *_cohorts(db, trainee), *_acts(db, trainee)]
    happened += [*_checks(db, trainee), *_days(db, trainee), *_certificates(db, trainee)]
    happened.sort(key=lambda one: one.at, reverse=True)
    return [
        Day(on, tuple(of_day))
        for on, of_day in groupby(happened, lambda one: programme_date(one.at, timezone))
    ]


def _person(trainee: User) -> Iterator[Happening]:
    yield Happening(HappeningKind.ACCOUNT, trainee.created_at)
    if trainee.names_confirmed_at is not None:
        yield Happening(HappeningKind.NAMES, trainee.names_confirmed_at)


def _cohorts(db: Session, trainee: User) -> Iterator[Happening]:
    for member in cohorts.memberships_of(db, trainee):
        yield Happening(HappeningKind.JOINED, member.joined_at, name=member.cohort.name)


def _acts(db: Session, trainee: User) -> Iterator[Happening]:
    for act in learning.history_of(db, trainee):
        yield Happening(act.kind, act.at, act.slug, language=act.language, act=act)


def _checks(db: Session, trainee: User) -> Iterator[Happening]:
    for result in practicals.results_of(db, trainee):
        check = result.check
        if check.standing is not Standing.COUNTS:  # nobody else may know these marks yet
            continue
        passed = result.final_result is Result.PASSED
        yield Happening(
            HappeningKind.CHECK_PASSED if passed else HappeningKind.CHECK_FAILED,
            check.recorded_at,
            result.course_slug,
            result.sheet_key,
            check.examiner.display_name,
            check.language,
            result.held_on,
        )
        if result.acknowledged_at is not None:
            yield Happening(
                HappeningKind.ACKNOWLEDGED,
                result.acknowledged_at,
                result.course_slug,
                result.sheet_key,
            )


def _days(db: Session, trainee: User) -> Iterator[Happening]:
    for day, entry in attended_days(db, trainee):
        yield Happening(
            HappeningKind(f"day-{entry.what}"),
            entry.at,
            name=day.place,
            held_on=day.held_on,
            clock=entry.clock,
        )


def _certificates(db: Session, trainee: User) -> Iterator[Happening]:
    for one in certificates.certificates_of(db, trainee):
        yield Happening(HappeningKind.CERTIFIED, one.issued_at, one.slug, name=one.serial)
        if one.revoked_at is not None:
            yield Happening(HappeningKind.REVOKED, one.revoked_at, one.slug, name=one.serial)
