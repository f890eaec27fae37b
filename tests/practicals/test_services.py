"""What makes a skill check pass, who may grade it, and how it is corrected."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.types import GrantKind
from app.cohorts import services as cohorts
from app.cohorts.types import CohortDraft
from app.core.db import Database, begin_write
from app.core.errors import DomainError, EventConflict, NotFound
from app.core.events import new_event_id
from app.courses.library import library
from app.overview.services.demo import check_of_one
from app.practicals import services
from app.practicals.models import SkillCheck
from app.practicals.types import (
    AcknowledgedBy,
    AlreadyCorrected,
    CheckDraft,
    Mark,
    NoAuthority,
    NotCurrent,
    OwnCheck,
    ReasonMissing,
    Result,
    StepMissing,
    TooManyAttemptsToday,
    WrongCorrection,
    WrongDay,
    WrongParticipants,
)
from tests.factories import (
    AT,
    make_administrator,
    make_examiner,
    make_instructor,
    make_trainee,
)

TODAY = date(2026, 3, 2)
SLUG, SHEET = "cpr-aed-choking", "choking-recovery"


@pytest.fixture
def examiner(db: Session) -> User:
    """An instructor with authority for the sheet until a day."""
    user = make_instructor(db)
    last_day = TODAY + timedelta(days=30)
    by = make_administrator(db)
    for sheet in library().course(SLUG).sheets:
        scope = f"{SLUG}/{sheet.key}"
        accounts.give_grant(
            db, user, GrantKind.PRACTICALS_EXAMINE, scope, last_day, by, AT - timedelta(days=60)
        )
    return user


@pytest.fixture
def trainee(db: Session, examiner: User) -> User:
    """A trainee in the examiner's cohort."""
    draft = CohortDraft("ក្រុម ១".replace("១", "1"), "RUPP", "KH", TODAY, None, "km", (SLUG,))
    cohort = cohorts.create_cohort(db, draft, new_event_id(), examiner, AT)
    user = make_trainee(db)
    cohorts.add_member(db, cohort, user, AT)
    return user


def draft_for(trainee: User, held_on: date = TODAY) -> CheckDraft:
    return check_of_one(library().course(SLUG), SHEET, trainee, new_event_id(), held_on)


def marked(draft: CheckDraft, **changes: object) -> CheckDraft:
    return replace(draft, participants=(replace(draft.participants[0], **changes),))


def failed_step(draft: CheckDraft, **changes: object) -> CheckDraft:
    marks = dict(draft.participants[0].marks)
    marks[next(iter(marks))] = Mark.FAILED
    return marked(draft, marks=marks, **changes)


def record(db: Session, draft: CheckDraft, by: User, today: date = TODAY) -> SkillCheck:
    return services.record_check(db, draft, by, today, AT)


def test_all_steps_passed_is_a_pass(db: Session, examiner: User, trainee: User) -> None:
    check = record(db, draft_for(trainee), examiner)
    assert check.participants[0].result is Result.PASSED


def test_one_failed_step_is_no_pass(db: Session, examiner: User, trainee: User) -> None:
    check = record(db, failed_step(draft_for(trainee)), examiner)
    assert check.participants[0].result is Result.FAILED


def test_a_critical_fail_ends_the_attempt_and_needs_a_reason(
    db: Session, examiner: User, trainee: User
) -> None:
    fail = library().course(SLUG).sheet(SHEET).critical_fails[0]
    ended = marked(draft_for(trainee), marks={}, critical_fails={fail: ""})
    with pytest.raises(ReasonMissing):
        record(db, ended, examiner)
    told = marked(ended, critical_fails={fail: "Pressed the belly of the infant manikin."})
    assert record(db, told, examiner).participants[0].result is Result.FAILED


def test_every_step_needs_a_mark(db: Session, examiner: User, trainee: User) -> None:
    with pytest.raises(StepMissing):
        record(db, marked(draft_for(trainee), marks={}), examiner)


def test_the_same_event_is_one_check(db: Session, examiner: User, trainee: User) -> None:
    draft = draft_for(trainee)
    assert record(db, draft, examiner) is record(db, draft, examiner)


