"""Later due dates and waived lessons: who gets them, how they end, and what they change."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit
from app.core.db import Database, begin_write
from app.core.errors import EventConflict
from app.core.events import new_event_id
from app.courses.library import library
from app.courses.types import UnknownLesson
from app.learning import services
from app.learning.models import DueExtension, LessonWaiver
from app.learning.services import Wish
from app.learning.types import (
    GrantReasonMissing,
    NoDueDate,
    NothingToTakeBack,
    NothingToWaive,
    NotLater,
    StepKind,
)
from tests.factories import AT, make_instructor, make_learner

SLUG = "first-responder-role"
TODAY = AT.date()
DUE = TODAY - timedelta(days=3)
REASON = "ນ້ຳຖ້ວມ ໄປໂຮງຮຽນບໍ່ໄດ້"


def wish(days: int = 10, reason: str = REASON) -> Wish:
    """So many days from today."""
    return Wish(TODAY + timedelta(days=days), reason, TODAY)


def extend(
    db: Session, users: list[User], by: User, event_id: str = "", wanted: Wish | None = None
) -> list[DueExtension]:
    """Give these people until ten days from now."""
    course, present = library().course(SLUG), {user.id: DUE for user in users}
    event_id = event_id or new_event_id()
    return services.extend_due(db, users, course, wanted or wish(), present, event_id, by, AT)


def until(db: Session, user: User) -> date | None:
    """The later due date in force."""
    found = services.extensions_in(db, [user.id], [SLUG]).get((SLUG, user.id))
    return found.due_on if found else None


def waive(db: Session, user: User, by: User, *keys: str, event_id: str = "") -> list[LessonWaiver]:
    """Waive lessons."""
    course, event_id = library().course(SLUG), event_id or new_event_id()
    return services.waive_lessons(db, user, course, keys, "Red Cross course", event_id, by, AT)


def lessons() -> list[str]:
    """The keys of the course's lessons."""
    return [lesson.key for lesson in library().course(SLUG).lessons]


# a later due date


def test_several_trainees_get_more_time_in_one_act(db: Session) -> None:
    by, users = make_instructor(db), [make_learner(db, SLUG) for _ in range(3)]
    extend(db, users, by)
    assert {until(db, user) for user in users} == {TODAY + timedelta(days=10)}
    acts = [event.action for event in audit.trail_of(db, "user", users[0].key)]
    assert acts[-1] == "learning.extend-due"


def test_sending_more_time_again_adds_nothing(db: Session) -> None:
    by, users, event = make_instructor(db), [make_learner(db, SLUG)], new_event_id()
    first, again = extend(db, users, by, event), extend(db, users, by, event)
    assert [row.id for row in first] == [row.id for row in again]
    with pytest.raises(EventConflict):
        extend(db, users, by, event, wish(11))


@pytest.mark.parametrize("days", [-3, -1, 366])
def test_more_time_is_later_today_or_after_and_within_a_year(db: Session, days: int) -> None:
    with pytest.raises(NotLater):
        extend(db, [make_learner(db, SLUG)], make_instructor(db), wanted=wish(days))


def test_without_a_due_date_there_is_nothing_to_extend(db: Session) -> None:
    user, by = make_learner(db, SLUG), make_instructor(db)
    with pytest.raises(NoDueDate):
        services.extend_due(db, [user], library().course(SLUG), wish(), {}, new_event_id(), by, AT)


def test_an_extension_is_taken_back_by_a_new_row(db: Session) -> None:
    user, by, course = make_learner(db, SLUG), make_instructor(db), library().course(SLUG)
    extend(db, [user], by)
    event = new_event_id()
    rows = [
        services.take_back_extension(db, user, course, "By mistake", event, by, AT)
        for _ in range(2)
    ]
    assert rows[0].id == rows[1].id
    assert until(db, user) is None
    assert len(db.scalars(select(DueExtension)).all()) == 2
    with pytest.raises(NothingToTakeBack):
        services.take_back_extension(db, user, course, "Again", new_event_id(), by, AT)


def test_the_same_form_twice_at_once_extends_once(db: Session, database: Database) -> None:
    user, by, event = make_learner(db, SLUG), make_instructor(db), new_event_id()
    db.commit()

    def send(_number: int) -> int:
        with database.session() as own:
            begin_write(own)
            (row,) = extend(own, [own.merge(user)], own.merge(by), event)
            own.commit()
            return row.id

    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(send, range(2)))) == 1


