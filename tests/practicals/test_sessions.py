"""Training days: planning, who belongs to one, what the plan lacks, who sees which."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.cohorts import services as cohorts
from app.cohorts.models import Cohort
from app.core.errors import EventConflict, NotFound
from app.core.events import new_event_id
from app.practicals import services
from app.practicals.models.sessions import TrainingSession
from app.practicals.services import planning, sessions
from app.practicals.services.words import hours_of
from app.practicals.types import NotEnrolledInCourse
from app.practicals.types.sessions import (
    AlreadyStarted,
    NotExpected,
    SessionCancelled,
    StaffRole,
    StationInUse,
    WrongTimes,
)
from tests.factories import make_cohort, make_examiner, make_instructor, make_trainee
from tests.practicals.days import (
    DAY,
    NINE,
    PAIR,
    SHEET,
    SLUG,
    check_in,
    enter,
    make_session,
    plan,
)


@pytest.fixture
def leader(db: Session) -> User:
    """An instructor with authority for every sheet until a week after the day."""
    return make_examiner(db, DAY + timedelta(days=7))


@pytest.fixture
def trainee(db: Session) -> User:
    """A trainee of the cohort."""
    return make_trainee(db)


@pytest.fixture
def cohort(db: Session, leader: User, trainee: User) -> Cohort:
    """The leader's cohort."""
    return make_cohort(db, leader, trainee)


def test_planning_twice_makes_one_day(db: Session, cohort: Cohort, leader: User) -> None:
    event_id = new_event_id()
    first = planning.plan_session(db, cohort, plan(leader), event_id, leader, NINE)
    again = planning.plan_session(db, cohort, plan(leader), event_id, leader, NINE)
    assert again is first
    assert db.scalar(select(func.count()).select_from(TrainingSession)) == 1
    assert [station.sheet for station in first.stations] == [(SLUG, SHEET)]
    assert {member.role for member in first.staff} == set(StaffRole)


def test_the_same_event_with_another_plan_is_a_conflict(
    db: Session, cohort: Cohort, leader: User
) -> None:
    event_id = new_event_id()
    planning.plan_session(db, cohort, plan(leader), event_id, leader, NINE)
    with pytest.raises(EventConflict):
        planning.plan_session(db, cohort, plan(leader, place="Nanning"), event_id, leader, NINE)


def test_a_day_does_not_end_before_it_begins(db: Session, cohort: Cohort, leader: User) -> None:
    with pytest.raises(WrongTimes):
        make_session(db, cohort, leader, ends=time(9))


def test_a_plan_takes_only_sheets_of_the_cohorts_courses(
    db: Session, cohort: Cohort, leader: User
) -> None:
    with pytest.raises(NotFound):
        make_session(db, cohort, leader, stations=(("fire-smoke", "smoke-evacuation"),))


def test_the_time_is_that_of_the_place(db: Session, cohort: Cohort, leader: User) -> None:
    day = make_session(db, cohort, leader, timezone="Asia/Yangon")
    assert hours_of(day) == "09:00–16:00 (UTC+6:30)"
    assert sessions.moment_of(day, day.begins).astimezone(NINE.tzinfo).hour == 2
    just_before_midnight = NINE.replace(hour=17, minute=29)
    assert sessions.today_at(day, just_before_midnight) == DAY
    assert sessions.today_at(day, just_before_midnight + timedelta(minutes=1)) > DAY


def test_a_new_day_is_proposed_like_the_last_one(db: Session, cohort: Cohort, leader: User) -> None:
    make_session(db, cohort, leader, manikins=5)
    proposed = planning.proposal(db, cohort, leader, DAY, "Asia/Shanghai")
    assert proposed.held_on == DAY + timedelta(days=7)
    assert (proposed.timezone, proposed.manikins) == ("Asia/Vientiane", 5)
    assert proposed.stations == ((SLUG, SHEET),)


def test_a_station_in_use_stays(db: Session, cohort: Cohort, leader: User, trainee: User) -> None:
    day = make_session(db, cohort, leader)
    more = plan(leader, stations=((SLUG, SHEET), (SLUG, PAIR)))
    planning.change_session(db, day, more, leader, NINE)
    check_in(db, day, trainee, leader)
    planning.change_session(db, day, plan(leader), leader, NINE)
    assert [station.sheet_key for station in day.stations] == [SHEET]
    with pytest.raises(StationInUse):
        planning.change_session(db, day, plan(leader, stations=()), leader, NINE)


