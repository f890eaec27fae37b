"""Lists at their edges: what an undo leaves alone, whom a list may touch, what came in between."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.cohorts import services
from app.cohorts.models import Cohort
from app.cohorts.services import roster
from tests.cohorts.test_roster import LATER, confirmed, imported, listed, seen, start
from tests.factories import AT, make_cohort, make_instructor, make_trainee


@pytest.fixture
def instructor(db: Session) -> User:
    """Who imports."""
    return make_instructor(db)


@pytest.fixture
def cohort(db: Session, instructor: User) -> Cohort:
    """Into which the list goes."""
    return make_cohort(db, instructor)


def test_an_undo_leaves_names_confirmed_that_the_list_never_touched(
    db: Session, cohort: Cohort, instructor: User
) -> None:
    imported(db, cohort, instructor, listed(["Name", "ID No"], ["SOUK", "7"]))
    newer = listed(["Name", "ID No", "Passport"], ["SOUK", "7", "P1234567"])
    made = imported(db, cohort, instructor, newer)
    (souk,) = services.members_of(db, cohort)
    accounts.confirm_names(db, souk, souk.names, LATER)
    roster.undo_import(db, made, instructor, LATER)
    assert (souk.passport_last4, souk.names_confirmed_at) == (None, LATER)
