"""Every page in every language, and catalogues without gaps or stray characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import polib
import pytest

from app.core.breaking import unbroken
from app.core.catalogues import untranslated
from app.core.i18n import TRANSLATIONS
from app.core.languages import LANGUAGES, SOURCE_LANGUAGE
from tests.house.addresses import Route, address_of, reader_of, routes_of
from tests.house.world import World

OTHERS = [code for code in LANGUAGES if code != SOURCE_LANGUAGE]
PLACE = re.compile(r"%\((\w+)\)[sd]|%[sd]|\{\w*\}")
#: Latin letters that every language writes like this.
KEPT_WORDS = {
    *(
        "AED",
        "ASEAN",
        "CAO",
        "CPR",
        "Cookie",
        "GMT",
        "ILCOR",
        "JSON",
        "Kapok",
        "NGUYEN",
        "PDF",
        "PO",
    ),
    *("AN", "PIN", "QR", "SOMSAMAI", "UTC", "VAN", "WANG", "WHO", "XIAOYUE"),
    *("CSV", "Excel", "LA", "MB", "UTF", "xlsx", "xls", "csv"),
    *("A", "B", "C", "ETS", "fuzzy", "p"),  # paper sizes, classes and words of the field
    *("cm", "h", "kB", "kg", "min", "mm", "px", "s"),
}
INVISIBLE = re.compile("[\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\u00ad]")
OTHER_DIGITS = re.compile("[\u0ed0-\u0ed9\u17e0-\u17e9\uff10-\uff19]")


#: After a card was read; while a second examiner is wanted (their own tests open these).
ONLY_THEN = {
    *("accounts.card_first_use", "accounts.card_pin"),
    *("practicals.second", "practicals.settle"),
}


def pages_of(world: World) -> list[Route]:
    """Every page in a language that somebody can open."""
    return [
        route
        for route in routes_of(world.app)
        if route.method == "GET"
        and "<language:lang>" in route.rule
        and route.endpoint not in ONLY_THEN
        and not route.rule.endswith((".pdf", ".png", ".json", ".po", ".xlsx", ".csv", "/export"))
    ]


class Switcher(HTMLParser):
    """The links of a page that lead to it in another language, and the page's own language."""

    def __init__(self, html: str) -> None:
        """Read the page."""
        super().__init__()
        self.links: dict[str, str] = {}
        self.language = ""
        self.feed(html)

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        """Note the language and the links of the menu."""
        attributes = {name: value or "" for name, value in given}
        if tag == "html":
            self.language = attributes.get("lang", "")
        if "data-language" in attributes:
            self.links[attributes["hreflang"]] = attributes["href"]


def faults_in(world: World, route: Route, language: str) -> Iterator[str]:
    """What is wrong with a page in a language."""
    address = address_of(world, route, language)
    with world.untouched():
        response = world.browser(reader_of(route)).get(address)
    if response.status_code != 200:
        yield f"{address}: {response.status_code}"
        return
    page = Switcher(response.get_data(as_text=True))
    if page.language != LANGUAGES[language].html:
        yield f"{address}: <html lang={page.language}>"
    for other in LANGUAGES.values():
        wanted = address_of(world, route, other.code)
        if not is_same_address(page.links.get(other.html, ""), wanted):
            yield f"{address}: to {other.code} leads {page.links.get(other.html)}"


