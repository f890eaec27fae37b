"""Looking at checks and acknowledging them."""

from __future__ import annotations

from flask import render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.accounts import services as accounts
from app.accounts.types import NoPin, PinLocked, Role
from app.core.clock import now
from app.core.db import reading, writing
from app.core.i18n import _, current_language
from app.core.identity import current_person
from app.core.permissions import Permission, requires
from app.core.web import back_to
from app.practicals import rendering, services
from app.practicals.forms import (
    AcknowledgeForm,
)
from app.practicals.models import SkillCheck
from app.practicals.services import sessions
from app.practicals.types import AcknowledgedBy, WrongPin
from app.practicals.views.frame import blueprint, line_of, review_state, today


@blueprint.get("/practicals")
@requires(Permission.OVERVIEW_START)
def checks() -> str:
    """A trainee's own results, or the checks that staff may see."""
    person = current_person()
    if person.role is Role.TRAINEE:
        results = services.results_of(reading(), person)
        days = sessions.next_sessions(reading(), person, today())
        return render_template("practicals/mine.html", results=results, days=days)
    seen = services.checks_by(reading(), person)
    sheets = services.sheets_to_examine(reading(), person, today())
    return render_template("practicals/checks.html", checks=seen, sheets=sheets)


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
        line=line_of(found.course_slug),
        review=review_state(found.course_slug),
        may_correct=services.may_correct(reading(), found, current_person(), today()),
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
