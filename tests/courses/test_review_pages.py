"""The administrator's pages about reviews, and the commands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core import audit
from app.core.clock import now
from app.core.events import new_event_id
from app.courses import services
from app.courses.library import library
from app.courses.models import ContentOpening, ContentReview
from app.courses.types import Course, ReviewRole
from tests.browsing import CheckedClient
from tests.factories import (
    make_administrator,
    make_instructor,
    make_opening,
    make_review,
    make_reviewed,
    make_trainee,
)

SLUG = "cpr-aed-choking"
LIST, PAGE = "/en/reviews", f"/en/reviews/{SLUG}/lo"
REASON = "The class begins before the doctor is back."
REVIEW = {"reviewed_as": "native", "reviewer": "ສຸກ ວັນນະວົງ", "reviewed_on": "2026-03-02"}
SignIn = Callable[[Any], CheckedClient]


def seen() -> dict[str, str]:
    """What the page sends along: which words it showed."""
    return {"seen": services.units_of(library().course(SLUG), "lo").whole}


@pytest.fixture
def course() -> Course:
    """The real course."""
    return library().course(SLUG)


@pytest.fixture
def office(db: Session, sign_in: SignIn) -> CheckedClient:
    """An administrator's browser."""
    return sign_in(make_administrator(db))


def text_of(client: CheckedClient, address: str) -> str:
    return client.get(address).get_data(as_text=True)


def count(db: Session, model: type[Any]) -> int:
    return db.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.parametrize("make", [make_trainee, make_instructor])
def test_others_may_not_open_the_pages(db: Session, sign_in: SignIn, make: Any) -> None:
    client = sign_in(make(db))
    assert [client.get(page).status_code for page in (LIST, PAGE, f"{PAGE}/close")] == [403] * 3
    assert client.post(PAGE, data=REVIEW).status_code == 403
    assert client.post(f"{PAGE}/open", data={"reason": REASON}).status_code == 403
    assert count(db, ContentReview) == count(db, ContentOpening) == 0


def test_the_list_shows_every_language_of_every_course(
    db: Session, office: CheckedClient, course: Course
) -> None:
    make_reviewed(db, course, "en")
    make_opening(db, course, "km")
    text = text_of(office, LIST)
    assert text.count(f"/en/reviews/{SLUG}/") == 5
    languages = 5 * len(library().courses)
    assert text.count("Not reviewed") == languages - 1
    assert text.count(">Reviewed<") == text.count(">Opened<") == 1


def test_administrators_find_the_list_in_their_menu(office: CheckedClient) -> None:
    assert text_of(office, "/en/programme").count('href="/en/reviews"') == 2


def test_a_review_is_recorded(db: Session, office: CheckedClient, course: Course) -> None:
    given = {**REVIEW, **seen(), "event_id": new_event_id()}
    for _ in range(2):
        assert office.post(PAGE, data=given).status_code == 303
    assert count(db, ContentReview) == 1
    text = text_of(office, PAGE)
    assert "ສຸກ" in text
    assert "A medical expert has not reviewed this text yet." in text
    (act,) = audit.trail_of(db, "course", SLUG)
    assert (act.action, act.detail["role"]) == ("courses.record-review", "native")


@pytest.mark.parametrize(
    "wrong",
    [
        {"reviewer": ""},
        {"reviewed_as": "technical"},
        {"reviewed_on": (now() + timedelta(days=3)).date().isoformat()},
        {"reviewed_on": "soon"},
    ],
)
def test_what_is_no_review_comes_back_with_a_message(
    db: Session, office: CheckedClient, wrong: dict[str, str]
) -> None:
    response = office.post(PAGE, data={**REVIEW, **seen(), "event_id": new_event_id(), **wrong})
    assert response.status_code == 422
    assert 'role="alert"' in response.get_data(as_text=True)
    assert count(db, ContentReview) == 0


def test_a_review_is_withdrawn_after_a_question(
    db: Session, office: CheckedClient, course: Course
) -> None:
    key = make_review(db, course, "lo").event_id
    assert "Withdraw this review?" in text_of(office, f"{PAGE}/{key}/withdraw")
    for _ in range(2):
        assert office.post(f"{PAGE}/{key}/withdraw").status_code == 303
    assert services.review_of(db, course, "lo").reviews == ()
    assert office.get(f"{PAGE}/{key}/withdraw").status_code == 404
    assert office.get(f"/en/reviews/{SLUG}/xx").status_code == 404


