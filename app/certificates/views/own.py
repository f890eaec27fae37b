"""A trainee's own certificates: the list, the certificate as a page, the file, and why."""

from __future__ import annotations

from flask import Response, render_template

from app.certificates import services
from app.certificates.views.frame import blueprint, me, one, pdf_of, today, told
from app.certificates.views.reasons import why
from app.core.db import reading
from app.core.permissions import Permission, requires


@blueprint.get("/certificates/mine")
@requires(Permission.CERTIFICATES_OWN)
def mine() -> str:
    """The person's certificates."""
    found = services.certificates_of(reading(), me())
    return render_template(
        "certificates/mine.html",
        certificates=[(each, told(each.facts)) for each in found],
        ending=services.due_for_renewal(reading(), me(), today()),
        state_of=services.state_of,
        today=today(),
    )


@blueprint.get("/certificates/mine/<uuid:key>")
@requires(Permission.CERTIFICATES_OWN)
def own(key: object) -> str:
    """The certificate as a page: it opens where PDFs do not."""
    found = one(key)
    return render_template(
        "certificates/own.html",
        certificate=found,
        told=told(found.facts),
        state=services.state_of(found, today()),
        renewal=services.renewal_of(reading(), found, today()),
        timeline=services.timeline_of(reading(), found),
        state_of=services.state_of,
        today=today(),
    )


@blueprint.get("/certificates/mine/<uuid:key>.pdf")
@requires(Permission.CERTIFICATES_OWN)
def own_download(key: object) -> Response:
    """The stored file."""
    return pdf_of(one(key))


@blueprint.get("/certificates/mine/<uuid:key>/why")
@requires(Permission.CERTIFICATES_OWN)
def own_why(key: object) -> str:
    """What the award rests on."""
    return render_template("certificates/why.html", **why(one(key)))
