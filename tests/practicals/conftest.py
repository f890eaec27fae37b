"""A sheet for two examiners, people around it, and the day of the place."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.types import GrantKind
from app.config import ROOT, Settings
from app.core.clock import now, programme_date
from tests.browsing import CheckedClient
from tests.factories import AT, make_administrator, make_cohort, make_examiner, make_trainee
from tests.libraries import show
from tests.practicals.checks import PIN, SignIn

TODAY = date(2026, 3, 2)


@pytest.fixture
def today() -> date:
    """The day in the programme's place."""
    return programme_date(now(), Settings().timezone)


@pytest.fixture
def examiner(db: Session, today: date) -> User:
    """An instructor with authority for the sheets of a course."""
    return make_examiner(db, today + timedelta(days=30))


@pytest.fixture(scope="session")
def seconded_courses(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programme, whose sheet "choking-recovery" asks for a second examiner."""
    folder = tmp_path_factory.mktemp("seconded") / "courses"
    shutil.copytree(ROOT / "courses", folder)
    file = folder / "cpr-aed-choking" / "course.yaml"
    before, code, after = file.read_text(encoding="utf-8").partition("code: c2-S2")
    after = after.replace("second_examiner: false", "second_examiner: true", 1)
    file.write_text(before + code + after, encoding="utf-8")
    return folder


@pytest.fixture
def seconded(request: pytest.FixtureRequest, seconded_courses: Path) -> Iterator[None]:
    """The library of this test has the sheet for two examiners, also that of its site."""
    if "app" in request.fixturenames:
        request.getfixturevalue("app")
    show(seconded_courses)
    yield
    show(ROOT / "courses")


def allow(db: Session, user: User, scope: str, until: date = TODAY + timedelta(days=30)) -> User:
    """Let a person of the staff examine a sheet."""
    by, at = make_administrator(db), AT - timedelta(days=60)
    accounts.give_grant(db, user, GrantKind.PRACTICALS_EXAMINE, scope, until, by, at)
    return user


@pytest.fixture
def trainee(db: Session, examiner: User) -> User:
    """A trainee of the examiner, who has a PIN."""
    user = make_trainee(db)
    accounts.set_pin(db, user, accounts.prepare_pin(PIN), now())
    make_cohort(db, examiner, user)
    return user


@pytest.fixture
def browser(sign_in: SignIn, examiner: User) -> CheckedClient:
    """The examiner's browser."""
    return sign_in(examiner)
