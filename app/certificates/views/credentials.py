"""What checkers of credentials ask for: the credential, its status list, the public keys."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.certificates.services import credentials
from app.certificates.services.awards import award_named
from app.certificates.types import UnknownCode
from app.certificates.views.frame import base_url
from app.certificates.views.public import count_miss, plain
from app.core import authority
from app.core.clock import now
from app.core.db import reading
from app.core.i18n import proposed_language
from app.core.keys import Purpose, ring
from app.core.permissions import public
from app.courses.types import Programme


@plain.get("/v/<code>/credential.json")
@public
def credential(code: str) -> Response | tuple[Response, int]:
    """The certificate as an Open Badge with an embedded proof."""
    try:
        facts, place, issued_at, template = credentials.credential_source(reading(), code)
    except UnknownCode as error:
        count_miss()
        return jsonify(state="unknown"), error.status
    return _json(
        credentials.credential(facts, place, issued_at, template), "application/vc+ld+json"
    )


@plain.get("/v/<code>/credential.jwt")
@public
def credential_jwt(code: str) -> Response | tuple[Response, int]:
    """The same as a JWT."""
    try:
        facts, place, _issued_at, template = credentials.credential_source(reading(), code)
    except UnknownCode as error:
        count_miss()
        return jsonify(state="unknown"), error.status
    return Response(
        credentials.credential_jwt(facts, place, template), mimetype="application/vc+jwt"
    )


@plain.get("/status/<int:number>")
@public
def status_list(number: int) -> AnyResponse:
    """Which certificates no longer hold, as a signed bit string."""
    found = credentials.status_list(reading(), number, base_url().rstrip("/"), now())
    response = _json(found, "application/vc+ld+json")
    # Everybody may keep it and asks each time: what is revoked now does not hold a moment later.
    response.headers["Cache-Control"] = "public, no-cache"
    response.add_etag()
    return response.make_conditional(request)


@plain.get("/.well-known/did.json")
@public
def did_document() -> Response:
    """The site as an issuer: its public keys (did:web)."""
    return _json(credentials.did_document(base_url().rstrip("/")), "application/did+json")


@plain.get("/.well-known/jwks.json")
@public
def key_set() -> Response:
    """The same keys as a JSON Web Key Set."""
    return jsonify(credentials.key_set())


@plain.get("/.well-known/authority.pem")
@public
def authority_certificate() -> Response:
    """The certificates of the authority behind the signatures in PDF files, newest first."""
    content = b"".join(authority.pem(key.certificates[0]) for key in ring().all(Purpose.AUTHORITY))
    return Response(content, mimetype="application/x-pem-file")


@plain.get("/a/<slug>")
@public
def achievement(slug: str) -> AnyResponse:
    """The address that a credential gives what it is of: leads to its page."""
    what = award_named(slug)
    language = request.args.get("lang") or proposed_language()
    if isinstance(what, Programme):
        return redirect(url_for("learning.programme", lang=language))
    return redirect(url_for("learning.course", lang=language, slug=slug))


def _json(content: dict[str, Any], media_type: str) -> Response:
    text = json.dumps(content, ensure_ascii=False, indent=1)
    response = Response(text, mimetype=media_type)
    response.headers["Access-Control-Allow-Origin"] = "*"  # public, and checkers run in browsers
    return response
