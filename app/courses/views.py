"""Pages of what all courses share: numbers, glossary, search, quick cards, and the reviews."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Flask, render_template, request, session, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.core.clock import now, programme_date
from app.core.db import reading, writing
from app.core.errors import DomainError, InvalidEventId
from app.core.i18n import _, current_language
from app.core.identity import current_person
from app.core.permissions import Permission, public, requires
from app.core.web import back_to, row_number, settings
from app.courses import services
from app.courses.forms import ConfirmForm, OpeningForm, ReviewForm
from app.courses.library import library
from app.courses.rendering.cards import CardView, card_view
from app.courses.rendering.prose import words_with_numbers
from app.courses.types import (
    IN_ASSESSMENT,
    Confidence,
    Course,
    NotOpenYet,
    Review,
    ReviewDraft,
    ReviewRole,
    TermsHidden,
    UnknownLesson,
    UnknownReview,
    WordsByLanguage,
)

blueprint = Blueprint("courses", __name__)


def init(app: Flask) -> None:
    """Tell the accounts room, which knows no courses, which sheets an examiner can be granted."""
    app.extensions["kapok_sheet_choices"] = sheet_choices


def sheet_choices() -> list[tuple[str, str]]:
    """Every skill sheet as `slug/key` with its code and title in the reader's language.

    The whole-team exercise is the last, under the programme's key.
    """
    choices = [
        (f"{course.slug}/{sheet.key}", f"{sheet.code} · {_sheet_title(course, sheet.key)}")
        for course in library().courses
        for sheet in course.sheets
    ]
    if (team := library().exercise) is not None:
        title = f"{team.code} · {team.title[current_language()]}"
        choices.append((f"{library().programme.key}/{team.key}", title))
    return choices


def _sheet_title(course: Course, key: str) -> str:
    return course.words[course.nearest(current_language())].sheets[key].title


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
    page = services.search(
        library(), query, current_language(), page=number, languages_open=open_languages()
    )
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
    shelves = services.shelves_of(
        reading(), courses, current_language(), only_open=reads_only_open()
    )
    return render_template("courses/cards.html", shelves=shelves)


@blueprint.get("/cards/<slug>")
@requires(Permission.COURSES_READ)
def course_cards(slug: str) -> str:
    """All quick cards of a course, to print."""
    shelf = _shelf_of(slug)
    if not shelf.course.cards:
        raise UnknownLesson
    shown = [_shown(shelf, card.key) for card in shelf.course.cards]
    return render_template("courses/course_cards.html", shelf=shelf, cards=shown)


@blueprint.get("/cards/<slug>/<key>")
@requires(Permission.COURSES_READ)
def card(slug: str, key: str) -> str:
    """One quick card, what to do first, the drawing after it."""
    shelf = _shelf_of(slug)
    return render_template("courses/card.html", shelf=shelf, card=_shown(shelf, key))


def _shelf_of(slug: str) -> services.Shelf:
    _refuse_in_assessment()
    courses = [library().course(slug)]
    found = services.shelves_of(reading(), courses, current_language(), only_open=reads_only_open())
    if not found:
        raise NotOpenYet
    return found[0]


def _shown(shelf: services.Shelf, key: str) -> CardView:
    return card_view(shelf.course, key, shelf.language, current_language())


def reads_only_open() -> bool:
    """Whether the reader is a trainee where a review is required."""
    required = settings().require_review
    return services.reads_only_open(current_person(), require_review=required)


def open_languages() -> services.LanguagesOpen:
    """Whether the reader may read a course in a language: trainees only what is open to them."""
    if not reads_only_open():
        return services.everything_open
    states = services.review_states(reading(), library().courses)
    return lambda course, code: states[course.slug][code].is_open


@blueprint.get("/programme/exercise")
@requires(Permission.COURSES_READ)
def exercise() -> str:
    """The whole-team exercise of the programme: its sheet, to read and to print."""
    _refuse_in_assessment()
    found = library().exercise
    if found is None:
        raise UnknownLesson
    if reads_only_open():
        raise NotOpenYet  # the exercise has no review of its own yet
    return render_template("courses/exercise.html", sheet=found, words=_exercise_words)


def _exercise_words(words: WordsByLanguage) -> Markup:
    """A line of the exercise in the reader's language, its emergency numbers shown."""
    language = current_language()
    shown = words_with_numbers(words[language], library().numbers(), language)
    return Markup(shown)  # noqa: S704 (the rendering escapes)


def _refuse_in_assessment() -> None:
    """`learning` sets the flag when an attempt starts and clears it when it is submitted."""
    if session.get(IN_ASSESSMENT):
        raise TermsHidden


