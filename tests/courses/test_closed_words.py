"""Where a review is required, trainees find no unreviewed words by another door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.config import Settings
from app.courses.library import library
from tests.browsing import CheckedClient
from tests.factories import make_instructor, make_trainee

SignIn = Callable[[Any], CheckedClient]
CARD = "/lo/cards/cpr-aed-choking/cpr"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A site on which nothing is reviewed and a review is required."""
    return replace(settings, require_review=True)


def test_a_trainee_finds_no_card_of_a_closed_course(sign_in: SignIn, db: Session) -> None:
    client = sign_in(make_trainee(db))
    assert client.get(CARD).status_code == 403
    assert client.get("/lo/cards/cpr-aed-choking").status_code == 403
    text = client.get("/en/cards").get_data(as_text=True)
    assert "No quick cards yet" in text
    assert library().course("cpr-aed-choking").words["en"].cards["cpr"].title not in text


def test_a_trainee_finds_no_lesson_of_a_closed_course(sign_in: SignIn, db: Session) -> None:
    text = sign_in(make_trainee(db)).get("/en/search?q=breastbone").get_data(as_text=True)
    assert "/lessons/" not in text


def test_a_trainee_finds_no_exercise(sign_in: SignIn, db: Session) -> None:
    client = sign_in(make_trainee(db))
    assert client.get("/en/programme/exercise").status_code == 403
    assert "/programme/exercise" not in client.get("/en/programme").get_data(as_text=True)


@pytest.mark.parametrize("address", [CARD, "/lo/programme/exercise", "/lo/cards"])
def test_an_instructor_reads_them_with_the_notice(
    sign_in: SignIn, db: Session, address: str
) -> None:
    answer = sign_in(make_instructor(db)).get(address)
    assert answer.status_code == 200
    assert 'class="notice care' in answer.get_data(as_text=True) or "badge care" in (
        answer.get_data(as_text=True)
    )
