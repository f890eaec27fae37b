"""The end of a day: gaps, deferrals, closing, reopening, and two at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.cohorts import services as cohorts
from app.cohorts.models import Cohort
from app.core.db import Database, begin_write
from app.core.errors import EventConflict, NotFound
from app.core.events import new_event_id
from app.core.permissions import Forbidden
from app.practicals import services
from app.practicals.models import SkillCheck
from app.practicals.models.sessions import SessionTurn, TrainingSession
from app.practicals.services import attendance, closing, deferring, papers, planning, sessions
from app.practicals.types.sessions import (
    CellState,
    GapsLeft,
    NotClosed,
    NotYet,
    PaperDraft,
    PaperKind,
    Presence,
    SessionClosed,
    Turn,
)
from tests.factories import (
    make_administrator,
    make_cohort,
    make_examiner,
    make_trainee,
)
from tests.practicals.days import DAY, NINE, SHEET, SLUG, check_in, enter, make_session, plan

EVENING = NINE + timedelta(hours=8)


@pytest.fixture
def leader(db: Session) -> User:
    """The instructor, with authority on the day."""
    return make_examiner(db, DAY + timedelta(days=7))


@pytest.fixture
def people(db: Session) -> list[User]:
    """Two trainees."""
    return [make_trainee(db), make_trainee(db)]


@pytest.fixture
def cohort(db: Session, leader: User, people: list[User]) -> Cohort:
    """Their cohort."""
    return make_cohort(db, leader, *people)


@pytest.fixture
def day(db: Session, cohort: Cohort, leader: User) -> TrainingSession:
    """A day with one station."""
    return make_session(db, cohort, leader)


def states(db: Session, day: TrainingSession) -> dict[str, CellState]:
    """The state of each trainee at the one station, by her key."""
    return {row.user.key: row.cells[0].state for row in closing.board_of(db, day).rows}


def close(db: Session, day: TrainingSession, by: User) -> SessionTurn:
    """Close the day in the evening."""
    return closing.close_session(db, day, new_event_id(), by, EVENING)


def closed(db: Session, day: TrainingSession, people: list[User], by: User) -> SessionTurn:
    """A closed day: the first trainee was checked, the others were absent."""
    check_in(db, day, people[0], by)
    enter(db, day, people[0], by)
    for user in people[1:]:
        enter(db, day, user, by, Presence.ABSENT)
    return close(db, day, by)


def test_everybody_is_accounted_for_in_one_of_four_ways(
    db: Session, cohort: Cohort, day: TrainingSession, leader: User
) -> None:
    done, absent, excused, put_off, left = (make_trainee(db) for _number in range(5))
    for user in (done, absent, excused, put_off, left):
        cohorts.add_member(db, cohort, user, NINE)
    check_in(db, day, done, leader)
    enter(db, day, absent, leader, Presence.ABSENT)
    enter(db, day, excused, leader, Presence.EXCUSED)
    place = [(day.stations[0].key, put_off.key)]
    deferring.defer(db, day, place, "ບໍ່ມີເວລາ", new_event_id(), leader, EVENING)
    found = states(db, day)
    assert [found[user.key] for user in (done, absent, excused, put_off, left)] == [
        CellState.PASSED,
        CellState.ABSENT,
        CellState.EXCUSED,
        CellState.DEFERRED,
        CellState.OPEN,
    ]


def test_a_day_with_a_gap_is_not_closed(
    db: Session, day: TrainingSession, people: list[User], leader: User
) -> None:
    with pytest.raises(GapsLeft) as refusal:
        close(db, day, leader)
    assert refusal.value.values == {"count": 4}  # two without attendance, and at no station
    for user in people:
        enter(db, day, user, leader)
    with pytest.raises(GapsLeft) as refusal:
        close(db, day, leader)
    assert refusal.value.values == {"count": 2}


def test_somebody_checked_and_entered_as_absent_is_a_gap(
    db: Session, day: TrainingSession, people: list[User], leader: User
) -> None:
    enter(db, day, people[0], leader, Presence.ABSENT)
    enter(db, day, people[1], leader, Presence.ABSENT)
    check_in(db, day, people[0], leader)
    with pytest.raises(GapsLeft):
        close(db, day, leader)


def test_a_day_is_not_closed_before_it_comes(
    db: Session, day: TrainingSession, leader: User
) -> None:
    with pytest.raises(NotYet):
        closing.close_session(db, day, new_event_id(), leader, NINE - timedelta(days=1))


def test_a_closed_day_takes_nothing_new(
    db: Session, day: TrainingSession, people: list[User], leader: User
) -> None:
    closed(db, day, people, leader)
    place = [(day.stations[0].key, people[1].key)]
    acts: list[Callable[[], Any]] = [
        lambda: enter(db, day, people[1], leader),
        lambda: check_in(db, day, people[1], leader),
        lambda: deferring.defer(db, day, place, "ill", new_event_id(), leader, EVENING),
        lambda: closing.link_checks(db, day, leader, EVENING),
        lambda: planning.change_session(db, day, plan(leader), leader, EVENING),
        lambda: planning.add_guests(db, day, [], leader, EVENING),
        lambda: planning.cancel_session(db, day, "rain", leader, EVENING),
    ]
    for act in acts:
        with pytest.raises(SessionClosed):
            act()


def test_a_repeated_entry_is_answered_after_the_close_too(
    db: Session, day: TrainingSession, people: list[User], leader: User
) -> None:
    first = enter(db, day, people[0], leader)
    check = check_in(db, day, people[0], leader)
    enter(db, day, people[1], leader, Presence.ABSENT)
    close(db, day, leader)
    assert enter_again(db, day, people[0], leader, first.event.event_id) is first.event
    again = check_in(db, day, people[0], leader, event_id=check.event_id)
    assert again is check


def enter_again(db: Session, day: TrainingSession, user: User, by: User, event_id: str) -> object:
    """The entry that the same event is answered with."""
    from app.practicals.services.attendance import record_entry
    from app.practicals.types.sessions import Entry

    return record_entry(db, day, Entry(event_id, user.key, Presence.PRESENT), by, EVENING).event


def test_a_check_is_corrected_after_the_close_and_stays_of_the_day(
    db: Session, day: TrainingSession, people: list[User], leader: User
) -> None:
    closed(db, day, people, leader)
    original = closing.board_of(db, day).rows
    check = next(cell.results[0].check for row in original for cell in row.cells if cell.results)
    draft = replace(draft_of(check), event_id=new_event_id())
    later = EVENING + timedelta(hours=1)
    new = services.correct_check(db, check, draft, "a slip", leader, DAY, later)
    db.refresh(check)
    assert new.session_id == day.id
    assert day.closed_at is not None
    assert new.recorded_at > day.closed_at
    assert states(db, day)[people[0].key] is CellState.PASSED


def draft_of(check: SkillCheck) -> Any:
    """A recorded check as it could be sent again."""
    from app.practicals.types import CheckDraft, Mark, ParticipantDraft

    (one,) = check.participants
    marks = {key: Mark(mark) for key, mark in one.marks["steps"].items()}
    return CheckDraft(
        event_id=check.event_id,
        course_slug=SLUG,
        sheet_key=SHEET,
        cohort_id=check.cohort_id,
        held_on=check.held_on,
        place=check.place,
        language=check.language,
        equipment=check.equipment,
        participants=(ParticipantDraft(one.user_id, one.role, marks),),
    )


def test_who_belonged_to_the_day_is_kept(
    db: Session, cohort: Cohort, day: TrainingSession, people: list[User], leader: User
) -> None:
    closed(db, day, people, leader)
    cohorts.add_member(db, cohort, make_trainee(db), EVENING)
    cohorts.withdraw_member(db, cohort, people[0], leader, EVENING)
    assert set(sessions.people_of(db, day)) == set(people)


def test_only_an_administrator_reopens_a_day(
    db: Session, day: TrainingSession, people: list[User], leader: User
) -> None:
    office = make_administrator(db)
    with pytest.raises(NotClosed):
        closing.reopen_session(db, day, "wrong", new_event_id(), office, EVENING)
    closed(db, day, people, leader)
    with pytest.raises(Forbidden):
        closing.reopen_session(db, day, "mine", new_event_id(), leader, EVENING)
    event_id = new_event_id()
    turn = closing.reopen_session(db, day, "a sheet was found", event_id, office, EVENING)
    assert closing.reopen_session(db, day, "again", event_id, office, EVENING) is turn
    enter(db, day, people[1], leader)
    assert [one.what for one in sessions.turns_of(db, day)] == [Turn.CLOSED, Turn.REOPENED]


def test_a_check_of_the_same_cohort_sheet_and_date_counts_and_is_linked(
    db: Session, day: TrainingSession, people: list[User], leader: User
) -> None:
    check = check_in(db, None, people[0], leader, cohort_id=day.cohort_id)
    assert states(db, day)[people[0].key] is CellState.PASSED
    assert closing.link_checks(db, day, leader, EVENING) == 1
    db.refresh(check)
    assert check.session_id == day.id
    assert closing.link_checks(db, day, leader, EVENING) == 0


def test_closing_links_what_it_counted(
    db: Session, day: TrainingSession, people: list[User], leader: User
) -> None:
    check = check_in(db, None, people[0], leader, cohort_id=day.cohort_id)
    enter(db, day, people[0], leader)
    enter(db, day, people[1], leader, Presence.EXCUSED)
    close(db, day, leader)
    db.refresh(check)
    assert check.session_id == day.id


def test_a_deferral_is_taken_back_and_its_repeat_adds_nothing(
    db: Session, day: TrainingSession, people: list[User], leader: User
) -> None:
    place, event_id = [(day.stations[0].key, people[0].key)], new_event_id()
    for _time in range(2):
        deferring.defer(db, day, place, "no time", event_id, leader, EVENING)
    assert states(db, day)[people[0].key] is CellState.DEFERRED
    with pytest.raises(EventConflict):
        deferring.defer(db, day, place, "another", event_id, leader, EVENING)
    deferring.defer(db, day, place, "", new_event_id(), leader, EVENING, is_deferred=False)
    assert states(db, day)[people[0].key] is CellState.OPEN
    stranger = [(day.stations[0].key, make_trainee(db).key)]
    with pytest.raises(NotFound):
        deferring.defer(db, day, stranger, "no time", new_event_id(), leader, EVENING)


def in_parallel(database: Database, *acts: Callable[[Session], Any]) -> list[Any]:
    """Do acts at once, each in a session of its own; their answers or errors."""

    def do(act: Callable[[Session], Any]) -> Any:
        with database.session() as own:
            begin_write(own)
            try:
                answer = act(own)
                own.commit()
            except SessionClosed as error:
                own.rollback()
                return error
            return answer

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(do, acts))


def test_two_who_close_at_once_close_once_and_get_the_same_answer(
    db: Session, database: Database, day: TrainingSession, people: list[User], leader: User
) -> None:
    for user in people:
        enter(db, day, user, leader, Presence.ABSENT)
    session_id, leader_id = day.id, leader.id
    db.commit()

    def act(own: Session) -> int:
        found = own.get_one(TrainingSession, session_id)
        return close(own, found, own.get_one(User, leader_id)).id

    first, second = in_parallel(database, act, act)
    assert first == second
    assert db.scalar(select(func.count()).select_from(SessionTurn)) == 1


def test_a_check_while_another_closes_is_in_or_refused(
    db: Session, database: Database, day: TrainingSession, people: list[User], leader: User
) -> None:
    enter(db, day, people[1], leader, Presence.ABSENT)
    enter(db, day, people[0], leader)
    place = [(day.stations[0].key, people[0].key)]
    deferring.defer(db, day, place, "no time", new_event_id(), leader, EVENING)
    session_id, leader_id, user_id = day.id, leader.id, people[0].id
    db.commit()

    def shut(own: Session) -> Any:
        found = own.get_one(TrainingSession, session_id)
        return close(own, found, own.get_one(User, leader_id)).what

    def grade(own: Session) -> Any:
        found = own.get_one(TrainingSession, session_id)
        user, by = own.get_one(User, user_id), own.get_one(User, leader_id)
        return check_in(own, found, user, by).id

    closing_answer, graded = in_parallel(database, shut, grade)
    assert closing_answer is Turn.CLOSED
    kept = db.scalars(select(SkillCheck.id)).all()
    assert kept == ([] if isinstance(graded, SessionClosed) else [graded])


def test_erasing_a_person_empties_what_was_written_about_her(
    db: Session, day: TrainingSession, people: list[User], leader: User
) -> None:
    user = people[0]
    enter(db, day, user, leader, Presence.EXCUSED, note="ໄປໂຮງໝໍ")
    place = [(day.stations[0].key, user.key)]
    deferring.defer(db, day, place, "ໄຂ້", new_event_id(), leader, EVENING)
    paper = papers.ask_paper(
        db, day, PaperDraft(PaperKind.SIGN_IN, "lo"), new_event_id(), leader, EVENING
    )
    papers.store_paper(db, paper.id, b"%PDF with her name", EVENING)
    told = attendance.export_attendance(db, user), deferring.export_deferrals(db, user)
    assert [one[0][key] for one, key in zip(told, ("note", "reason"), strict=True)] == [
        "ໄປໂຮງໝໍ",
        "ໄຂ້",
    ]
    accounts.erase_person(db, user, make_administrator(db), EVENING)
    db.expire_all()
    assert attendance.export_attendance(db, user)[0]["note"] == ""
    assert deferring.export_deferrals(db, user)[0]["reason"] == ""
    assert papers.paper_of(db, day, paper.key).content is None


def test_a_print_keeps_its_numbers_and_the_next_one_goes_on(
    db: Session, day: TrainingSession, leader: User
) -> None:
    draft, event_id = PaperDraft(PaperKind.SHEETS, "lo", day.stations[0].key, (), 3), new_event_id()
    first = papers.ask_paper(db, day, draft, event_id, leader, EVENING)
    assert papers.ask_paper(db, day, draft, event_id, leader, EVENING) is first
    second = papers.ask_paper(db, day, draft, new_event_id(), leader, EVENING)
    assert papers.numbers_of(first) == [f"T{day.id}-{number:03}" for number in (1, 2, 3)]
    assert papers.numbers_of(second)[0] == f"T{day.id}-004"


def test_a_form_of_closing_that_comes_again_after_the_reopening_closes_nothing(
    db: Session, day: TrainingSession, people: list[User], leader: User
) -> None:
    turn = closed(db, day, people, leader)
    office, event = make_administrator(db), new_event_id()
    closing.reopen_session(db, day, "ລືມຄົນໜຶ່ງ", event, office, EVENING)
    assert closing.close_session(db, day, turn.event_id, leader, EVENING).id == turn.id
    assert day.closed_at is None
    close(db, day, leader)
    assert closing.reopen_session(db, day, "ລືມຄົນໜຶ່ງ", event, office, EVENING).what is Turn.REOPENED
    assert day.closed_at is not None
    with pytest.raises(EventConflict):
        closing.close_session(db, day, event, leader, EVENING)


def test_a_closed_day_keeps_somebody_whose_accounts_were_merged(
    db: Session, day: TrainingSession, people: list[User], leader: User
) -> None:
    closed(db, day, people, leader)
    kept, gone = make_trainee(db), people[0]
    services.merge_people(db, kept, gone)
    gone.merged_into_id = kept.id
    db.flush()
    assert [row.user.id for row in closing.board_of(db, day).rows] == sorted(
        [kept.id, people[1].id], key=lambda one: sessions.people_of(db, day)[0].id != one
    )
    assert states(db, day)[kept.key] is CellState.PASSED