def test_a_language_is_opened_with_a_reason_and_closed_again(
    db: Session, office: CheckedClient, course: Course
) -> None:
    given = {"reason": REASON, "event_id": new_event_id()}
    for _ in range(2):
        assert office.post(f"{PAGE}/open", data=given).status_code == 303
    assert count(db, ContentOpening) == 1
    assert REASON in text_of(office, PAGE)
    assert "Close the language again?" in text_of(office, f"{PAGE}/close")
    for _ in range(2):
        assert office.post(f"{PAGE}/close").status_code == 303
    assert not services.review_of(db, course, "lo").is_open
    assert "no opening to end" in text_of(office, f"{PAGE}/close")


def test_a_short_reason_comes_back_with_a_message(db: Session, office: CheckedClient) -> None:
    given = {"reason": "Because.", "event_id": new_event_id()}
    response = office.post(f"{PAGE}/open", data=given)
    assert (response.status_code, count(db, ContentOpening)) == (422, 0)
    assert "Because." in response.get_data(as_text=True)


def test_the_second_administrator_hears_that_it_is_open(
    db: Session, office: CheckedClient, course: Course
) -> None:
    make_opening(db, course, "lo")
    response = office.post(f"{PAGE}/open", data={"reason": REASON, "event_id": new_event_id()})
    assert response.status_code == 409


def test_the_trail_names_the_act_and_the_course(office: CheckedClient) -> None:
    office.post(PAGE, data={**REVIEW, **seen(), "event_id": new_event_id()})
    text = text_of(office, "/en/people/audit")
    assert "Review of a course recorded" in text
    assert f"<code>{SLUG}</code>" in text


# commands


def run(app: Flask, *arguments: str) -> Any:
    return app.test_cli_runner().invoke(args=["courses", *arguments])


def command(role: str = "native", by: str = "Souk Vannavong", on: str = "2026-03-02") -> list[str]:
    return ["review", SLUG, "--language", "lo", "--role", role, "--by", by, "--on", on]


def test_the_command_records_a_review_once(app: Flask, db: Session) -> None:
    for _ in range(2):
        answer = run(app, *command())
        assert answer.exit_code == 0, answer.output
        assert "lo: pending\n  native: Souk Vannavong, 2026-03-02\n  missing: medical" in (
            answer.output
        )
    assert count(db, ContentReview) == 1
    assert [act.by_key for act in audit.trail_of(db, "course", SLUG)] == [""]
    db.rollback()
    assert "lo: reviewed" in run(app, *command("medical")).output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (command(by=" "), "Write the name of the reviewer"),
        (command(role="technical"), "does not need a review"),
        (command(on="2999-01-01"), "Choose today or an earlier day."),
        (command(on="soon"), "Invalid value for '--on'"),
        (["review", "nothing", *command()[2:]], "We could not find that course."),
        ([*command()[:3], "xx", *command()[4:]], "Invalid value for '--language'"),
        (command(role="friend"), "Invalid value for '--role'"),
    ],
)
def test_the_command_refuses_what_is_no_review(
    app: Flask, db: Session, arguments: list[str], sentence: str
) -> None:
    answer = run(app, *arguments)
    assert answer.exit_code != 0
    assert sentence in answer.output
    assert count(db, ContentReview) == 0


def test_the_command_lists_the_states(app: Flask, db: Session, course: Course) -> None:
    make_reviewed(db, course, "en")
    make_review(db, course, "km", ReviewRole.MEDICAL)
    make_opening(db, course, "vi")
    db.commit()
    lines = run(app, "reviews").output
    assert "cpr-aed-choking 2026.1 en: reviewed" in lines
    assert "cpr-aed-choking 2026.1 km: pending" in lines
    assert "open since 2026-03-02: The rescue team" in lines
    assert run(app, "reviews", SLUG).output.count("2026.1") == 5
    assert run(app, "reviews", "nothing").exit_code == 1


def test_a_review_of_words_that_changed_meanwhile_is_not_recorded(
    db: Session, office: CheckedClient
) -> None:
    given = {**REVIEW, "seen": "0" * 64, "event_id": new_event_id()}
    answer = office.post(PAGE, data=given)
    assert answer.status_code == 409
    assert "The text has changed" in answer.get_data(as_text=True)
    assert db.scalars(select(ContentReview)).all() == []
