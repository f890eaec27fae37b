"""What every page must be, checked on each page that any test opens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlsplit

from lxml.etree import HTMLParser

from app.core.breaking import unbroken
from app.core.languages import LANGUAGES

LOADED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "form": "action"}
DATA_BLOCKS = {"application/json", "application/ld+json"}
CHOSEN = {"checkbox", "radio"}


def as_read(text: str) -> str:
    """The text as a person reads it: without break opportunities, every space a space."""
    return unbroken(text).replace("\u00a0", " ")


@dataclass
class Form:
    """A form as a browser would send it: where, how, and the values it already holds."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)


class Page:
    """The parts of a page that the checks and the test client need."""

    def __init__(self, html: str) -> None:
        """Read the page."""
        self.faults: list[str] = []
        self.forms: list[Form] = []
        self.ids: Counter[str] = Counter()
        self.language = self.title = ""
        self.headings = 0
        self._inside: list[str] = []
        self._select = ""
        self._form: Form | None = None
        parser = HTMLParser(target=self)  # calls start, end, data and close
        parser.feed(html)
        parser.close()

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Note what the checks look at."""
        self._inside.append(tag)
        self._check_attributes(tag, attributes)
        self.headings += tag == "h1"
        if tag == "html":
            self.language = attributes.get("lang", "")
        if "id" in attributes:
            self.ids[attributes["id"]] += 1
        if tag == "form":
            self._open_form(attributes)
        elif self._form:
            self._note_field(self._form, tag, attributes)

    def end(self, tag: str) -> None:
        """Close what is open."""
        if tag == "form":
            self._form = None
        while self._inside and self._inside.pop() != tag:
            pass

    def data(self, data: str) -> None:
        """Read the title."""
        if self._inside and self._inside[-1] == "title" and "svg" not in self._inside:
            self.title += data

    def close(self) -> None:
        """Nothing is left to do."""

    def _check_attributes(self, tag: str, attributes: Mapping[str, str]) -> None:
        for name in attributes:
            if name == "style" or name.startswith("on"):
                self.faults.append(f"<{tag} {name}=…>: inline style or script")
        if tag == "style":
            self.faults.append("<style>: inline style")
        is_data = attributes.get("type") in DATA_BLOCKS
        if tag == "script" and "src" not in attributes and not is_data:
            self.faults.append("<script> without src: inline script")
        if tag == "img" and "alt" not in attributes:
            self.faults.append(f"<img src={attributes.get('src')}>: no alt")
        address = attributes.get(LOADED.get(tag, ""), "")
        if urlsplit(address).netloc and attributes.get("rel") not in {"alternate", "canonical"}:
            self.faults.append(f"<{tag}> asks a foreign host: {address}")

    def _open_form(self, attributes: Mapping[str, str]) -> None:
        method = attributes.get("method", "").lower()
        if method not in {"get", "post"}:
            self.faults.append(f"form {attributes}: no method")
        self._form = Form(attributes.get("action", ""), method)
        self.forms.append(self._form)

    def _note_field(self, form: Form, tag: str, attributes: Mapping[str, str]) -> None:
        name = attributes.get("name", "")
        if tag == "select":
            self._select = name
        if tag in {"input", "select", "textarea"} and name:
            form.names.add(name)
        if tag == "input" and name and _is_sent(attributes):
            form.values.setdefault(name, []).append(attributes.get("value", "on"))
        if tag == "option" and "selected" in attributes and self._select:
            form.values.setdefault(self._select, []).append(attributes.get("value", ""))


@lru_cache(maxsize=8)
def read_page(html: str) -> Page:
    """The page, read once for all who look at it; nobody changes it."""
    return Page(html)


def _is_sent(attributes: Mapping[str, str]) -> bool:
    kind = attributes.get("type", "text")
    return kind not in {"submit", "file"} and (kind not in CHOSEN or "checked" in attributes)


def faults_of(page: Page) -> list[str]:
    """Every fault of a whole page, as sentences."""
    faults = list(page.faults)
    faults += [f"id {name} stands {count} times" for name, count in page.ids.items() if count > 1]
    if not page.title.strip(" ·Kapok\n"):
        faults.append("no title of its own")
    if page.language not in {language.html for language in LANGUAGES.values()}:
        faults.append(f"<html lang={page.language!r}> is none of ours")
    if page.headings != 1:
        faults.append(f"{page.headings} h1 headings instead of one")
    faults += [
        f"a form to {form.action or 'the same page'} has no csrf_token"
        for form in page.forms
        if form.method == "post" and "csrf_token" not in form.names
    ]
    return faults
