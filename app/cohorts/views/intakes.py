"""The next intake of a cohort, and bringing an archived one back."""

from __future__ import annotations

from flask import render_template, url_for
from werkzeug.wrappers import Response

from app.cohorts import services
from app.cohorts.forms import CopyForm
from app.cohorts.views.frame import blueprint, own_cohort, today
from app.core.clock import now
from app.core.db import reading, writing
from app.core.events import new_event_id
from app.core.i18n import _
from app.core.identity import current_person
from app.core.permissions import Permission, requires
from app.core.web import back_to


@blueprint.get("/cohorts/<uuid:key>/copy")
@requires(Permission.COHORTS_LEAD)
def cohort_copy(key: object) -> str:
    """Ask for the name and the first day of the next intake."""
    found = own_cohort(reading(), key)
    form = CopyForm(formdata=None, name=found.name, starts_on=today(), event_id=new_event_id())
    return render_template("cohorts/copy.html", cohort=found, form=form)


@blueprint.post("/cohorts/<uuid:key>/copy")
@requires(Permission.COHORTS_LEAD)
def copy_cohort(key: object) -> Response | tuple[str, int]:
    """Make the next intake."""
    form, found = CopyForm(), own_cohort(reading(), key)
    if not form.validate():
        return render_template("cohorts/copy.html", cohort=found, form=form), 422
    db = writing()
    made = services.copy_cohort(
        db,
        own_cohort(db, key),
        form.name.data or "",
        form.starts_on.data or today(),
        str(form.event_id.data),
        current_person(),
        now(),
    )
    db.commit()
    message = _("The cohort is copied. Check its days, then make a join code.")
    return back_to(url_for("cohorts.cohort", key=made.key), message)


@blueprint.post("/cohorts/<uuid:key>/restore")
@requires(Permission.COHORTS_LEAD)
def restore_cohort(key: object) -> Response:
    """Bring an archived cohort back into the list."""
    db = writing()
    services.restore_cohort(db, own_cohort(db, key), current_person(), now())
    db.commit()
    return back_to(url_for("cohorts.cohort", key=key), _("The cohort is back in the list."))
