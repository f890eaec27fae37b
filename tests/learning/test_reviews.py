"""Readers see how a text is reviewed, on every page that shows it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.events import new_event_id
from app.core.languages import LANGUAGES
from app.courses.library import library
from app.courses.types import Course
from app.learning import services
from tests.browsing import CheckedClient
from tests.factories import (
    AT,
    make_administrator,
    make_attempt,
    make_instructor,
    make_learner,
    make_reviewed,
)

SLUG = "clean-hands"
SignIn = Callable[[Any], CheckedClient]
UNREVIEWED = "A medical expert and a native speaker have not reviewed this text yet."
CLOSED = "This course is not open yet."


@pytest.fixture
def course() -> Course:
    """The first of the small courses."""
    return library().course(SLUG)


@pytest.mark.parametrize("make", [make_learner, make_instructor, make_administrator])
def test_everybody_is_told_on_every_page(db: Session, sign_in: SignIn, make: Any) -> None:
    client = sign_in(make(db, SLUG) if make is make_learner else make(db))
    for path in (f"/courses/{SLUG}", f"/courses/{SLUG}/lessons/wash"):
        assert UNREVIEWED in text_of(client, f"/en{path}")
    assert "Not reviewed" in text_of(client, "/en/programme")


def test_the_assessment_tells_it_too(db: Session, sign_in: SignIn) -> None:
    user = make_learner(db, SLUG)
    attempt = make_attempt(db, user, SLUG, wrong=(1, 2, 3, 4))
    client = sign_in(user)
    assert UNREVIEWED in text_of(client, f"/en/courses/{SLUG}/assessment")
    result = f"/en/courses/{SLUG}/assessment/{attempt.key}/result"
    assert "Not reviewed" in text_of(client, result)


def test_a_reviewed_lesson_names_its_reviewers(
    db: Session, sign_in: SignIn, course: Course
) -> None:
    make_reviewed(db, course, "en")
    text = text_of(sign_in(make_learner(db, SLUG)), f"/en/courses/{SLUG}/lessons/wash")
    assert "Medical expert: Nguyễn Thị Ánh Tuyết, 2 March 2026" in " ".join(text.split())
    assert UNREVIEWED not in text


def test_the_second_language_has_its_own_badge(
    db: Session, sign_in: SignIn, course: Course
) -> None:
    make_reviewed(db, course, "en")
    client = sign_in(make_learner(db, SLUG))
    assert "Not reviewed" in text_of(client, f"/en/courses/{SLUG}/lessons/wash?with=lo")
    assert "Not reviewed" not in text_of(client, f"/en/courses/{SLUG}/lessons/wash?with=")


def test_the_article_is_the_same_for_a_reviewed_language(
    db: Session, sign_in: SignIn, course: Course
) -> None:
    client = sign_in(make_learner(db, SLUG))
    before = article_of(client)
    make_reviewed(db, course, "en")
    assert article_of(client) == before


def test_every_language_is_offered(db: Session, sign_in: SignIn) -> None:
    client = sign_in(make_learner(db, SLUG))
    assert offered(text_of(client, f"/lo/courses/{SLUG}")) == list(LANGUAGES)


def text_of(client: CheckedClient, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.get_data(as_text=True)


def article_of(client: CheckedClient) -> str:
    text = text_of(client, f"/en/courses/{SLUG}/lessons/wash?with=")
    return text[text.index("<article") : text.index("</article>")]


def offered(text: str) -> list[str]:
    """The languages of the page's language menu."""
    menu = text[text.index('class="menu languages"') :]
    return re.findall(r'href="/(\w\w)/', menu[: menu.index("</details>")])


def start(db: Session, user: Any) -> str:
    course = library().course(SLUG)
    return services.start_attempt(db, user, course, new_event_id(), "en", AT).key


def count(db: Session, model: type[Any]) -> int:
    return db.scalar(select(func.count()).select_from(model)) or 0
