"""The queue of a cohort: who waits to be let in."""

from __future__ import annotations

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from app.cohorts import services
from app.cohorts.types import CohortHasNoPlace
from app.cohorts.views.frame import blueprint, own_cohort
from app.core.clock import now
from app.core.db import reading, writing
from app.core.i18n import _, ngettext
from app.core.identity import current_person
from app.core.permissions import Permission, requires
from app.core.web import back_to


@blueprint.get("/cohorts/<uuid:key>/queue")
@requires(Permission.COHORTS_LEAD)
def queue(key: object) -> str:
    """Who waits, the longest first."""
    db = reading()
    found = own_cohort(db, key)
    return render_template(
        "cohorts/queue.html",
        cohort=found,
        requests=services.queue_of(db, found),
        places=services.places_left(db, found),
    )


@blueprint.post("/cohorts/<uuid:key>/queue")
@requires(Permission.COHORTS_LEAD)
def decide(key: object) -> Response:
    """Admit or decline the ticked people, or all that the page showed."""
    own_cohort(reading(), key)
    chosen = set(request.form.getlist("shown" if request.form.get("all") else "chosen"))
    address = url_for("cohorts.queue", key=key)
    if not chosen:
        return back_to(address, _("Tick at least one person first."), "care")
    db, by = writing(), current_person()
    found = own_cohort(db, key)
    try:
        if request.form.get("act") == "decline":
            count = services.decline(db, found, chosen, by, now())
            message = ngettext("%(num)s person declined.", "%(num)s people declined.", count)
        else:
            count = services.admit(db, found, chosen, by, now())
            message = ngettext("%(num)s person admitted.", "%(num)s people admitted.", count)
        db.commit()
    except CohortHasNoPlace as refusal:
        db.rollback()
        return back_to(address, _(refusal.message) % refusal.values, "danger")
    return back_to(address, message)
