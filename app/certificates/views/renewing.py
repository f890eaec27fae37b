"""Renewing: the holder's way to the next certificate, and the office's list of those that end."""

from __future__ import annotations

from flask import render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.certificates import services
from app.certificates.forms import ReadAgainForm
from app.certificates.models import Certificate
from app.certificates.types import NotInWindow, Readiness
from app.certificates.views.frame import blueprint, me, one, today, told
from app.core.clock import now
from app.core.db import reading, writing
from app.core.i18n import _
from app.core.permissions import Permission, requires
from app.core.web import back_to, settings


@blueprint.get("/certificates/ending")
@requires(Permission.CERTIFICATES_ISSUE)
def ending() -> str:
    """Certificates that end soon or ended lately and that nothing follows."""
    found = services.ending_soon(reading(), today())
    return render_template(
        "certificates/ending.html",
        certificates=found,
        days=services.looks_ahead(today()).days,
        state_of=services.state_of,
        today=today(),
    )


@blueprint.get("/certificates/mine/<uuid:key>/renew")
@requires(Permission.CERTIFICATES_OWN)
def renew(key: object) -> str:
    """What is missing for the next one: what to read again, which skill checks to show again."""
    found = one(key)
    renewal = services.renewal_of(reading(), found, today())
    return render_template(
        "certificates/renew.html",
        certificate=found,
        told=told(found.facts),
        state=services.state_of(found, today()),
        renewal=renewal,
        remaining=_remaining(found) if renewal and renewal.is_open else None,
    )


def _remaining(found: Certificate) -> Readiness:
    """Where the holder stands, by the rules of the office's list."""
    required = settings().require_review
    return services.next_award(reading(), found, today(), require_review=required)


@blueprint.post("/certificates/mine/<uuid:key>/renew")
@requires(Permission.CERTIFICATES_OWN)
def read_again(key: object) -> AnyResponse:
    """Note that a lesson was read again."""
    form = ReadAgainForm()
    db = writing()
    found = services.certificate_of(db, me(), str(key))
    if not form.validate():
        raise NotInWindow
    services.record_reading(db, found, str(form.lesson.data), today(), now())
    db.commit()
    return back_to(url_for("certificates.renew", key=key), _("Noted: you have read it again."))
