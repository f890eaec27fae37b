"""Verification for everybody: no account, no write, the language of the reader."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response as AnyResponse

from app.certificates import services
from app.certificates.forms import CodeForm
from app.certificates.types import UnknownCode, Verification
from app.certificates.views.frame import today, told
from app.core import limits
from app.core.db import reading
from app.core.i18n import _
from app.core.permissions import public

plain = Blueprint("certificates_plain", __name__)
#: Unknown codes from one address; known ones are never counted (a campus shares an address).
MISSES = ("verify-miss", 30, 600)


@plain.get("/v")
@plain.get("/v/")
@public
def verify_form() -> AnyResponse | str:
    """A field for a code typed from paper."""
    form = CodeForm(request.args if "code" in request.args else None)
    if "code" in request.args and form.validate():
        return redirect(url_for("certificates_plain.verify", code=form.code.data, lang=_asked()))
    return render_template("certificates/verify_form.html", form=form)


def _asked() -> str | None:
    return request.args.get("lang")


@plain.get("/v/<code>")
@public
def verify(code: str) -> str | tuple[str, int]:
    """Every printed fact and the state today."""
    try:
        found = _find(code)
    except UnknownCode as error:
        form = CodeForm(formdata=None, code=code[:80])
        page = render_template("certificates/unknown.html", form=form, sentence=_(error.message))
        return page, error.status
    return render_template("certificates/verify.html", told=told(found.facts), found=found)


@plain.get("/v/<code>.json")
@public
def verify_json(code: str) -> Response | tuple[Response, int]:
    """The same for machines."""
    try:
        record: Any = services.public_record(_find(code))
    except UnknownCode as error:
        return jsonify(state="unknown"), error.status
    return jsonify(record)


def _find(code: str) -> Verification:
    """The certificate of a code; an unknown one counts against its address. Raises TooMany."""
    try:
        return services.verify(reading(), code, today())
    except UnknownCode:
        scope, limit, seconds = MISSES
        limits.hit(scope, request.remote_addr or "-", limit, seconds)
        raise
