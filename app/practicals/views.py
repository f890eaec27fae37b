"""Pages of skill checks: choose a sheet and people, grade, look, acknowledge, correct."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from flask import Blueprint, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.types import NoPin, PinLocked, Role
from app.core.clock import now, programme_date
from app.core.db import reading, writing
from app.core.errors import DomainError, NotFound
from app.core.i18n import _, current_language
from app.core.identity import current_person
from app.core.permissions import Permission, requires
from app.core.web import back_to, settings
from app.courses import services as courses
from app.courses.library import library
from app.courses.types import Course, ReviewState, Sheet
from app.practicals import rendering, services
from app.practicals.forms import (
    AcknowledgeForm,
    CorrectionForm,
    GradingForm,
    check_draft,
    participant_drafts,
)
from app.practicals.models import SkillCheck
from app.practicals.types import AcknowledgedBy, NoAuthority, WrongPin

blueprint = Blueprint("practicals", __name__)


def _today() -> date:
    return programme_date(now(), settings().timezone)


@blueprint.get("/practicals")
@requires(Permission.OVERVIEW_START)
def checks() -> str:
    """A trainee's own results, or the checks that staff may see."""
    person = current_person()
    if person.role is Role.TRAINEE:
        results = services.results_of(reading(), person)
        return render_template("practicals/mine.html", results=results)
    seen = services.checks_by(reading(), person)
    sheets = services.sheets_to_examine(reading(), person, _today())
    return render_template("practicals/checks.html", checks=seen, sheets=sheets)


@blueprint.get("/practicals/new")
@requires(Permission.PRACTICALS_EXAMINE)
def check_new() -> str:
    """Choose the sheet, then the people and their roles."""
    db, person = reading(), current_person()
    slug, key = request.args.get("course", ""), request.args.get("sheet", "")
    if not key:
        sheets = services.sheets_to_examine(db, person, _today())
        return render_template("practicals/choose_sheet.html", sheets=sheets)
    course, sheet = _sheet(db, person, slug, key)
    people = services.candidates(db, person, slug)
    return render_template(
        "practicals/choose_people.html", course=course, sheet=sheet, people=people
    )


def _sheet(db: Session, person: User, slug: str, key: str) -> tuple[Course, Sheet]:
    course = library().course(slug)
    sheet = course.sheet(key)
    if not accounts.may_examine(db, person, slug, key, _today()):
        raise NoAuthority
    return course, sheet


def _chosen(db: Session, slug: str, keys: Sequence[str]) -> list[User]:
    known = {user.key: user for user in services.candidates(db, current_person(), slug)}
    if not keys or not set(keys) <= set(known):
        raise NotFound
    return [known[key] for key in dict.fromkeys(keys)]


@blueprint.get("/practicals/grade")
@requires(Permission.PRACTICALS_EXAMINE)
def check_grade() -> str | tuple[str, int]:
    """The empty sheet for the chosen people."""
    db = reading()
    slug, key = request.args.get("course", ""), request.args.get("sheet", "")
    course, sheet = _sheet(db, current_person(), slug, key)
    keys = request.args.getlist("person")
    if not sheet.participants.min <= len(set(keys)) <= sheet.participants.max:
        return _choose_again(db, course, sheet), 422
    form = GradingForm(
        formdata=None, held_on=_today(), language=current_language(), equipment=_gear(course, sheet)
    )
    return _grading_page(course, sheet, _chosen(db, slug, keys), form, {})


def _choose_again(db: Session, course: Course, sheet: Sheet) -> str:
    return render_template(
        "practicals/choose_people.html",
        course=course,
        sheet=sheet,
        people=services.candidates(db, current_person(), course.slug),
        wrong_number=True,
    )


def _gear(course: Course, sheet: Sheet) -> str:
    words = rendering.sheet_words(course.slug, sheet.key, current_language())
    return ", ".join(words.equipment[key] for key in sheet.equipment)


@blueprint.post("/practicals/grade")
@requires(Permission.PRACTICALS_EXAMINE)
def record_check() -> Response | tuple[str, int]:
    """Record the filled-in sheet; a fault brings the page back with everything on it."""
    db = reading()
    slug, key = request.args.get("course", ""), request.args.get("sheet", "")
    course, sheet = _sheet(db, current_person(), slug, key)
    people = _chosen(db, slug, request.args.getlist("person"))
    form = GradingForm()
    if not form.validate():
        return _grading_page(course, sheet, people, form, request.form), 422
    drafts = participant_drafts(request.form, sheet, people)
    draft = check_draft(
        form, slug, sheet, services.shared_cohort(db, current_person(), people), drafts
    )
    db = writing()
    try:
        check = services.record_check(db, draft, current_person(), _today(), now())
    except DomainError as refusal:
        db.rollback()
        return _refused(course, sheet, people, form, refusal)
    db.commit()
    return back_to(url_for("practicals.check", key=check.key), _("The skill check is saved."))


def _refused(
    course: Course, sheet: Sheet, people: Sequence[User], form: GradingForm, refusal: DomainError
) -> tuple[str, int]:
    form.form_errors = [_(refusal.message) % refusal.values]
    return _grading_page(course, sheet, people, form, request.form), refusal.status


def _grading_page(
    course: Course, sheet: Sheet, people: Sequence[User], form: GradingForm, given: Any
) -> str:
    return render_template(
        "practicals/grade.html",
        course=course,
        sheet=sheet,
        people=people,
        form=form,
        given=given,
        line=_line(course.slug),
        review=_review(course.slug),
        today=_today(),
    )


