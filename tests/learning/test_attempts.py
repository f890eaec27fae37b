"""Attempts: who may, how often, and that a repeat changes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.audit import AuditEvent
from app.core.errors import EventConflict
from app.core.events import new_event_id
from app.learning import services
from app.learning.models import Attempt, AttemptAnswer
from app.learning.services.attempts import answers_of
from app.learning.types import (
    AlreadyPassed,
    AttemptClosed,
    AttemptNotFound,
    GivenOrder,
    MustWait,
    NeedsRelease,
    ReasonMissing,
    ReleaseNotNeeded,
)
from tests.factories import AT, make_attempt, make_learner, right_response
from tests.learning.acts import ALL, FIRST, count, fail_twice, release, start

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
