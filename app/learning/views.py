"""Pages of learning: the programme, a course, a lesson, the assessment."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, make_response, render_template, request, session, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.accounts import services as accounts
from app.core.clock import now
from app.core.db import reading, writing
from app.core.errors import InvalidEventId
from app.core.forms import EventForm
from app.core.i18n import LANGUAGES, _, current_language
from app.core.identity import current_person
from app.core.permissions import Permission, requires
from app.core.web import back_to, row_number, settings
from app.courses.library import library
from app.courses.services import reads_only_open
from app.courses.types import IN_ASSESSMENT
from app.learning import services
from app.learning.forms import AnswerForm, read_response, typed_figures
from app.learning.services import CoursePage, QuestionPage, Reading
from app.learning.types import GivenOrder, UnreadableAnswer

blueprint = Blueprint("learning", __name__)


@blueprint.get("/programme")
@requires(Permission.COURSES_READ)
def programme() -> str:
    """The courses in order, and the one next step."""
    page = services.programme_page(
        reading(), current_person(), current_language(), now(), require_review=_required()
    )
    _leave_assessment(page.open_attempt)
    is_hidden = reads_only_open(current_person(), require_review=_required())
    exercise = None if is_hidden else library().exercise  # it has no review of its own yet
    return render_template("learning/programme.html", page=page, exercise=exercise)


def _required() -> bool:
    """Whether trainees read only what is reviewed or was opened."""
    return settings().require_review


@blueprint.get("/courses/<slug>")
@requires(Permission.COURSES_READ)
def course(slug: str) -> str:
    """One course: what it is about, its lessons, its assessment."""
    return render_template("learning/course.html", page=_course(slug))


def _course(slug: str) -> CoursePage:
    return services.course_page(
        reading(), current_person(), slug, current_language(), now(), require_review=_required()
    )


def _open_languages(db: Session, slug: str) -> Reading:
    """In which languages the person may work in the course."""
    found = library().course(slug)
    return services.reading_of(db, current_person(), found, require_review=_required())


def _language_read(db: Session, slug: str) -> str:
    """The language in which the form's page was shown, if it is still open."""
    given = request.form.get("language", "")
    return _open_languages(db, slug).recorded(given if given in LANGUAGES else current_language())


@blueprint.get("/courses/<slug>/lessons/<key>")
@requires(Permission.COURSES_READ)
def lesson(slug: str, key: str) -> str:
    """A lesson; `?with=zh` shows a second language beside the first, `?with=` none."""
    person = current_person()
    second = request.args.get("with", person.second_language)
    page = services.lesson_page(
        reading(),
        person,
        slug,
        key,
        current_language(),
        second,
        now(),
        require_review=_required(),
    )
    return render_template("learning/lesson.html", page=page)


@blueprint.post("/courses/<slug>/lessons/<key>/second-language")
@requires(Permission.COURSES_READ)
def second_language(slug: str, key: str) -> Response:
    """Remember the language to read side by side, for every lesson."""
    db, person = writing(), current_person()
    accounts.change_languages(db, person, person.language, request.form.get("second"))
    db.commit()
    return back_to(url_for("learning.lesson", slug=slug, key=key))


@blueprint.post("/courses/<slug>/lessons/<key>")
@requires(Permission.LEARNING_RECORD)
def complete_lesson(slug: str, key: str) -> Response:
    """Note the lesson as done and go on to what comes next."""
    event_id = _event_id(EventForm())
    found = library().course(slug)
    db = writing()
    language = _language_read(db, slug)
    services.record_completion(db, current_person(), found, key, event_id, language, now())
    db.commit()
    return back_to(_after(slug, key), _("The lesson is done."))


def _after(slug: str, key: str) -> str:
    """The next lesson, or the course after the last one."""
    keys = [each.key for each in library().course(slug).lessons]
    following = keys[keys.index(key) + 1 :]
    if following:
        return url_for("learning.lesson", slug=slug, key=following[0])
    return url_for("learning.course", slug=slug)


@blueprint.get("/courses/<slug>/assessment")
@requires(Permission.LEARNING_RECORD)
def assessment(slug: str) -> str:
    """The rules of the assessment, and whether an attempt can begin now."""
    page = _course(slug)
    _leave_assessment(page.state.open_key if page.state else None)
    return render_template("learning/assessment.html", page=page)


@blueprint.post("/courses/<slug>/assessment")
@requires(Permission.LEARNING_RECORD)
def start(slug: str) -> Response:
    """Begin an attempt, or go on with the open one."""
    event_id = _event_id(EventForm())
    found = library().course(slug)
    db = writing()
    language = _language_read(db, slug)
    attempt = services.start_attempt(db, current_person(), found, event_id, language, now())
    db.commit()
    return back_to(_question_address(slug, attempt.key, 1))


@blueprint.get("/courses/<slug>/assessment/<attempt_key>/<int:position>")
@requires(Permission.LEARNING_RECORD)
def question(slug: str, attempt_key: str, position: int) -> Response:
    """One question of an open attempt."""
    page = _question(slug, attempt_key, position)
    if not page.is_open:
        return back_to(url_for("learning.result", slug=slug, attempt_key=attempt_key))
    _enter_assessment(attempt_key)
    return make_response(render_template("learning/question.html", page=page, error=None))


