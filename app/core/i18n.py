"""Languages at work: the one of this request, its messages, dates and addresses."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from babel import Locale
from babel.dates import format_date as babel_date
from babel.dates import format_datetime as babel_datetime
from babel.dates import get_datetime_format, get_timezone
from babel.lists import format_list as babel_list
from babel.support import NullTranslations, Translations
from flask import Flask, current_app, g, has_app_context, has_request_context, request
from flask_babel import Babel, lazy_gettext
from werkzeug.routing import BaseConverter

from app.config import ROOT
from app.core.breaking import breakable, unbroken
from app.core.errors import N_
from app.core.languages import LANGUAGES, SOURCE_LANGUAGE, Language, best_language

__all__ = [
    "LANGUAGES",
    "N_",
    "SOURCE_LANGUAGE",
    "Language",
    "_",
    "breakable",
    "current_language",
    "format_date",
    "format_datetime",
    "format_list",
    "lazy",
    "ngettext",
    "tr",
    "unbroken",
    "url_in",
]

TRANSLATIONS = ROOT / "translations"
LANGUAGE_COOKIE = "language"
lazy = lazy_gettext


class LanguageConverter(BaseConverter):
    """The first part of an address: one of our language codes."""

    regex = "|".join(LANGUAGES)


def init_i18n(app: Flask) -> None:
    """Take the language from the address and give it to every link made by `url_for`."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(TRANSLATIONS)
    app.config["BABEL_DEFAULT_LOCALE"] = SOURCE_LANGUAGE
    Babel(app, locale_selector=current_language)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # by its extension
        gettext=gettext, ngettext=ngettext, newstyle=True
    )
    app.url_map.converters["language"] = LanguageConverter
    app.url_value_preprocessor(_take_language)
    app.url_defaults(_give_language)


def _take_language(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    if values and "lang" in values:
        g.language = values.pop("lang")


def _give_language(endpoint: str, values: dict[str, Any]) -> None:
    if "lang" not in values and current_app.url_map.is_endpoint_expecting(endpoint, "lang"):
        values["lang"] = current_language()


def current_language() -> str:
    """This request's language code: from the address, else remembered, else the browser's."""
    if not has_request_context():
        return str(g.get("language", SOURCE_LANGUAGE)) if has_app_context() else SOURCE_LANGUAGE
    language: str | None = g.get("language")
    if language is None:
        language = g.language = _from_first_part(request.path) or proposed_language()
    return language


def _from_first_part(path: str) -> str | None:
    """A misspelt address still names its language in the first part."""
    first = path.strip("/").split("/")[0]
    return first if first in LANGUAGES else None


def proposed_language() -> str:
    """What we propose to a visitor: asked for in the address, remembered, or the browser's wish."""
    asked = request.args.get("lang", "")
    remembered = request.cookies.get(LANGUAGE_COOKIE, "")
    wished = [tag for tag, _quality in request.accept_languages]
    return best_language([asked, remembered, *wished])


def language_record() -> Language:
    """The record of this request's language."""
    return LANGUAGES[current_language()]


def url_in(code: str) -> str:
    """This very page in another language, with its query."""
    query = request.args.to_dict(flat=False)
    if _from_first_part(request.path):
        rest = request.path.lstrip("/").partition("/")[2]
        path = quote(f"/{code}/{rest}")
    else:
        path, query["lang"] = request.path, [code]
    address = request.script_root + path
    return f"{address}?{urlencode(query, doseq=True)}" if query else address


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(LANGUAGES[language].babel)


def format_date(day: date, language: str | None = None) -> str:
    """The day in the language's own long form, with Western digits."""
    code = language or current_language()
    return breakable(babel_date(day, "long", locale=_locale(code)))


def format_datetime(at: datetime, language: str | None = None, zone: str | None = None) -> str:
    """The time in the programme's zone, day and 24-hour minutes."""
    code = language or current_language()
    timezone = get_timezone(zone or current_app.extensions["kapok"].settings.timezone)
    day = babel_date(at.astimezone(timezone), "medium", locale=_locale(code))
    hours = babel_datetime(at, "HH:mm", tzinfo=timezone, locale=_locale(code))
    together = str(get_datetime_format("medium", locale=_locale(code))).replace("'", "")
    return breakable(together.format(hours, day))


def format_list(items: Iterable[str]) -> str:
    """The items as the reader's language lists them: “A, B and C”, “A、B和C”."""
    return breakable(babel_list(list(items), locale=_locale(current_language())))


@cache
def catalogue(language: str) -> NullTranslations:
    """The compiled messages of one language, outside a request."""
    return Translations.load(Path(TRANSLATIONS), [language])


def gettext(message: str, /, **values: object) -> str:
    """One message in this request's language.

    Flask-Babel's own finds its catalogue by a way that cost a tenth of a lesson's page.
    """
    text = catalogue(current_language()).ugettext(message)
    return text % values if values else text


def ngettext(singular: str, plural: str, num: int, /, **values: object) -> str:
    """One message in this request's language, in the form for the number."""
    text = catalogue(current_language()).ungettext(singular, plural, num)
    return text % {"num": num, **values}


_ = gettext


def tr(message: str, language: str, **values: object) -> str:
    """One message in a given language, whatever this request's language is."""
    text = message if language == SOURCE_LANGUAGE else catalogue(language).ugettext(message)
    return text % values if values else text
