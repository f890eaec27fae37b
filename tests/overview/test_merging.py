"""Two accounts of one person become one: every record goes over, by stated rules."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import Consent, User
from app.accounts.types import (
    BothInAnAttempt,
    CannotMerge,
    GrantKind,
    MergedAway,
    Purpose,
)
from app.cohorts import services as cohorts
from app.cohorts.models import CohortMember
from app.cohorts.types import AnnouncementDraft, Words
from app.core import audit
from app.core.db import Base
from app.core.events import new_event_id
from app.courses.library import library
from app.learning import services as learning
from app.learning.models import Attempt, LessonCompletion
from app.overview import services
from app.overview.services.demo import check_of_one
from app.practicals import services as practicals
from app.practicals.models import SkillCheckParticipant
from tests.browsing import CheckedClient
from tests.factories import (
    AT,
    make_administrator,
    make_attempt,
    make_cohort,
    make_examiner,
    make_instructor,
    make_learner,
    make_trainee,
)

SLUG = "cpr-aed-choking"
LATER = AT + timedelta(days=1)


@pytest.fixture
def office(db: Session) -> User:
    """Who merges."""
    return make_administrator(db)


def merge(db: Session, kept: User, other: User, by: User) -> None:
    services.merge_people(db, kept, other, by, LATER)
    db.flush()


def test_every_column_that_points_to_a_person_is_moved_or_explained() -> None:
    columns = {
        f"{table.name}.{key.parent.name}"
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "user_account"
    }
    known = services.MERGE_MOVES | services.MERGE_STAYS.keys()
    assert columns - known == set(), "say in its room's merging.py what a merge does with it"
    assert known - columns == set()
    assert not services.MERGE_MOVES & services.MERGE_STAYS.keys()
    assert all(services.MERGE_STAYS.values())


def test_all_that_only_the_other_has_goes_to_the_kept(db: Session, office: User) -> None:
    kept, instructor = make_trainee(db), make_examiner(db, AT.date())
    other = make_learner(db, lessons=True)
    make_attempt(db, other)
    cohort = make_cohort(db, instructor, other)
    words = AnnouncementDraft("en", {"en": Words("Saturday", "At 8.")})
    told = cohorts.announce(db, cohort, words, new_event_id(), instructor, AT)
    cohorts.mark_read(db, other, [told.key], AT)
    accounts.give_grant(db, other, GrantKind.COURSES_TRANSLATE, "lo", None, office, AT)
    sheet = library().course(SLUG).sheets[0].key
    draft = check_of_one(library().course(SLUG), sheet, other, new_event_id(), AT.date())
    practicals.record_check(db, draft, instructor, AT.date(), AT)
    before = services.side_of(db, other).records
    agreed = services.side_of(db, kept).records["consents"]
    merge(db, kept, other, office)
    after = services.side_of(db, kept).records
    moved = {kind: number for kind, number in before.items() if kind != "consents"}
    assert moved == {kind: after[kind] for kind in moved}
    assert after["consents"] == agreed  # the same texts were agreed to twice
    assert not any(
        number for kind, number in services.side_of(db, other).records.items() if kind in moved
    )
    assert learning.progress_of(db, [kept.id], SLUG)[kept.id].passed_at is not None


def test_the_closed_account_points_to_the_kept_and_stays_closed(db: Session, office: User) -> None:
    kept, other = make_trainee(db), make_trainee(db)
    token = accounts.open_session(db, other, "phone", AT)
    for _double_tap in range(2):
        merge(db, kept, other, office)
    assert (other.merged_into_id, other.disabled_at, other.merged_at) == (kept.id, LATER, LATER)
    assert accounts.person_of_token(db, token, LATER) is None
    with pytest.raises(MergedAway):
        accounts.enable(db, other, office, LATER)
    acts = [event.action for event in audit.trail_of(db, "user", kept.key)]
    assert acts.count("accounts.merge") == 1
    accounts.erase_person(db, kept, office, LATER)
    assert other.erased_at == LATER


def test_a_restored_backup_may_hold_the_closed_account_first(db: Session) -> None:
    kept, closed = make_instructor(db), make_instructor(db)  # nothing points to them yet
    later = kept.id + 1000
    closed.merged_into_id = later
    db.flush()
    kept.id = later
    db.commit()
    assert closed.merged_into_id == later


def test_who_cannot_be_merged(db: Session, office: User) -> None:
    kept, other, third = (make_trainee(db) for _ in range(3))
    merge(db, kept, other, office)
    for one, two in [
        (kept, kept),
        (kept, make_instructor(db)),
        (other, third),
        (third, other),
        (third, make_trainee(db, erased_at=AT)),
    ]:
        with pytest.raises(CannotMerge):
            services.merge_people(db, one, two, office, LATER)


def test_the_earlier_completion_is_kept_and_attempts_are_numbered_anew(
    db: Session, office: User
) -> None:
    kept, other = make_learner(db), make_learner(db)
    course = library().course(SLUG)
    make_attempt(db, kept, wrong=range(1, 30), at=AT + timedelta(days=3))
    make_attempt(db, other, wrong=range(1, 30), at=AT)
    lesson = course.lessons[0].key
    for user, at in [(kept, AT + timedelta(hours=2)), (other, AT + timedelta(hours=1))]:
        learning.record_completion(db, user, course, lesson, new_event_id(), "lo", at)
    merge(db, kept, other, office)
    own = learning.enrollment_of(db, kept, SLUG)
    done = select(LessonCompletion).where(LessonCompletion.enrollment_id == own.id)
    assert [one.completed_at for one in db.scalars(done)] == [AT + timedelta(hours=1)]
    attempts = select(Attempt).where(Attempt.enrollment_id == own.id).order_by(Attempt.number)
    found = [(one.number, one.started_at) for one in db.scalars(attempts)]
    assert found == [(1, AT), (2, AT + timedelta(days=3))]


def test_both_with_an_open_attempt_are_refused_and_nothing_changes(
    db: Session, office: User
) -> None:
    people = [make_learner(db, lessons=True) for _ in range(2)]
    for user in people:
        learning.start_attempt(
            db, user, library().course(SLUG), new_event_id(), "en", LATER, Random(1)
        )
    with pytest.raises(BothInAnAttempt):
        services.merge_people(db, *people, office, LATER)
    assert people[1].merged_into_id is None


def test_checks_of_one_day_are_counted_on(db: Session, office: User) -> None:
    kept, other, examiner = make_trainee(db), make_trainee(db), make_examiner(db, AT.date())
    course = library().course(SLUG)
    make_cohort(db, examiner, kept, other)
    for user in (kept, other):
        draft = check_of_one(course, course.sheets[0].key, user, new_event_id(), AT.date())
        practicals.record_check(db, draft, examiner, AT.date(), AT)
    merge(db, kept, other, office)
    rows = db.scalars(select(SkillCheckParticipant).order_by(SkillCheckParticipant.id)).all()
    assert [(row.user_id, row.attempt_of_day) for row in rows] == [(kept.id, 1), (kept.id, 2)]


def test_one_cohort_of_both_is_one_place_from_the_earlier_day(db: Session, office: User) -> None:
    kept, other, instructor = make_trainee(db), make_trainee(db), make_instructor(db)
    cohort = make_cohort(db, instructor)
    cohorts.add_member(db, cohort, other, AT)
    cohorts.add_member(db, cohort, kept, LATER)
    cohorts.withdraw_member(db, cohort, kept, instructor, LATER)
    merge(db, kept, other, office)
    assert cohorts.members_of(db, cohort) == [kept]
    own = select(CohortMember).where(CohortMember.user_id == kept.id)
    assert db.scalars(own).one().joined_at == AT
    assert cohorts.member_counts(db, [cohort]) == {cohort.id: 1}


def test_an_agreement_taken_back_in_either_account_stays_taken_back(
    db: Session, office: User
) -> None:
    kept, other = make_trainee(db), make_trainee(db)
    accounts.withdraw_consent(db, kept, Purpose.PUBLIC_VERIFICATION, AT + timedelta(hours=1))
    merge(db, kept, other, office)
    assert not accounts.has_consent(db, kept, Purpose.PUBLIC_VERIFICATION)
    assert accounts.has_consent(db, kept, Purpose.TRAINING_RECORD)
    assert {one.user_id for one in db.scalars(select(Consent))} == {kept.id, other.id}


def test_the_office_compares_types_and_merges(
    sign_in: Any, client: CheckedClient, db: Session, office: User
) -> None:
    kept = make_trainee(db, native_name="ສົມສະໄໝ ແກ້ວມະນີ", username="somsamai")
    other = make_trainee(db, native_name="ສົມສະໄໝ ແກ້ວມະນີ", username="somsamai2")
    browser = sign_in(office)
    assert other.key in browser.get(f"/en/people/staff/{kept.key}/merge").text
    address = f"/en/people/staff/{kept.key}/merge/{other.key}"
    wrong = browser.submit(address, {"username": "somsamai", "sure": "y"}, "username")
    assert (wrong.status_code, "is not the username" in wrong.text) == (422, True)
    given = {"username": " SOMSAMAI2 ", "sure": "y"}
    assert browser.submit(address, given, "username").status_code == 303
    assert browser.post(address, data=given).status_code == 303  # a double tap
    db.refresh(other)
    assert other.merged_into_id == kept.id
    assert "somsamai" in browser.get(f"/en/people/staff/{other.key}").text
    assert sign_in(make_instructor(db)).get(address).status_code == 403
