"""What the tests of learning share: two courses, an attempt that starts, a page as text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.core.events import new_event_id
from app.courses.library import library
from app.learning import services
from app.learning.models import Attempt
from tests.factories import AT, make_attempt, make_instructor, make_learner

FIRST, SECOND = "clean-hands", "gloves"
SignIn = Callable[[Any], Any]
ALL = (1, 2, 3, 4)


def text_of(response: TestResponse) -> str:
    return response.get_data(as_text=True)


def count(db: Session, model: type) -> int:
    return db.scalar(select(func.count()).select_from(model)) or 0


def start(
    db: Session, user: object, slug: str = FIRST, event_id: str = "", hours: int = 0
) -> Attempt:
    at = AT + timedelta(hours=hours)
    course = library().course(slug)
    return services.start_attempt(db, user, course, event_id or new_event_id(), "en", at)


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
