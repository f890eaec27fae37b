"""Who is eligible, on which day, and exactly what the others miss."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.types import Names, Purpose
from app.certificates import services
from app.certificates.types import Missing, MissingKind
from app.cohorts import services as cohorts
from app.cohorts.models import Cohort
from app.core.events import new_event_id
from app.courses.library import library
from app.courses.types import Course
from tests.certificates.conftest import BASE_URL, SLUG, TODAY, Issue, Ready, correct_to_failed
from tests.counting import statements_of
from tests.factories import AT, make_attempt, make_learner


def kinds(db: Session, user: User, course: Course, on: date = TODAY) -> set[MissingKind]:
    return {missing.kind for missing in services.readiness(db, [user], course, on)[0].missing}


def test_who_has_done_everything_is_eligible(db: Session, ready: Ready, course: Course) -> None:
    found = services.readiness(db, [ready()], course, TODAY)[0]
    assert (found.missing, found.is_issuable) == ((), True)


def test_a_newcomer_misses_everything_and_hears_exactly_what(db: Session, course: Course) -> None:
    user = make_learner(db, names_confirmed=False, public_verification=False)
    missing = services.readiness(db, [user], course, TODAY)[0].missing
    assert [(m.kind, m.key, m.done, m.total) for m in missing] == [
        (MissingKind.LESSONS, "", 0, len(course.lessons)),
        (MissingKind.ASSESSMENT, "", 0, 0),
        *[(MissingKind.NEEDED_COURSE, slug, 0, 0) for slug in course.needs],
        *[(MissingKind.SHEET, sheet.key, 0, 0) for sheet in course.sheets],
        (MissingKind.NAMES, "", 0, 0),
        (MissingKind.CONSENT, "", 0, 0),
    ]


def test_a_passed_sheet_counts_once_the_trainee_has_acknowledged_it(
    db: Session, cohort: Cohort, course: Course, check: Callable[..., None]
) -> None:
    user = make_learner(db, lessons=True)
    cohorts.add_member(db, cohort, user, AT)
    check(user, course.sheets[0].key, acknowledged=False)
    missing = services.readiness(db, [user], course, TODAY)[0].missing
    assert Missing(MissingKind.ACKNOWLEDGEMENT, course.sheets[0].key) in missing


def test_a_failed_assessment_does_not_count(db: Session, course: Course) -> None:
    user = make_learner(db, lessons=True)
    make_attempt(db, user, wrong=range(1, course.assessment.length + 1))
    assert MissingKind.ASSESSMENT in kinds(db, user, course)


def test_withdrawn_consent_stops_the_certificate(db: Session, ready: Ready, course: Course) -> None:
    user = ready()
    accounts.withdraw_consent(db, user, Purpose.PUBLIC_VERIFICATION, AT)
    assert kinds(db, user, course) == {MissingKind.CONSENT}


def test_a_name_with_letters_that_no_font_has_is_told(
    db: Session, ready: Ready, course: Course
) -> None:
    found = services.readiness(db, [ready(native_name="王ဿ小ဿ")], course, TODAY)[0]
    assert [(m.kind, m.key) for m in found.missing] == [(MissingKind.LETTERS, "ဿ")]


def test_a_course_that_is_needed_counts_once_its_content_is_there(
    db: Session, ready: Ready, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = ready()
    needing = course.structure.model_copy(update={"needs": (SLUG, "not-there-yet")})

    assert not services.readiness(db, [user], replace(course, structure=needing), TODAY)[0].missing
    other = make_learner(db)
    missing = services.readiness(db, [other], replace(course, structure=needing), TODAY)[0].missing
    assert [m.key for m in missing if m.kind is MissingKind.NEEDED_COURSE] == [SLUG]


def test_the_award_date_is_the_day_of_the_last_learning_requirement(
    db: Session, ready: Ready, course: Course
) -> None:
    later = TODAY + timedelta(days=9)
    found = services.readiness(db, [ready(days=(TODAY, later))], course, later)[0]
    assert found.award_date == later


def test_the_award_date_is_a_day_of_the_programmes_zone(
    db: Session, ready: Ready, course: Course
) -> None:
    evening = datetime(2026, 3, 2, 16, 30, tzinfo=UTC)  # 00:30 on 3 March in Nanning
    found = services.readiness(db, [ready(at=evening)], course, TODAY)[0]
    assert found.award_date == date(2026, 3, 3)


def test_confirming_names_later_does_not_move_the_award_date(
    db: Session, ready: Ready, course: Course
) -> None:
    user = ready()
    accounts.confirm_names(db, user, user.names, AT + timedelta(days=40))
    found = services.readiness(db, [user], course, TODAY)[0]
    assert found.award_date == TODAY


def test_validity_counts_from_the_earliest_skill_check(
    db: Session, ready: Ready, course: Course
) -> None:
    found = services.readiness(
        db, [ready(days=(TODAY, TODAY + timedelta(days=9)))], course, TODAY + timedelta(days=9)
    )[0]
    assert found.valid_until == date(2028, 3, 2)


def test_a_check_that_is_too_old_does_not_count(db: Session, ready: Ready, course: Course) -> None:
    user = ready()
    assert kinds(db, user, course, date(2028, 3, 3)) == {MissingKind.SHEET_EXPIRED}
    assert kinds(db, user, course, date(2028, 3, 2)) == set()


def test_only_who_was_ever_checked_can_be_ready_for_a_course(
    db: Session, ready: Ready, course: Course, issue: Issue
) -> None:
    certified, checked, learner = ready(), ready(names_confirmed=False), make_learner(db, SLUG)
    (issued,) = issue(certified)
    correct_to_failed(db, issued)
    assert services.possible(db, [learner, checked, certified], course) == [checked, certified]


def test_only_who_was_ever_certified_can_be_ready_for_the_programme(
    db: Session, ready: Ready, issue: Issue
) -> None:
    certified, checked = ready(), ready()
    issue(certified)
    assert services.possible(db, [checked, certified], library().programme) == [certified]


def test_evidence_is_all_that_is_left_out_without_it(
    db: Session, ready: Ready, course: Course
) -> None:
    users = [ready(), ready(names_confirmed=False), make_learner(db, SLUG)]
    whole = services.readiness(db, users, course, TODAY)
    without = services.readiness(db, users, course, TODAY, evidence=False)
    assert [one._replace(evidence={}) for one in whole] == without
    assert whole[0].evidence


def test_holders_of_certificates_cost_no_more_queries_than_one(
    db: Session, ready: Ready, course: Course, issue: Issue, administrator: User
) -> None:
    users = [ready() for _ in range(3)]
    first, *_others = issue(*users)
    names = Names("ຄຳຫຼ້າ ວົງສາ", "KHAMLA VONGSA", None)
    wish = services.Correction(names, texts=False, reason="The name was misspelt.")
    services.correct(db, first, wish, administrator, new_event_id(), AT, BASE_URL)
    counts = []
    for group in (users[1:2], users):
        db.expire_all()
        [user.id for user in group]
        with statements_of(db.get_bind()) as asked:
            found = services.readiness(db, group, course, TODAY)
        counts.append(len(asked))
        assert all(one.certificate is not None for one in found)
    assert counts[0] == counts[1]


def test_readiness_asks_the_same_number_of_queries_for_many(
    db: Session, ready: Ready, course: Course
) -> None:
    counts = []
    users = [ready() for _ in range(3)]
    for group in (users[:1], users):
        db.expunge_all()
        with statements_of(db.get_bind()) as asked:
            services.readiness(db, group, course, TODAY)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 11 + 2 * len(course.needs)