@blueprint.post("/courses/<slug>/assessment/<attempt_key>/<int:position>")
@requires(Permission.LEARNING_RECORD)
def save_answer(slug: str, attempt_key: str, position: int) -> Response:
    """Keep the answer and go on; a script that saves in between asks for no page."""
    form = AnswerForm()
    event_id = _event_id(form)
    page = _question(slug, attempt_key, position)
    try:
        response = read_response(page, request.form)
        if response or page.response:  # an open question that stays open is no event
            _keep(page, response, event_id, form.order())
    except UnreadableAnswer as error:
        return _unreadable(page, error)
    if request.headers.get("X-Autosave"):
        return Response(status=204)
    return _go_on(page, is_finished=not response or services.is_complete(page.item, response))


def _keep(
    page: QuestionPage, response: dict[str, Any], event_id: str, order: GivenOrder | None
) -> None:
    db, person = writing(), current_person()
    language = _language_read(db, page.slug)
    key, position = page.attempt_key, page.position
    services.save_answer(db, person, key, position, response, event_id, language, now(), order)
    db.commit()


def _unreadable(page: QuestionPage, error: UnreadableAnswer) -> Response:
    """Say what is wrong, and keep what was typed."""
    if request.headers.get("X-Autosave"):
        return Response(_(error.message), 422, mimetype="text/plain")
    typed = typed_figures(page, request.form)
    again = _question(page.slug, page.attempt_key, page.position, typed)
    return make_response(render_template("learning/question.html", page=again, error=error), 422)


def _go_on(page: QuestionPage, *, is_finished: bool) -> Response:
    """To the question asked for, else to the next one; an unfinished answer is shown again."""
    wanted = request.form.get("go", "")
    number = request.form.get("go", 0, type=row_number)
    if 1 <= number <= page.total:
        return back_to(_question_address(page.slug, page.attempt_key, number))
    if wanted != "review" and not is_finished:
        here = _question_address(page.slug, page.attempt_key, page.position)
        return back_to(here, _("Saved, but not finished. Complete your answer."), "care")
    if wanted == "review" or page.position == page.total:
        return back_to(url_for("learning.review", slug=page.slug, attempt_key=page.attempt_key))
    return back_to(_question_address(page.slug, page.attempt_key, page.position + 1))


@blueprint.get("/courses/<slug>/assessment/<attempt_key>/review")
@requires(Permission.LEARNING_RECORD)
def review(slug: str, attempt_key: str) -> Response:
    """All questions before submitting: what is answered and what is not."""
    page = services.review_page(
        reading(),
        current_person(),
        slug,
        attempt_key,
        current_language(),
        require_review=_required(),
    )
    if not page.is_open:
        return back_to(url_for("learning.result", slug=slug, attempt_key=attempt_key))
    return make_response(render_template("learning/review.html", page=page))


@blueprint.post("/courses/<slug>/assessment/<attempt_key>/review")
@requires(Permission.LEARNING_RECORD)
def submit(slug: str, attempt_key: str) -> Response:
    """Close the attempt and grade it; sending twice grades once."""
    event_id = _event_id(EventForm())
    db = writing()
    services.attempt_of(db, current_person(), slug, attempt_key)
    _open_languages(db, slug).require(current_language())
    services.submit_attempt(db, current_person(), attempt_key, event_id, now())
    db.commit()
    session.pop(IN_ASSESSMENT, None)
    return back_to(url_for("learning.result", slug=slug, attempt_key=attempt_key))


@blueprint.get("/courses/<slug>/assessment/<attempt_key>/result")
@requires(Permission.LEARNING_RECORD)
def result(slug: str, attempt_key: str) -> Response:
    """How a submitted attempt went, and what to read again."""
    page = services.result_page(
        reading(),
        current_person(),
        slug,
        attempt_key,
        current_language(),
        now(),
        require_review=_required(),
    )
    if page.is_open:
        return back_to(url_for("learning.review", slug=slug, attempt_key=attempt_key))
    _leave_assessment(page.state.open_key)
    return make_response(render_template("learning/result.html", page=page))


def _event_id(form: EventForm) -> str:
    if not form.validate_on_submit():
        raise InvalidEventId
    return str(form.event_id.data)


def _question(
    slug: str, attempt_key: str, position: int, typed: dict[str, Any] | None = None
) -> QuestionPage:
    return services.question_page(
        reading(),
        current_person(),
        slug,
        attempt_key,
        position,
        current_language(),
        typed,
        require_review=_required(),
    )


def _question_address(slug: str, attempt_key: str, position: int) -> str:
    return url_for("learning.question", slug=slug, attempt_key=attempt_key, position=position)


def _enter_assessment(attempt_key: str) -> None:
    """Glossary terms are hidden from here on (see courses.views)."""
    if session.get(IN_ASSESSMENT) != attempt_key:
        session[IN_ASSESSMENT] = attempt_key


def _leave_assessment(open_key: str | None) -> None:
    """Show the glossary again when no attempt is open: it may be submitted on another device."""
    may_be_over = IN_ASSESSMENT in session and not open_key
    if may_be_over and not services.has_open_attempt(reading(), current_person()):
        session.pop(IN_ASSESSMENT)
