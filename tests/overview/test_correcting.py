"""The pages of a wrong key: preview, one act with the password, and what the trainee reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.types import GrantKind
from app.core.events import new_event_id
from app.courses.library import library
from app.courses.types import Item, ItemType
from app.learning.models import Attempt, ItemCorrection, QuestionReport, Regrade
from tests.browsing import CheckedClient
from tests.factories import (
    AT,
    PASSWORD,
    make_administrator,
    make_attempt,
    make_instructor,
    make_learner,
)

SLUG = "cpr-aed-choking"
SignIn = Callable[[Any], CheckedClient]


@pytest.fixture
def attempt(db: Session) -> Attempt:
    """A submitted attempt with the first five questions left open: 20 of 25, failed."""
    return make_attempt(db, make_learner(db, SLUG), wrong=range(1, 6))


def plain(attempt: Attempt) -> str:
    """An open question that is no safety question."""
    return next(one["key"] for one in attempt.items[:5] if not one["must"])


def sent(attempt: Attempt, **more: str) -> dict[str, str]:
    return {
        "change": "drop",
        "reason": "Two answers are right.",
        "event_id": new_event_id(),
        "variant": "",
        **more,
    }


def confirmed(office: CheckedClient, address: str, given: dict[str, str]) -> Any:
    page = office.post(address, data=given).get_data(as_text=True)
    seen = page.split('name="seen" value="')[1].split('"')[0]
    again = {**given, "step": "confirm", "seen": seen, "current_password": PASSWORD}
    return office.post(address, data=again)


def test_the_preview_changes_nothing_and_the_password_does(
    sign_in: SignIn, db: Session, attempt: Attempt
) -> None:
    office, item = sign_in(make_administrator(db)), plain(attempt)
    address, given = f"/en/author/{SLUG}/questions/{item}/correct", sent(attempt)
    text = office.post(address, data=given).get_data(as_text=True)
    assert "Only the score changes: 1" in text
    assert "20 / 25" in text
    assert "20 / 24" in text
    wrong = {**given, "step": "confirm", "seen": "", "current_password": "no"}
    assert office.post(address, data=wrong).status_code == 422
    assert db.scalars(select(ItemCorrection)).all() == []
    response = confirmed(office, address, given)
    assert response.status_code == 303
    db.expire_all()
    assert (attempt.score, attempt.max_score) == (20, 24)
    assert "1 of 1 results changed" in office.get(response.location).get_data(as_text=True)


def test_a_preview_that_is_out_of_date_is_shown_again(
    sign_in: SignIn, db: Session, attempt: Attempt
) -> None:
    office, item = sign_in(make_administrator(db)), plain(attempt)
    given = sent(attempt, step="confirm", seen="another", current_password=PASSWORD)
    response = office.post(f"/en/author/{SLUG}/questions/{item}/correct", data=given)
    assert (response.status_code, db.scalars(select(Regrade)).all()) == (409, [])
    assert "Results have changed since this preview." in response.get_data(as_text=True)


def test_the_trainee_reads_why_in_her_language(
    sign_in: SignIn, db: Session, attempt: Attempt
) -> None:
    item, key, owner = plain(attempt), attempt.key, attempt.enrollment.user
    office = sign_in(make_administrator(db))
    confirmed(office, f"/en/author/{SLUG}/questions/{item}/correct", sent(attempt))
    page = sign_in(owner).get(f"/zh/courses/{SLUG}/assessment/{key}/result")
    text = page.get_data(as_text=True)
    assert "重新评分" in text
    assert "Two answers are right." in text
    assert "25 题中答对 20 题，不合格" in text


def another_answer(item: Item) -> dict[str, Any]:
    """The fields of an answer that is not the key."""
    match item.type:
        case ItemType.ORDERING:
            places = range(1, len(item.options) + 1)
            return {f"line-{at}": str(len(places) + 1 - at) for at in places}
        case ItemType.MATCHING:
            return {f"line-{at}": item.right[0] for at in range(1, len(item.left) + 1)}
        case ItemType.NUMERIC:
            return {"line-1": "1", "line-2": "99"}
        case ItemType.TRUE_FALSE:
            return {"choice": ["true", "false"]}
        case ItemType.MULTIPLE | ItemType.SINGLE:
            return {"choice": list(item.options)}


@pytest.mark.parametrize("kind", ["ordering", "matching", "numeric", "multiple", "truefalse"])
def test_every_kind_of_question_can_get_another_key(
    sign_in: SignIn, db: Session, kind: str
) -> None:
    item = next(one for one in library().course(SLUG).items if one.type == kind)
    given = {"change": "choose", "reason": "So it is.", "event_id": new_event_id()}
    given |= another_answer(item)
    office = sign_in(make_administrator(db))
    response = confirmed(office, f"/en/author/{SLUG}/questions/{item.key}/correct", given)
    assert response.status_code == 303, response.get_data(as_text=True)


@pytest.mark.parametrize(
    "fault",
    [{"reason": ""}, {"change": "choose"}, {"first": "999"}, {"also_worse": "y"}, {"variant": "x"}],
)
def test_an_unfinished_correction_says_what_is_missing(
    sign_in: SignIn, db: Session, attempt: Attempt, fault: dict[str, str]
) -> None:
    office = sign_in(make_administrator(db))
    address = f"/en/author/{SLUG}/questions/{plain(attempt)}/correct"
    response = office.post(address, data=sent(attempt, **fault))
    assert response.status_code == (404 if "variant" in fault else 422)


def test_an_author_reports_and_only_the_office_corrects(
    sign_in: SignIn, db: Session, attempt: Attempt
) -> None:
    author, item = make_instructor(db), plain(attempt)
    address = f"/en/author/{SLUG}/questions/{item}"
    assert sign_in(author).get(f"{address}/correct").status_code == 403
    _grant(db, author)
    client = sign_in(author)
    assert client.post(f"{address}/correct", data=sent(attempt)).status_code == 403
    told = {"words": "Option c.", "event_id": new_event_id()}
    assert client.post(f"{address}/report", data=told).status_code == 303
    office = sign_in(make_administrator(db))
    assert "Option c." in office.get(f"{address}/correct").get_data(as_text=True)
    report = db.scalars(select(QuestionReport)).one()
    office.post(f"{address}/reports/{report.key}/decline", data={})
    db.expire_all()
    assert report.settled_at is not None


def _grant(db: Session, user: User) -> None:
    by = make_administrator(db)
    day = AT - timedelta(days=9)
    accounts.give_grant(db, user, GrantKind.COURSES_AUTHOR, SLUG, None, by, day)
