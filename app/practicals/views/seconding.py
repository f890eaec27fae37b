"""The second examiner's pages: grade without seeing, settle what differs, decide what lapsed."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.core.clock import now
from app.core.db import reading, writing
from app.core.errors import DomainError, NotFound
from app.core.events import valid_event_id
from app.core.i18n import _, current_language
from app.core.identity import current_person
from app.core.permissions import Permission, requires
from app.core.web import back_to
from app.practicals import rendering, services
from app.practicals.forms import (
    AcknowledgeForm,
    DecideForm,
    SecondForm,
    SettleForm,
    participant_drafts,
    settled_marks,
)
from app.practicals.models import SkillCheck
from app.practicals.types import NothingToSettle, NotWaiting, SecondDraft, SettleEveryStep
from app.practicals.views.frame import blueprint, line_of, review_state, today
from app.practicals.views.looking import check_page


@blueprint.get("/practicals/checks/<uuid:key>/second")
@requires(Permission.PRACTICALS_EXAMINE)
def second(key: object) -> str | Response:
    """The empty sheet for the second examiner; who may see the check only is led to it."""
    found = _to_second(reading(), key)
    if found is None:
        return _too_late(key)
    if found.second is not None:
        return back_to(url_for("practicals.check", key=key))
    return _second_page(found, SecondForm(formdata=None), {})


def _to_second(db: Session, key: object) -> SkillCheck | None:
    """The check; None when it waits no more. Raises NotFound for a check she may not see."""
    try:
        return services.check_to_second(db, current_person(), str(key), today())
    except NotFound:
        services.check_of(db, current_person(), str(key))
        return None


def _too_late(key: object) -> Response:
    return back_to(url_for("practicals.check", key=key), _(NotWaiting.message), "care")


def _second_page(found: SkillCheck, form: SecondForm, given: Any) -> str:
    sheet = rendering.recorded_sheet(found)
    return render_template(
        "practicals/second.html",
        check=found,
        slug=found.course_slug,
        sheet=sheet,
        text=rendering.recorded_words(found, sheet, current_language()),
        is_team=rendering.is_team(found),
        people=[row.user for row in found.participants],
        form=form,
        given=given,
        line=line_of(found.course_slug),
        review=review_state(found.course_slug),
    )


@blueprint.post("/practicals/checks/<uuid:key>/second")
@requires(Permission.PRACTICALS_EXAMINE)
def record_second(key: object) -> Response | tuple[str, int]:
    """Record the second examiner's marks."""
    person, form = current_person(), SecondForm()
    found = _to_second(reading(), key)
    if found is None:
        return _too_late(key)
    if not form.validate():
        return _second_page(found, form, request.form), 422
    db = writing()
    found = _to_second(db, key)
    if found is None:
        return _too_late(key)
    people = [row.user for row in found.participants]
    sheet = rendering.recorded_sheet(found)
    drafts = participant_drafts(request.form, sheet, people, is_team=rendering.is_team(found))
    draft = SecondDraft(str(form.event_id.data), drafts)
    try:
        services.record_second(db, found, draft, person, today(), now())
    except DomainError as refusal:
        db.rollback()
        form.form_errors = [_(refusal.message) % refusal.values]
        again = _to_second(reading(), key)
        if again is None:
            return _too_late(key)
        return _second_page(again, form, request.form), refusal.status
    db.commit()
    return back_to(url_for("practicals.check", key=key), _("Your marks are saved."))


@blueprint.get("/practicals/checks/<uuid:key>/settle")
@requires(Permission.PRACTICALS_EXAMINE)
def settle(key: object) -> str | Response:
    """What differs, to be settled; without a difference back to the check."""
    found = services.check_of(reading(), current_person(), str(key))
    if not services.may_settle(found, current_person()):
        return back_to(url_for("practicals.check", key=key), _(NothingToSettle.message), "care")
    return _settle_page(found, SettleForm(formdata=None), {})


def _settle_page(found: SkillCheck, form: SettleForm, given: Any) -> str:
    sheet = rendering.recorded_sheet(found)
    return render_template(
        "practicals/settle.html",
        check=found,
        text=rendering.recorded_words(found, sheet, current_language()),
        differences=services.differences(found),
        rows={row.id: row for row in found.participants},
        form=form,
        given=given,
        line=line_of(found.course_slug),
    )


@blueprint.post("/practicals/checks/<uuid:key>/settle")
@requires(Permission.PRACTICALS_EXAMINE)
def record_settlement(key: object) -> Response | tuple[str, int]:
    """Propose how the differences are settled, or decide as an administrator."""
    person, form = current_person(), SettleForm()
    found = services.check_of(reading(), person, str(key))
    if not form.validate():
        return _settle_page(found, form, request.form), 422
    db = writing()
    found = services.check_of(db, person, str(key))
    given = settled_marks(request.form, services.differences(found))
    try:
        services.settle(db, found, given, str(form.event_id.data), person, now())
    except SettleEveryStep as refusal:
        db.rollback()
        form.form_errors = [_(refusal.message) % refusal.values]
        again = services.check_of(db, person, str(key))
        return _settle_page(again, form, request.form), refusal.status
    db.commit()
    return back_to(url_for("practicals.check", key=key), _("It is saved."))


@blueprint.post("/practicals/checks/<uuid:key>/agree")
@requires(Permission.PRACTICALS_EXAMINE)
def agree(key: object) -> Response:
    """Agree with the other examiner's proposal."""
    db, person = writing(), current_person()
    found = services.check_of(db, person, str(key))
    event_id = valid_event_id(request.form.get("event_id"))
    proposal = request.form.get("proposal", "")
    services.agree(db, found, proposal, event_id, person, now())
    db.commit()
    return back_to(url_for("practicals.check", key=key), _("The result is settled and counts."))


@blueprint.post("/practicals/checks/<uuid:key>/decide")
@requires(Permission.PRACTICALS_EXAMINE)
def decide(key: object) -> Response | tuple[str, int]:
    """Let a check count that no second examiner has seen, with a reason."""
    form, person = DecideForm(), current_person()
    if not form.validate():
        found = services.check_of(reading(), person, str(key))
        return check_page(found, AcknowledgeForm(formdata=None), decide=form), 422
    db = writing()
    found = services.check_of(db, person, str(key))
    reason = form.reason.data or ""
    services.decide_lapsed(db, found, reason, str(form.event_id.data), person, today(), now())
    db.commit()
    return back_to(url_for("practicals.check", key=key), _("The check counts now."))
