"""Many requests at once lead to one row."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.db import Database, begin_write
from app.core.events import new_event_id
from app.courses.library import library
from app.learning import services
from app.learning.models import Attempt, AttemptAnswer, LessonCompletion
from tests.factories import AT, make_learner

SLUG = "clean-hands"
AT_ONCE = 20


def run_at_once(database: Database, act: Callable[[Session], object]) -> list[BaseException]:
    """Run the act in twenty threads, each with its own session; what they raised."""
    gate, raised = Barrier(AT_ONCE), []

    def run() -> None:
        with database.session() as session:
            gate.wait()
            try:
                act(begin_write(session))
                session.commit()
            except BaseException as error:  # noqa: BLE001 (reported by the test)
                raised.append(error)

    threads = [Thread(target=run) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_twenty_starts_make_one_attempt(db: Session, database: Database) -> None:
    user = make_learner(db, SLUG)
    db.commit()
    course = library().course(SLUG)
    raised = run_at_once(
        database,
        lambda one: services.start_attempt(one, user, course, new_event_id(), "en", AT),
    )
    assert (raised, db.scalar(select(func.count()).select_from(Attempt))) == ([], 1)


def test_twenty_completions_make_one_row(db: Session, database: Database) -> None:
    user = make_learner(db, SLUG)
    db.commit()
    course = library().course(SLUG)
    raised = run_at_once(
        database,
        lambda one: services.record_completion(one, user, course, "wash", new_event_id(), "en", AT),
    )
    assert (raised, db.scalar(select(func.count()).select_from(LessonCompletion))) == ([], 1)


def test_the_same_answer_twenty_times_is_one_answer(db: Session, database: Database) -> None:
    user, event_id = make_learner(db, SLUG), new_event_id()
    attempt = services.start_attempt(db, user, library().course(SLUG), new_event_id(), "en", AT)
    db.commit()
    raised = run_at_once(
        database,
        lambda one: services.save_answer(one, user, attempt.key, 1, {}, event_id, "en", AT),
    )
    assert (raised, db.scalar(select(func.count()).select_from(AttemptAnswer))) == ([], 1)


def test_twenty_submissions_grade_once(db: Session, database: Database) -> None:
    user = make_learner(db, SLUG)
    attempt = services.start_attempt(db, user, library().course(SLUG), new_event_id(), "en", AT)
    db.commit()
    events = [new_event_id() for _ in range(AT_ONCE)]
    raised = run_at_once(
        database,
        lambda one: services.submit_attempt(one, user, attempt.key, events.pop(), AT),
    )
    db.expire_all()
    graded = db.scalars(select(Attempt)).one()
    assert (raised, graded.score, graded.passed) == ([], 0, False)
