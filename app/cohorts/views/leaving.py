"""Taking a trainee out of a cohort, moving her, and bringing her back."""

from __future__ import annotations

from flask import render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.accounts.forms import refuse
from app.cohorts import services
from app.cohorts.forms import MoveForm, WithdrawForm
from app.cohorts.models import Cohort
from app.cohorts.types import CohortHasNoPlace
from app.cohorts.views.frame import blueprint, own_cohort
from app.core.clock import now
from app.core.db import reading, writing
from app.core.i18n import _
from app.core.identity import current_person
from app.core.permissions import Permission, requires
from app.core.web import back_to


@blueprint.get("/cohorts/<uuid:key>/members/<uuid:user>/withdraw")
@requires(Permission.COHORTS_LEAD)
def member_withdraw(key: object, user: object) -> str:
    """Ask before a trainee leaves the cohort."""
    found, trainee = services.member_of(reading(), current_person(), str(key), str(user))
    form = WithdrawForm(formdata=None)
    return render_template("cohorts/withdraw.html", cohort=found, member=trainee, form=form)


@blueprint.post("/cohorts/<uuid:key>/members/<uuid:user>/withdraw")
@requires(Permission.COHORTS_LEAD)
def withdraw_member(key: object, user: object) -> Response | tuple[str, int]:
    """Take the trainee out of the cohort; her records stay."""
    form = WithdrawForm()
    if not form.validate():
        found, trainee = services.member_of(reading(), current_person(), str(key), str(user))
        page = render_template("cohorts/withdraw.html", cohort=found, member=trainee, form=form)
        return page, 422
    db, by = writing(), current_person()
    found, trainee = services.member_or_former(db, by, str(key), str(user))
    services.withdraw_member(db, found, trainee, by, now(), form.reason.data or "")
    db.commit()
    return back_to(url_for("cohorts.cohort", key=key), _("The trainee left the cohort."))


@blueprint.get("/cohorts/<uuid:key>/members/<uuid:user>/move")
@requires(Permission.COHORTS_LEAD)
def member_move(key: object, user: object) -> str:
    """Ask to which of the person's other cohorts."""
    return _move_page(reading(), str(key), str(user), None)


def _move_form(db: Session, found: Cohort, formdata: object) -> MoveForm:
    form = MoveForm(formdata=formdata)
    others = services.destinations_of(db, current_person(), found)
    form.to.choices = [(other.key, f"{other.name} · {other.partner}") for other in others]
    return form


def _move_page(db: Session, key: str, user: str, form: MoveForm | None) -> str:
    found, trainee = services.member_of(db, current_person(), key, user)
    form = form or _move_form(db, found, None)
    return render_template("cohorts/move.html", cohort=found, member=trainee, form=form)


@blueprint.post("/cohorts/<uuid:key>/members/<uuid:user>/move")
@requires(Permission.COHORTS_LEAD)
def move_member(key: object, user: object) -> Response | tuple[str, int]:
    """Move the trainee; her records go with her."""
    db, by = reading(), current_person()
    found, _trainee = services.member_or_former(db, by, str(key), str(user))
    form = _move_form(db, found, request.form)
    if not form.validate():
        return _move_page(db, str(key), str(user), form), 422
    db = writing()
    found, trainee = services.member_or_former(db, by, str(key), str(user))
    to = own_cohort(db, form.to.data)
    try:
        services.move_member(db, found, trainee, to, by, now())
    except CohortHasNoPlace as refusal:
        db.rollback()
        refuse(form, "to", refusal)
        return _move_page(db, str(key), str(user), form), refusal.status
    db.commit()
    return back_to(url_for("cohorts.cohort", key=key), _("The trainee is moved."))


@blueprint.get("/cohorts/<uuid:key>/former")
@requires(Permission.COHORTS_LEAD)
def former_members(key: object) -> str:
    """Who left the cohort, when, why and where to."""
    db = reading()
    found = own_cohort(db, key)
    former = services.former_members_of(db, found)
    seen = services.visible_among(db, current_person(), {one.moved_to_id for one in former})
    return render_template("cohorts/former.html", cohort=found, former=former, seen=seen)


@blueprint.post("/cohorts/<uuid:key>/members/<uuid:user>/return")
@requires(Permission.COHORTS_LEAD)
def return_member(key: object, user: object) -> Response:
    """Bring the trainee back into the cohort."""
    db, by = writing(), current_person()
    found, trainee = services.member_or_former(db, by, str(key), str(user))
    address, tone = url_for("cohorts.cohort", key=key), "good"
    message = _("The trainee is back in the cohort.")
    try:
        services.return_member(db, found, trainee, by, now())
        db.commit()
    except CohortHasNoPlace as refusal:
        db.rollback()
        address, tone = url_for("cohorts.former_members", key=key), "danger"
        message = _(refusal.message) % refusal.values
    return back_to(address, message, tone)