def test_a_cancelled_day_stays_in_the_lists_and_takes_nothing(
    db: Session, cohort: Cohort, leader: User, trainee: User
) -> None:
    day = make_session(db, cohort, leader)
    planning.cancel_session(db, day, "ຝົນຕົກໜັກ", leader, NINE)
    assert sessions.sessions_of(db, leader, DAY)[0] == [day]
    assert sessions.next_sessions(db, trainee, DAY) == [day]
    with pytest.raises(SessionCancelled):
        enter(db, day, trainee, leader)
    with pytest.raises(SessionCancelled):
        check_in(db, day, trainee, leader)


def test_a_day_on_which_something_happened_is_not_cancelled_nor_moved(
    db: Session, cohort: Cohort, leader: User, trainee: User
) -> None:
    day = make_session(db, cohort, leader)
    enter(db, day, trainee, leader)
    with pytest.raises(AlreadyStarted):
        planning.cancel_session(db, day, "rain", leader, NINE)
    moved = plan(leader, held_on=DAY + timedelta(days=1))
    with pytest.raises(AlreadyStarted):
        planning.change_session(db, day, moved, leader, NINE)


@pytest.mark.parametrize(("learners", "instructors", "manikins"), [(8, 0, 0), (9, 1, 1)])
def test_the_ratios_of_the_curriculum_are_warned_of(
    db: Session, leader: User, learners: int, instructors: int, manikins: int
) -> None:
    cohort = make_cohort(db, leader, *(make_trainee(db) for _number in range(learners)))
    found = planning.warnings_of(db, make_session(db, cohort, leader))
    assert (found.more_instructors, found.more_manikins) == (instructors, manikins)
    assert not found.without_authority
    assert not found.without_examiner


def test_an_examiner_whose_authority_ends_before_the_day_is_warned_of(
    db: Session, cohort: Cohort, leader: User
) -> None:
    late = make_examiner(db, DAY - timedelta(days=1))
    day = make_session(db, cohort, leader, examiners=(late.key,))
    found = planning.warnings_of(db, day)
    assert found.without_authority == ((late, day.stations[0]),)
    assert found.without_examiner == (day.stations[0],)


def test_a_guest_of_another_own_cohort_takes_part(
    db: Session, cohort: Cohort, leader: User, trainee: User
) -> None:
    guest, stranger = make_trainee(db), make_trainee(db)
    make_cohort(db, leader, guest)
    make_cohort(db, make_instructor(db), stranger)
    day = make_session(db, cohort, leader)
    assert planning.add_guests(db, day, [guest.key, guest.key], leader, NINE) == 1
    assert planning.add_guests(db, day, [guest.key], leader, NINE) == 0
    assert set(sessions.people_of(db, day)) == {trainee, guest}
    assert sessions.next_sessions(db, guest, DAY) == [day]
    with pytest.raises(NotFound):
        planning.add_guests(db, day, [stranger.key], leader, NINE)


def test_who_left_the_cohort_stays_on_a_day_with_an_entry(
    db: Session, cohort: Cohort, leader: User, trainee: User
) -> None:
    first, second = make_session(db, cohort, leader), make_session(db, cohort, leader)
    enter(db, first, trainee, leader)
    cohorts.withdraw_member(db, cohort, trainee, leader, NINE)
    assert sessions.people_of(db, first) == [trainee]
    assert sessions.people_of(db, second) == []


def test_an_examiner_of_the_day_sees_it_and_grades_there_and_nowhere_else(
    db: Session, cohort: Cohort, leader: User, trainee: User
) -> None:
    examiner = make_examiner(db, DAY + timedelta(days=7))
    other = make_session(db, cohort, leader)
    assert services.candidates(db, examiner, SLUG) == []
    day = make_session(db, cohort, leader, examiners=(examiner.key,))
    assert services.candidates(db, examiner, SLUG) == []
    assert services.candidates(db, examiner, SLUG, day=day) == [trainee]
    assert sessions.session_of(db, examiner, day.key) is day
    with pytest.raises(NotFound):
        sessions.led_session(db, examiner, day.key)
    with pytest.raises(NotFound):
        check_in(db, other, trainee, examiner)
    with pytest.raises(NotEnrolledInCourse):
        check_in(db, None, trainee, examiner)
    assert check_in(db, day, trainee, examiner).session_id == day.id


def test_a_check_on_a_day_is_of_somebody_who_belongs_to_it(
    db: Session, cohort: Cohort, leader: User
) -> None:
    outsider = make_trainee(db)
    make_cohort(db, leader, outsider)
    day = make_session(db, cohort, leader)
    with pytest.raises(NotExpected):
        check_in(db, day, outsider, leader)


def test_a_strangers_day_is_not_found(db: Session, cohort: Cohort, leader: User) -> None:
    day = make_session(db, cohort, leader)
    stranger, pupil = make_instructor(db), make_trainee(db)
    for person in (stranger, pupil):
        with pytest.raises(NotFound):
            sessions.session_of(db, person, day.key)
        assert sessions.sessions_of(db, person, date.min) == ([], [])
