"""The page of a search, and the glossary's."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.core.breaking import unbroken
from app.core.languages import LANGUAGES
from app.courses.library import library
from app.courses.services import find_terms
from app.courses.types import IN_ASSESSMENT, Confidence
from tests.browsing import CheckedClient
from tests.factories import make_trainee

SignIn = Callable[[Any], CheckedClient]


def words(client: CheckedClient, address: str) -> str:
    """The page without the breaks that are only shown."""
    answer = client.get(address)
    assert answer.status_code == 200
    return unbroken(answer.get_data(as_text=True))


@pytest.fixture
def trainee(sign_in: SignIn, db: Session) -> CheckedClient:
    """A signed-in trainee's browser."""
    return sign_in(make_trainee(db))


def test_a_visitor_is_sent_to_sign_in(client: CheckedClient) -> None:
    assert client.get("/en/search?q=cpr").status_code == 302


def test_a_chinese_term_finds_the_lao_lesson(trainee: CheckedClient) -> None:
    text = words(trainee, "/lo/search?q=心肺复苏")
    assert "xīnfèi fùsū" in text
    assert "<mark>ການກູ້ຊີບ (CPR)</mark>" in text
    assert "/lo/courses/cpr-aed-choking/lessons/compressions-breaths#b-intro" in text


def test_a_term_stands_with_its_names_in_all_languages(trainee: CheckedClient) -> None:
    text = words(trainee, "/km/search?q=casualty")
    for name in library().term("casualty").names.values():
        assert name in text


def test_the_count_is_announced_and_stands_in_the_title(trainee: CheckedClient) -> None:
    text = words(trainee, "/en/search?q=breastbone")
    title = re.search(r"<title>(\d+) results?: breastbone · Search · Kapok</title>", text)
    assert title
    assert re.search(rf'role="status">{title[1]} result', text)


def test_more_results_are_a_page_away(trainee: CheckedClient) -> None:
    first = words(trainee, "/zh/search?q=按压")
    assert "page=2" in first
    second = words(trainee, "/zh/search?q=按压&page=2")
    assert "page=1" in second
    assert second.count("<h3>") > 0


@pytest.mark.parametrize("page", ["0", "-1", "999999999999", "x"])
def test_a_page_that_does_not_exist_is_one_that_does(trainee: CheckedClient, page: str) -> None:
    assert "<mark>" in words(trainee, f"/en/search?q=chest&page={page}")


def test_nothing_found_says_what_to_try(trainee: CheckedClient) -> None:
    text = words(trainee, "/en/search?q=<xyzzy>")
    assert "Nothing found" in text
    assert "Try fewer words" in text
    assert "<xyzzy>" not in text


def test_an_empty_search_is_only_the_box(trainee: CheckedClient) -> None:
    text = words(trainee, "/en/search")
    assert "Nothing found" not in text
    assert "0 results" not in text


def test_a_search_that_is_too_long_says_so(trainee: CheckedClient) -> None:
    text = words(trainee, f"/en/search?q={'a' * 101}")
    assert "Use at most 100 characters." in text


def test_search_is_closed_during_an_assessment(trainee: CheckedClient) -> None:
    with trainee.session_transaction() as session:
        session[IN_ASSESSMENT] = "an attempt"
    assert trainee.get("/en/search?q=cpr").status_code == 403


def test_the_programme_has_the_search_box(trainee: CheckedClient) -> None:
    assert 'action="/vi/search"' in words(trainee, "/vi/programme")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_glossary_shows_every_name_of_every_term(trainee: CheckedClient, language: str) -> None:
    text = words(trainee, f"/{language}/terms").replace("&#39;", "'").replace("&amp;", "&")
    for term in library().terms.values():
        for name in (*term.names.values(), term.pinyin):
            assert name in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_glossary_stands_in_the_readers_order(trainee: CheckedClient, language: str) -> None:
    text = words(trainee, f"/{language}/terms")
    keys = [term.key for term in find_terms(library(), "", language)]
    assert re.findall(r'data-term="([^"]+)"', text) == keys


def test_each_first_letter_leads_to_its_terms(trainee: CheckedClient) -> None:
    text = words(trainee, "/lo/terms")
    links = re.findall(r'href="#(letter-\d+)"', text)
    assert len(links) > 20
    assert all(f'id="{link}"' in text for link in links)


def test_terms_that_wait_for_a_native_speaker_have_a_star(trainee: CheckedClient) -> None:
    text = words(trainee, "/en/terms")
    waiting = [t for t in library().terms.values() if t.confidence is Confidence.LOW]
    assert text.count("not confirmed yet") == len(waiting)
    assert "wait for a native speaker" in text
