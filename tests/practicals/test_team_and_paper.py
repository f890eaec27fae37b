"""One sheet for a team, sheets typed in from paper, who is next, and the list of checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.errors import NotFound
from app.core.events import new_event_id
from app.courses.library import library
from app.overview.services.demo import check_of_one
from app.practicals import services
from app.practicals.services import sessions
from app.practicals.types import (
    AcknowledgedBy,
    CheckDraft,
    CheckFilter,
    Mark,
    NoAuthority,
    OneResultForAll,
    Paper,
    ParticipantDraft,
    Result,
    ResultFilter,
    SessionElsewhere,
    TooManyAttemptsToday,
    WrongParticipants,
    WrongSignatureDay,
)
from tests.factories import AT, make_cohort, make_examiner, make_instructor, make_trainee
from tests.practicals.conftest import TODAY, allow
from tests.practicals.days import make_session

SLUG, SHEET = "cpr-aed-choking", "choking-recovery"


@pytest.fixture
def examiner(db: Session) -> User:
    """An instructor who may examine the team and one course."""
    user = make_examiner(db, TODAY + timedelta(days=30))
    return allow(db, user, team_scope())


def team_scope() -> str:
    exercise = library().exercise
    assert exercise is not None
    return f"{library().programme.key}/{exercise.key}"


@pytest.fixture
def people(db: Session, examiner: User) -> list[User]:
    """Five trainees of the examiner."""
    found = [make_trainee(db) for _ in range(5)]
    make_cohort(db, examiner, *found)
    return found


def team_draft(people: Sequence[User], **changes: object) -> CheckDraft:
    slug, _slash, key = team_scope().partition("/")
    sheet = services.find_sheet(slug, key).sheet
    marks = {step.key: Mark.PASSED for step in sheet.steps}
    members = tuple(
        ParticipantDraft(user.id, role, marks)
        for user, role in zip(people, sheet.participants.roles, strict=False)
    )
    draft = CheckDraft(new_event_id(), slug, key, None, TODAY, "Nanning", "zh", "Ropes", members)
    return replace(draft, **changes)


def test_a_team_has_one_result_for_all(db: Session, examiner: User, people: list[User]) -> None:
    check = services.record_check(db, team_draft(people), examiner, TODAY, AT)
    assert {row.result for row in check.participants} == {Result.PASSED}
    ids = [user.id for user in people]
    assert set(services.passed_team_exercise(db, [*ids, examiner.id])) == set(ids)


def test_a_critical_fail_fails_all(db: Session, examiner: User, people: list[User]) -> None:
    draft = team_draft(people)
    fail = next(iter(library().exercise.critical_fails))  # type: ignore[union-attr]
    told = tuple(replace(p, critical_fails={fail: "Went in."}) for p in draft.participants)
    check = services.record_check(db, replace(draft, participants=told), examiner, TODAY, AT)
    assert {row.result for row in check.participants} == {Result.FAILED}
    one_only = (told[0], *draft.participants[1:])
    with pytest.raises(OneResultForAll):
        services.record_check(db, team_draft(people, participants=one_only), examiner, TODAY, AT)


def test_a_team_needs_five_people_with_five_roles_and_a_grant(
    db: Session, examiner: User, people: list[User]
) -> None:
    with pytest.raises(WrongParticipants):
        services.record_check(db, team_draft(people[:4]), examiner, TODAY, AT)
    with pytest.raises(NoAuthority):
        services.record_check(db, team_draft(people), make_examiner(db, TODAY), TODAY, AT)


def test_each_member_sees_the_teams_check_and_has_two_attempts_a_day(
    db: Session, examiner: User, people: list[User]
) -> None:
    checks = [services.record_check(db, team_draft(people), examiner, TODAY, AT) for _ in range(2)]
    for user in people:
        assert services.check_of(db, user, checks[0].key) is checks[0]
    with pytest.raises(TooManyAttemptsToday):
        services.record_check(db, team_draft(people), examiner, TODAY, AT)


def test_the_teams_check_is_corrected_as_one(
    db: Session, examiner: User, people: list[User]
) -> None:
    check = services.record_check(db, team_draft(people), examiner, TODAY, AT)
    draft = team_draft(people)
    first = next(iter(draft.participants[0].marks))
    failed = tuple(replace(p, marks={**p.marks, first: Mark.FAILED}) for p in draft.participants)
    services.correct_check(
        db, check, replace(draft, participants=failed), "Wrong line.", examiner, TODAY, AT
    )
    assert services.passed_team_exercise(db, [user.id for user in people]) == {}


def test_only_the_last_role_is_for_several_people(
    db: Session, examiner: User, people: list[User]
) -> None:
    slug = "floods-storms"
    allow(db, examiner, f"{slug}/dormitory-evacuation")
    make_cohort(db, examiner, *people, slug=slug)
    marks = {s.key: Mark.PASSED for s in library().course(slug).sheet("dormitory-evacuation").steps}

    def draft(*roles: str) -> CheckDraft:
        members = tuple(
            ParticipantDraft(user.id, role, marks)
            for user, role in zip(people, roles, strict=False)
        )
        return replace(
            team_draft(people, participants=members),
            course_slug=slug,
            sheet_key="dormitory-evacuation",
        )

    with pytest.raises(WrongParticipants):
        services.record_check(db, draft("leader", "leader", "helper"), examiner, TODAY, AT)
    check = services.record_check(db, draft("leader", "helper", "helper"), examiner, TODAY, AT)
    assert len(check.participants) == 3


def draft_for(trainee: User) -> CheckDraft:
    return check_of_one(library().course(SLUG), SHEET, trainee, new_event_id(), TODAY)


def test_a_signature_on_paper_is_an_acknowledgement(
    db: Session, examiner: User, people: list[User]
) -> None:
    draft = draft_for(people[0])
    signed = (replace(draft.participants[0], signed_paper=True),)
    paper = Paper("No. 17", "陈美玲", TODAY)
    check = services.record_check(
        db, replace(draft, participants=signed, paper=paper), examiner, TODAY, AT
    )
    assert check.participants[0].acknowledged_by is AcknowledgedBy.PAPER
    assert (check.paper, check.paper_signed_by, check.paper_signed_on) == (
        "No. 17",
        "陈美玲",
        TODAY,
    )
    passed = services.passed_sheets(db, [people[0].id], SLUG)[people[0].id][SHEET]
    assert passed.acknowledged


def test_a_paper_is_not_signed_before_the_check(
    db: Session, examiner: User, people: list[User]
) -> None:
    paper = Paper("No. 17", "陈美玲", TODAY - timedelta(days=1))
    with pytest.raises(WrongSignatureDay):
        services.record_check(db, replace(draft_for(people[0]), paper=paper), examiner, TODAY, AT)


def test_who_has_not_passed_is_next(db: Session, examiner: User, people: list[User]) -> None:
    services.record_check(db, draft_for(people[0]), examiner, TODAY, AT)
    found = services.who_is_next(db, people, SLUG, SHEET, TODAY)
    assert found[-1].user is people[0]
    assert (found[-1].has_passed, found[-1].used_today) == (True, 1)
    text = people[1].latin_name or ""
    by_name = services.who_is_next(
        db, people, SLUG, SHEET, TODAY, text=text.lower(), chosen=[people[2].key]
    )
    assert [one.user for one in by_name[:1]] == [people[2]], "who is chosen stays in sight"
    assert people[1] in [one.user for one in by_name]


def test_a_session_is_of_the_day_and_of_the_examiners_cohort(
    db: Session, examiner: User, people: list[User]
) -> None:
    cohort = make_cohort(db, examiner, *people)
    day = make_session(db, cohort, examiner)
    draft = replace(draft_for(people[0]), session_id=day.id)
    with pytest.raises(SessionElsewhere):
        services.record_check(
            db, replace(draft, held_on=TODAY - timedelta(days=1)), examiner, TODAY, AT
        )
    assert services.record_check(db, draft, examiner, TODAY, AT).session_id == day.id
    with pytest.raises(NotFound):
        sessions.session_of(db, make_instructor(db), day.key)


def test_the_list_is_narrowed_and_paged(
    db: Session, examiner: User, people: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = [services.record_check(db, draft_for(u), examiner, TODAY, AT) for u in people[:3]]
    other = services.record_check(db, team_draft(people), examiner, TODAY, AT)

    def keys(wanted: CheckFilter, page: int = 1) -> set[str]:
        return {check.key for check in services.checks_by(db, examiner, wanted, page).checks}

    sheet = CheckFilter(sheet=(SLUG, SHEET))
    assert keys(sheet) == {check.key for check in passed}
    assert keys(CheckFilter(result=ResultFilter.FAILED)) == set()
    assert len(keys(CheckFilter(result=ResultFilter.UNACKNOWLEDGED))) == 4
    assert keys(CheckFilter(held_on=TODAY - timedelta(days=1))) == set()
    monkeypatch.setattr("app.practicals.services.listing.PER_PAGE", 3)
    first = services.checks_by(db, examiner)
    assert (len(first.checks), first.has_more, first.checks[0]) == (3, True, other)
    assert len(keys(CheckFilter(), 2)) == 1
