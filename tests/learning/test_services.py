"""Lessons and attempts: who may, how often, and that a repeat changes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.audit import AuditEvent
from app.core.errors import EventConflict
from app.core.events import new_event_id
from app.courses.library import library
from app.courses.types import UnknownCourse, UnknownLesson
from app.learning import services
from app.learning.models import Attempt, AttemptAnswer, Enrollment, LessonCompletion
from app.learning.services.attempts import answers_of
from app.learning.types import (
    AlreadyPassed,
    AttemptClosed,
    AttemptNotFound,
    CourseLocked,
    CourseStatus,
    GivenOrder,
    MustWait,
    NeedsRelease,
    NotEnrolled,
    ReasonMissing,
    ReleaseNotNeeded,
    StepKind,
)
from tests.factories import (
    AT,
    make_attempt,
    make_instructor,
    make_learner,
    make_trainee,
    right_response,
)

FIRST, SECOND = "clean-hands", "gloves"
ALL = (1, 2, 3, 4)


def count(db: Session, model: type) -> int:
    return db.scalar(select(func.count()).select_from(model)) or 0


def start(
    db: Session, user: object, slug: str = FIRST, event_id: str = "", hours: int = 0
) -> Attempt:
    at = AT + timedelta(hours=hours)
    course = library().course(slug)
    return services.start_attempt(db, user, course, event_id or new_event_id(), "en", at)


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


# starting


def test_an_attempt_freezes_what_was_drawn(db: Session) -> None:
    attempt = start(db, make_learner(db, FIRST))
    assert (attempt.number, len(attempt.items), attempt.edition.edition) == (1, 4, "2026.1")


def test_starting_again_returns_the_open_attempt(db: Session) -> None:
    user = make_learner(db, FIRST)
    assert start(db, user).key == start(db, user).key
    assert count(db, Attempt) == 1


def test_the_same_start_after_submitting_returns_that_attempt(db: Session) -> None:
    user, event_id = make_learner(db, FIRST), new_event_id()
    attempt = start(db, user, event_id=event_id)
    services.submit_attempt(db, user, attempt.key, new_event_id(), AT)
    assert start(db, user, event_id=event_id).key == attempt.key


def test_the_same_start_for_another_person_is_a_conflict(db: Session) -> None:
    event_id = new_event_id()
    start(db, make_learner(db, FIRST), event_id=event_id)
    with pytest.raises(EventConflict):
        start(db, make_learner(db, FIRST), event_id=event_id)


def test_the_second_attempt_asks_other_questions_where_the_bank_allows(db: Session) -> None:
    user = make_learner(db, FIRST)
    first = make_attempt(db, user, FIRST, wrong=ALL)
    second = start(db, user)
    assert not {i["key"] for i in first.items} & {i["key"] for i in second.items}


# answering


def answer(
    db: Session, user: object, attempt: Attempt, text: str, event_id: str = "", **more: object
) -> AttemptAnswer:
    """Answer the first question with one of two responses."""
    return services.save_answer(
        db,
        user,
        attempt.key,
        1,
        respond(attempt, text),
        event_id or new_event_id(),
        "en",
        AT,
        **more,
    )


def respond(attempt: Attempt, text: str) -> dict[str, object]:
    from app.learning.services.editions import bank_of

    key = right_response(bank_of(attempt.edition).items[attempt.items[0]["key"]])
    return key if text == "right" else {}


def test_the_last_answer_counts(db: Session) -> None:
    user = make_learner(db, FIRST)
    attempt = start(db, user)
    answer(db, user, attempt, "")
    answer(db, user, attempt, "right")
    assert answers_of(db, attempt)[1] == respond(attempt, "right")


def test_a_replayed_older_answer_does_not_overwrite_a_newer_one(db: Session) -> None:
    user, old = make_learner(db, FIRST), new_event_id()
    attempt = start(db, user)
    answer(db, user, attempt, "right", old)
    answer(db, user, attempt, "")
    answer(db, user, attempt, "right", old)
    assert answers_of(db, attempt)[1] == {}


def test_an_answer_overtaken_on_the_network_does_not_count(db: Session) -> None:
    user, page = make_learner(db, FIRST), new_event_id()
    attempt = start(db, user)
    answer(db, user, attempt, "right", order=GivenOrder(page, 2))
    answer(db, user, attempt, "", order=GivenOrder(page, 1))
    assert answers_of(db, attempt)[1] == respond(attempt, "right")


def test_a_later_page_overwrites_an_earlier_one(db: Session) -> None:
    user = make_learner(db, FIRST)
    attempt = start(db, user)
    answer(db, user, attempt, "", order=GivenOrder(new_event_id(), 7))
    answer(db, user, attempt, "right", order=GivenOrder(new_event_id(), 0))
    assert answers_of(db, attempt)[1] == respond(attempt, "right")


def test_the_same_event_with_another_answer_is_a_conflict(db: Session) -> None:
    user, event_id = make_learner(db, FIRST), new_event_id()
    attempt = start(db, user)
    answer(db, user, attempt, "right", event_id)
    with pytest.raises(EventConflict):
        answer(db, user, attempt, "", event_id)


def test_another_persons_attempt_is_not_found(db: Session) -> None:
    attempt = start(db, make_learner(db, FIRST))
    with pytest.raises(AttemptNotFound):
        answer(db, make_learner(db, FIRST), attempt, "right")


@pytest.mark.parametrize("position", [0, 5, -1])
def test_a_question_that_was_not_drawn_is_not_found(db: Session, position: int) -> None:
    user = make_learner(db, FIRST)
    attempt = start(db, user)
    with pytest.raises(AttemptNotFound):
        services.save_answer(db, user, attempt.key, position, {}, new_event_id(), "en", AT)


def test_a_submitted_attempt_takes_no_more_answers(db: Session) -> None:
    user = make_learner(db, FIRST)
    attempt = make_attempt(db, user, FIRST, wrong=ALL)
    with pytest.raises(AttemptClosed):
        answer(db, user, attempt, "right")


def test_an_answer_replayed_after_submission_is_harmless(db: Session) -> None:
    user, event_id = make_learner(db, FIRST), new_event_id()
    attempt = start(db, user)
    first = answer(db, user, attempt, "right", event_id)
    services.submit_attempt(db, user, attempt.key, new_event_id(), AT)
    assert answer(db, user, attempt, "right", event_id).id == first.id


# submitting


def test_all_right_passes(db: Session) -> None:
    attempt = make_attempt(db, make_learner(db, FIRST), FIRST)
    assert (attempt.score, attempt.max_score, attempt.passed) == (4, 4, True)


def test_unanswered_questions_are_wrong(db: Session) -> None:
    attempt = make_attempt(db, make_learner(db, FIRST), FIRST, wrong=ALL)
    assert (attempt.score, attempt.passed, attempt.musts_failed) == (0, False, ["time"])


def test_submitting_twice_grades_once(db: Session) -> None:
    user = make_learner(db, FIRST)
    attempt = make_attempt(db, user, FIRST)
    later = AT + timedelta(hours=3)
    again = services.submit_attempt(db, user, attempt.key, new_event_id(), later)
    assert again.submitted_at == AT


def test_an_event_that_submitted_another_attempt_is_a_conflict(db: Session) -> None:
    one, other, event_id = make_learner(db, FIRST), make_learner(db, FIRST), new_event_id()
    services.submit_attempt(db, one, start(db, one).key, event_id, AT)
    attempt = start(db, other)
    with pytest.raises(EventConflict):
        services.submit_attempt(db, other, attempt.key, event_id, AT)


def test_grading_uses_the_keys_of_the_attempts_own_edition(db: Session) -> None:
    user = make_learner(db, FIRST)
    attempt = start(db, user)
    edition = attempt.edition
    edition.structure = edition.structure | {
        "assessment": edition.structure["assessment"] | {"pass_percent": 1, "musts": []},
    }
    edition.digest = "0" * 64
    for item in attempt.items[:1]:
        item["must"] = None
    answer(db, user, attempt, "right")
    assert services.submit_attempt(db, user, attempt.key, new_event_id(), AT).score == 1


# attempts, waiting, release


def fail_twice(db: Session) -> object:
    user = make_learner(db, FIRST)
    make_attempt(db, user, FIRST, wrong=ALL)
    make_attempt(db, user, FIRST, wrong=ALL, at=AT + timedelta(hours=1))
    return user


def release(
    db: Session, user: object, reason: str = "We practised together", event_id: str = ""
) -> object:
    by = make_instructor(db)
    course = library().course(FIRST)
    return services.release_attempt(db, user, course, reason, event_id or new_event_id(), by, AT)


def test_a_third_attempt_waits(db: Session) -> None:
    user = fail_twice(db)
    release(db, user)
    with pytest.raises(MustWait):
        start(db, user, hours=24)


def test_a_third_attempt_needs_a_release(db: Session) -> None:
    with pytest.raises(NeedsRelease):
        start(db, fail_twice(db), hours=26)


def test_after_the_wait_and_a_release_a_third_attempt_begins(db: Session) -> None:
    user = fail_twice(db)
    release(db, user)
    assert start(db, user, hours=25).number == 3


def test_a_release_is_used_up_by_one_attempt(db: Session) -> None:
    user = fail_twice(db)
    release(db, user)
    make_attempt(db, user, FIRST, wrong=ALL, at=AT + timedelta(hours=30))
    with pytest.raises(NeedsRelease):
        start(db, user, hours=80)


def test_after_passing_there_is_no_further_attempt(db: Session) -> None:
    user = make_learner(db, FIRST)
    make_attempt(db, user, FIRST)
    with pytest.raises(AlreadyPassed):
        start(db, user)


def test_a_release_is_recorded_with_its_actor(db: Session) -> None:
    user = fail_twice(db)
    row = release(db, user)
    event = db.scalars(
        select(AuditEvent).where(AuditEvent.action == "learning.release-attempt")
    ).one()
    assert (event.object_key, row.reason) == (user.key, "We practised together")


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_a_release_needs_a_reason_of_reasonable_length(db: Session, reason: str) -> None:
    user = fail_twice(db)
    with pytest.raises(ReasonMissing):
        release(db, user, reason)


def test_nobody_is_released_twice_or_without_need(db: Session) -> None:
    user = fail_twice(db)
    release(db, user)
    with pytest.raises(ReleaseNotNeeded):
        release(db, user)


def test_a_trainee_with_a_free_attempt_needs_no_release(db: Session) -> None:
    with pytest.raises(ReleaseNotNeeded):
        release(db, make_learner(db, FIRST))


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
