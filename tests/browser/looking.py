"""Looking at the pages of a journey as it goes, and finding its parts by what stands on them."""

from __future__ import annotations

import os
import re
from pathlib import Path

from babel.support import Translations
from playwright.sync_api import Page

from app.config import ROOT
from app.core.breaking import unbroken
from app.core.languages import SOURCE_LANGUAGE
from tests.browser.conftest import axe

#: A folder for pictures of every step; without it no picture is taken.
PICTURES = os.environ.get("KAPOK_PICTURES", "")
_BREAKS = "[\u200b\u2060]*"


class Looking:
    """Checks each step's page: it fits, axe finds nothing; takes a picture when asked to."""

    def __init__(self, language: str) -> None:
        self.language, self.number = language, 0

    def __call__(self, page: Page, step: str) -> None:
        """Look at the page as it stands."""
        axe(page)
        self.glance(page, step)

    def glance(self, page: Page, step: str) -> None:
        """The same without axe, which takes half a second, for a page of few and common parts."""
        width = page.viewport_size["width"]
        assert page.evaluate("document.documentElement.scrollWidth") <= width, step
        self.number += 1
        if PICTURES:
            name = f"{self.language}-{width}-{self.number:02}-{step}.png"
            page.screenshot(path=Path(PICTURES) / name, full_page=True)


class Words:
    """The words of the interface in one language, as patterns that find them on a page."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._catalogue = Translations.load(str(ROOT / "translations"), [language])

    def text(self, message: str, **values: object) -> str:
        """The words as a person reads them, with these values in them."""
        found = unbroken(str(self._catalogue.ugettext(message)))
        assert self.language == SOURCE_LANGUAGE or found != message, f"not translated: {message}"
        return found % values if values else found

    def __call__(self, message: str, **values: object) -> re.Pattern[str]:
        """A pattern for exactly these words."""
        return re.compile(rf"^\s*{pattern(self.text(message, **values))}\s*$")

    def begins(self, message: str) -> re.Pattern[str]:
        """A pattern for what begins with these words: a label, and that it is optional."""
        return re.compile(rf"^\s*{pattern(self.text(message))}")

    def plural(self, one: str, many: str, number: int, **values: object) -> re.Pattern[str]:
        """A pattern for the words that go with a number."""
        found = unbroken(str(self._catalogue.ungettext(one, many, number)))
        return read(found % {"num": number, **values})


def read(text: str) -> re.Pattern[str]:
    """A pattern for what holds this text."""
    return re.compile(pattern(text))


def pattern(text: str) -> str:
    """A text as a regular expression that finds it wherever its lines may break."""
    return _BREAKS.join(r"\s+" if letter == " " else re.escape(letter) for letter in text)
