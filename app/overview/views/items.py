"""Questions under the glass: how hard each is, for whom, and in which language it misleads."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from flask import Response, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.accounts import services as accounts
from app.core.db import reading, writing
from app.core.i18n import _, current_language
from app.core.identity import current_person
from app.core.languages import LANGUAGES, SOURCE_LANGUAGE
from app.core.permissions import Forbidden, Permission, requires
from app.core.web import back_to
from app.courses.library import library
from app.courses.types import Course
from app.learning import services as learning
from app.learning.services import ALL_TIME, Analysis, ItemFigures
from app.learning.types import UnknownQuestion
from app.overview.services import correcting
from app.overview.views.frame import blueprint, today

#: How the table can be sorted; a question without the figure comes last.
SORTS = {
    "problem": lambda one: (-one.weight[0], -one.weight[1]),
    "share": lambda one: (one.share is None, one.share),
    "discrimination": lambda one: (one.discrimination is None, one.discrimination),
    "answered": lambda one: -one.answered,
}


def _languages_of(slug: str) -> Collection[str]:
    """The languages whose figures the reader sees: all of them, or those she translates into.

    Keys of questions are on these pages: trainees never see them, translators or not.
    """
    db, person = reading(), current_person()
    if accounts.may_author(db, person, slug, today()):
        return tuple(LANGUAGES)
    own = accounts.translatable_languages(db, person, today()) if person.is_staff else ()
    if not own:
        raise Forbidden
    return own


def _since() -> date:
    try:
        return max(ALL_TIME, date.fromisoformat(request.values.get("since", "")))
    except ValueError:
        return ALL_TIME


def _analysis(course: Course) -> Analysis:
    return learning.analysis_of(reading(), course, _since(), request.args.get("reference", ""))


@blueprint.get("/author/<slug>/analysis")
@requires(Permission.COURSES_AUTHOR)
def items(slug: str) -> Response:
    """Every question of the course with its figures, the worst first."""
    languages = _languages_of(slug)
    course = library().course(slug)
    analysis = _analysis(course)
    sort = request.args.get("sort", "")
    sort = sort if sort in SORTS else "problem"
    rows = sorted(learning.figures_of(analysis, languages), key=SORTS[sort])
    page = render_template(
        "overview/items.html",
        course=course,
        content_language=course.nearest(current_language()),
        analysis=analysis,
        is_all_time=analysis.since == ALL_TIME,
        rows=[(_words(course, one), one) for one in rows],
        sort=sort,
        reports=_reports(course),
        writes=accounts.may_author(reading(), current_person(), slug, today()),
    )
    response = make_response(page)
    if analysis.is_waiting:
        response.headers["Refresh"] = "3"
    return response


def _words(course: Course, one: ItemFigures) -> str:
    language = course.nearest(current_language())
    return correcting.shown_item(course, one.item, language).view.question  # type: ignore[union-attr]


def _reports(course: Course) -> set[str]:
    return {one.item_key for one in learning.open_reports(reading(), course.slug)}


@blueprint.post("/author/<slug>/analysis")
@requires(Permission.COURSES_AUTHOR)
def count_items(slug: str) -> AnyResponse:
    """Have the answers counted by the worker."""
    _languages_of(slug)
    course, since = library().course(slug), _since()
    db = writing()
    learning.ask_analysis(db, course, since)
    db.commit()
    asked = None if since == ALL_TIME else since.isoformat()
    address = url_for("overview.items", slug=slug, since=asked)
    return back_to(address, _("The answers are being counted. This page looks again by itself."))


@blueprint.get("/author/<slug>/analysis/<item>")
@requires(Permission.COURSES_AUTHOR)
def item(slug: str, item: str) -> str:
    """One question: its words in each language, each option's share, each language compared."""
    languages = _languages_of(slug)
    course = library().course(slug)
    found = next((one for one in course.items if one.key == item), None)
    if found is None:
        raise UnknownQuestion
    analysis = _analysis(course)
    figures = learning.item_figures(analysis, found, languages)
    codes = [one.code for one in figures.languages]
    db, person = reading(), current_person()
    return render_template(
        "overview/item.html",
        course=course,
        content_language=course.nearest(current_language()),
        analysis=analysis,
        is_all_time=analysis.since == ALL_TIME,
        one=figures,
        shown={code: correcting.shown_item(course, found, code) for code in codes},
        labels=learning.label_figures(figures.count, codes),
        bands=learning.bands_of(figures.count, codes),
        share_of=learning.share_of,
        translatable=set(accounts.translatable_languages(db, person, today())) - {SOURCE_LANGUAGE},
        writes=accounts.may_author(db, person, slug, today()),
    )
