"""A wrong key is corrected: who gets another result, who keeps hers, and that it happens once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.audit import AuditEvent
from app.core.db import Database, begin_write
from app.core.errors import EventConflict
from app.core.events import new_event_id
from app.courses.library import library
from app.courses.types import Course
from app.learning import services
from app.learning.models import Attempt, ItemCorrection, Regrade
from app.learning.services import CorrectionDraft, Effect
from app.learning.services.corrections import corrected_of
from app.learning.services.drawing import draw
from app.learning.services.editions import bank_of
from app.learning.services.results import key_of
from app.learning.types import (
    CorrectionChangesNothing,
    CorrectionKind,
    CorrectionNeedsReason,
    PreviewOutdated,
    UnknownQuestion,
)
from tests.factories import AT, make_administrator, make_instructor, make_learner
from tests.learning.test_at_once import run_at_once

SLUG, ITEM, OTHER = "clean-hands", "tools-all", "time-judge"
NEW = {"options": ["water", "sand"]}
OLD = {"options": ["soap", "water"]}


@pytest.fixture
def course() -> Course:
    return library().course(SLUG)


def seed_with(course: Course, *wanted: str) -> int:
    """A seed whose draw has these questions."""
    for seed in range(999):
        drawn = {one.key for one in draw(course.assessment, course.items, (), Random(seed))}
        if drawn >= set(wanted):
            return seed
    raise AssertionError(wanted)


def started(db: Session, given: Mapping[str, Any], user: User | None = None) -> Attempt:
    """An open attempt with the questions of `given` in it; the others are answered right."""
    course = library().course(SLUG)
    user = user or make_learner(db, SLUG)
    chance = Random(seed_with(course, ITEM, *given))
    attempt = services.start_attempt(db, user, course, new_event_id(), "lo", AT, chance)
    items = bank_of(attempt.edition).items
    for position, drawn in enumerate(attempt.items, start=1):
        response = given.get(drawn["key"], key_of(items[drawn["key"]]))
        event_id = new_event_id()
        services.save_answer(db, user, attempt.key, position, response, event_id, "lo", AT)
    return attempt


def submitted(db: Session, given: Mapping[str, Any], user: User | None = None) -> Attempt:
    attempt = started(db, given, user)
    owner = attempt.enrollment.user
    return services.submit_attempt(db, owner, attempt.key, new_event_id(), AT)


def draft(
    db: Session,
    course: Course,
    kind: CorrectionKind = CorrectionKind.NEW_KEY,
    answers: tuple[dict[str, Any], ...] = (NEW,),
    **changes: Any,
) -> CorrectionDraft:
    variant = services.variants_of(db, course, ITEM)[0]
    values = {"reason": "Sand was meant.", "language": "en", **changes}
    return CorrectionDraft(ITEM, variant.digest, kind, answers, **values)


def corrected(
    db: Session, course: Course, wish: CorrectionDraft, event_id: str = "", by: User | None = None
) -> ItemCorrection:
    by = by or make_administrator(db)
    seen = services.preview_correction(db, course, wish).digest
    done = services.correct_item(db, course, wish, seen, event_id or new_event_id(), by, AT)
    db.expire_all()
    return done


def outcome(attempt: Attempt) -> tuple[int | None, int | None, bool | None]:
    return attempt.score, attempt.max_score, attempt.passed


def test_the_preview_tells_each_effect_apart_and_changes_nothing(
    db: Session, course: Course
) -> None:
    wrong = {OTHER: {"value": False}}
    passes = submitted(db, {ITEM: NEW, **wrong})
    score = submitted(db, {ITEM: NEW})
    kept = submitted(db, {ITEM: OLD})
    nothing = submitted(db, {ITEM: {"options": ["sand"]}})
    started(db, {})
    preview = services.preview_correction(db, course, draft(db, course))
    found = {one.attempt_key: one.effect for one in preview.changes}
    assert found == {
        passes.key: Effect.PASSES,
        score.key: Effect.SCORE,
        kept.key: Effect.KEPT,
        nothing.key: Effect.NOTHING,
    }
    assert (preview.open_attempts, outcome(passes)) == (1, (2, 4, False))


def test_a_new_key_changes_results_in_the_trainees_favour_only(db: Session, course: Course) -> None:
    passes = submitted(db, {ITEM: NEW, OTHER: {"value": False}})
    kept = submitted(db, {ITEM: OLD, OTHER: {"value": False}})
    done = corrected(db, course, draft(db, course))
    assert outcome(passes) == (3, 4, True)
    assert outcome(kept) == (3, 4, True)
    assert (done.looked_at, done.changed) == (2, 1)


def test_a_pass_that_a_correction_gives_waits_for_its_practical_from_that_day(
    db: Session, course: Course
) -> None:
    attempt = submitted(db, {ITEM: NEW, OTHER: {"value": False}})
    wish, late = draft(db, course), AT + timedelta(days=100)
    seen = services.preview_correction(db, course, wish).digest
    services.correct_item(db, course, wish, seen, new_event_id(), make_administrator(db), late)
    db.expire_all()
    person = attempt.enrollment.user_id

    def holds(days: int) -> bool:
        on = (AT + timedelta(days=days)).date()
        return services.progress_of(db, [person], SLUG, on)[person].passed_at is not None

    assert (holds(101), holds(189), holds(195)) == (True, True, False)


def test_the_first_result_stays_readable(db: Session, course: Course) -> None:
    attempt = submitted(db, {ITEM: NEW, OTHER: {"value": False}})
    corrected(db, course, draft(db, course))
    corrected(db, course, draft(db, course, CorrectionKind.DROP, ()))
    rows = services.changes_by(db, db.scalars(select(ItemCorrection)).first())
    assert [(one.before.score, one.after.score) for one in rows] == [(2, 3)]
    first = db.scalars(select(Regrade).where(Regrade.attempt_id == attempt.id)).first()
    assert (first.before_score, first.before_max, first.before_passed) == (2, 4, False)


def test_an_administrator_can_say_with_a_reason_that_results_get_worse_too(
    db: Session, course: Course
) -> None:
    fails = submitted(db, {ITEM: OLD, OTHER: {"value": False}})
    wish = draft(db, course, also_worse=True)
    with pytest.raises(CorrectionNeedsReason):
        corrected(db, course, wish)
    corrected(db, course, draft(db, course, also_worse=True, worse_reason="It is a must."))
    assert outcome(fails) == (2, 4, False)


@pytest.mark.parametrize("given", [OLD, NEW])
def test_of_several_accepted_answers_each_is_right(
    db: Session, course: Course, given: dict[str, Any]
) -> None:
    attempt = submitted(db, {ITEM: given})
    corrected(db, course, draft(db, course, CorrectionKind.ACCEPT, (OLD, NEW)))
    assert outcome(attempt) == (4, 4, True)


def test_a_dropped_question_counts_for_nobody(db: Session, course: Course) -> None:
    wrong = submitted(db, {ITEM: NEW, OTHER: {"value": False}})
    right = submitted(db, {OTHER: {"value": False}})
    corrected(
        db,
        course,
        draft(
            db, course, CorrectionKind.DROP, (), also_worse=True, worse_reason="The same for all."
        ),
    )
    assert outcome(wrong) == outcome(right) == (2, 3, False)


def test_an_open_attempt_and_later_ones_are_graded_by_the_correction(
    db: Session, course: Course
) -> None:
    attempt = started(db, {ITEM: NEW})
    corrected(db, course, draft(db, course))
    owner = attempt.enrollment.user
    services.submit_attempt(db, owner, attempt.key, new_event_id(), AT)
    assert outcome(attempt) == (4, 4, True)
    assert outcome(submitted(db, {ITEM: OLD})) == (3, 4, True)
    assert db.scalars(select(Regrade)).all() == []


def test_another_correction_undoes_the_first(db: Session, course: Course) -> None:
    attempt = submitted(db, {ITEM: NEW})
    corrected(db, course, draft(db, course))
    undo = draft(
        db, course, CorrectionKind.RESTORE, (), also_worse=True, worse_reason="A slip of mine."
    )
    corrected(db, course, undo)
    assert outcome(attempt) == (3, 4, True)
    assert corrected_of(db, attempt.edition).accepted == {}
    with pytest.raises(CorrectionChangesNothing):
        corrected(db, course, undo)


def test_a_correction_ends_where_the_course_file_is_mended(db: Session, course: Course) -> None:
    attempt = submitted(db, {ITEM: NEW})
    corrected(db, course, draft(db, course))
    mended = [
        item.model_copy(update={"answer": ("water", "sand")}) if item.key == ITEM else item
        for item in course.items
    ]
    newer = replace(course, items=tuple(mended), digest="f" * 64)
    today, before = services.variants_of(db, newer, ITEM)
    assert (today.correction, today.is_today) == (None, True)
    assert (before.today, before.correction is not None) == (
        NEW | {"options": ["water", "sand"]},
        True,
    )
    assert before.editions == (attempt.edition,)


def test_the_same_act_again_is_one_act_and_another_content_is_refused(
    db: Session, course: Course
) -> None:
    submitted(db, {ITEM: NEW})
    by, event_id, wish = make_administrator(db), new_event_id(), draft(db, course)
    seen = services.preview_correction(db, course, wish).digest
    first = services.correct_item(db, course, wish, seen, event_id, by, AT)
    assert services.correct_item(db, course, wish, seen, event_id, by, AT) is first
    other = draft(db, course, reason="Another one.")
    with pytest.raises(EventConflict):
        services.correct_item(db, course, other, seen, event_id, by, AT)
    events = db.scalars(select(AuditEvent).where(AuditEvent.action == "learning.correct-question"))
    assert [one.detail for one in events] == [{"question": ITEM, "kind": "new-key", "changed": 1}]


def test_who_confirms_has_seen_just_what_happens(db: Session, course: Course) -> None:
    submitted(db, {ITEM: NEW})
    wish = draft(db, course)
    seen = services.preview_correction(db, course, wish).digest
    submitted(db, {ITEM: NEW})
    with pytest.raises(PreviewOutdated):
        services.correct_item(db, course, wish, seen, new_event_id(), make_administrator(db), AT)


def test_twenty_corrections_at_once_are_one(
    db: Session, database: Database, course: Course
) -> None:
    attempt = submitted(db, {ITEM: NEW})
    wish, by = draft(db, course), make_administrator(db)
    seen = services.preview_correction(db, course, wish).digest
    raised = run_at_once(
        db,
        database,
        by,
        lambda one, by: services.correct_item(one, course, wish, seen, new_event_id(), by, AT),
    )
    db.expire_all()
    assert {type(error) for error in raised} == {CorrectionChangesNothing}
    assert (len(raised), outcome(attempt)) == (19, (4, 4, True))
    assert len(db.scalars(select(Regrade)).all()) == 1


def test_no_attempt_slips_through_that_is_submitted_while_a_correction_is_made(
    db: Session, database: Database, course: Course
) -> None:
    attempts = [started(db, {ITEM: NEW}) for _ in range(19)]
    users = {one.enrollment.user_id: one.key for one in attempts}
    wish, by_id = draft(db, course), make_administrator(db).id
    jobs: list[int | None] = [None, *users]

    def act(one: Session, _user: User) -> None:
        user_id = jobs.pop()
        if user_id is not None:
            user = one.get_one(User, user_id)
            services.submit_attempt(one, user, users[user_id], new_event_id(), AT)
            return
        _correct_as_seen_inside(one, course, wish, one.get_one(User, by_id))

    owner = attempts[0].enrollment.user
    assert run_at_once(db, database, owner, act) == []
    db.expire_all()
    assert {outcome(one) for one in attempts} == {(4, 4, True)}


def _correct_as_seen_inside(db: Session, course: Course, wish: CorrectionDraft, by: User) -> None:
    for _ in range(40):  # results may change between the preview and the act
        seen = services.preview_correction(db, course, wish).digest
        try:
            services.correct_item(db, course, wish, seen, new_event_id(), by, AT)
        except PreviewOutdated:
            db.rollback()
            begin_write(db)
        else:
            return


def test_a_question_is_reported_and_the_report_closes_with_the_correction(
    db: Session, course: Course
) -> None:
    author = make_instructor(db)
    event_id = new_event_id()
    for _ in range(2):
        services.report_question(db, course, ITEM, "Sand is right.", event_id, author, AT)
    assert [one.words for one in services.open_reports(db, SLUG, ITEM)] == ["Sand is right."]
    corrected(db, course, draft(db, course))
    assert services.open_reports(db, SLUG) == []


def test_a_declined_report_is_closed_and_a_strangers_is_unknown(
    db: Session, course: Course
) -> None:
    by = make_administrator(db)
    report = services.report_question(db, course, ITEM, "?", new_event_id(), by, AT)
    services.decline_report(db, SLUG, report.key, by, AT)
    assert services.open_reports(db, SLUG) == []
    with pytest.raises(UnknownQuestion):
        services.decline_report(db, "gloves", report.key, by, AT)
    with pytest.raises(UnknownQuestion):
        services.report_question(db, course, "nowhere", "?", new_event_id(), by, AT)
