"""Correcting a check by a new one."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from app.core.clock import now
from app.core.db import reading, writing
from app.core.errors import DomainError
from app.core.i18n import _
from app.core.identity import current_person
from app.core.permissions import Permission, requires
from app.core.web import back_to
from app.practicals import services
from app.practicals.forms import (
    CorrectionForm,
    check_draft,
    participant_drafts,
)
from app.practicals.models import SkillCheck
from app.practicals.types import Examinable
from app.practicals.views.frame import blueprint, sheet_context, today


@blueprint.get("/practicals/checks/<uuid:key>/correct")
@requires(Permission.PRACTICALS_EXAMINE)
def correct(key: object) -> str:
    """The sheet as it was, to be corrected by a new check."""
    found, which = _correctable(str(key))
    used = divmod(found.seconds_used, 60) if found.seconds_used is not None else (None, None)
    form = CorrectionForm(
        formdata=None,
        held_on=found.held_on,
        place=found.place,
        language=found.language,
        equipment=found.equipment,
        minutes_used=used[0],
        seconds_used=used[1],
        paper=found.paper,
        paper_signed_by=found.paper_signed_by,
        paper_signed_on=found.paper_signed_on,
    )
    return _correction_page(found, which, form, services.given_of(found))


def _correctable(key: str) -> tuple[SkillCheck, Examinable]:
    found = services.check_of(reading(), current_person(), key)
    services.require_correctable(reading(), found, current_person(), today())
    return found, services.find_sheet(found.course_slug, found.sheet_key)


def _correction_page(found: SkillCheck, which: Examinable, form: CorrectionForm, given: Any) -> str:
    return render_template(
        "practicals/correct.html",
        **sheet_context(which),
        check=found,
        people=[participant.user for participant in found.participants],
        form=form,
        given=given,
        today=today(),
    )


@blueprint.post("/practicals/checks/<uuid:key>/correct")
@requires(Permission.PRACTICALS_EXAMINE)
def record_correction(key: object) -> Response | tuple[str, int]:
    """Record the correction as a new check."""
    found, which = _correctable(str(key))
    form = CorrectionForm()
    if not form.validate():
        return _correction_page(found, which, form, request.form), 422
    people = [participant.user for participant in found.participants]
    drafts = participant_drafts(request.form, which.sheet, people, is_team=which.is_team)
    where = (which.slug, which.sheet.key)
    draft = check_draft(form, where, found.cohort_id, drafts, found.held_on)
    db = writing()
    original = services.check_of(db, current_person(), str(key))
    try:
        new = services.correct_check(
            db, original, draft, form.reason.data or "", current_person(), today(), now()
        )
    except DomainError as refusal:
        db.rollback()
        form.form_errors = [_(refusal.message) % refusal.values]
        again = services.check_of(db, current_person(), str(key))
        return _correction_page(again, which, form, request.form), refusal.status
    db.commit()
    return back_to(url_for("practicals.check", key=new.key), _("The correction is saved."))
