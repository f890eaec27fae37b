"""Translators' pages: what is out of date, the files to translate, and taking them back."""

from __future__ import annotations

from flask import Response, render_template, request, session

from app.accounts import services as accounts
from app.core.db import reading
from app.core.downloads import download
from app.core.errors import NotFound
from app.core.identity import current_person
from app.core.languages import LANGUAGES, SOURCE_LANGUAGE
from app.core.permissions import Forbidden, Permission, requires
from app.core.web import settings
from app.courses.library import library
from app.courses.loader.exchange import Wanted
from app.courses.types import IN_ASSESSMENT, Course, ForeignFile, Report, TermsHidden
from app.overview.services import translating as services
from app.overview.services.correcting import ShownItem, shown_item
from app.overview.views.frame import blueprint, today

translates = requires(Permission.COURSES_TRANSLATE)


def _languages() -> tuple[str, ...]:
    """The reader's languages to translate into; Forbidden without any."""
    languages = accounts.translatable_languages(reading(), current_person(), today())
    if not languages:
        raise Forbidden
    return languages


def _with_bank() -> bool:
    """Whether the reader may see what counts as right in an assessment: trainees may not."""
    return bool(current_person().is_staff)


def _asked(slug: str, into: str) -> Course:
    """The course, when the reader may translate it into the language."""
    if session.get(IN_ASSESSMENT):
        raise TermsHidden
    if into not in LANGUAGES or into == SOURCE_LANGUAGE:
        raise NotFound
    if into not in _languages():
        raise Forbidden
    return library().course(slug)


@blueprint.get("/translate")
@translates
def translate() -> str:
    """Every course in the reader's languages: complete, out of date or missing."""
    states = services.language_states(_languages())
    return render_template("overview/translate.html", states=states)


@blueprint.get("/translate/<slug>/<into>")
@translates
def translate_course(slug: str, into: str) -> str:
    """One course in one language: each lesson, and each change of the source word by word."""
    return _page(_asked(slug, into), into)


def _page(course: Course, into: str, report: Report | None = None, refused: str = "") -> str:
    return render_template(
        "overview/translate_course.html",
        course=course,
        into=into,
        twins=_twins(course, into),
        analyses=_with_bank(),
        parts=services.part_states(course, into, with_bank=_with_bank()),
        writes=not settings().is_production,
        report=report,
        refused=refused,
    )


def _twins(course: Course, into: str) -> tuple[ShownItem, ShownItem] | None:
    """The question asked for with `?item=`, in the source language and in the translation."""
    key = request.args.get("item", "")
    item = next((one for one in course.items if one.key == key), None)
    if item is None or not _with_bank():
        return None
    into = course.nearest(into)
    return shown_item(course, item, SOURCE_LANGUAGE), shown_item(course, item, into)


@blueprint.get("/translate/<slug>/<into>/words.po")
@translates
def translate_export(slug: str, into: str) -> Response:
    """The course's words as a PO file."""
    course = _asked(slug, into)
    text = services.exported(settings().courses_dir, course, into, with_bank=_with_bank())
    return download(text, "text/x-gettext-translation", f"kapok-{course.slug}-{into}.po")


@blueprint.post("/translate/<slug>/<into>")
@translates
def translate_return(slug: str, into: str) -> str | tuple[str, int]:
    """Take a translated file back and say what became of each text.

    On a production server the course files belong to the release: there the file is only checked.
    """
    course, sent = _asked(slug, into), request.files.get("file")
    try:
        text = sent.read().decode("utf-8") if sent is not None else ""
        wanted = Wanted(slug, into, with_bank=_with_bank())
        report = services.returned(
            settings().courses_dir, text, wanted, writes=not settings().is_production
        )
    except (ForeignFile, UnicodeDecodeError):
        return _page(course, into, refused=ForeignFile.message), 422
    return _page(course, into, report=report)
