"""Where a review is required trainees read only what is reviewed, or was opened."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.config import Settings
from app.core.events import new_event_id
from app.core.languages import LANGUAGES
from app.courses import services as courses
from app.courses.library import library
from app.courses.types import Course, ReviewRole
from app.learning import services
from app.learning.models import Attempt, AttemptAnswer, LessonCompletion
from tests.browsing import CheckedClient
from tests.factories import (
    AT,
    make_administrator,
    make_attempt,
    make_instructor,
    make_learner,
    make_opening,
    make_review,
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


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Settings of a server where a review is required."""
    return replace(settings, require_review=True)


def test_a_course_that_is_not_open_says_so_and_is_no_dead_end(db: Session, sign_in: SignIn) -> None:
    client = sign_in(make_learner(db, SLUG))
    text = text_of(client, f"/lo/courses/{SLUG}")
    assert f'href="/lo/courses/{SLUG}/lessons' not in text
    assert f'action="/lo/courses/{SLUG}' not in text
    assert 'href="/lo/programme"' in text
    assert CLOSED in text_of(client, f"/en/courses/{SLUG}")
    assert CLOSED in text_of(client, f"/en/courses/{SLUG}/assessment")
    assert "Not open yet" in text_of(client, "/en/programme")
    assert client.get("/en/start").status_code == 200


def test_lessons_and_answers_are_refused(db: Session, sign_in: SignIn) -> None:
    user = make_learner(db, SLUG, lessons=False)
    attempt = start(db, user)
    client, base = sign_in(user), f"/en/courses/{SLUG}"
    for page in ("lessons/wash", f"assessment/{attempt}/1", f"assessment/{attempt}/review"):
        response = client.get(f"{base}/{page}")
        assert (response.status_code, CLOSED in response.get_data(as_text=True)) == (403, True)
        given = {"event_id": new_event_id(), "language": "en", "choice": "1"}
        assert client.post(f"{base}/{page}", data=given).status_code == 403
    refused = client.post(f"{base}/assessment", data={"event_id": new_event_id()})
    assert refused.status_code == 403
    assert count(db, LessonCompletion) == count(db, AttemptAnswer) == 0
    assert db.scalars(select(Attempt.submitted_at)).all() == [None]


@pytest.mark.parametrize("make", [make_instructor, make_administrator])
def test_staff_read_everything_with_the_notice(db: Session, sign_in: SignIn, make: Any) -> None:
    client = sign_in(make(db))
    text = text_of(client, f"/en/courses/{SLUG}/lessons/wash?with=lo")
    assert UNREVIEWED in text
    assert offered(text) == list(LANGUAGES)


def test_an_open_language_stands_in_for_the_reader_s(
    db: Session, sign_in: SignIn, course: Course
) -> None:
    make_opening(db, course, "vi")
    client = sign_in(make_learner(db, SLUG))
    text = text_of(client, f"/en/courses/{SLUG}/lessons/wash?with=lo")
    assert "not open in English yet" in text
    assert '<article lang="vi">' in text
    assert "twin" not in text.split("<article")[1]
    assert "The programme opened it before its review" in text
    assert offered(text) == ["en", "vi"]


def test_the_course_list_names_another_language_than_the_reader_s(
    db: Session, sign_in: SignIn, course: Course
) -> None:
    make_reviewed(db, course, "vi")
    client = sign_in(make_learner(db, SLUG))
    assert ">Tiếng Việt: Reviewed</a>" in text_of(client, "/en/programme")
    assert ">Reviewed</a>" not in text_of(client, "/en/programme")


def test_what_is_read_is_recorded_in_the_language_shown(
    db: Session, sign_in: SignIn, course: Course
) -> None:
    make_reviewed(db, course, "lo")
    client = sign_in(make_learner(db, SLUG))
    address = f"/en/courses/{SLUG}/lessons/wash"
    assert client.submit(address, {}, "event_id").status_code == 303
    assert db.scalars(select(LessonCompletion.language)).all() == ["lo"]


def test_a_page_shown_before_its_language_closed_records_nothing(
    db: Session, sign_in: SignIn, course: Course
) -> None:
    make_reviewed(db, course, "en")
    make_opening(db, course, "lo")
    client = sign_in(make_learner(db, SLUG))
    address = f"/lo/courses/{SLUG}/lessons/wash"
    assert client.get(address).status_code == 200
    courses.close_language(db, course, "lo", "", AT)
    given = {"event_id": new_event_id(), "language": "lo"}
    assert client.post(address, data=given).status_code == 403
    assert count(db, LessonCompletion) == 0


def test_the_whole_assessment_works_in_an_open_language(
    db: Session, sign_in: SignIn, course: Course
) -> None:
    make_reviewed(db, course, "km")
    user = make_learner(db, SLUG, lessons=True)
    client, base = sign_in(user), f"/en/courses/{SLUG}/assessment"
    assert client.submit(base, {}, "event_id").status_code == 303
    (attempt,) = db.scalars(select(Attempt))
    assert attempt.language == "km"
    saved = client.submit(f"{base}/{attempt.key}/1", {}, "page_id")
    assert saved.status_code == 303
    done = client.submit(f"{base}/{attempt.key}/review", {}, "event_id")
    assert done.status_code == 303
    assert client.get(done.headers["Location"]).status_code == 200


def test_a_result_stays_and_hides_questions_that_are_not_open(
    db: Session, sign_in: SignIn, course: Course
) -> None:
    user = make_learner(db, SLUG)
    attempt = make_attempt(db, user, SLUG, wrong=(1,))
    text = text_of(sign_in(user), f"/en/courses/{SLUG}/assessment/{attempt.key}/result")
    assert "The questions are not shown" in text
    assert "Right answer" not in text


def test_one_review_of_two_does_not_open_a_language(
    db: Session, sign_in: SignIn, course: Course
) -> None:
    make_review(db, course, "en", ReviewRole.MEDICAL)
    client = sign_in(make_learner(db, SLUG))
    assert client.get(f"/en/courses/{SLUG}/lessons/wash").status_code == 403


def test_a_withdrawn_review_closes_the_language(
    db: Session, sign_in: SignIn, course: Course
) -> None:
    make_reviewed(db, course, "en")
    client = sign_in(make_learner(db, SLUG))
    assert client.get(f"/en/courses/{SLUG}/lessons/wash").status_code == 200
    key = courses.review_of(db, course, "en").reviews[0].key
    courses.withdraw_review(db, course, "en", key, "", AT)
    assert client.get(f"/en/courses/{SLUG}/lessons/wash").status_code == 403


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
