"""People on their way to a certificate, through the same rules as on the site."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.types import GrantKind
from app.certificates import services
from app.certificates.models import Certificate
from app.cohorts import services as cohorts
from app.cohorts.models import Cohort
from app.cohorts.types import CohortDraft
from app.config import ROOT
from app.core.events import new_event_id
from app.courses.library import library
from app.courses.types import Course
from app.learning import services as learning
from app.overview.services.demo import check_of_one
from app.practicals import services as practicals
from app.practicals.models import SkillCheck
from app.practicals.types import AcknowledgedBy, Mark
from tests.factories import (
    AT,
    make_administrator,
    make_attempt,
    make_instructor,
    make_learner,
    pass_needs,
)

SLUG = "cpr-aed-choking"
BASE_URL = "https://kapok.example.org"
#: The day of AT in the programme's zone, on which lessons and assessment are done.
TODAY = date(2026, 3, 2)
Ready = Callable[..., User]
Issue = Callable[..., list[Certificate]]


def on_a_phone(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What the checker that works without a network answers; see believe.mjs."""
    done = subprocess.run(
        ["node", "tests/certificates/believe.mjs"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def correct_to_failed(db: Session, issued: Certificate, sheet: int = 0) -> str:
    """Correct a skill check that the certificate rests on: not passed. The sheet's key."""
    used = issued.evidence["sheets"][sheet]
    wrong = db.scalars(select(SkillCheck).where(SkillCheck.key == used["check"])).one()
    day, course = wrong.held_on, library().course(SLUG)
    draft = check_of_one(course, used["key"], issued.user, new_event_id(), day)
    (one,) = draft.participants
    failed = dict.fromkeys(one.marks, Mark.FAILED)
    reasons = dict.fromkeys(failed, "The wrong box was ticked.")
    draft = replace(draft, participants=(replace(one, marks=failed, step_reasons=reasons),))
    at = AT + (day - TODAY)
    practicals.correct_check(db, wrong, draft, "Wrong box.", wrong.examiner, day, at)
    return str(used["key"])


@pytest.fixture
def course() -> Course:
    """The real course."""
    return library().course(SLUG)


@pytest.fixture
def administrator(db: Session) -> User:
    """Who issues."""
    return make_administrator(db)


@pytest.fixture
def cohort(db: Session, administrator: User) -> Cohort:
    """A cohort that follows the course."""
    draft = CohortDraft("Vientiane 2026", "ມະຫາວິທະຍາໄລແຫ່ງຊາດລາວ", "LA", TODAY, None, "lo", (SLUG,))
    return cohorts.create_cohort(db, draft, new_event_id(), administrator, AT)


@pytest.fixture
def examiner(db: Session, administrator: User, course: Course, cohort: Cohort) -> User:
    """An instructor of the cohort with authority for every sheet."""
    user = make_instructor(db, latin_name="NONG LAN")
    cohorts.add_instructor(db, cohort, user, administrator, AT)
    for sheet in course.sheets:
        scope = f"{SLUG}/{sheet.key}"
        begins = AT - timedelta(days=60)
        last = TODAY + timedelta(days=3000)
        accounts.give_grant(
            db, user, GrantKind.PRACTICALS_EXAMINE, scope, last, administrator, begins
        )
    return user


@pytest.fixture
def check(db: Session, examiner: User, course: Course) -> Callable[..., None]:
    """Let a trainee pass one skill sheet on a day, and acknowledge the result."""

    def pass_sheet(
        user: User, sheet_key: str, day: date = TODAY, *, acknowledged: bool = True
    ) -> None:
        draft = check_of_one(course, sheet_key, user, new_event_id(), day)
        at = AT + (day - TODAY)
        passed = practicals.record_check(db, draft, examiner, day, at)
        if acknowledged:
            result = practicals.result_in(passed, user.id)
            how = AcknowledgedBy.OWN_SIGN_IN
            practicals.acknowledge(db, result, how, new_event_id(), at)

    return pass_sheet


@pytest.fixture
def ready(db: Session, cohort: Cohort, course: Course, check: Callable[..., None]) -> Ready:
    """A trainee of the cohort who meets every requirement; days and details by keyword."""

    def make(days: tuple[date, ...] = (TODAY, TODAY), at: datetime = AT, **changes: Any) -> User:
        user = make_learner(db, SLUG, **changes)
        cohorts.add_member(db, cohort, user, AT)
        pass_needs(db, user, SLUG, at)
        for lesson in course.lessons:
            learning.record_completion(db, user, course, lesson.key, new_event_id(), "lo", at)
        make_attempt(db, user, SLUG, at=at)
        for sheet, day in zip(course.sheets, days, strict=True):
            check(user, sheet.key, day)
        return user

    return make


@pytest.fixture
def issue(db: Session, course: Course, administrator: User) -> Callable[..., list[Certificate]]:
    """Issue to these people."""

    def act(*users: User, event_id: str = "", at: datetime = AT) -> list[Certificate]:
        event = event_id or new_event_id()
        return services.issue(db, users, course, administrator, event, at, BASE_URL)

    return act


@pytest.fixture
def issued(ready: Ready, issue: Callable[..., list[Certificate]]) -> Certificate:
    """A certificate of a trainee, its file not made yet."""
    return issue(ready())[0]
