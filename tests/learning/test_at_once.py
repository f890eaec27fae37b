"""Many requests at once lead to one row."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.db import Database, begin_write
from app.core.events import new_event_id
from app.courses.library import library
from app.learning import services
from app.learning.models import Attempt, AttemptAnswer, LessonCompletion
from tests.factories import AT, make_learner

SLUG = "clean-hands"
AT_ONCE = 20


def run_at_once(
    db: Session, database: Database, user: User, act: Callable[[Session, User], object]
) -> list[BaseException]:
    """Run the act in twenty threads, each with its own session; what they raised."""
    gate, raised, user_id = Barrier(AT_ONCE), [], user.id
    db.commit()

    def run() -> None:
        with database.session() as session:
            gate.wait()
            try:
                begin_write(session)
                act(session, session.get_one(User, user_id))
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
    course = library().course(SLUG)
    raised = run_at_once(
        db,
        database,
        user,
        lambda one, user: services.start_attempt(one, user, course, new_event_id(), "en", AT),
    )
    assert (raised, db.scalar(select(func.count()).select_from(Attempt))) == ([], 1)


def test_twenty_completions_make_one_row(db: Session, database: Database) -> None:
    user = make_learner(db, SLUG)
    course = library().course(SLUG)
    raised = run_at_once(
        db,
        database,
        user,
        lambda one, user: services.record_completion(
            one, user, course, "wash", new_event_id(), "en", AT
        ),
    )
    assert (raised, db.scalar(select(func.count()).select_from(LessonCompletion))) == ([], 1)


def test_the_same_answer_twenty_times_is_one_answer(db: Session, database: Database) -> None:
    user, event_id = make_learner(db, SLUG), new_event_id()
    attempt = services.start_attempt(db, user, library().course(SLUG), new_event_id(), "en", AT)
    key = attempt.key
    raised = run_at_once(
        db,
        database,
        user,
        lambda one, user: services.save_answer(one, user, key, 1, {}, event_id, "en", AT),
    )
    assert (raised, db.scalar(select(func.count()).select_from(AttemptAnswer))) == ([], 1)


def test_twenty_submissions_grade_once(db: Session, database: Database) -> None:
    user = make_learner(db, SLUG)
    attempt = services.start_attempt(db, user, library().course(SLUG), new_event_id(), "en", AT)
    key = attempt.key
    events = [new_event_id() for _ in range(AT_ONCE)]
    raised = run_at_once(
        db,
        database,
        user,
        lambda one, user: services.submit_attempt(one, user, key, events.pop(), AT),
    )
    db.expire_all()
    graded = db.scalars(select(Attempt)).one()
    assert (raised, graded.score, graded.passed) == ([], 0, False)
