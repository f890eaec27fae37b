"""Verification for everybody: no account, no write, the language of the reader."""

from __future__ import annotations

import re

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
SHOWN = 80  # letters of an unknown code that its page repeats
_SLASHES = re.compile(r"[/\\]")


@plain.get("/v")
@plain.get("/v/")
@public
def verify_form() -> AnyResponse | str:
    """A field for a code typed from paper."""
    form = CodeForm(request.args if "code" in request.args else None)
    if "code" in request.args and form.validate():
        typed = str(form.code.data)
        code = services.normal_code(typed) or _SLASHES.sub("-", typed)[:SHOWN]
        return redirect(url_for("certificates_plain.verify", code=code, lang=_asked()))
    return render_template("certificates/verify_form.html", form=form)


def _asked() -> str | None:
    return request.args.get("lang")


@plain.get("/v/<code>")
@public
def verify(code: str) -> str | tuple[str, int]:
    """Every printed fact and the state today."""
    found = find(code)
    if found is None:
        return unknown_page(code)
    return render_template(
        "certificates/verify.html",
        told=told(found.facts),
        found=found,
        newest=found.chain[-1],
    )


def unknown_page(code: str) -> tuple[str, int]:
    """The same for a code that nobody has, one that is no code, and one of a preview."""
    form = CodeForm(formdata=None, code=code[:SHOWN])
    sentence = _(UnknownCode.message)
    page = render_template("certificates/unknown.html", form=form, sentence=sentence)
    return page, UnknownCode.status


@plain.get("/v/<code>.json")
@public
def verify_json(code: str) -> Response | tuple[Response, int]:
    """The same for machines."""
    found = find(code)
    if found is None:
        return jsonify(state="unknown"), UnknownCode.status
    return jsonify(services.public_record(found))


@plain.after_request
def keep_out_of_searches(response: Response) -> Response:
    """Search engines list no certificate."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response


def find(code: str) -> Verification | None:
    """The certificate of a code; an unknown one counts against its address. Raises TooMany."""
    try:
        return services.verify(reading(), code, today())
    except UnknownCode:
        count_miss()
        return None


def count_miss() -> None:
    """Count an unknown code against its address; raises TooMany."""
    scope, limit, seconds = MISSES
    limits.hit(scope, request.remote_addr or "-", limit, seconds)
