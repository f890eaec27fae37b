"""Pictures for templates: logos and signatures."""

from __future__ import annotations

from flask import Response, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.forms import refuse, text
from app.certificates import services
from app.certificates.forms.templates import PictureForm
from app.certificates.types.templates import ConsentOfSignatoryMissing, PictureRefused
from app.certificates.views.frame import blueprint, me
from app.core import files
from app.core.clock import now
from app.core.db import reading, writing
from app.core.events import new_event_id
from app.core.i18n import _
from app.core.permissions import Permission, requires
from app.core.web import back_to


@blueprint.get("/certificates/pictures")
@requires(Permission.CERTIFICATES_ISSUE)
def template_pictures() -> str:
    """The pictures that may be used, and the form for another one."""
    return _page(PictureForm(formdata=None, event_id=new_event_id(), kind=services.LOGO))


def _page(form: PictureForm) -> str:
    db = reading()
    return render_template(
        "certificates/template_pictures.html",
        form=form,
        logos=services.pictures(db, services.LOGO),
        signatures=services.pictures(db, services.SIGNATURE),
    )


@blueprint.post("/certificates/pictures")
@requires(Permission.CERTIFICATES_ISSUE)
def add_template_picture() -> AnyResponse | tuple[str, int]:
    """Keep another picture, drawn anew without what a file may hide."""
    form = PictureForm()
    if not form.validate():
        return _page(form), 422
    try:
        draft = services.PictureDraft(
            kind=text(form.kind),
            label=text(form.label),
            content=services.re_encoded(_sent()),
            consent_on=form.consent_on.data,
            consent_note=text(form.consent_note),
        )
        db = writing()
        services.add_picture(db, draft, me(), text(form.event_id), now())
    except (PictureRefused, ConsentOfSignatoryMissing) as error:
        reading().rollback()
        is_consent = isinstance(error, ConsentOfSignatoryMissing)
        refuse(form, "consent_on" if is_consent else None, error)
        return _page(form), error.status
    db.commit()
    return back_to(url_for("certificates.template_pictures"), _("The picture is kept."))


def _sent() -> bytes:
    sent = request.files.get("file")
    if sent is None:
        return b""
    try:
        content: bytes = sent.read()
        return content
    finally:
        sent.close()


@blueprint.get("/certificates/pictures/<uuid:key>.png")
@requires(Permission.CERTIFICATES_ISSUE)
def template_picture_file(key: object) -> Response:
    """One picture."""
    found = services.picture_of(reading(), str(key))
    return Response(files.load(reading(), found.file_sha256).content, mimetype="image/png")


@blueprint.get("/certificates/pictures/<uuid:key>/withdraw")
@requires(Permission.CERTIFICATES_ISSUE)
def withdraw_template_picture_page(key: object) -> str:
    """Ask before a picture is taken back: it cannot be undone."""
    found = services.picture_of(reading(), str(key))
    return render_template("certificates/template_picture_withdraw.html", picture=found)


@blueprint.post("/certificates/pictures/<uuid:key>/withdraw")
@requires(Permission.CERTIFICATES_ISSUE)
def withdraw_template_picture(key: object) -> AnyResponse:
    """Print a picture no more, as when its signatory takes the consent back."""
    db = writing()
    services.withdraw_picture(db, str(key), me(), now())
    db.commit()
    sentence = _("The picture is printed on no new certificate.")
    return back_to(url_for("certificates.template_pictures"), sentence)
