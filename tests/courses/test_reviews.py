"""Who has reviewed a language, and that a changed word is pending again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core import audit
from app.core.db import Database, begin_write
from app.core.errors import EventConflict
from app.core.events import new_event_id
from app.core.languages import LANGUAGES
from app.courses import services
from app.courses.library import Library, library, open_library
from app.courses.models import ContentOpening, ContentReview
from app.courses.types import (
    AlreadyOpen,
    Course,
    Expert,
    OpeningNotNeeded,
    ReasonTooShort,
    ReviewDraft,
    ReviewerMissing,
    ReviewInFuture,
    ReviewRole,
    ReviewState,
    ReviewStatus,
    RoleNotNeeded,
    UnknownContentLanguage,
    UnknownReview,
)
from tests.counting import statements_of
from tests.courses.planting import copy_of_fixture
from tests.factories import AT, make_opening, make_review, make_reviewed

REASON = "The class begins before the doctor is back."
TODAY = AT.date()
Change = Callable[[str, str, str], Course]


@pytest.fixture
def changed(tiny: Library, tmp_path: Path) -> Change:
    """The course `gloves` after a change of one of its files; changes add up."""
    copy = copy_of_fixture(tmp_path)

    def change(name: str, old: str, new: str) -> Course:
        copy.replace(f"gloves/{name}", old, new)
        open_library(tmp_path / "courses")
        made = library().course("gloves")
        assert made.languages == tuple(LANGUAGES)
        return made

    return change


def state_of(db: Session, course: Course, language: str) -> ReviewState:
    return services.review_of(db, course, language)


def draft(role: ReviewRole = ReviewRole.NATIVE, name: str = "Souk Vannavong") -> ReviewDraft:
    return ReviewDraft(role, name, TODAY)


def record(db: Session, course: Course, **given: Any) -> ContentReview:
    values = {"language": "lo", "draft": draft(), "event_id": new_event_id(), **given}
    return services.record_review(db, course, by_key="key", at=AT, today=TODAY, **values)


# units


def test_every_block_question_sheet_and_figure_is_a_unit(gloves: Course) -> None:
    digests = services.units_of(gloves, "km").digests
    kinds = {path.partition("/")[0] for path in digests}
    assert kinds == {"course", "lesson", "check", "bank", "sheet", "figure"}
    assert {"lesson/wear", "lesson/wear/dont", "check/check-time", "sheet/gloves"} <= set(digests)
    assert len(digests["lesson/wear/dont"]) == 16


def test_units_differ_between_languages_where_the_words_do(gloves: Course) -> None:
    lao, khmer = (services.units_of(gloves, code).digests for code in ("lo", "km"))
    assert lao["lesson/wear/dont"] != khmer["lesson/wear/dont"]
    assert lao["lesson/wear/check-1"] == khmer["lesson/wear/check-1"]  # a key, no words


@pytest.mark.parametrize(
    ("name", "old", "new", "paths"),
    [
        ("lo/wear.md", "{#dont .dont}\n", "{#dont .dont}\nຫ້າມ ", {"lesson/wear/dont"}),
        ("en/figures.yaml", 'caption: "', 'caption: "Now ', {"figure/hands"}),
        ("en/course.yaml", 'summary: "', 'summary: "Now: ', {"course"}),
    ],
)
def test_a_changed_word_changes_exactly_its_unit(
    gloves: Course, changed: Change, name: str, old: str, new: str, paths: set[str]
) -> None:
    language = name[:2]
    before = services.units_of(gloves, language).digests
    after = services.units_of(changed(name, old, new), language).digests
    assert {path for path in before if before[path] != after[path]} == paths


def test_an_answer_key_belongs_to_its_question_in_every_language(
    gloves: Course, changed: Change
) -> None:
    old = "- {key: check-water, lesson: wear, type: truefalse, answer: false}"
    after = changed("course.yaml", old, old.replace("false}", "true}"))
    for language in LANGUAGES:
        before = services.units_of(gloves, language).digests
        now = services.units_of(after, language).digests
        assert {path for path in now if before[path] != now[path]} == {"check/check-water"}


def test_a_step_that_becomes_critical_changes_its_sheet(gloves: Course, changed: Change) -> None:
    after = changed("course.yaml", "soap, critical: false", "soap, critical: true")
    before = services.units_of(gloves, "vi").digests
    now = services.units_of(after, "vi").digests
    assert {path for path in now if before[path] != now[path]} == {"sheet/gloves"}


def test_a_changed_drawing_changes_its_figure(gloves: Course) -> None:
    drawings = {name: drawing + "<!-- -->" for name, drawing in gloves.drawings.items()}
    after = replace(gloves, drawings=drawings, rendering_digest="other drawing")
    before, now = services.units_of(gloves, "en").digests, services.units_of(after, "en").digests
    assert {path for path in now if before[path] != now[path]} == {"figure/hands"}


def test_a_block_taken_out_changes_its_lesson(gloves: Course) -> None:
    lesson = gloves.lessons[0]
    shorter = replace(lesson, blocks=tuple(b for b in lesson.blocks if b.id != "dont"))
    after = replace(gloves, lessons=(shorter,), rendering_digest="one block less")
    before, now = services.units_of(gloves, "en").digests, services.units_of(after, "en").digests
    assert {path for path in now if before[path] != now[path]} == {"lesson/wear"}
    assert before.keys() - now.keys() == {"lesson/wear/dont"}


# states


def test_at_first_everything_is_pending(db: Session, gloves: Course) -> None:
    state = state_of(db, gloves, "lo")
    assert (state.status, state.changed, state.is_open) == (ReviewStatus.PENDING, (), False)
    assert state.missing == state.never == (ReviewRole.MEDICAL, ReviewRole.NATIVE)
    assert state.pending == tuple(services.units_of(gloves, "lo").digests)


def test_an_expert_alone_is_not_enough(db: Session, gloves: Course) -> None:
    make_review(db, gloves, "lo", ReviewRole.MEDICAL)
    state = state_of(db, gloves, "lo")
    assert (state.status, state.missing) == (ReviewStatus.PENDING, (ReviewRole.NATIVE,))
    assert state.pending
    assert state.changed == ()


def test_an_expert_and_a_native_speaker_make_it_reviewed(db: Session, gloves: Course) -> None:
    make_reviewed(db, gloves, "lo")
    state = state_of(db, gloves, "lo")
    assert (state.is_reviewed, state.pending, state.missing) == (True, (), ())
    assert {review.role for review in state.newest} == {ReviewRole.MEDICAL, ReviewRole.NATIVE}
    assert state_of(db, gloves, "km").status is ReviewStatus.PENDING


def test_english_needs_a_native_speaker_too(db: Session, gloves: Course) -> None:
    make_review(db, gloves, "en", ReviewRole.MEDICAL)
    assert not state_of(db, gloves, "en").is_reviewed


def test_a_changed_safety_block_is_pending_again_and_only_that(
    db: Session, gloves: Course, changed: Change
) -> None:
    make_reviewed(db, gloves, "lo", "km")
    after = changed("lo/wear.md", "{#dont .dont}\n", "{#dont .dont}\nຫ້າມ ")
    state = state_of(db, after, "lo")
    assert state.status is ReviewStatus.AGAIN
    assert state.changed == state.pending == ("lesson/wear/dont",)
    assert (state.never, state.is_open) == ((), False)
    assert not state.reviews[0].is_current
    assert state_of(db, after, "km").is_reviewed


def test_a_review_of_the_changed_text_makes_it_reviewed_again(
    db: Session, gloves: Course, changed: Change
) -> None:
    make_reviewed(db, gloves, "lo")
    after = changed("lo/wear.md", "{#dont .dont}\n", "{#dont .dont}\nຫ້າມ ")
    make_review(db, after, "lo", ReviewRole.MEDICAL)
    assert state_of(db, after, "lo").missing == (ReviewRole.NATIVE,)
    make_review(db, after, "lo")
    assert state_of(db, after, "lo").is_reviewed


def test_a_word_that_was_changed_back_needs_no_new_review(
    db: Session, gloves: Course, changed: Change
) -> None:
    make_reviewed(db, gloves, "lo")
    after = changed("lo/wear.md", "{#dont .dont}\n", "{#dont .dont}\nຫ້າມ ")
    assert not state_of(db, after, "lo").is_reviewed
    assert state_of(db, gloves, "lo").is_reviewed


def test_a_technical_course_needs_a_technical_expert(db: Session, gloves: Course) -> None:
    structure = gloves.structure.model_copy(update={"expert": Expert.TECHNICAL})
    course = replace(gloves, structure=structure)
    with pytest.raises(RoleNotNeeded):
        make_review(db, course, "lo", ReviewRole.MEDICAL)
    make_reviewed(db, course, "lo")
    assert state_of(db, course, "lo").is_reviewed
    assert not state_of(db, gloves, "lo").is_reviewed  # the same files as a medical course


def test_the_states_of_all_courses_take_one_query(
    db: Session, database: Database, tiny: Library
) -> None:
    for course in tiny.courses:
        make_reviewed(db, course, "en", "lo")
    db.commit()
    with statements_of(database.engine) as statements:
        states = services.review_states(db, tiny.courses)
    assert len([one for one in statements if one.startswith("SELECT")]) == 1
    assert [states[course.slug]["lo"].is_reviewed for course in tiny.courses] == [True, True]


# recording


def test_the_same_review_twice_is_one(db: Session, gloves: Course) -> None:
    first = record(db, gloves)
    assert record(db, gloves) is first
    assert record(db, gloves, event_id=first.event_id) is first
    assert record(db, gloves, draft=draft(name="  Souk   Vannavong ")) is first
    assert len(audit.trail_of(db, "course", "gloves")) == 1


def test_an_event_id_with_another_review_is_refused(db: Session, gloves: Course) -> None:
    first = record(db, gloves)
    with pytest.raises(EventConflict):
        record(db, gloves, event_id=first.event_id, draft=draft(name="Somebody else"))


def test_a_review_keeps_what_was_reviewed(db: Session, gloves: Course) -> None:
    kept = record(db, gloves)
    assert (kept.edition, kept.reviewer, kept.reviewed_on) == ("2026.1", "Souk Vannavong", TODAY)
    assert kept.digests == dict(services.units_of(gloves, "lo").digests)


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"draft": draft(name="  ")}, ReviewerMissing),
        ({"draft": draft(name="x" * 121)}, ReviewerMissing),
        ({"draft": draft(name="a\x07b")}, ReviewerMissing),
        ({"draft": draft(role=ReviewRole.TECHNICAL)}, RoleNotNeeded),
        ({"draft": replace(draft(), on=TODAY + timedelta(days=1))}, ReviewInFuture),
        ({"language": "de"}, UnknownContentLanguage),
    ],
)
def test_what_is_no_review_is_refused(
    db: Session, gloves: Course, given: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        record(db, gloves, **given)


def test_a_withdrawn_review_no_longer_counts(db: Session, gloves: Course) -> None:
    make_reviewed(db, gloves, "lo")
    (native,) = (r for r in state_of(db, gloves, "lo").reviews if r.role is ReviewRole.NATIVE)
    for _ in range(2):
        services.withdraw_review(db, gloves, "lo", native.key, "key", AT)
    state = state_of(db, gloves, "lo")
    assert (state.status, state.never) == (ReviewStatus.PENDING, (ReviewRole.NATIVE,))
    acts = [act.action for act in audit.trail_of(db, "course", "gloves")]
    assert acts.count("courses.withdraw-review") == 1
    assert record(db, gloves).event_id != native.key


def test_a_review_of_another_language_is_not_withdrawn(db: Session, gloves: Course) -> None:
    review = record(db, gloves)
    with pytest.raises(UnknownReview):
        services.withdraw_review(db, gloves, "km", review.event_id, "key", AT)


# opening


def test_an_opened_language_is_open_and_still_pending(db: Session, gloves: Course) -> None:
    make_opening(db, gloves, "lo")
    state = state_of(db, gloves, "lo")
    assert (state.is_open, state.is_reviewed) == (True, False)
    assert not state_of(db, gloves, "km").is_open


@pytest.mark.parametrize("reason", ["", "   ", "x" * 19, " " * 30 + "x", "x" * 1001])
def test_opening_needs_a_reason_that_explains(db: Session, gloves: Course, reason: str) -> None:
    with pytest.raises(ReasonTooShort):
        services.open_language(db, gloves, "lo", reason, new_event_id(), "key", AT)


def test_opening_twice_keeps_the_first_reason(db: Session, gloves: Course) -> None:
    event_id = new_event_id()
    first = services.open_language(db, gloves, "lo", REASON, event_id, "key", AT)
    assert services.open_language(db, gloves, "lo", REASON, event_id, "key", AT) is first
    with pytest.raises(EventConflict):
        services.open_language(db, gloves, "lo", REASON + "!", event_id, "key", AT)
    with pytest.raises(AlreadyOpen):
        services.open_language(db, gloves, "lo", REASON, new_event_id(), "key", AT)


def test_a_closed_language_can_be_opened_again(db: Session, gloves: Course) -> None:
    make_opening(db, gloves, "lo")
    for _ in range(2):
        services.close_language(db, gloves, "lo", "key", AT)
    assert not state_of(db, gloves, "lo").is_open
    make_opening(db, gloves, "lo")
    acts = [act.action for act in audit.trail_of(db, "course", "gloves")]
    assert acts == ["courses.open-language", "courses.close-language", "courses.open-language"]


def test_an_opening_holds_for_its_edition(db: Session, gloves: Course, changed: Change) -> None:
    make_opening(db, gloves, "lo")
    assert not state_of(db, changed("course.yaml", "2026.1", "2027.1"), "lo").is_open


def test_an_opening_ends_when_the_language_is_reviewed(db: Session, gloves: Course) -> None:
    opening = make_opening(db, gloves, "lo")
    make_review(db, gloves, "lo")
    assert opening.closed_at is None
    make_review(db, gloves, "lo", ReviewRole.MEDICAL)
    assert opening.closed_at == AT
    with pytest.raises(OpeningNotNeeded):
        make_opening(db, gloves, "lo")


# two administrators at once


def at_once(database: Database, act: Callable[[Session, int], object]) -> list[str]:
    """Eight people do the same at once; the names of what they were refused with."""
    gate, refused = Barrier(8), []

    def run(number: int) -> None:
        with database.session() as session:
            gate.wait()
            try:
                begin_write(session)
                act(session, number)
                session.commit()
            except Exception as error:  # noqa: BLE001 (reported by the test)
                refused.append(type(error).__name__)

    threads = [Thread(target=run, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


def test_administrators_at_once_record_one_review(
    db: Session, database: Database, gloves: Course
) -> None:
    assert at_once(database, lambda session, _: record(session, gloves)) == []
    assert db.scalar(select(func.count()).select_from(ContentReview)) == 1


def test_of_administrators_at_once_one_opens(
    db: Session, database: Database, gloves: Course
) -> None:
    def act(session: Session, number: int) -> None:
        reason = f"{REASON} {number}"
        services.open_language(session, gloves, "lo", reason, new_event_id(), "key", AT)

    assert at_once(database, act) == ["AlreadyOpen"] * 7
    assert db.scalar(select(func.count()).select_from(ContentOpening)) == 1
