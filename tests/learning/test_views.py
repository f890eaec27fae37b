"""Pages of the programme, a course and a lesson, as a browser without JavaScript sees them."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.events import new_event_id
from app.core.languages import LANGUAGES
from app.learning import services
from app.learning.models import LessonCompletion
from tests.counting import statements_of
from tests.factories import AT, make_attempt, make_instructor, make_learner, make_trainee
from tests.learning.acts import FIRST, SECOND, SignIn, text_of

LESSON = f"/en/courses/{FIRST}/lessons/wash"


def counted_queries(app: Flask) -> AbstractContextManager[list[str]]:
    return statements_of(app.extensions["kapok"].database.engine)


# programme, course, lesson


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_programme_opens_in_every_language(db: Session, sign_in: SignIn, language: str) -> None:
    client = sign_in(make_learner(db, FIRST))
    assert client.get(f"/{language}/programme").status_code == 200


def test_the_programme_names_the_lock(db: Session, sign_in: SignIn) -> None:
    user = make_learner(db, FIRST)
    services.enroll(db, user, SECOND, AT)
    assert "First pass the assessment of: Clean hands" in text_of(
        sign_in(user).get("/en/programme")
    )


def test_a_visitor_is_sent_to_the_sign_in_page(client: Any) -> None:
    assert "/en/sign-in" in client.get("/en/programme").headers["Location"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_course_and_its_lesson_open_in_every_language(
    db: Session, sign_in: SignIn, language: str
) -> None:
    client = sign_in(make_learner(db, FIRST))
    for address in (f"/{language}/courses/{FIRST}", f"/{language}/courses/{FIRST}/lessons/wash"):
        assert client.get(address).status_code == 200


def test_staff_read_lessons_without_progress(db: Session, sign_in: SignIn) -> None:
    client = sign_in(make_instructor(db))
    assert "Lesson done" not in text_of(client.get(f"/en/courses/{SECOND}/lessons/wear"))


def test_staff_do_not_complete_lessons(db: Session, sign_in: SignIn) -> None:
    client = sign_in(make_instructor(db))
    assert client.post(LESSON, data={"event_id": new_event_id()}).status_code == 403


def test_who_is_not_enrolled_is_told_whom_to_ask(db: Session, sign_in: SignIn) -> None:
    response = sign_in(make_trainee(db)).get(LESSON)
    assert (response.status_code, "Ask your instructor" in text_of(response)) == (403, True)


def test_a_locked_lesson_says_why(db: Session, sign_in: SignIn) -> None:
    response = sign_in(make_learner(db, SECOND)).get(f"/en/courses/{SECOND}/lessons/wear")
    assert (response.status_code, "Clean hands" in text_of(response)) == (403, True)


@pytest.mark.parametrize(
    "address",
    [
        "/en/courses/nothing",
        "/en/courses/not-written",
        f"/en/courses/{FIRST}/lessons/nothing",
        f"/en/courses/{FIRST}/assessment/nothing/1",
        f"/en/courses/{FIRST}/assessment/nothing/review",
        f"/en/courses/{FIRST}/assessment/nothing/result",
    ],
)
def test_what_does_not_exist_is_not_found(db: Session, sign_in: SignIn, address: str) -> None:
    assert sign_in(make_learner(db, FIRST)).get(address).status_code == 404


def test_a_lesson_is_done_once_however_often_the_button_is_pressed(
    db: Session, sign_in: SignIn
) -> None:
    client = sign_in(make_learner(db, FIRST))
    event_id = new_event_id()
    for sent in (event_id, event_id, new_event_id()):
        assert client.post(LESSON, data={"event_id": sent}).status_code == 303
    assert db.scalar(select(func.count()).select_from(LessonCompletion)) == 1


def test_a_completion_without_a_proper_event_id_is_refused(db: Session, sign_in: SignIn) -> None:
    client = sign_in(make_learner(db, FIRST))
    assert client.post(LESSON, data={"event_id": "1"}).status_code == 422


def test_the_lesson_done_form_works_without_javascript(db: Session, sign_in: SignIn) -> None:
    client = sign_in(make_learner(db, FIRST))
    assert client.submit(LESSON, {}, form="event_id").status_code == 303
    assert "Done" in text_of(client.get(LESSON))


def test_the_second_language_is_remembered(db: Session, sign_in: SignIn) -> None:
    user = make_learner(db, FIRST, language="en", second_language=None)
    client = sign_in(user)
    client.post(f"{LESSON}/second-language", data={"second": "zh"})
    assert 'lang="zh-Hans"' in text_of(client.get(LESSON)).split("<article")[1]
    assert user.second_language == "zh"


def test_the_address_can_ask_for_another_second_language(db: Session, sign_in: SignIn) -> None:
    client = sign_in(make_learner(db, FIRST))
    article = text_of(client.get(f"{LESSON}?with=km")).split("<article")[1]
    assert 'lang="km"' in article


def test_an_unknown_second_language_is_no_second_language(db: Session, sign_in: SignIn) -> None:
    client = sign_in(make_learner(db, FIRST))
    assert "twin" not in text_of(client.get(f"{LESSON}?with=xx")).split("<article")[1]


def test_a_lesson_needs_at_most_8_queries(db: Session, sign_in: SignIn, app: Flask) -> None:
    user = make_learner(db, FIRST, lessons=True)
    make_attempt(db, user, FIRST, wrong=(1, 2, 3, 4))
    client = sign_in(user)
    client.get(LESSON)
    with counted_queries(app) as statements:
        assert client.get(LESSON).status_code == 200
    assert len(statements) <= 8, statements


def test_a_lesson_takes_little_time(db: Session, sign_in: SignIn, app: Flask) -> None:
    """The bench measures 4 ms against a bare page; this only catches what is far off."""
    user = make_learner(db, FIRST, lessons=True)
    client = sign_in(user)
    client.get(LESSON)
    began = time.process_time()
    for _ in range(20):
        client.get(LESSON)
    assert (time.process_time() - began) / 20 < 0.05
