"""Pages of what all courses share: emergency numbers, the glossary, and searching in them."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Flask, render_template, request, session
from markupsafe import Markup

from app.core.i18n import current_language
from app.core.permissions import Permission, public, requires
from app.core.web import row_number
from app.courses import services
from app.courses.library import library
from app.courses.rendering.cards import CardView, card_view
from app.courses.rendering.prose import words_with_numbers
from app.courses.types import (
    IN_ASSESSMENT,
    Confidence,
    Course,
    TermsHidden,
    UnknownLesson,
    WordsByLanguage,
)

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


@blueprint.get("/cards")
@requires(Permission.COURSES_READ)
def cards() -> str:
    """The quick cards of all courses, by their titles."""
    _refuse_in_assessment()
    courses = [course for course in library().courses if course.cards]
    shelves = [(course, language_of(course), _cards_of(course)) for course in courses]
    return render_template("courses/cards.html", shelves=shelves)


@blueprint.get("/cards/<slug>")
@requires(Permission.COURSES_READ)
def course_cards(slug: str) -> str:
    """All quick cards of a course, to print."""
    _refuse_in_assessment()
    course = library().course(slug)
    if not course.cards:
        raise UnknownLesson
    return render_template(
        "courses/course_cards.html",
        course=course,
        content_language=language_of(course),
        cards=_cards_of(course),
    )


@blueprint.get("/cards/<slug>/<key>")
@requires(Permission.COURSES_READ)
def card(slug: str, key: str) -> str:
    """One quick card: one screen of a phone."""
    _refuse_in_assessment()
    course = library().course(slug)
    return render_template(
        "courses/card.html",
        course=course,
        content_language=language_of(course),
        card=card_view(course, key, language_of(course), current_language()),
    )


@blueprint.get("/programme/exercise")
@requires(Permission.COURSES_READ)
def exercise() -> str:
    """The whole-team exercise of the programme: its sheet, to read and to print."""
    found = library().exercise
    if found is None:
        raise UnknownLesson
    return render_template("courses/exercise.html", sheet=found, words=_exercise_words)


def _exercise_words(words: WordsByLanguage) -> Markup:
    """A line of the exercise in the reader's language, its emergency numbers shown."""
    language = current_language()
    shown = words_with_numbers(words[language], library().numbers(), language)
    return Markup(shown)  # noqa: S704 (the rendering escapes)


def language_of(course: Course) -> str:
    """The reader's language where the course has it, else its first."""
    code = current_language()
    return code if course.has_language(code) else course.languages[0]


def _cards_of(course: Course) -> list[CardView]:
    language = language_of(course)
    return [card_view(course, card.key, language, current_language()) for card in course.cards]


def _refuse_in_assessment() -> None:
    """`learning` sets the flag when an attempt starts and clears it when it is submitted."""
    if session.get(IN_ASSESSMENT):
        raise TermsHidden
