"""Attendance: a log by staff, corrected by new entries; cards scanned once or twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.services.cards import cards_of, face_of, make_cards
from app.accounts.types import UnknownCard
from app.core.db import Database, begin_write
from app.core.errors import EventConflict, NotFound
from app.core.events import new_event_id
from app.practicals.models.sessions import AttendanceEvent, TrainingSession
from app.practicals.services import attendance
from app.practicals.services.attendance import scan_card
from app.practicals.types.sessions import Entry, How, NotExpected, NotToday, NotYet, Presence
from tests.factories import make_cohort, make_instructor, make_trainee
from tests.practicals.days import NINE, SLUG, enter, make_session


@pytest.fixture
def leader(db: Session) -> User:
    """The instructor of the day."""
    return make_instructor(db)


@pytest.fixture
def trainee(db: Session) -> User:
    """A trainee of the day."""
    return make_trainee(db)


@pytest.fixture
def day(db: Session, leader: User, trainee: User) -> TrainingSession:
    """The day, from 09:00 to 16:00 in Vientiane."""
    return make_session(db, make_cohort(db, leader, trainee), leader)


def card(db: Session, user: User, by: User) -> str:
    """The token in the QR of the person's card."""
    make_cards(db, [user], by, NINE)
    return face_of(cards_of(db, [user])[user.id].key).token


def entries(db: Session) -> int:
    """How many entries there are."""
    return db.scalar(select(func.count()).select_from(AttendanceEvent)) or 0


def minutes(db: Session, day: TrainingSession, user: User) -> int:
    """The person's minutes of presence."""
    return attendance.stays_of(db, day, [user])[user.id].minutes


def test_the_newest_entry_is_the_state_and_all_stay(
    db: Session, day: TrainingSession, trainee: User, leader: User
) -> None:
    enter(db, day, trainee, leader, Presence.ABSENT)
    enter(db, day, trainee, leader, Presence.EXCUSED, note="ໄຂ້")
    assert attendance.stays_of(db, day, [trainee])[trainee.id].what is Presence.EXCUSED
    log = attendance.log_of(db, day)[trainee.id]
    assert [event.what for event in log] == [Presence.ABSENT, Presence.EXCUSED]
    assert [event.number for event in log] == [1, 2]


def test_what_is_so_already_adds_nothing(
    db: Session, day: TrainingSession, trainee: User, leader: User
) -> None:
    first = enter(db, day, trainee, leader)
    again = enter(db, day, trainee, leader)
    assert (first.is_new, again.is_new) == (True, False)
    assert again.event is first.event


def test_the_same_event_answers_the_same_and_other_content_is_refused(
    db: Session, day: TrainingSession, trainee: User, leader: User
) -> None:
    entry = Entry(new_event_id(), trainee.key, Presence.PRESENT)
    first = attendance.record_entry(db, day, entry, leader, NINE)
    enter(db, day, trainee, leader, Presence.LEFT_EARLY, clock=time(15))
    again = attendance.record_entry(db, day, entry, leader, NINE + timedelta(hours=1))
    assert (again.event, again.is_new) == (first.event, False)
    other = Entry(entry.event_id, trainee.key, Presence.ABSENT)
    with pytest.raises(EventConflict):
        attendance.record_entry(db, day, other, leader, NINE)


def test_hours_of_presence(db: Session, day: TrainingSession, trainee: User, leader: User) -> None:
    enter(db, day, trainee, leader)
    assert minutes(db, day, trainee) == 7 * 60
    enter(db, day, trainee, leader, Presence.LATE, clock=time(9, 40))
    enter(db, day, trainee, leader, Presence.LEFT_EARLY, clock=time(15, 30))
    assert minutes(db, day, trainee) == 7 * 60 - 40 - 30
    enter(db, day, trainee, leader, Presence.ABSENT)
    assert minutes(db, day, trainee) == 0
    enter(db, day, trainee, leader, Presence.LEFT_EARLY, clock=time(12))
    assert attendance.minutes_of_presence(db, [trainee.id], SLUG) == {trainee.id: 180}
    assert attendance.minutes_of_presence(db, [trainee.id], "fire-smoke") == {trainee.id: 0}


def test_before_the_day_only_an_excuse_is_taken(
    db: Session, day: TrainingSession, trainee: User, leader: User
) -> None:
    eve = NINE - timedelta(days=1)
    enter(db, day, trainee, leader, Presence.EXCUSED, at=eve)
    with pytest.raises(NotYet):
        enter(db, day, trainee, leader, at=eve)


def test_nobody_from_outside_the_day_is_entered(
    db: Session, day: TrainingSession, leader: User
) -> None:
    with pytest.raises(NotFound):
        enter(db, day, make_trainee(db), leader)


def test_a_card_scanned_twice_is_one_entry(
    db: Session, day: TrainingSession, trainee: User, leader: User
) -> None:
    token = card(db, trainee, leader)
    address = f"https://kapok.example/c/{token}"
    first = scan_card(db, day, address, new_event_id(), leader, NINE)
    again = scan_card(db, day, token, new_event_id(), leader, NINE + timedelta(hours=3))
    assert (first.event.what, first.event.how) == (Presence.PRESENT, How.SCAN)
    assert (again.event, again.is_new) == (first.event, False)
    assert entries(db) == 1


def test_a_card_scanned_late_says_when(
    db: Session, day: TrainingSession, trainee: User, leader: User
) -> None:
    token = card(db, trainee, leader)
    at = NINE + timedelta(minutes=16)
    found = scan_card(db, day, token, new_event_id(), leader, at)
    assert (found.event.what, found.event.clock) == (Presence.LATE, time(9, 16))


def test_a_scan_that_waited_for_the_network_counts_from_when_it_was_made(
    db: Session, day: TrainingSession, trainee: User, leader: User
) -> None:
    token, at = card(db, trainee, leader), NINE + timedelta(hours=1)
    waited = timedelta(minutes=50)
    found = scan_card(db, day, token, new_event_id(), leader, at, delay=waited)
    assert found.event.what is Presence.PRESENT


def test_cards_that_are_refused(
    db: Session, day: TrainingSession, trainee: User, leader: User
) -> None:
    token, stranger = card(db, trainee, leader), make_trainee(db)
    with pytest.raises(UnknownCard):
        scan_card(db, day, "https://example.org/menu", new_event_id(), leader, NINE)
    with pytest.raises(NotExpected):
        scan_card(db, day, card(db, stranger, leader), new_event_id(), leader, NINE)
    with pytest.raises(NotToday):
        scan_card(db, day, token, new_event_id(), leader, NINE + timedelta(days=1))
    assert entries(db) == 0


def test_two_who_scan_the_same_card_at_once_make_one_entry(
    db: Session, database: Database, day: TrainingSession, trainee: User, leader: User
) -> None:
    token = card(db, trainee, leader)
    session_id, leader_id = day.id, leader.id
    db.commit()

    def scan(_number: int) -> bool:
        with database.session() as own:
            begin_write(own)
            found = own.get_one(TrainingSession, session_id)
            by = own.get_one(User, leader_id)
            is_new = scan_card(own, found, token, new_event_id(), by, NINE).is_new
            own.commit()
            return is_new

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(scan, range(2))) == [False, True]
    assert entries(db) == 1


def test_the_holder_of_a_card_is_known_by_its_short_code(
    db: Session, day: TrainingSession, trainee: User, leader: User
) -> None:
    make_cards(db, [trainee], leader, NINE)
    code = face_of(accounts.cards_of(db, [trainee])[trainee.id].key).code
    assert scan_card(db, day, code, new_event_id(), leader, NINE).event.user_id == trainee.id
