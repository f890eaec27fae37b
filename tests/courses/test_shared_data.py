"""Dated data of countries inside lessons, quick cards, the exercise of the whole team."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.core.breaking import unbroken, with_units
from app.core.languages import LANGUAGES
from app.courses.library import Library
from app.courses.rendering import article
from app.courses.types import IN_ASSESSMENT
from tests.browsing import CheckedClient
from tests.factories import make_trainee

SignIn = Callable[[Any], CheckedClient]


@pytest.fixture
def trainee(sign_in: SignIn, db: Session, tiny: Library) -> CheckedClient:
    """A trainee of the tiny programme, signed in."""
    assert tiny.courses
    return sign_in(make_trainee(db))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_warning_table_names_its_colour_source_and_day(tiny: Library, language: str) -> None:
    shown = unbroken(article(tiny.course("clean-hands"), "wash", language).html)
    colour = {"en": "red", "zh": "红色", "vi": "đỏ", "lo": "ສີແດງ", "km": "ក្រហម"}[language]
    assert f'<tr class="signal red"><th scope="row">{colour}</th><td>100\u00a0mm</td>' in shown
    assert "A source for tests, 2004" in shown
    assert "2026" in shown


def test_a_chinese_phrase_has_its_pinyin_and_its_meaning(tiny: Library) -> None:
    shown = article(tiny.course("clean-hands"), "wash", "vi").html
    assert '<span lang="zh-Hans">你好</span>' in shown
    assert '<span class="pinyin" lang="zh-Latn">nǐ hǎo</span>' in shown
    assert "Xin chào" in shown


def test_the_numbers_of_one_country_are_shown_without_the_others(tiny: Library) -> None:
    shown = article(tiny.course("clean-hands"), "wash", "en").html
    assert '<b class="number">120</b>' in shown
    assert '<b class="number">1195</b>' not in shown


def test_a_table_costs_a_minute_of_reading_time_as_a_figure_does(tiny: Library) -> None:
    lesson = tiny.course("clean-hands").lesson("wash")
    assert lesson.minutes == 1 + 1 + 3 + 2 + 2  # words, figure, tables, checks, activity


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_quick_card_has_its_steps_and_says_that_nobody_has_reviewed_it(
    trainee: CheckedClient, tiny: Library, language: str
) -> None:
    answer = trainee.get(f"/{language}/cards/clean-hands/wash-card")
    text = unbroken(answer.get_data(as_text=True))
    words = tiny.course("clean-hands").words[language].cards["wash-card"]
    for line in (words.title, *words.steps.values(), *words.dont.values()):
        assert with_units(line) in text
    assert "card-foot" in text
    assert "<strong>" in text.split("card-foot")[1]


def test_the_cards_of_a_course_stand_on_one_page_to_print(trainee: CheckedClient) -> None:
    text = trainee.get("/en/cards/clean-hands").get_data(as_text=True)
    assert "Wash your hands" in text
    assert "Print this page" in text


def test_the_list_of_cards_leads_to_each(trainee: CheckedClient) -> None:
    assert "/en/cards/clean-hands/wash-card" in trainee.get("/en/cards").get_data(as_text=True)


@pytest.mark.parametrize(
    "address", ["cards/clean-hands/no", "cards/gloves", "cards/gloves/wash-card", "cards/no"]
)
def test_a_card_that_is_not_there_is_not_found(trainee: CheckedClient, address: str) -> None:
    assert trainee.get(f"/en/{address}").status_code == 404


@pytest.mark.parametrize("address", ["cards", "cards/clean-hands", "cards/clean-hands/wash-card"])
def test_cards_are_hidden_while_an_assessment_is_open(trainee: CheckedClient, address: str) -> None:
    with trainee.session_transaction() as session:
        session[IN_ASSESSMENT] = True
    assert trainee.get(f"/en/{address}").status_code == 403


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_team_exercise_names_roles_steps_and_what_ends_it(
    trainee: CheckedClient, tiny: Library, language: str
) -> None:
    text = trainee.get(f"/{language}/programme/exercise").get_data(as_text=True)
    text = unbroken(text)
    sheet = tiny.exercise
    assert sheet is not None
    assert with_units(sheet.steps[0].words[language]) in text
    assert sheet.roles["leader"][language] in text
    assert sheet.critical_fails["no-soap"][language] in text
