"""Who waits for a place in a cohort: admitted or declined, two at once included."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.cohorts import services
from app.cohorts.models import Cohort, CohortMember, JoinCode, JoinRequest
from app.cohorts.types import CohortHasNoPlace, RequestState
from app.core import audit
from app.core.db import Database
from app.learning import services as learning
from tests.cohorts.together import SLUG, TODAY, at_once
from tests.counting import statements_of
from tests.factories import AT, make_cohort, make_instructor, make_trainee


def ask(db: Session, code: JoinCode) -> tuple[User, str]:
    """A trainee who waits, and the key of her request."""
    trainee = make_trainee(db)
    services.join_again(db, code.code, trainee, TODAY, AT)
    return trainee, services.requests_of(db, trainee)[-1].key


# the queue


def test_who_joins_by_such_a_code_waits_and_is_not_enrolled(
    db: Session, cohort: Cohort, code: JoinCode
) -> None:
    trainee, _key = ask(db, code)
    services.join_again(db, code.code, trainee, TODAY, AT)  # a double tap
    assert [one.user for one in services.queue_of(db, cohort)] == [trainee]
    assert services.waiting_counts(db, [cohort]) == {cohort.id: 1}
    assert not services.members_of(db, cohort)
    assert learning.enrolled_in(db, [trainee.id], SLUG) == set()
    assert services.news_for(db, trainee, "en").waiting == (cohort.name,)
    db.refresh(code)
    assert code.used == 1


def test_the_admitted_are_in_the_cohort_and_its_courses(
    db: Session, cohort: Cohort, code: JoinCode, instructor: User
) -> None:
    people = [ask(db, code) for _ in range(3)]
    keys = {key for _user, key in people[:2]}
    assert services.admit(db, cohort, keys, instructor, AT) == 2
    assert services.admit(db, cohort, keys, instructor, AT) == 0
    ids = {user.id for user, _key in people[:2]}
    assert {user.id for user in services.members_of(db, cohort)} == ids
    assert learning.enrolled_in(db, [user.id for user, _key in people], SLUG) == ids
    assert len(services.queue_of(db, cohort)) == 1


def test_two_who_admit_the_same_person_admit_her_once(
    db: Session, database: Database, cohort: Cohort, code: JoinCode, instructor: User
) -> None:
    trainee, key = ask(db, code)
    cohort_id, by_id = cohort.id, instructor.id
    db.commit()

    def admit(own: Session) -> object:
        by = own.get_one(User, by_id)
        return services.admit(own, own.get_one(Cohort, cohort_id), {key}, by, AT)

    assert at_once(database, admit, admit) == []
    db.expire_all()
    acts = [event.action for event in audit.trail_of(db, "user", trainee.key)]
    assert acts.count("cohorts.admit") == 1
    assert db.scalar(select(func.count()).select_from(CohortMember)) == 1


def test_more_than_the_places_are_not_admitted_at_all(
    db: Session, cohort: Cohort, code: JoinCode, instructor: User
) -> None:
    cohort.capacity = 1
    keys = {ask(db, code)[1] for _ in range(2)}
    with pytest.raises(CohortHasNoPlace):
        services.admit(db, cohort, keys, instructor, AT)
    assert not services.members_of(db, cohort)


def test_the_declined_are_told_and_their_place_is_free_again(
    db: Session, cohort: Cohort, code: JoinCode, instructor: User
) -> None:
    trainee, key = ask(db, code)
    assert services.decline(db, cohort, {key}, instructor, AT) == 1
    assert services.decline(db, cohort, {key}, instructor, AT) == 0
    assert services.news_for(db, trainee, "en").declined == (cohort.name,)
    db.refresh(code)
    assert code.used == 0
    services.join_again(db, code.code, trainee, TODAY, AT)  # she may ask once more
    assert services.news_for(db, trainee, "en").declined == ()
    assert len(services.queue_of(db, cohort)) == 1


def test_the_queue_of_another_cohort_is_not_decided(
    db: Session, cohort: Cohort, code: JoinCode, instructor: User
) -> None:
    _trainee, key = ask(db, code)
    other = make_cohort(db, make_instructor(db))
    assert services.admit(db, other, {key}, instructor, AT) == 0
    assert services.decline(db, other, {key}, instructor, AT) == 0
    assert db.scalars(select(JoinRequest)).one().decided_at is None


def test_two_accounts_that_wait_are_one_person_who_waits_once(
    db: Session, cohort: Cohort, code: JoinCode
) -> None:
    (kept, _first), (other, second) = ask(db, code), ask(db, code)
    services.merge_people(db, kept, other, AT)
    assert [one.user for one in services.queue_of(db, cohort)] == [kept]
    later = db.scalars(select(JoinRequest).where(JoinRequest.key == second)).one()
    assert later.state is RequestState.DECLINED
    db.refresh(code)
    assert code.used == 1


def test_a_class_is_let_in_and_enrolled_in_as_few_statements_as_one(
    db: Session, database: Database, cohort: Cohort, code: JoinCode, instructor: User
) -> None:
    def inserts(number: int) -> int:
        keys = {ask(db, code)[1] for _ in range(number)}
        with statements_of(database.engine) as told:
            services.admit(db, cohort, keys, instructor, AT)
            services.change_cohort(db, cohort, services.draft_of(cohort), instructor, AT)
        return sum("INSERT INTO enrollment" in each for each in told)

    assert inserts(1) == inserts(4)
