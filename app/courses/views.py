"""Pages of what all courses share: emergency numbers, the glossary, and searching in them."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Flask, render_template, request, session

from app.core.i18n import current_language
from app.core.permissions import Permission, public, requires
from app.core.web import row_number
from app.courses import services
from app.courses.library import library
from app.courses.types import IN_ASSESSMENT, Confidence, Course, TermsHidden

blueprint = Blueprint("courses", __name__)


def init(app: Flask) -> None:
    """Tell the accounts room, which knows no courses, which sheets an examiner can be granted."""
    app.extensions["kapok_sheet_choices"] = sheet_choices


def sheet_choices() -> list[tuple[str, str]]:
    """Every skill sheet as `slug/key` with its code and title in the reader's language."""
    return [
        (f"{course.slug}/{sheet.key}", f"{sheet.code} · {_sheet_title(course, sheet.key)}")
        for course in library().courses
        for sheet in course.sheets
    ]


def _sheet_title(course: Course, key: str) -> str:
    words = course.words.get(current_language(), next(iter(course.words.values())))
    return words.sheets[key].title


@blueprint.get("/numbers")
@public
def numbers() -> str:
    """The emergency numbers of the four countries, with the date they were checked."""
    table = library().numbers()
    checked_on = date.fromisoformat(table.checked_on)
    return render_template("courses/numbers.html", table=table, checked_on=checked_on)


@blueprint.get("/terms")
@requires(Permission.COURSES_READ)
def glossary() -> str:
    """The glossary's terms, all or those that match a search."""
    _refuse_in_assessment()
    query = request.args.get("q", "")[: services.LONGEST_QUERY]
    terms = services.find_terms(library(), query, current_language())
    return render_template(
        "courses/glossary.html",
        query=query,
        total=len(terms),
        letters=services.by_letter(terms, current_language()),
        waiting=sum(term.confidence is Confidence.LOW for term in terms),
    )


@blueprint.get("/search")
@requires(Permission.COURSES_READ)
def search() -> str:
    """Terms, lessons and whatever else holds the words that are looked for."""
    _refuse_in_assessment()
    number = request.args.get("page", 1, type=row_number)
    query = request.args.get("q", "")
    page = services.search(library(), query, current_language(), page=number)
    return render_template("courses/search.html", page=page, most=services.LONGEST_QUERY)


@blueprint.get("/terms/<key>")
@requires(Permission.COURSES_READ)
def term(key: str) -> str:
    """One term in five languages; `?card=1` gives the card alone, for a dialog."""
    _refuse_in_assessment()
    found = library().term(key)
    template = "courses/term_card.html" if request.args.get("card") else "courses/term.html"
    return render_template(template, term=found)


def _refuse_in_assessment() -> None:
    """`learning` sets the flag when an attempt starts and clears it when it is submitted."""
    if session.get(IN_ASSESSMENT):
        raise TermsHidden
