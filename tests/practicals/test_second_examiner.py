"""A sheet for two examiners: blind, compared, settled, and lapsed when nobody comes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.cohorts import services as cohorts
from app.core.db import Database, begin_write
from app.core.errors import DomainError, EventConflict, NotFound
from app.core.events import new_event_id
from app.courses.library import library
from app.overview.services.demo import check_of_one
from app.practicals import services
from app.practicals.models import CheckSettlement, SecondGrading, SkillCheck
from app.practicals.services import closing
from app.practicals.types import (
    AcknowledgedBy,
    CheckDraft,
    Mark,
    NotCountedYet,
    NothingToSettle,
    NotWaiting,
    NotYours,
    Paper,
    ProposalReplaced,
    Result,
    SecondDraft,
    Settled,
    SettledMark,
    SettleEveryStep,
    SettleFirst,
    Standing,
)
from app.practicals.types.sessions import CellState, Presence
from tests.factories import AT, make_administrator, make_cohort, make_instructor, make_trainee
from tests.practicals.conftest import TODAY, allow
from tests.practicals.days import enter, make_session

SLUG, SHEET = "cpr-aed-choking", "choking-recovery"
SCOPE = f"{SLUG}/{SHEET}"
TOMORROW = TODAY + timedelta(days=1)
pytestmark = pytest.mark.usefixtures("seconded")


@pytest.fixture
def first(db: Session) -> User:
    """The first examiner."""
    return allow(db, make_instructor(db), SCOPE)


@pytest.fixture
def second(db: Session) -> User:
    """Another examiner."""
    return allow(db, make_instructor(db), SCOPE)


@pytest.fixture
def trainee(db: Session, first: User, second: User) -> User:
    """A trainee in a cohort that both lead."""
    user = make_trainee(db)
    cohort = make_cohort(db, first, user)
    cohorts.add_instructor(db, cohort, second, make_administrator(db), AT)
    return user


@pytest.fixture
def check(db: Session, first: User, trainee: User) -> SkillCheck:
    """All steps passed, says the first examiner."""
    return services.record_check(db, draft_for(trainee), first, TODAY, AT)


def draft_for(trainee: User) -> CheckDraft:
    return check_of_one(library().course(SLUG), SHEET, trainee, new_event_id(), TODAY)


def marks_of(trainee: User, failed: str = "") -> SecondDraft:
    one = draft_for(trainee).participants[0]
    marks = {key: Mark.FAILED if key == failed else mark for key, mark in one.marks.items()}
    return SecondDraft(new_event_id(), (replace(one, marks=marks),))


def grade(
    db: Session, check: SkillCheck, draft: SecondDraft, by: User, on: object = TODAY
) -> SecondGrading:
    return services.record_second(db, check, draft, by, on, AT)  # type: ignore[arg-type]


def word(check: SkillCheck, mark: Mark, reason: str = "We saw the video.") -> Settled:
    return {
        one.participant_id: {one.place: SettledMark(mark, reason)}
        for one in services.differences(check)
    }


def passed(db: Session, trainee: User) -> bool:
    return SHEET in services.passed_sheets(db, [trainee.id], SLUG).get(trainee.id, {})


def test_a_result_counts_when_two_examiners_agree(
    db: Session, check: SkillCheck, second: User, trainee: User
) -> None:
    assert not passed(db, trainee)
    grade(db, check, marks_of(trainee), second)
    assert (check.standing, passed(db, trainee)) == (Standing.COUNTS, True)
    sheet = services.passed_sheets(db, [trainee.id], SLUG)[trainee.id][SHEET]
    assert sheet.second_examiner == second.latin_name


def test_the_second_examiner_sees_no_marks_before_grading(
    db: Session, check: SkillCheck, first: User, second: User, trainee: User
) -> None:
    shown = [services.shows_marks(check, one, TODAY) for one in (first, second, trainee)]
    assert shown == [True, False, False]
    grade(db, check, marks_of(trainee), second)
    assert services.shows_marks(check, second, TODAY)


def test_nobody_is_her_own_second_examiner_and_a_stranger_finds_nothing(
    db: Session, check: SkillCheck, first: User
) -> None:
    stranger = allow(db, make_instructor(db), SCOPE)
    for person in (first, stranger, make_instructor(db)):
        assert not services.may_second(db, check, person, TODAY)
        with pytest.raises(NotFound):
            services.check_to_second(db, person, check.key, TODAY)


def test_a_result_that_waits_is_not_acknowledged(
    db: Session, check: SkillCheck, trainee: User
) -> None:
    result = services.result_in(check, trainee.id)
    with pytest.raises(NotCountedYet):
        services.acknowledge(db, result, AcknowledgedBy.OWN_SIGN_IN, new_event_id(), AT)


def test_a_difference_is_settled_by_both_with_a_reason(
    db: Session, check: SkillCheck, first: User, second: User, trainee: User
) -> None:
    grade(db, check, marks_of(trainee, "thrusts"), second)
    assert [one.place for one in services.differences(check)] == ["step:thrusts"]
    with pytest.raises(SettleEveryStep):
        services.settle(db, check, word(check, Mark.PASSED, " "), new_event_id(), second, AT)
    proposal = services.settle(db, check, word(check, Mark.FAILED), new_event_id(), second, AT)
    assert check.standing is Standing.DIFFERING
    with pytest.raises(NotYours):
        services.agree(db, check, proposal.key, new_event_id(), second, AT)
    services.agree(db, check, proposal.key, new_event_id(), first, AT)
    assert (check.standing, check.participants[0].final_result) == (
        Standing.COUNTS,
        Result.FAILED,
    )
    assert check.participants[0].result is Result.PASSED, "the first marks stay as they were"


def test_a_newer_proposal_has_to_be_read_first(
    db: Session, check: SkillCheck, first: User, second: User, trainee: User
) -> None:
    grade(db, check, marks_of(trainee, "thrusts"), second)
    old = services.settle(db, check, word(check, Mark.FAILED), new_event_id(), second, AT)
    new = services.settle(db, check, word(check, Mark.PASSED), new_event_id(), first, AT)
    with pytest.raises(ProposalReplaced):
        services.agree(db, check, old.key, new_event_id(), first, AT)
    services.agree(db, check, new.key, new_event_id(), second, AT)
    assert passed(db, trainee)


def test_repeats_of_each_act_change_nothing(
    db: Session, check: SkillCheck, first: User, second: User, trainee: User
) -> None:
    marks = marks_of(trainee, "thrusts")
    assert grade(db, check, marks, second) is grade(db, check, marks, second)
    with pytest.raises(EventConflict):
        grade(db, check, replace(marks, participants=marks_of(trainee).participants), second)
    given, event, said = word(check, Mark.PASSED), new_event_id(), new_event_id()
    one = services.settle(db, check, given, event, second, AT)
    assert services.settle(db, check, given, event, second, AT) is one
    agreed = services.agree(db, check, one.key, said, first, AT)
    assert services.agree(db, check, one.key, said, first, AT) is agreed
    assert db.scalar(select(func.count()).select_from(CheckSettlement)) == 1


def test_a_critical_fail_that_one_saw_is_a_difference(
    db: Session, check: SkillCheck, first: User, second: User, trainee: User
) -> None:
    one = marks_of(trainee).participants[0]
    ended = replace(one, marks={}, critical_fails={"blind-sweep": "Swept at the start."})
    grade(db, check, SecondDraft(new_event_id(), (ended,)), second)
    assert [each.place for each in services.differences(check)] == ["critical:blind-sweep"]
    proposal = services.settle(db, check, word(check, Mark.PASSED), new_event_id(), first, AT)
    services.agree(db, check, proposal.key, new_event_id(), second, AT)
    assert passed(db, trainee), "what only the first one marked is taken from her"


def test_without_a_second_examiner_that_day_the_check_lapses(
    db: Session, check: SkillCheck, first: User, second: User, trainee: User
) -> None:
    assert services.standing_of(check, TOMORROW) is Standing.LAPSED
    with pytest.raises(NotWaiting):
        grade(db, check, marks_of(trainee), second, TOMORROW)
    with pytest.raises(NotYours):
        services.decide_lapsed(db, check, "Rain.", new_event_id(), first, TOMORROW, AT)
    office = make_administrator(db)
    with pytest.raises(NothingToSettle):
        services.decide_lapsed(db, check, "Rain.", new_event_id(), office, TODAY, AT)
    services.decide_lapsed(db, check, "Rain.", new_event_id(), office, TOMORROW, AT)
    assert passed(db, trainee)


def test_an_administrator_decides_a_difference_at_once(
    db: Session, check: SkillCheck, second: User, trainee: User
) -> None:
    grade(db, check, marks_of(trainee, "thrusts"), second)
    office = make_administrator(db)
    services.settle(db, check, word(check, Mark.PASSED), new_event_id(), office, AT)
    assert passed(db, trainee)


def test_a_correction_waits_for_settling_and_then_for_a_second_examiner(
    db: Session, check: SkillCheck, first: User, second: User, trainee: User
) -> None:
    grade(db, check, marks_of(trainee, "thrusts"), second)
    with pytest.raises(SettleFirst):
        services.correct_check(db, check, draft_for(trainee), "Wrong line.", first, TODAY, AT)
    given = services.settle(db, check, word(check, Mark.PASSED), new_event_id(), first, AT)
    services.agree(db, check, given.key, new_event_id(), second, AT)
    new = services.correct_check(db, check, draft_for(trainee), "Wrong line.", first, TODAY, AT)
    assert new.standing is Standing.WAITING


def test_two_second_examiners_at_once_are_one(
    db: Session, database: Database, check: SkillCheck, first: User, second: User, trainee: User
) -> None:
    third = allow(db, make_administrator(db), SCOPE)
    key, ids = check.key, (second.id, third.id)
    drafts = [marks_of(trainee), marks_of(trainee)]
    db.commit()
    barrier, refused = Barrier(2), []

    def one(examiner_id: int, draft: SecondDraft) -> None:
        with database.session() as own:
            by = own.get_one(User, examiner_id)
            found = own.scalars(select(SkillCheck).where(SkillCheck.key == key)).one()
            barrier.wait()
            own.rollback()
            begin_write(own)
            try:
                grade(own, found, draft, by)
                own.commit()
            except DomainError as error:
                refused.append(type(error))

    threads = [Thread(target=one, args=pair) for pair in zip(ids, drafts, strict=True)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert refused == [NotWaiting]
    assert db.scalar(select(func.count()).select_from(SecondGrading)) == 1


def test_a_day_is_not_closed_while_a_check_waits_for_its_second_examiner(
    db: Session, first: User, second: User, trainee: User
) -> None:
    cohort = cohorts.cohorts_joined(db, trainee)[0]
    day = make_session(db, cohort, first)
    enter(db, day, trainee, first)
    draft = replace(draft_for(trainee), session_id=day.id, place=day.place)
    check = services.record_check(db, draft, first, TODAY, AT)
    (row,) = closing.board_of(db, day).rows
    assert [cell.state for cell in row.cells] == [CellState.UNSETTLED]
    assert row.gaps == 1
    grade(db, check, marks_of(trainee), second)
    (row,) = closing.board_of(db, day).rows
    assert ([cell.state for cell in row.cells], row.gaps) == ([CellState.PASSED], 0)


def test_away_but_waiting_for_a_second_examiner_contradicts_itself(
    db: Session, first: User, trainee: User
) -> None:
    day = make_session(db, cohorts.cohorts_joined(db, trainee)[0], first)
    enter(db, day, trainee, first, Presence.ABSENT)
    draft = replace(draft_for(trainee), session_id=day.id, place=day.place)
    services.record_check(db, draft, first, TODAY, AT)
    (row,) = closing.board_of(db, day).rows
    assert row.contradicts


def test_a_paper_signature_signs_no_result_that_waits(
    db: Session, first: User, trainee: User
) -> None:
    draft = draft_for(trainee)
    signed = replace(draft.participants[0], signed_paper=True)
    paper = Paper("A 17", first.latin_name, TODAY)
    draft = replace(draft, paper=paper, participants=(signed,))
    check = services.record_check(db, draft, first, TODAY, AT)
    assert check.participants[0].acknowledged_at is None


def test_the_trainees_own_data_hold_no_marks_that_wait(
    db: Session, check: SkillCheck, trainee: User
) -> None:
    (waiting,) = services.export_checks(db, trainee, TODAY)
    assert (waiting["result"], waiting["marks"]) == (None, None)
    (lapsed,) = services.export_checks(db, trainee, TOMORROW)
    assert lapsed["result"] == "passed"


def test_nobody_revives_a_lapsed_check_by_correcting_it(
    db: Session, check: SkillCheck, first: User
) -> None:
    assert services.may_correct(db, check, first, TODAY)
    assert not services.may_correct(db, check, first, TOMORROW)