def test_the_same_event_with_other_content_is_a_conflict(
    db: Session, examiner: User, trainee: User
) -> None:
    draft = draft_for(trainee)
    record(db, draft, examiner)
    with pytest.raises(EventConflict):
        record(db, replace(draft, place="Nanning"), examiner)


def test_there_are_two_attempts_a_day(db: Session, examiner: User, trainee: User) -> None:
    for _ in range(2):
        record(db, failed_step(draft_for(trainee)), examiner)
    with pytest.raises(TooManyAttemptsToday):
        record(db, draft_for(trainee), examiner)
    tomorrow = TODAY + timedelta(days=1)
    assert record(db, draft_for(trainee, tomorrow), examiner, tomorrow)


def refused_at_once(
    db: Session, database: Database, by: User, *drafts: CheckDraft
) -> list[type[DomainError]]:
    """Record these drafts at the same moment; what was refused."""
    examiner_id = by.id
    db.commit()
    barrier, refused = Barrier(len(drafts)), []

    def one(draft: CheckDraft) -> None:
        with database.session() as own:
            by = own.get_one(User, examiner_id)
            barrier.wait()
            begin_write(own)
            try:
                services.record_check(own, draft, by, TODAY, AT)
                own.commit()
            except DomainError as error:
                refused.append(type(error))

    threads = [Thread(target=one, args=(draft,)) for draft in drafts]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return refused


def test_two_examiners_at_once_cannot_give_a_third_attempt(
    db: Session, database: Database, examiner: User, trainee: User
) -> None:
    record(db, failed_step(draft_for(trainee)), examiner)
    drafts = draft_for(trainee), draft_for(trainee)
    assert refused_at_once(db, database, examiner, *drafts) == [TooManyAttemptsToday]
    assert db.scalar(select(func.count()).select_from(SkillCheck)) == 2


def test_two_checks_of_one_trainee_at_once_are_two_attempts(
    db: Session, database: Database, examiner: User, trainee: User
) -> None:
    drafts = draft_for(trainee), draft_for(trainee)
    assert refused_at_once(db, database, examiner, *drafts) == []
    assert db.scalar(select(func.count()).select_from(SkillCheck)) == 2


def test_a_check_sent_four_times_at_once_is_one_check(
    db: Session, database: Database, examiner: User, trainee: User
) -> None:
    assert refused_at_once(db, database, examiner, *[draft_for(trainee)] * 4) == []
    assert db.scalar(select(func.count()).select_from(SkillCheck)) == 1


def test_authority_counts_on_the_day_of_signing(db: Session, examiner: User, trainee: User) -> None:
    too_late = TODAY + timedelta(days=31)
    with pytest.raises(NoAuthority):
        record(db, draft_for(trainee, too_late), examiner, too_late)


def test_an_instructor_without_a_grant_cannot_sign(db: Session, trainee: User) -> None:
    with pytest.raises(NoAuthority):
        record(db, draft_for(trainee), make_instructor(db))


def test_nobody_examines_herself(db: Session, examiner: User, trainee: User) -> None:
    with pytest.raises(OwnCheck):
        record(db, marked(draft_for(trainee), user_id=examiner.id), examiner)


def test_a_trainee_of_another_instructor_cannot_be_graded(db: Session, examiner: User) -> None:
    with pytest.raises(DomainError):
        record(db, draft_for(make_trainee(db)), examiner)


def test_the_number_of_participants_fits_the_sheet(
    db: Session, examiner: User, trainee: User
) -> None:
    with pytest.raises(WrongParticipants):
        record(db, replace(draft_for(trainee), participants=()), examiner)


@pytest.mark.parametrize("days", [-31, 1])
def test_the_day_is_neither_far_back_nor_to_come(
    db: Session, examiner: User, trainee: User, days: int
) -> None:
    with pytest.raises(WrongDay):
        record(db, draft_for(trainee, TODAY + timedelta(days=days)), examiner)


def correct(db: Session, original: SkillCheck, draft: CheckDraft, by: User) -> SkillCheck:
    return services.correct_check(db, original, draft, "Wrong box ticked.", by, TODAY, AT)


