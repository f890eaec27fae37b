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
from app.courses.library import library
from app.courses.types import Course, Sheet
from app.practicals import services
from app.practicals.forms import (
    CorrectionForm,
    check_draft,
    participant_drafts,
)
from app.practicals.models import SkillCheck
from app.practicals.views.frame import blueprint, line_of, review_state, today


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
    services.require_correctable(reading(), found, current_person(), today())
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
        line=line_of(course.slug),
        review=review_state(course.slug),
        today=today(),
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
            db, original, draft, form.reason.data or "", current_person(), today(), now()
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
