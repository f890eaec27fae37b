"""Enrollment, lessons and the next step: who may, and that a repeat changes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.core.errors import EventConflict
from app.core.events import new_event_id
from app.courses.library import library
from app.courses.types import UnknownCourse, UnknownLesson
from app.learning import services
from app.learning.models import Enrollment, LessonCompletion
from app.learning.types import CourseLocked, CourseStatus, NotEnrolled, StepKind
from tests.factories import AT, make_attempt, make_instructor, make_learner, make_trainee
from tests.learning.acts import FIRST, SECOND, count, fail_twice, release, start


def done(
    db: Session, user: object, lesson: str = "wash", slug: str = FIRST, event_id: str = ""
) -> object:
    return services.record_completion(
        db, user, library().course(slug), lesson, event_id or new_event_id(), "lo", AT
    )


# enrollment and lessons


def test_enrolling_twice_changes_nothing(db: Session) -> None:
    user = make_learner(db, FIRST)
    services.enroll(db, user, FIRST, AT)
    assert count(db, Enrollment) == 1


def test_a_course_in_preparation_cannot_be_enrolled_in(db: Session) -> None:
    with pytest.raises(UnknownCourse):
        services.enroll(db, make_trainee(db), "not-written", AT)


def test_a_completion_keeps_edition_language_and_time(db: Session) -> None:
    row = done(db, make_learner(db, FIRST))
    assert (row.edition, row.language, row.completed_at) == ("2026.1", "lo", AT)


def test_a_second_completion_returns_the_first(db: Session) -> None:
    user = make_learner(db, FIRST)
    assert done(db, user).id == done(db, user).id
    assert count(db, LessonCompletion) == 1


def test_the_same_event_again_returns_the_same_completion(db: Session) -> None:
    user, event_id = make_learner(db, FIRST), new_event_id()
    assert done(db, user, event_id=event_id).id == done(db, user, event_id=event_id).id


def test_the_same_event_of_another_person_is_a_conflict(db: Session) -> None:
    event_id = new_event_id()
    done(db, make_learner(db, FIRST), event_id=event_id)
    with pytest.raises(EventConflict):
        done(db, make_learner(db, FIRST), event_id=event_id)


def test_an_unknown_lesson_is_not_completed(db: Session) -> None:
    with pytest.raises(UnknownLesson):
        done(db, make_learner(db, FIRST), "wear")


def test_who_is_not_enrolled_completes_nothing(db: Session) -> None:
    with pytest.raises(NotEnrolled):
        done(db, make_trainee(db))


def test_a_locked_course_names_what_to_pass_first(db: Session) -> None:
    with pytest.raises(CourseLocked) as caught:
        done(db, make_learner(db, SECOND), "wear", SECOND)
    assert "ລ້າງມື" in str(caught.value.values["courses"])


def test_passing_the_other_assessment_unlocks_although_one_need_is_in_preparation(
    db: Session,
) -> None:
    user = make_learner(db, SECOND)
    services.enroll(db, user, FIRST, AT)
    make_attempt(db, user, FIRST)
    assert done(db, user, "wear", SECOND).lesson_key == "wear"


def test_completing_lessons_of_the_other_course_is_not_enough(db: Session) -> None:
    user = make_learner(db, FIRST, lessons=True)
    services.enroll(db, user, SECOND, AT)
    with pytest.raises(CourseLocked):
        start(db, user, SECOND)


# pages


def test_the_programme_says_what_is_locked_and_what_comes_next(db: Session) -> None:
    user = make_learner(db, FIRST)
    services.enroll(db, user, SECOND, AT)
    page = services.programme_page(db, user, "en", AT)
    assert [entry.status for entry in page.entries] == ["open", "locked", "in-preparation"]
    assert (page.step.kind, page.step.lesson_key) == (StepKind.READ_LESSON, "wash")


def test_a_course_without_enrollment_asks_for_the_instructor(db: Session) -> None:
    page = services.programme_page(db, make_trainee(db), "en", AT)
    assert page.entries[0].status is CourseStatus.NOT_ENROLLED
    assert page.step.kind is StepKind.ASK_ENROLLMENT


def test_staff_can_open_everything_and_have_no_next_step(db: Session) -> None:
    page = services.programme_page(db, make_instructor(db), "en", AT)
    assert [entry.status for entry in page.entries] == ["open", "open", "in-preparation"]
    assert page.step is None


@pytest.mark.parametrize(("hours", "kind"), [(2, StepKind.ASK_RELEASE), (30, StepKind.ASK_RELEASE)])
def test_after_two_failed_attempts_the_next_step_is_the_release(
    db: Session, hours: int, kind: StepKind
) -> None:
    user = fail_twice(db)
    done(db, user)
    at = AT + timedelta(hours=hours)
    assert services.course_page(db, user, FIRST, "en", at).step.kind is kind


def test_a_released_trainee_is_told_until_when_to_wait(db: Session) -> None:
    user = fail_twice(db)
    done(db, user)
    release(db, user)
    step = services.course_page(db, user, FIRST, "en", AT + timedelta(hours=2)).step
    assert (step.kind, step.opens_at) == (StepKind.WAIT, AT + timedelta(hours=25))


def test_an_open_attempt_is_the_next_step(db: Session) -> None:
    user = make_learner(db, FIRST)
    start(db, user)
    assert services.has_open_attempt(db, user)
    assert services.programme_page(db, user, "en", AT).step.kind is StepKind.CONTINUE_ATTEMPT


def test_after_everything_the_next_step_is_practice(db: Session) -> None:
    user = make_learner(db, FIRST, lessons=True)
    make_attempt(db, user, FIRST)
    assert services.course_page(db, user, FIRST, "en", AT).step.kind is StepKind.PRACTISE