def test_a_correction_is_a_new_check_and_the_old_one_counts_no_more(
    db: Session, examiner: User, trainee: User
) -> None:
    original = record(db, draft_for(trainee), examiner)
    new = correct(db, original, failed_step(draft_for(trainee)), examiner)
    db.expire_all()
    assert original.participants[0].result is Result.PASSED
    assert original.corrected_by is new
    assert services.passed_sheets(db, [trainee.id], SLUG) == {}


def test_a_check_is_corrected_also_after_the_trainee_left(
    db: Session, examiner: User, trainee: User
) -> None:
    original = record(db, draft_for(trainee), examiner)
    for cohort in cohorts.cohorts_joined(db, trainee):
        cohorts.withdraw_member(db, cohort, trainee, examiner, AT)
    assert correct(db, original, failed_step(draft_for(trainee)), examiner).corrects is original


def test_only_its_examiner_or_an_administrator_corrects_a_check(
    db: Session, examiner: User, trainee: User
) -> None:
    original = record(db, draft_for(trainee), examiner)
    colleague = make_examiner(db, TODAY)
    with pytest.raises(NoAuthority):
        correct(db, original, failed_step(draft_for(trainee)), colleague)


def test_a_correction_takes_no_further_attempt(db: Session, examiner: User, trainee: User) -> None:
    original = record(db, failed_step(draft_for(trainee)), examiner)
    correct(db, original, draft_for(trainee), examiner)
    assert record(db, draft_for(trainee), examiner).participants[0].attempt_of_day == 2


def test_a_check_is_corrected_once(db: Session, examiner: User, trainee: User) -> None:
    original = record(db, draft_for(trainee), examiner)
    correct(db, original, failed_step(draft_for(trainee)), examiner)
    db.expire_all()
    with pytest.raises(AlreadyCorrected):
        correct(db, original, draft_for(trainee), examiner)


def test_a_correction_keeps_sheet_day_and_people(
    db: Session, examiner: User, trainee: User
) -> None:
    original = record(db, draft_for(trainee), examiner)
    with pytest.raises(WrongCorrection):
        correct(db, original, draft_for(trainee, TODAY - timedelta(days=1)), examiner)


def acknowledge(db: Session, check: SkillCheck, user: User) -> None:
    result = services.result_in(check, user.id)
    services.acknowledge(db, result, AcknowledgedBy.OWN_SIGN_IN, new_event_id(), AT)


def test_acknowledging_twice_keeps_the_first_time(
    db: Session, examiner: User, trainee: User
) -> None:
    check = record(db, draft_for(trainee), examiner)
    acknowledge(db, check, trainee)
    first = check.participants[0].acknowledge_event_id
    acknowledge(db, check, trainee)
    assert check.participants[0].acknowledge_event_id == first


def test_a_corrected_check_cannot_be_acknowledged(
    db: Session, examiner: User, trainee: User
) -> None:
    check = record(db, draft_for(trainee), examiner)
    correct(db, check, failed_step(draft_for(trainee)), examiner)
    db.expire_all()
    with pytest.raises(NotCurrent):
        acknowledge(db, check, trainee)


def test_a_passed_sheet_says_whether_it_was_acknowledged(
    db: Session, examiner: User, trainee: User
) -> None:
    check = record(db, draft_for(trainee), examiner)
    assert not services.passed_sheets(db, [trainee.id], SLUG)[trainee.id][SHEET].acknowledged
    acknowledge(db, check, trainee)
    assert services.passed_sheets(db, [trainee.id], SLUG)[trainee.id][SHEET].acknowledged


def test_the_earliest_pass_counts(db: Session, examiner: User, trainee: User) -> None:
    later = record(db, draft_for(trainee), examiner)
    earlier = record(db, draft_for(trainee, TODAY - timedelta(days=2)), examiner)
    for check in (later, earlier):
        acknowledge(db, check, trainee)
    passed = services.passed_sheets(db, [trainee.id], SLUG)[trainee.id][SHEET]
    assert passed.held_on == TODAY - timedelta(days=2)


def test_a_strangers_check_is_not_found(db: Session, examiner: User, trainee: User) -> None:
    check = record(db, draft_for(trainee), examiner)
    for stranger in (make_trainee(db), make_instructor(db)):
        with pytest.raises(NotFound):
            services.check_of(db, stranger, check.key)
    assert services.check_of(db, trainee, check.key) is check
