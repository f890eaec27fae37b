"""The progress of many people in few queries."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from app.core.db import Database
from app.core.events import new_event_id
from app.courses.library import library
from app.learning import services
from tests.counting import statements_of
from tests.factories import AT, make_attempt, make_learner, make_trainee

SLUG = "clean-hands"


def test_progress_tells_lessons_scores_and_languages(db: Session) -> None:
    user = make_learner(db, SLUG)
    services.record_completion(db, user, library().course(SLUG), "wash", new_event_id(), "lo", AT)
    make_attempt(db, user, SLUG, wrong=(1, 2, 3, 4))
    later = AT + timedelta(hours=1)
    passed = make_attempt(db, user, SLUG, at=later, language="zh")
    found = services.progress_of(db, [user.id], SLUG)[user.id]
    assert (found.lessons_done, found.lessons_total, found.last_lesson_at) == (1, 1, AT)
    assert (found.passed_at, found.best_score, found.best_max, found.attempts) == (later, 4, 4, 2)
    assert (found.attempt_key, found.languages) == (passed.key, ("lo", "zh"))


def test_somebody_not_enrolled_has_no_progress(db: Session) -> None:
    user = make_trainee(db)
    found = services.progress_of(db, [user.id], SLUG)[user.id]
    assert (found.enrolled, found.lessons_done, found.passed_at) == (False, 0, None)


def test_a_lesson_that_is_no_longer_in_the_course_does_not_count(db: Session) -> None:
    user = make_learner(db, SLUG)
    row = services.record_completion(
        db, user, library().course(SLUG), "wash", new_event_id(), "en", AT
    )
    row.lesson_key = "gone"
    db.flush()
    assert services.progress_of(db, [user.id], SLUG)[user.id].lessons_done == 0


def test_many_people_need_four_queries(db: Session, database: Database) -> None:
    users = [make_learner(db, SLUG, lessons=True).id for _ in range(20)]
    with statements_of(database.engine) as statements:
        found = services.progress_of(db, [*users, *range(100_000, 101_000)], SLUG)
    assert len(statements) == 4
    assert all(found[user].is_lessons_done for user in users)
