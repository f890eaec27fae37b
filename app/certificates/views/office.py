"""The office's list, one certificate, why it was given, and revoking it."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.forms import password_is_right, refuse, text
from app.certificates import services
from app.certificates.forms import RevokeForm, SearchForm
from app.certificates.models import Certificate
from app.certificates.types import AlreadyRevoked, NotCorrectable
from app.certificates.views.frame import (
    award_title,
    blueprint,
    me,
    one,
    pdf_of,
    sheet_title,
    today,
    told,
)
from app.certificates.views.reasons import why
from app.core.clock import now
from app.core.db import reading, writing
from app.core.i18n import _
from app.core.permissions import Permission, requires
from app.core.web import back_to, row_number


@blueprint.get("/certificates")
@requires(Permission.CERTIFICATES_ISSUE)
def certificates() -> str:
    """All certificates, newest first, a page at a time."""
    before = request.args.get("before", type=row_number)
    found = services.find_certificates(reading(), "", before)
    older = found[-1].id if len(found) == services.PAGE_SIZE else None
    return _list(SearchForm(formdata=None), found, older)


@blueprint.post("/certificates")
@requires(Permission.CERTIFICATES_ISSUE)
def search() -> str | tuple[str, int]:
    """The certificates that hold the words."""
    form = SearchForm()
    if not form.validate():
        return _list(form, []), 422
    return _list(form, services.find_certificates(reading(), text(form.words)))


def _list(form: SearchForm, found: Sequence[Certificate], older: int | None = None) -> str:
    return render_template(
        "certificates/certificates.html",
        form=form,
        certificates=found,
        older=older,
        is_cut=older is None and len(found) == services.PAGE_SIZE,
        state_of=services.state_of,
        today=today(),
    )


@blueprint.get("/certificates/<uuid:key>")
@requires(Permission.CERTIFICATES_ISSUE)
def certificate(key: object) -> str:
    """One certificate: its facts, its state, its file."""
    found = one(key)
    return render_template(
        "certificates/certificate.html",
        certificate=found,
        told=told(found.facts),
        state=services.state_of(found, today()),
        lost=[sheet_title(found.slug, key) for key in services.lost_sheets(reading(), found)],
        lost_courses=[award_title(slug) for slug in services.lost_courses(reading(), found)],
        timeline=services.timeline_of(reading(), found),
        state_of=services.state_of,
        today=today(),
    )


@blueprint.get("/certificates/<uuid:key>.pdf")
@requires(Permission.CERTIFICATES_ISSUE)
def download(key: object) -> Response:
    """The stored file."""
    return pdf_of(one(key))


@blueprint.get("/certificates/<uuid:key>/why")
@requires(Permission.CERTIFICATES_ISSUE)
def why_page(key: object) -> str:
    """What the award rests on."""
    return render_template("certificates/why.html", **why(one(key)))


@blueprint.get("/certificates/<uuid:key>/revoke")
@requires(Permission.CERTIFICATES_ISSUE)
def revoke_page(key: object) -> str:
    """Ask before revoking: it cannot be undone."""
    return _revoke_page(RevokeForm(formdata=None), one(key))


@blueprint.post("/certificates/<uuid:key>/revoke")
@requires(Permission.CERTIFICATES_ISSUE)
def revoke(key: object) -> AnyResponse | tuple[str, int]:
    """Revoke for good."""
    form, found = RevokeForm(), one(key)
    if not form.validate() or not password_is_right(form):
        return _revoke_page(form, found), 422
    db = writing()
    try:
        services.revoke(
            db, services.certificate_of(db, me(), str(key)), text(form.reason), me(), now()
        )
    except (AlreadyRevoked, NotCorrectable) as error:
        db.rollback()
        refuse(form, None, error)
        return _revoke_page(form, one(key)), error.status
    db.commit()
    return back_to(url_for("certificates.certificate", key=key), _("The certificate is revoked."))


def _revoke_page(form: RevokeForm, found: Certificate) -> str:
    return render_template(
        "certificates/revoke.html", form=form, certificate=found, told=told(found.facts)
    )
