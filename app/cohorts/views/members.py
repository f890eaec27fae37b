"""Pages about one trainee of a cohort."""

from __future__ import annotations

from flask import make_response, render_template, url_for
from werkzeug.wrappers import Response

from app.accounts import services as accounts
from app.cohorts import services
from app.cohorts.views.frame import blueprint
from app.core.clock import now
from app.core.db import reading, writing
from app.core.i18n import _
from app.core.identity import current_person
from app.core.permissions import Permission, requires
from app.core.web import back_to


@blueprint.get("/cohorts/<uuid:key>/members/<uuid:user>")
@requires(Permission.COHORTS_LEAD)
def member(key: object, user: object) -> str:
    """One trainee of the cohort, and what an instructor can do for her."""
    found, trainee = services.member_of(reading(), current_person(), str(key), str(user))
    card = accounts.cards_of(reading(), [trainee]).get(trainee.id)
    return render_template("cohorts/member.html", cohort=found, member=trainee, card=card)


@blueprint.post("/cohorts/<uuid:key>/members/<uuid:user>/reset-password")
@requires(Permission.COHORTS_LEAD)
def reset_password(key: object, user: object) -> Response:
    """Make a one-time code and show it once, on this screen."""
    db = writing()
    found, trainee = services.member_of(db, current_person(), str(key), str(user))
    code = accounts.create_reset_code(db, trainee, current_person(), now())
    db.commit()
    page = render_template("cohorts/reset_code.html", cohort=found, member=trainee, code=code)
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/cohorts/<uuid:key>/members/<uuid:user>/unlock-pin")
@requires(Permission.COHORTS_LEAD)
def unlock_pin(key: object, user: object) -> Response:
    """Let the trainee try her PIN again."""
    db = writing()
    _found, trainee = services.member_of(db, current_person(), str(key), str(user))
    accounts.unlock_pin(db, trainee, current_person(), now())
    db.commit()
    return back_to(url_for("cohorts.member", key=key, user=user), _("The PIN can be tried again."))