@blueprint.get("/reviews")
@requires(Permission.COURSES_REVIEW)
def reviews() -> str:
    """How each language of each course is reviewed."""
    courses = library().courses
    states = services.review_states(reading(), courses)
    return render_template(
        "courses/reviews.html", courses=courses, states=states, required=settings().require_review
    )


@blueprint.get("/reviews/<slug>/<language:of>")
@requires(Permission.COURSES_REVIEW)
def review(slug: str, of: str) -> str:
    """One language: who reviewed it, what changed since, and the forms to record or open."""
    course = library().course(slug)
    return _review_page(course, of, ReviewForm(course, formdata=None), OpeningForm(formdata=None))


def _review_page(course: Course, of: str, form: ReviewForm, opening: OpeningForm) -> str:
    state = services.review_of(reading(), course, of)
    return render_template(
        "courses/review.html",
        course=course,
        state=state,
        units=services.units_of(course, of),
        places=services.places_of(course, state.changed),
        form=form,
        opening=opening,
        required=settings().require_review,
    )


def _review_address(slug: str, of: str) -> str:
    return url_for("courses.review", slug=slug, of=of)


@blueprint.post("/reviews/<slug>/<language:of>")
@requires(Permission.COURSES_REVIEW)
def record_review(slug: str, of: str) -> Response | tuple[str, int]:
    """Record a review of all words of the language as they are now."""
    course = library().course(slug)
    form = ReviewForm(course)
    if not form.validate():
        return _review_page(course, of, form, OpeningForm(formdata=None)), 422
    at, event_id = now(), str(form.event_id.data)
    today = programme_date(at, settings().timezone)
    on, name = form.reviewed_on.data or today, form.reviewer.data or ""
    draft = ReviewDraft(ReviewRole(form.reviewed_as.data), name, on, form.seen.data or "")
    db = writing()
    services.record_review(db, course, of, draft, event_id, current_person().key, at, today)
    db.commit()
    return back_to(_review_address(slug, of), _("The review is recorded."))


@blueprint.get("/reviews/<slug>/<language:of>/<uuid:key>/withdraw")
@requires(Permission.COURSES_REVIEW)
def withdraw_page(slug: str, of: str, key: object) -> str:
    """Ask before a review is withdrawn."""
    course = library().course(slug)
    state = services.review_of(reading(), course, of)
    found = _one_of(state.reviews, str(key))
    return render_template("courses/withdraw_review.html", course=course, state=state, review=found)


def _one_of(reviews: tuple[Review, ...], key: str) -> Review:
    for one in reviews:
        if one.key == key:
            return one
    raise UnknownReview


@blueprint.post("/reviews/<slug>/<language:of>/<uuid:key>/withdraw")
@requires(Permission.COURSES_REVIEW)
def withdraw_review(slug: str, of: str, key: object) -> Response:
    """Withdraw a review; again changes nothing."""
    _require_sent()
    db = writing()
    course = library().course(slug)
    services.withdraw_review(db, course, of, str(key), current_person().key, now())
    db.commit()
    return back_to(_review_address(slug, of), _("The review is withdrawn."))


def _require_sent() -> None:
    if not ConfirmForm().validate():
        raise InvalidEventId


@blueprint.post("/reviews/<slug>/<language:of>/open")
@requires(Permission.COURSES_REVIEW)
def open_language(slug: str, of: str) -> Response | tuple[str, int]:
    """Open the language to trainees before its review, for a written reason."""
    course, form = library().course(slug), OpeningForm()
    if not form.validate():
        return _review_page(course, of, ReviewForm(course, formdata=None), form), 422
    db, event_id = writing(), str(form.event_id.data)
    reason, person = form.reason.data or "", current_person()
    try:
        services.open_language(db, course, of, reason, event_id, person.key, now())
    except DomainError as error:
        db.rollback()
        form.reason.errors = [_(error.message)]
        return _review_page(course, of, ReviewForm(course, formdata=None), form), error.status
    db.commit()
    return back_to(_review_address(slug, of), _("The language is open to trainees."))


@blueprint.get("/reviews/<slug>/<language:of>/close")
@requires(Permission.COURSES_REVIEW)
def close_page(slug: str, of: str) -> str:
    """Ask before the language is closed again."""
    course = library().course(slug)
    state = services.review_of(reading(), course, of)
    return render_template("courses/close_language.html", course=course, state=state)


@blueprint.post("/reviews/<slug>/<language:of>/close")
@requires(Permission.COURSES_REVIEW)
def close_language(slug: str, of: str) -> Response:
    """End the opening; again changes nothing."""
    _require_sent()
    db = writing()
    services.close_language(db, library().course(slug), of, current_person().key, now())
    db.commit()
    return back_to(_review_address(slug, of), _("The language is closed again."))
