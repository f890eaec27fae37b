"""My account: gender, which only the person and administrators see."""

from __future__ import annotations

from flask import make_response, render_template, url_for
from werkzeug.wrappers import Response

from app.accounts import services
from app.accounts.forms.gender import GenderForm
from app.accounts.views.frame import blueprint, me, status_of
from app.core.clock import now
from app.core.db import writing
from app.core.i18n import _
from app.core.permissions import Permission, requires
from app.core.web import back_to


@blueprint.route("/account/gender", methods=["GET", "POST"])
@requires(Permission.ACCOUNTS_OWN)
def gender() -> Response:
    """Say one's gender, or that one would rather not."""
    person = me()
    form = GenderForm(gender=person.gender.value if person.gender else "")
    if not form.validate_on_submit():
        return make_response(render_template("accounts/gender.html", form=form), status_of(form))
    db = writing()
    services.change_gender(db, person, form.chosen(), now())
    db.commit()
    return back_to(url_for("accounts.account"), _("Your answer is saved."))
