"""Emergency numbers, glossary and term cards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.core.breaking import unbroken
from app.core.languages import LANGUAGES
from app.courses.library import library
from app.courses.types import IN_ASSESSMENT
from tests.browsing import CheckedClient
from tests.factories import make_trainee

SignIn = Callable[[Any], CheckedClient]


@pytest.mark.parametrize("language", LANGUAGES)
def test_everybody_sees_the_numbers_of_the_four_countries(
    client: CheckedClient, language: str
) -> None:
    text = client.get(f"/{language}/numbers").get_data(as_text=True)
    for country in library().numbers().countries.values():
        assert f'id="{country.key}"' in text
        for service in country.services.values():
            assert f">{service.number}</a>" in text


def test_the_numbers_say_when_they_were_checked(client: CheckedClient) -> None:
    assert "23 November 2026" in client.get("/en/numbers").get_data(as_text=True)


def test_a_visitor_is_sent_to_sign_in_for_the_glossary(client: CheckedClient) -> None:
    assert client.get("/en/terms").status_code == 302


def test_the_glossary_finds_a_term_without_accents(sign_in: SignIn, db: Session) -> None:
    client = sign_in(make_trainee(db))
    text = client.get("/vi/terms?q=nguoi+bi+thuong").get_data(as_text=True)
    assert "người bị thương" in text
    assert "shāngyuán" in text
    assert "tình nguyện viên" not in text


def test_a_search_without_a_result_says_so(sign_in: SignIn, db: Session) -> None:
    answer = sign_in(make_trainee(db)).get("/en/terms?q=<xyz>")
    assert "No term found" in answer.get_data(as_text=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_term_shows_all_five_languages(sign_in: SignIn, db: Session, language: str) -> None:
    text = sign_in(make_trainee(db)).get(f"/{language}/terms/casualty").get_data(as_text=True)
    for name in library().term("casualty").names.values():
        assert name in unbroken(text)
    assert "shāngyuán" in text


def test_a_card_is_the_term_alone(sign_in: SignIn, db: Session) -> None:
    text = sign_in(make_trainee(db)).get("/lo/terms/cpr?card=1").get_data(as_text=True)
    assert "data-dialog-close" in text
    assert "<html" not in text


def test_an_unknown_term_is_a_kind_404(sign_in: SignIn, db: Session) -> None:
    assert sign_in(make_trainee(db)).get("/km/terms/nothing").status_code == 404


@pytest.mark.parametrize("address", ["/en/terms", "/en/terms/cpr", "/en/terms/cpr?card=1"])
def test_terms_are_hidden_during_an_assessment(sign_in: SignIn, db: Session, address: str) -> None:
    client = sign_in(make_trainee(db))
    with client.session_transaction() as session:
        session[IN_ASSESSMENT] = "an attempt"
    answer = client.get(address)
    assert answer.status_code == 403
    assert "Terms are hidden while you take an assessment." in answer.get_data(as_text=True)
