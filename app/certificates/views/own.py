"""A trainee's own certificates: the list, the certificate as a page, the file, and why."""

from __future__ import annotations

from flask import Response, render_template

from app.certificates import services
from app.certificates.models import Certificate
from app.certificates.views.frame import blueprint, me, one, pdf_of, today, told
from app.certificates.views.reasons import why
from app.core.db import reading
from app.core.i18n import current_language
from app.core.permissions import Permission, requires
from app.core.web import settings
from app.courses import services as courses
from app.courses.library import library


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
        size=services.picture_size(reading(), found) if found.picture_sha256 else None,
        shelves=_quick_cards(found),
    )


def _quick_cards(certificate: Certificate) -> list[courses.Shelf]:
    """The quick cards of what the certificate covers, as its holder may read them."""
    slugs = {one["slug"] for one in certificate.evidence.get("courses", ())} | {certificate.slug}
    covered = [one for one in library().courses if one.slug in slugs and one.cards]
    required = settings().require_review
    only_open = courses.reads_only_open(me(), require_review=required)
    return courses.shelves_of(reading(), covered, current_language(), only_open=only_open)


@blueprint.get("/certificates/mine/<uuid:key>.png")
@requires(Permission.CERTIFICATES_OWN)
def own_picture(key: object) -> Response:
    """The stored picture, for chats that show no PDF."""
    found = one(key)
    response = Response(services.picture_file(reading(), found).content, mimetype="image/png")
    response.headers["Content-Disposition"] = f'inline; filename="{found.serial}.png"'
    return response


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
