"""An instructor, her cohort, and a code to join it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.cohorts import services
from app.cohorts.models import Cohort, JoinCode
from app.core.events import new_event_id
from tests.factories import AT, make_cohort, make_instructor


@pytest.fixture
def instructor(db: Session) -> User:
    """Who leads the cohort."""
    return make_instructor(db)


@pytest.fixture
def cohort(db: Session, instructor: User) -> Cohort:
    """An empty cohort."""
    return make_cohort(db, instructor)


@pytest.fixture
def code(db: Session, cohort: Cohort, instructor: User) -> JoinCode:
    """A code that needs approval."""
    last = AT.date() + timedelta(days=7)
    return services.create_join_code(
        db, cohort, last, 9, new_event_id(), instructor, AT, needs_approval=True
    )