# waived lessons


def test_waived_lessons_count_as_met_and_not_as_done(db: Session) -> None:
    user, by = make_learner(db, SLUG), make_instructor(db)
    waive(db, user, by, *lessons())
    progress = services.progress_of(db, [user.id], SLUG)[user.id]
    assert progress.is_lessons_done
    assert progress.lessons_done == 0
    assert [one.lesson_key for one in progress.waived] == lessons()
    assert progress.last_lesson_at == AT
    page = services.course_page(db, user, SLUG, "en", AT)
    assert page.step
    assert page.step.kind is StepKind.START_ASSESSMENT
    assert all(line.is_waived and not line.is_done for line in page.lessons)


def test_a_waived_lesson_that_is_done_is_done(db: Session) -> None:
    user, by, course = make_learner(db, SLUG), make_instructor(db), library().course(SLUG)
    waive(db, user, by, lessons()[0])
    services.record_completion(db, user, course, lessons()[0], new_event_id(), "en", AT)
    progress = services.progress_of(db, [user.id], SLUG)[user.id]
    assert (progress.lessons_done, progress.waived) == (1, ())


def test_a_waiver_leaves_what_is_done_or_waived(db: Session) -> None:
    user, by, course = make_learner(db, SLUG), make_instructor(db), library().course(SLUG)
    services.record_completion(db, user, course, lessons()[0], new_event_id(), "en", AT)
    waive(db, user, by, lessons()[1])
    rows = waive(db, user, by, *lessons()[:3])
    assert [row.lesson_key for row in rows] == [lessons()[2]]
    with pytest.raises(NothingToWaive):
        waive(db, user, by, *lessons()[:3])


def test_sending_a_waiver_again_adds_nothing(db: Session) -> None:
    user, by, event = make_learner(db, SLUG), make_instructor(db), new_event_id()
    first = waive(db, user, by, *lessons()[:2], event_id=event)
    again = waive(db, user, by, *lessons()[:2], event_id=event)
    assert [row.id for row in first] == [row.id for row in again]
    with pytest.raises(EventConflict):
        waive(db, user, by, lessons()[3], event_id=event)
    with pytest.raises(EventConflict):
        waive(db, make_learner(db, SLUG), by, *lessons()[:2], event_id=event)


def test_waivers_are_taken_back_by_new_rows(db: Session) -> None:
    user, by, course = make_learner(db, SLUG), make_instructor(db), library().course(SLUG)
    waive(db, user, by, *lessons()[:2])
    services.take_back_waivers(
        db, user, course, "The paper was of a friend", new_event_id(), by, AT
    )
    assert services.progress_of(db, [user.id], SLUG)[user.id].lessons_met == 0
    assert services.lessons_met(db, user, course) == frozenset()
    assert len(db.scalars(select(LessonWaiver)).all()) == 4
    acts = [event.action for event in audit.trail_of(db, "user", user.key)]
    assert acts[-2:] == ["learning.waive-lessons", "learning.take-back-waiver"]


@pytest.mark.parametrize("reason", ["", "   ", "a" * 501])
def test_a_waiver_and_more_time_need_a_fitting_reason(db: Session, reason: str) -> None:
    user, by, course = make_learner(db, SLUG), make_instructor(db), library().course(SLUG)
    with pytest.raises(GrantReasonMissing):
        services.waive_lessons(db, user, course, lessons(), reason, new_event_id(), by, AT)
    with pytest.raises(GrantReasonMissing):
        extend(db, [user], by, wanted=wish(reason=reason))


def test_only_lessons_of_the_course_are_waived(db: Session) -> None:
    with pytest.raises(UnknownLesson):
        waive(db, make_learner(db, SLUG), make_instructor(db), "adult-cpr")


def test_the_own_data_hold_waivers_and_extensions(db: Session) -> None:
    user, by = make_learner(db, SLUG), make_instructor(db)
    waive(db, user, by, lessons()[0])
    extend(db, [user], by)
    (course,) = services.export_learning(db, user)
    assert course["waivers"][0]["lesson"] == lessons()[0]
    assert course["due_dates"][0]["reason"] == REASON
