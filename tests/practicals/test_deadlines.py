"""A passed assessment waits for its skill checks, lapses by itself, and can be taken again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.certificates import services as certificates
from app.certificates.types import MissingKind
from app.core.clock import programme_date
from app.core.events import new_event_id
from app.courses.library import library
from app.learning import services as learning
from app.learning.types import AlreadyPassed, StepKind
from app.overview.services.demo import check_of_one
from app.practicals import services
from tests.factories import AT, make_attempt, make_cohort, make_examiner, make_learner

SLUG = "cpr-aed-choking"
PASSED_ON = programme_date(AT, library().programme.timezone)
DUE = PASSED_ON + timedelta(days=90)
LATE = AT + timedelta(days=91)


@pytest.fixture
def examiner(db: Session) -> User:
    """An instructor with authority for a year."""
    return make_examiner(db, PASSED_ON + timedelta(days=365))


@pytest.fixture
def trainee(db: Session, examiner: User) -> User:
    """A trainee who has passed the assessment."""
    user = make_learner(db, SLUG, lessons=True)
    make_cohort(db, examiner, user)
    make_attempt(db, user, SLUG)
    return user


def show_skills(db: Session, trainee: User, examiner: User, days: int) -> None:
    """Pass every sheet of the course so many days after the assessment."""
    day = PASSED_ON + timedelta(days=days)
    for sheet in library().course(SLUG).sheets:
        draft = check_of_one(library().course(SLUG), sheet.key, trainee, new_event_id(), day)
        services.record_check(db, draft, examiner, day, AT + timedelta(days=days))


def own(db: Session, trainee: User, days: int) -> list[tuple[bool, int]]:
    rows = services.deadlines_of(db, [trainee], PASSED_ON + timedelta(days=days))
    return [(row.is_lapsed, row.days_left) for row in rows if row.slug == SLUG]


def test_a_pass_is_provisional_until_its_last_day(db: Session, trainee: User) -> None:
    assert own(db, trainee, 80) == [(False, 10)]
    assert own(db, trainee, 90) == [(False, 0)]
    assert own(db, trainee, 91) == [(True, -1)]
    progress = learning.progress_of(db, [trainee.id], SLUG, DUE)[trainee.id]
    assert (progress.due_on, progress.passed_at) == (DUE, AT)
    late = learning.progress_of(db, [trainee.id], SLUG, DUE + timedelta(days=1))[trainee.id]
    assert (late.passed_at, late.lapsed_on, late.first_passed_at) == (None, DUE, AT)


def test_a_pass_with_its_skills_shown_in_time_holds_for_good(
    db: Session, trainee: User, examiner: User
) -> None:
    show_skills(db, trainee, examiner, 90)
    assert own(db, trainee, 89) == own(db, trainee, 300) == []


def test_skills_shown_too_late_do_not_bring_a_pass_back(
    db: Session, trainee: User, examiner: User
) -> None:
    show_skills(db, trainee, examiner, 91)
    assert own(db, trainee, 92) == [(True, -2)]
    on = PASSED_ON + timedelta(days=92)
    (one,) = certificates.readiness(db, [trainee], library().course(SLUG), on)
    assert MissingKind.ASSESSMENT in {missing.kind for missing in one.missing}


def test_after_lapsing_the_assessment_is_open_again_and_makes_a_new_pass(
    db: Session, trainee: User, examiner: User
) -> None:
    course = library().course(SLUG)
    with pytest.raises(AlreadyPassed):
        learning.start_attempt(db, trainee, course, new_event_id(), "en", AT + timedelta(days=90))
    page = learning.course_page(db, trainee, SLUG, "en", LATE)
    assert page.step is not None
    assert page.state is not None
    assert (page.step.kind, page.state.lapsed_on) == (StepKind.START_ASSESSMENT, DUE)
    again = make_attempt(db, trainee, SLUG, at=LATE)
    assert (again.number, again.passed) == (2, True)
    assert own(db, trainee, 91) == [(False, 90)]
    show_skills(db, trainee, examiner, 100)
    assert own(db, trainee, 400) == []


def test_a_lapsed_pass_still_opens_the_courses_that_need_it(db: Session, trainee: User) -> None:
    need = library().course(SLUG).needs[0]
    rows = services.deadlines_of(db, [trainee], DUE + timedelta(days=1))
    assert need in {row.slug for row in rows if row.is_lapsed}
    assert learning.course_page(db, trainee, SLUG, "en", LATE).missing == ()


def test_the_list_has_the_next_to_lapse_first_and_can_be_narrowed(
    db: Session, trainee: User
) -> None:
    later = make_learner(db, SLUG)
    make_attempt(db, later, SLUG, at=AT + timedelta(days=5))
    on = DUE - timedelta(days=14)
    rows = services.deadlines_of(db, [later, trainee], on)
    assert [row.due_on for row in rows] == sorted(row.due_on for row in rows)
    soon = services.deadlines_of(db, [later, trainee], on, within=14)
    assert {row.user for row in soon} == {trainee}
    assert set(soon[0].missing) == {s.key for s in library().course(soon[0].slug).sheets}
