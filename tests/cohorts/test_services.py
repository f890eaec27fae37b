"""Who leads which cohort, and how people join."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.types import Consents, Names, TraineeProfile
from app.cohorts import services
from app.cohorts.models import Cohort, CohortMember
from app.cohorts.types import (
    CohortDraft,
    CohortFull,
    CourseHasNoContent,
    JoinCodeExpired,
    UnknownJoinCode,
)
from app.config import Settings
from app.core.db import Database, begin_write
from app.core.errors import DomainError, EventConflict, NotFound
from app.core.events import new_event_id
from app.courses.library import open_library
from app.learning import services as learning
from tests.courses.planting import copy_of_fixture
from tests.factories import AT, make_administrator, make_instructor, make_trainee
from tests.libraries import show

TODAY = date(2026, 3, 2)
SLUG = "cpr-aed-choking"
DRAFT = CohortDraft(
    name="ວຽງຈັນ 2026",
    partner="ມະຫາວິທະຍາໄລແຫ່ງຊາດລາວ",
    countries=("LA",),
    starts_on=TODAY,
    ends_on=None,
    language="lo",
    courses=(SLUG,),
)


def make_cohort(db: Session, instructor: object = None) -> Cohort:
    by = instructor or make_instructor(db)
    return services.create_cohort(db, DRAFT, new_event_id(), by, AT)


def profile(username: str = "somsamai") -> TraineeProfile:
    return TraineeProfile(
        username=username,
        names=Names("ສົມສະໄໝ ແກ້ວມະນີ", "SOMSAMAI KEOMANY"),
        nationality="LA",
        language="lo",
    )


def join(db: Session, code: str, username: str = "somsamai", today: date = TODAY) -> object:
    secret = accounts.prepare_password("seven cups of rice")
    return services.join(db, code, profile(username), secret, Consents(True, True, "lo"), today, AT)


def code_of(db: Session, cohort: Cohort, capacity: int = 30) -> str:
    by = make_administrator(db)
    last_day = TODAY + timedelta(days=7)
    return services.create_join_code(db, cohort, last_day, capacity, new_event_id(), by, AT).code


def test_an_instructor_sees_only_her_own_cohorts(db: Session) -> None:
    own, other = make_cohort(db, instructor := make_instructor(db)), make_cohort(db)
    assert services.cohorts_of(db, instructor) == [own]
    with pytest.raises(NotFound):
        services.cohort_of(db, instructor, other.key)


def test_an_administrator_sees_every_cohort(db: Session) -> None:
    cohorts = {make_cohort(db), make_cohort(db)}
    assert set(services.cohorts_of(db, make_administrator(db))) == cohorts


def test_the_same_event_makes_one_cohort(db: Session) -> None:
    by, event_id = make_instructor(db), new_event_id()
    first = services.create_cohort(db, DRAFT, event_id, by, AT)
    assert services.create_cohort(db, DRAFT, event_id, by, AT) is first


def test_the_same_event_with_other_content_is_a_conflict(db: Session) -> None:
    instructor, event_id = make_instructor(db), new_event_id()
    cohort = services.create_cohort(db, DRAFT, event_id, instructor, AT)
    with pytest.raises(EventConflict):
        services.create_cohort(db, replace(DRAFT, name="Hà Nội 2026"), event_id, instructor, AT)
    services.create_join_code(db, cohort, TODAY, 30, event_id, instructor, AT)
    with pytest.raises(EventConflict):
        services.create_join_code(db, cohort, TODAY, 60, event_id, instructor, AT)
    with pytest.raises(EventConflict):
        services.create_join_code(db, make_cohort(db), TODAY, 30, event_id, instructor, AT)


@pytest.fixture
def gloves_in_preparation(tmp_path: Path) -> Iterator[None]:
    """A programme that plans the course `gloves` but has no files of it yet."""
    copy = copy_of_fixture(tmp_path)
    copy.remove("gloves")
    open_library(copy.root / "courses")
    yield
    show(Settings().courses_dir)


@pytest.mark.usefixtures("gloves_in_preparation")
def test_a_course_in_preparation_cannot_be_assigned(db: Session) -> None:
    draft = replace(DRAFT, courses=("clean-hands", "gloves"))
    with pytest.raises(CourseHasNoContent):
        services.create_cohort(db, draft, new_event_id(), make_instructor(db), AT)


def test_joining_makes_an_account_in_the_cohort_and_its_courses(db: Session) -> None:
    cohort = make_cohort(db)
    trainee = join(db, code_of(db, cohort))
    assert services.members_of(db, cohort) == [trainee]
    assert learning.enrollment_of(db, trainee, SLUG).course_slug == SLUG


def test_a_code_may_be_typed_in_small_letters_with_a_hyphen(db: Session) -> None:
    code = code_of(db, make_cohort(db))
    assert services.open_code(db, f" {code[:4].lower()}-{code[4:].lower()}", TODAY).code == code


def test_an_unknown_or_withdrawn_code_lets_nobody_in(db: Session) -> None:
    cohort = make_cohort(db, instructor := make_instructor(db))
    code = code_of(db, cohort)
    services.withdraw_join_code(db, cohort, code, instructor, AT)
    for typed in (code, "ZZZZ9999", ""):
        with pytest.raises(UnknownJoinCode):
            join(db, typed)


def test_a_code_works_on_its_last_day_and_not_after(db: Session) -> None:
    code = code_of(db, make_cohort(db))
    join(db, code, today=TODAY + timedelta(days=7))
    with pytest.raises(JoinCodeExpired):
        join(db, code, "other", TODAY + timedelta(days=8))


def test_a_full_code_lets_nobody_in(db: Session) -> None:
    code = code_of(db, make_cohort(db), capacity=1)
    join(db, code)
    with pytest.raises(CohortFull):
        join(db, code, "second")


def test_two_at_once_cannot_share_the_last_place(db: Session, database: Database) -> None:
    code = code_of(db, make_cohort(db), capacity=1)
    db.commit()
    barrier, refused = Barrier(2), []

    def one(username: str) -> None:
        with database.session() as own:
            barrier.wait()
            begin_write(own)
            try:
                join(own, code, username)
                own.commit()
            except DomainError as error:
                refused.append(type(error))

    threads = [Thread(target=one, args=(name,)) for name in ("first", "second")]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert refused == [CohortFull]
    assert len(db.scalars(select(CohortMember)).all()) == 1


def test_a_withdrawn_member_is_gone_and_may_come_back(db: Session) -> None:
    cohort = make_cohort(db, instructor := make_instructor(db))
    trainee = make_trainee(db)
    services.add_member(db, cohort, trainee, AT)
    services.withdraw_member(db, cohort, trainee, instructor, AT)
    db.expire_all()
    assert services.members_of(db, cohort) == []
    services.add_member(db, cohort, trainee, AT)
    db.flush()
    assert services.members_of(db, cohort) == [trainee]


def test_members_get_the_courses_that_are_added_later(db: Session) -> None:
    by = make_instructor(db)
    cohort = services.create_cohort(db, replace(DRAFT, courses=()), new_event_id(), by, AT)
    trainee = make_trainee(db)
    services.add_member(db, cohort, trainee, AT)
    services.change_cohort(db, cohort, DRAFT, by, AT)
    assert learning.enrollment_of(db, trainee, SLUG)


def test_a_member_of_another_cohort_is_not_found(db: Session) -> None:
    cohort = make_cohort(db, instructor := make_instructor(db))
    stranger = make_trainee(db)
    services.add_member(db, make_cohort(db), stranger, AT)
    with pytest.raises(NotFound):
        services.member_of(db, instructor, cohort.key, stranger.key)
