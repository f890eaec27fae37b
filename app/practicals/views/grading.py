"""Grading: choose a sheet and people, fill it in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.accounts import services as accounts
from app.accounts.models import User
from app.core.clock import now
from app.core.db import reading, writing
from app.core.errors import DomainError, NotFound
from app.core.i18n import _, current_language
from app.core.identity import current_person
from app.core.permissions import Permission, requires
from app.core.web import back_to
from app.courses.library import library
from app.courses.types import Course, Sheet
from app.practicals import rendering, services
from app.practicals.forms import (
    GradingForm,
    check_draft,
    participant_drafts,
)
from app.practicals.models.sessions import TrainingSession
from app.practicals.services import sessions
from app.practicals.types import NoAuthority
from app.practicals.views.frame import blueprint, line_of, review_state, today


@blueprint.get("/practicals/new")
@requires(Permission.PRACTICALS_EXAMINE)
def check_new() -> str:
    """Choose the sheet, then the people and their roles."""
    db, person = reading(), current_person()
    slug, key = request.args.get("course", ""), request.args.get("sheet", "")
    if not key:
        sheets = services.sheets_to_examine(db, person, today())
        return render_template("practicals/choose_sheet.html", sheets=sheets)
    course, sheet = _sheet(db, person, slug, key)
    return _people_page(db, course, sheet, wrong_number=False)


def _people_page(db: Session, course: Course, sheet: Sheet, *, wrong_number: bool) -> str:
    day = _day(db)
    return render_template(
        "practicals/choose_people.html",
        course=course,
        sheet=sheet,
        day=day,
        people=_candidates(db, course.slug, day),
        chosen=request.args.getlist("person"),
        wrong_number=wrong_number,
    )


def _day(db: Session) -> TrainingSession | None:
    """The training day on which the check is done, if the address names one; raises NotFound."""
    key = request.args.get("session", "")
    return sessions.session_of(db, current_person(), key) if key else None


def _candidates(db: Session, slug: str, day: TrainingSession | None) -> Sequence[User]:
    """Whom the person may grade: on a training day, those who belong to it."""
    ids = None if day is None else [user.id for user in sessions.people_of(db, day)]
    return services.candidates(db, current_person(), slug, ids)


def _sheet(db: Session, person: User, slug: str, key: str) -> tuple[Course, Sheet]:
    course = library().course(slug)
    sheet = course.sheet(key)
    if not accounts.may_examine(db, person, slug, key, today()):
        raise NoAuthority
    return course, sheet


def _chosen(db: Session, slug: str, keys: Sequence[str]) -> list[User]:
    known = {user.key: user for user in _candidates(db, slug, _day(db))}
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
        return _people_page(db, course, sheet, wrong_number=True), 422
    day = _day(db)
    form = GradingForm(
        formdata=None,
        held_on=day.held_on if day else today(),
        place=day.place if day else "",
        language=current_language(),
        equipment=_gear(course, sheet),
    )
    return _grading_page(course, sheet, _chosen(db, slug, keys), form, {})


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
    day = _day(db)
    cohort_id = day.cohort_id if day else services.shared_cohort(db, current_person(), people)
    draft = check_draft(form, slug, sheet, cohort_id, drafts, day=day)
    db = writing()
    try:
        check = services.record_check(db, draft, current_person(), today(), now())
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
        day=_day(reading()),
        people=people,
        form=form,
        given=given,
        line=line_of(course.slug),
        review=review_state(course.slug),
        today=today(),
    )
