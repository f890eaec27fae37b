"""Arriving: the public front page in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from app.core.languages import LANGUAGES
from tests.browser.conftest import axe


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_front_page_is_accessible_on_a_phone(phone: Page, language: str) -> None:
    answer = phone.goto(f"/{language}/")
    assert answer
    assert answer.ok
    axe(phone)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_front_page_fits_a_phone(phone: Page, language: str) -> None:
    phone.goto(f"/{language}/")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
