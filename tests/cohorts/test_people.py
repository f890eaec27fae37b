"""Places, leaving and moving: who is in a cohort, two at once included."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.types import Erased, MergedAway, NameForm
from app.cohorts import services
from app.cohorts.models import Cohort, CohortMember, JoinCode
from app.cohorts.types import (
    CapacityTooSmall,
    CohortArchived,
    CohortFull,
    CohortHasNoPlace,
    DueOutsideCohort,
)
from app.core import audit
from app.core.db import Database
from app.core.errors import EventConflict, NotFound
from app.core.events import new_event_id
from app.learning import services as learning
from tests.cohorts.together import SLUG, TODAY, at_once
from tests.factories import AT, make_administrator, make_cohort, make_instructor, make_trainee

# capacity


def test_nobody_is_added_beyond_the_capacity(db: Session, cohort: Cohort) -> None:
    cohort.capacity = 1
    first = make_trainee(db)
    services.add_member(db, cohort, first, AT)
    services.add_member(db, cohort, first, AT)  # the same person again takes no place
    with pytest.raises(CohortHasNoPlace):
        services.add_member(db, cohort, make_trainee(db), AT)


def test_a_full_cohort_refuses_its_open_codes(
    db: Session, cohort: Cohort, instructor: User
) -> None:
    cohort.capacity = 1
    last = TODAY + timedelta(days=7)
    code = services.create_join_code(db, cohort, last, 30, new_event_id(), instructor, AT)
    services.join_again(db, code.code, make_trainee(db), TODAY, AT)
    with pytest.raises(CohortFull):
        services.open_code(db, code.code, TODAY)


def test_two_at_once_do_not_share_the_last_place_of_a_cohort(
    db: Session, database: Database, cohort: Cohort
) -> None:
    cohort.capacity = 1
    ids = [make_trainee(db).id, make_trainee(db).id]
    cohort_id = cohort.id
    db.commit()

    def adding(user_id: int) -> Callable[[Session], object]:
        return lambda own: services.add_member(
            own, own.get_one(Cohort, cohort_id), own.get_one(User, user_id), AT
        )

    assert at_once(database, *map(adding, ids)) == [CohortHasNoPlace]
    assert db.scalar(select(func.count()).select_from(CohortMember)) == 1


def test_the_capacity_is_never_below_the_trainees(
    db: Session, cohort: Cohort, instructor: User
) -> None:
    for _ in range(2):
        services.add_member(db, cohort, make_trainee(db), AT)
    draft = replace(services.draft_of(cohort), capacity=1)
    with pytest.raises(CapacityTooSmall):
        services.change_cohort(db, cohort, draft, instructor, AT)


# dates and copies


def test_a_due_date_lies_within_the_days_of_the_cohort(
    db: Session, cohort: Cohort, instructor: User
) -> None:
    last = TODAY + timedelta(days=60)
    draft = replace(services.draft_of(cohort), ends_on=last)
    for day in (TODAY - timedelta(days=1), last + timedelta(days=1)):
        wrong = replace(draft, due_on={SLUG: day})
        with pytest.raises(DueOutsideCohort):
            services.change_cohort(db, cohort, wrong, instructor, AT)
    services.change_cohort(db, cohort, replace(draft, due_on={SLUG: last}), instructor, AT)
    assert services.draft_of(cohort).due_on == {SLUG: last}


def test_a_copy_has_everything_but_people_and_codes_and_its_days_move(
    db: Session, cohort: Cohort, instructor: User, code: JoinCode
) -> None:
    services.add_member(db, cohort, make_trainee(db), AT)
    full = replace(
        services.draft_of(cohort),
        countries=("LA", "VN"),
        second_language="zh",
        capacity=40,
        ends_on=date(2026, 6, 30),
        due_on={SLUG: date(2026, 4, 1)},
    )
    services.change_cohort(db, cohort, full, instructor, AT)
    begins, event = TODAY + timedelta(days=180), new_event_id()
    copies = [
        services.copy_cohort(db, cohort, "ວຽງຈັນ 2", begins, event, instructor, AT)
        for _double_tap in range(2)
    ]
    assert copies[0] is copies[1]
    made = services.draft_of(copies[0])
    assert made == replace(
        full,
        name="ວຽງຈັນ 2",
        starts_on=begins,
        ends_on=date(2026, 6, 30) + timedelta(days=180),
        due_on={SLUG: date(2026, 4, 1) + timedelta(days=180)},
        courses=made.courses,
    )
    assert not services.members_of(db, copies[0])
    assert not services.join_codes_of(db, copies[0])
    assert services.instructors_of(db, copies[0]) == [instructor]
    with pytest.raises(EventConflict):
        services.copy_cohort(db, cohort, "another", begins, event, instructor, AT)


def test_an_archived_cohort_comes_back_with_its_codes(
    db: Session, cohort: Cohort, instructor: User, code: JoinCode
) -> None:
    services.archive_cohort(db, cohort, instructor, AT)
    db.flush()
    assert services.archived_cohorts_of(db, instructor) == [cohort]
    services.restore_cohort(db, cohort, instructor, AT)
    db.flush()
    assert services.cohorts_of(db, instructor) == [cohort]
    assert services.open_code(db, code.code, TODAY) is code


def test_cohorts_are_found_without_accents_or_case(db: Session, instructor: User) -> None:
    one = make_cohort(db, instructor, name="Đà Nẵng, lớp 2")
    make_cohort(db, instructor, name="ភ្នំពេញ")
    assert services.matching_cohorts(services.cohorts_of(db, instructor), "da nang") == [one]


# leaving and moving


def test_a_moved_trainee_keeps_her_records_and_the_old_place_its_history(
    db: Session, cohort: Cohort, instructor: User
) -> None:
    trainee, to = make_trainee(db), make_cohort(db, instructor, name="ວຽງຈັນ 2")
    services.add_member(db, cohort, trainee, AT)
    for _double_tap in range(2):
        services.move_member(db, cohort, trainee, to, instructor, AT + timedelta(days=1))
    (closed,) = services.former_members_of(db, cohort)
    assert (closed.withdrawn_at, closed.moved_to) == (AT + timedelta(days=1), to)
    assert services.members_of(db, to) == [trainee]
    assert learning.enrollment_of(db, trainee, SLUG).enrolled_at == AT
    acts = [event.action for event in audit.trail_of(db, "user", trainee.key)]
    assert acts.count("cohorts.move-member") == 1


def test_a_full_or_archived_cohort_takes_nobody(
    db: Session, cohort: Cohort, instructor: User
) -> None:
    trainee = make_trainee(db)
    services.add_member(db, cohort, trainee, AT)
    full = make_cohort(db, instructor, make_trainee(db), capacity=1)
    gone = make_cohort(db, instructor, archived_at=AT)
    with pytest.raises(CohortHasNoPlace):
        services.move_member(db, cohort, trainee, full, instructor, AT)
    with pytest.raises(CohortArchived):
        services.move_member(db, cohort, trainee, gone, instructor, AT)


def test_the_reason_is_kept_until_she_is_back_or_erased(
    db: Session, cohort: Cohort, instructor: User
) -> None:
    trainee, other = make_trainee(db), make_trainee(db)
    for user in (trainee, other):
        services.add_member(db, cohort, user, AT)
        services.withdraw_member(db, cohort, user, instructor, AT, "Went home for a year.")
    services.return_member(db, cohort, trainee, instructor, AT)
    accounts.erase_person(db, other, make_administrator(db), AT)
    db.flush()
    rows = db.scalars(select(CohortMember).order_by(CohortMember.id)).all()
    assert [row.withdrawn_reason for row in rows] == [None, None]
    assert services.members_of(db, cohort) == [trainee]


def test_nobody_brings_back_an_account_that_is_gone(
    db: Session, cohort: Cohort, instructor: User
) -> None:
    erased, merged = make_trainee(db), make_trainee(db)
    for user in (erased, merged):
        services.add_member(db, cohort, user, AT)
        services.withdraw_member(db, cohort, user, instructor, AT)
    accounts.erase_person(db, erased, make_administrator(db), AT)
    accounts.merge_people(db, make_trainee(db), merged, AT)
    for user, refusal in ((erased, Erased), (merged, MergedAway)):
        with pytest.raises(refusal):
            services.return_member(db, cohort, user, instructor, AT)


def test_strangers_find_nobody_who_left(db: Session, cohort: Cohort, instructor: User) -> None:
    trainee = make_trainee(db)
    services.add_member(db, cohort, trainee, AT)
    services.withdraw_member(db, cohort, trainee, instructor, AT)
    assert services.member_or_former(db, instructor, cohort.key, trainee.key) == (cohort, trainee)
    for person, user in [(make_instructor(db), trainee), (instructor, make_trainee(db))]:
        with pytest.raises(NotFound):
            services.member_or_former(db, person, cohort.key, user.key)


# the list of trainees


def named(db: Session, native: str, latin: str, chinese: str | None) -> User:
    """A trainee with these names."""
    return make_trainee(db, native_name=native, latin_name=latin, chinese_name=chinese)


def test_trainees_are_found_by_any_form_of_the_name(db: Session) -> None:
    rows = [
        ("Nguyễn Thị Ánh Tuyết", "NGUYEN THI ANH TUYET", None),
        ("ສົມສະໄໝ ແກ້ວມະນີ", "SOMSAMAI KEOMANY", "宋赛美"),
        ("សុខ ចាន់ដារ៉ា", "SOK CHANDARA", None),
    ]
    people = [named(db, *one) for one in rows]
    for text, place in [("anh tuyet", 0), ("TUYẾT", 0), ("赛美", 1), ("ໄໝ", 1), ("chandara", 2)]:
        assert accounts.people_named(people, text) == [people[place]], text


def test_trainees_stand_in_the_order_of_the_chosen_form(db: Session) -> None:
    rows = [
        ("Đặng Hưng", "DANG HUNG", "邓兴"),
        ("Dương Ánh", "DUONG ANH", "杨映"),
        ("ຂຽວ", "KHIAO", None),
        ("ກອງ", "KONG", "龚"),
        ("覃秋燕", "QIN QIUYAN", "覃秋燕"),
    ]
    people = [named(db, *one) for one in rows]

    def order(by: NameForm) -> list[str]:
        return [user.latin_name for user in accounts.sorted_by_name(people, by)]

    assert order(NameForm.LATIN) == ["DANG HUNG", "DUONG ANH", "KHIAO", "KONG", "QIN QIUYAN"]
    assert order(NameForm.NATIVE) == ["DUONG ANH", "DANG HUNG", "KONG", "KHIAO", "QIN QIUYAN"]
    assert order(NameForm.CHINESE) == ["DANG HUNG", "KONG", "QIN QIUYAN", "DUONG ANH", "KHIAO"]