def is_same_address(one: str, other: str) -> bool:
    """Whether two addresses differ at most in the order of their query."""
    first, second = urlsplit(one), urlsplit(other)
    return first.path == second.path and parse_qs(first.query) == parse_qs(second.query)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_opens_and_leads_to_itself_in_the_others(
    small_world: World, language: str
) -> None:
    faults = [f for route in pages_of(small_world) for f in faults_in(small_world, route, language)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_verification_page_speaks_every_language(small_world: World, language: str) -> None:
    address = f"/v/{small_world.keys['verification']}?lang={language}"
    page = Switcher(small_world.browser("visitor").get(address).get_data(as_text=True))
    assert page.language == LANGUAGES[language].html
    assert set(page.links) == {other.html for other in LANGUAGES.values()}


@pytest.mark.parametrize("language", ["lo", "km"])
def test_every_run_of_letters_on_a_page_can_break(small_world: World, language: str) -> None:
    """Lao and Khmer words come with break opportunities: no run is longer than a word may be."""
    script = LANGUAGES[language].chars_to_break
    html = small_world.browser("visitor").get(f"/{language}/privacy").get_data(as_text=True)
    prose = re.sub(r"<[^>]*>", "\n", html)
    longest = max(re.findall(f"[{script}]+", prose), key=len, default="")
    assert 0 < len(longest) < 25, longest


# catalogues


def entries() -> Iterator[tuple[str, polib.POEntry, str]]:
    """Each language's entries with each of their translated forms."""
    for code in OTHERS:
        for entry in polib.pofile(str(catalogue(code))):
            forms = entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]
            for text in forms:
                if text and not entry.obsolete:
                    yield code, entry, text


def catalogue(code: str) -> Path:
    """A language's catalogue."""
    return TRANSLATIONS / code / "LC_MESSAGES" / "messages.po"


def listed(faults: list[str]) -> str:
    """The first faults, one a line."""
    return f"{len(faults)} faults\n" + "\n".join(faults[:40])


def test_no_message_lacks_its_translation() -> None:
    missing = untranslated(TRANSLATIONS)
    assert not missing, listed(missing)


def test_every_translation_has_the_places_of_its_message() -> None:
    faults = []
    for code, entry, text in entries():
        allowed = [sorted(PLACE.findall(entry.msgid)), sorted(PLACE.findall(entry.msgid_plural))]
        if sorted(PLACE.findall(text)) not in allowed:
            faults.append(f"{code}: {entry.msgid!r}: {text!r}")
    assert not faults, listed(faults)


def test_no_english_stands_in_a_translation() -> None:
    faults = []
    for code, entry, text in entries():
        if code == "vi":
            continue
        words = set(re.findall(r"[A-Za-z]+", PLACE.sub(" ", re.sub(r"<[^>]+>", " ", text))))
        left = words - KEPT_WORDS - foreign_words_of(entry.msgid)
        if left:
            faults.append(f"{code}: {sorted(left)} in {text!r}")
    assert not faults, listed(faults)


def foreign_words_of(message: str) -> set[str]:
    """Codes, addresses and examples of a message, which stay as they are."""
    examples = [word for word in message.split() if re.search(r"[\d/.@-]\w", word)]
    return set(re.findall(r"[A-Za-z]+", " ".join(examples)))


def test_no_vietnamese_translation_is_the_english_message() -> None:
    same = [
        entry.msgid
        for code, entry, text in entries()
        if code == "vi" and text == entry.msgid and set(re.findall(r"\w+", text)) - KEPT_WORDS
    ]
    assert not same, listed(same)


@pytest.mark.parametrize("pattern", [INVISIBLE, OTHER_DIGITS], ids=["invisible", "digits"])
def test_no_translation_holds_characters_that_do_not_belong(pattern: re.Pattern[str]) -> None:
    faults = [f"{code}: {text!r}" for code, _entry, text in entries() if pattern.search(text)]
    assert not faults, listed(faults)


def test_every_translation_is_normalised() -> None:
    faults = [
        f"{code}: {text!r}"
        for code, _entry, text in entries()
        if unicodedata.normalize("NFC", text) != text
    ]
    assert not faults, listed(faults)


def test_every_translation_begins_and_ends_like_its_message() -> None:
    """White space and line breaks at the ends are part of how words are put together."""
    faults = [
        f"{code}: {text!r}"
        for code, entry, text in entries()
        if (text != text.strip()) != (entry.msgid != entry.msgid.strip())
    ]
    assert not faults, listed(faults)


def test_break_opportunities_are_added_when_catalogues_are_compiled() -> None:
    assert unbroken("ການ\u200bຝຶກ") == "ການຝຶກ"
