"""Which language a page speaks, and how it says dates and numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.config import Settings
from app.core.breaking import unbroken
from app.core.i18n import (
    breakable,
    current_language,
    format_date,
    format_datetime,
    ngettext,
    tr,
    url_in,
)
from app.core.languages import LANGUAGES, best_language

DAY = date(2026, 3, 31)
MOMENT = datetime(2026, 3, 31, 16, 5, tzinfo=UTC)  # five past midnight of 1 April in Nanning


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application; no test here needs a row."""
    folder: Path = tmp_path_factory.mktemp("i18n")
    app = create_app(replace(Settings(), database_url=f"sqlite:///{folder}/k.sqlite"))
    yield app
    app.extensions["kapok"].database.dispose()


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("zh-Hans-CN", "zh"),
        ("zh-TW", "zh"),
        ("lo-LA,th;q=0.9", "lo"),
        ("km", "km"),
        ("vi-VN,vi;q=0.9", "vi"),
        ("en-GB,en;q=0.9,lo;q=0.1", "en"),
        ("fr-FR,de;q=0.9,km;q=0.3", "km"),
        ("th,my", "en"),
        ("", "en"),
        ("*", "en"),
        ("zh;q=x, ;;,", "en"),
        ("q=0.5;;;\u00ff", "en"),
    ],
)
def test_the_first_page_speaks_the_browsers_language(
    app: Flask, accepted: str, language: str
) -> None:
    response = app.test_client().get("/", headers={"Accept-Language": accepted})
    assert response.headers["Location"] == f"/{language}/"


def test_a_language_chosen_once_is_remembered(app: Flask) -> None:
    client = app.test_client()
    client.get("/km/privacy")
    response = client.get("/", headers={"Accept-Language": "vi"})
    assert response.headers["Location"] == "/km/"


@pytest.mark.parametrize("cookie", ["xx", "../en", "km\r\n", "a" * 5000])
def test_a_strange_cookie_is_no_language(app: Flask, cookie: str) -> None:
    client = app.test_client()
    headers = {"Accept-Language": "lo", "Cookie": f"language={cookie.strip()}x"}
    assert client.get("/", headers=headers).headers["Location"] == "/lo/"


@pytest.mark.parametrize(
    ("tags", "language"),
    [(["zh_CN"], "zh"), (["ZH-hans"], "zh"), (["", "xx", "lo"], "lo"), ([], "en"), (["enx"], "en")],
)
def test_the_first_tag_that_we_speak_wins(tags: list[str], language: str) -> None:
    assert best_language(tags) == language


@pytest.mark.parametrize(
    ("address", "other"),
    [
        ("/en/", "/lo/"),
        (
            "/en/courses/cpr-aed-choking?with=zh&a=1&a=2",
            "/lo/courses/cpr-aed-choking?with=zh&a=1&a=2",
        ),
        ("/km/terms?q=%E5%BF%83", "/lo/terms?q=%E5%BF%83"),
        ("/en/no/such/page?b=2", "/lo/no/such/page?b=2"),
        ("/v/ABCD", "/v/ABCD?lang=lo"),
        ("/v/ABCD?lang=en&x=1", "/v/ABCD?lang=lo&x=1"),
    ],
)
def test_a_page_leads_to_itself_in_another_language(app: Flask, address: str, other: str) -> None:
    with app.test_request_context(address):
        app.preprocess_request()
        assert url_in("lo") == other


def test_a_misspelt_address_keeps_its_language(app: Flask) -> None:
    with app.test_request_context("/vi/nowhere", headers={"Accept-Language": "km"}):
        assert current_language() == "vi"


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "31 March 2026"),
        ("zh", "2026年3月31日"),
        ("vi", "31 tháng 3, 2026"),
        ("lo", "31 ມີນາ 2026"),
        ("km", "31 មីនា 2026"),
    ],
)
def test_dates_are_written_as_the_language_writes_them(
    app: Flask, language: str, written: str
) -> None:
    with app.app_context():
        assert unbroken(format_date(DAY, language)) == written


@pytest.mark.parametrize("language", LANGUAGES)
def test_digits_are_western_in_every_language(app: Flask, language: str) -> None:
    with app.app_context():
        for month in range(1, 13):
            text = format_date(date(2026, month, 28), language)
            assert "28" in text
            assert not re.search("[\u0ed0-\u0ed9\u17e0-\u17e9\uff10-\uff19]", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_times_are_of_the_programmes_place(app: Flask, language: str) -> None:
    with app.app_context():
        text = unbroken(format_datetime(MOMENT, language))
    assert "00:05" in text
    assert re.search(r"\b1\b", text.replace("月", " ").replace("日", " ")), "1 April in Nanning"


def test_english_has_two_forms_for_numbers(app: Flask) -> None:
    with app.test_request_context("/en/"):
        one, many = "%(num)s trainee", "%(num)s trainees"
        told = [ngettext(one, many, number) for number in (0, 1, 2, 21)]
    assert told == ["0 trainees", "1 trainee", "2 trainees", "21 trainees"]


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_other_languages_have_one_form_for_numbers(app: Flask, language: str) -> None:
    with app.test_request_context(f"/{language}/"):
        app.preprocess_request()
        one, many = "%(num)s trainee", "%(num)s trainees"
        told = {ngettext(one, many, number).replace(str(number), "#") for number in (1, 2, 5)}
    assert len(told) == 1
    assert "trainee" not in told.pop()


def test_words_come_in_a_given_language_without_a_request() -> None:
    assert tr("Valid", "en") == "Valid"
    assert tr("Lessons: %(done)s of %(total)s", "en", done=1, total=6) == "Lessons: 1 of 6"
    assert tr("Valid", "zh") != "Valid"


def test_only_lao_and_khmer_get_break_opportunities() -> None:
    assert "\u200b" in breakable("ການກູ້ຊີບຂັ້ນພື້ນຖານ")
    assert "\u200b" in breakable("ការសង្គ្រោះជីវិតបឋម")
    for text in ("心肺复苏", "Hồi sinh tim phổi", "Basic life support", "AED 30:2"):
        assert breakable(text) == text