@blueprint.get("/practicals/checks/<uuid:key>")
@requires(Permission.OVERVIEW_START)
def check(key: object) -> str:
    """One check as it was recorded."""
    found = services.check_of(reading(), current_person(), str(key))
    return _check_page(found, AcknowledgeForm(formdata=None))


def _check_page(found: SkillCheck, form: AcknowledgeForm, asked: str = "") -> str:
    sheet, language = rendering.recorded_sheet(found), current_language()
    return render_template(
        "practicals/check.html",
        check=found,
        course_title=rendering.course_title(found.course_slug, language),
        sheet=sheet,
        text=rendering.recorded_words(found, sheet, language),
        form=form,
        asked=asked,
        line=_line(found.course_slug),
        review=_review(found.course_slug),
        may_correct=services.may_correct(reading(), found, current_person(), _today()),
        results=services.visible_results(found, current_person()),
    )


@blueprint.post("/practicals/checks/<uuid:key>/acknowledge")
@requires(Permission.OVERVIEW_START)
def acknowledge(key: object) -> Response | tuple[str, int]:
    """Record that a trainee has seen her result: signed in herself, or by PIN."""
    person, form = current_person(), AcknowledgeForm()
    asked = person.key if person.role is Role.TRAINEE else request.form.get("person", "")
    found = services.check_of(reading(), person, str(key))
    if not form.validate():
        return _check_page(found, form, asked), 422
    db = writing()
    try:
        _acknowledge(db, services.check_of(db, person, str(key)), asked, form)
    except (WrongPin, NoPin, PinLocked) as refusal:
        db.commit()  # a wrong try is counted
        form.pin.errors = [_(refusal.message)]
        return _check_page(services.check_of(db, person, str(key)), form, asked), refusal.status
    db.commit()
    return back_to(url_for("practicals.check", key=key), _("The result is acknowledged."))


def _acknowledge(db: Session, check: SkillCheck, asked: str, form: AcknowledgeForm) -> None:
    person, result, at = current_person(), services.result_by_key(check, asked), now()
    how = AcknowledgedBy.OWN_SIGN_IN
    if person.role is not Role.TRAINEE:
        how = AcknowledgedBy.PIN
        services.require_pin(accounts.pin_matches(db, result.user, form.pin.data or "", at))
    services.acknowledge(db, result, how, str(form.event_id.data), at)


@blueprint.get("/practicals/checks/<uuid:key>/correct")
@requires(Permission.PRACTICALS_EXAMINE)
def correct(key: object) -> str:
    """The sheet as it was, to be corrected by a new check."""
    found, course, sheet = _correctable(str(key))
    form = CorrectionForm(
        formdata=None,
        held_on=found.held_on,
        place=found.place,
        language=found.language,
        equipment=found.equipment,
    )
    return _correction_page(found, course, sheet, form, services.given_of(found))


def _correctable(key: str) -> tuple[SkillCheck, Course, Sheet]:
    found = services.check_of(reading(), current_person(), key)
    services.require_correctable(reading(), found, current_person(), _today())
    course = library().course(found.course_slug)
    return found, course, course.sheet(found.sheet_key)


def _correction_page(
    found: SkillCheck, course: Course, sheet: Sheet, form: CorrectionForm, given: Any
) -> str:
    return render_template(
        "practicals/correct.html",
        check=found,
        course=course,
        sheet=sheet,
        people=[participant.user for participant in found.participants],
        form=form,
        given=given,
        line=_line(course.slug),
        review=_review(course.slug),
        today=_today(),
    )


@blueprint.post("/practicals/checks/<uuid:key>/correct")
@requires(Permission.PRACTICALS_EXAMINE)
def record_correction(key: object) -> Response | tuple[str, int]:
    """Record the correction as a new check."""
    found, course, sheet = _correctable(str(key))
    form = CorrectionForm()
    if not form.validate():
        return _correction_page(found, course, sheet, form, request.form), 422
    people = [participant.user for participant in found.participants]
    drafts = participant_drafts(request.form, sheet, people)
    draft = check_draft(form, course.slug, sheet, found.cohort_id, drafts, found.held_on)
    db = writing()
    original = services.check_of(db, current_person(), str(key))
    try:
        new = services.correct_check(
            db, original, draft, form.reason.data or "", current_person(), _today(), now()
        )
    except DomainError as refusal:
        db.rollback()
        form.form_errors = [_(refusal.message) % refusal.values]
        page = _correction_page(
            services.check_of(db, current_person(), str(key)), course, sheet, form, request.form
        )
        return page, refusal.status
    db.commit()
    return back_to(url_for("practicals.check", key=new.key), _("The correction is saved."))


@blueprint.context_processor
def _sheet_words() -> dict[str, Any]:
    return {"words": lambda slug, key: rendering.sheet_words(slug, key, current_language())}


def _line(slug: str) -> Callable[[str], Markup]:
    """How a template shows one of the course's lines."""
    return lambda text: rendering.line_of(slug, text, current_language())


def _review(slug: str) -> ReviewState | None:
    """How the words of the sheet are reviewed; None when its course is gone."""
    if not library().has_course(slug):
        return None
    course = library().course(slug)
    return courses.review_of(reading(), course, rendering.language_of(course, current_language()))
