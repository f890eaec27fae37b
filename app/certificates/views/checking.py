"""Checking a QR code without a network: the page, its list, and the site's service worker."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from functools import lru_cache
from typing import Any

from flask import Response, jsonify, make_response, render_template, url_for

from app.certificates.services import signing
from app.certificates.views.frame import blueprint
from app.certificates.views.public import plain
from app.config import ROOT
from app.core.assets import STATIC, asset, built_name
from app.core.camera import allow_camera
from app.core.clock import now
from app.core.db import reading
from app.core.i18n import LANGUAGES, TRANSLATIONS, format_date
from app.core.permissions import public

#: What the page of the checker is made of, beside its own words.
ASSETS = ("app.css", "app.js", "pages/office.css", "pages/sessions.css", "pages/check.js")
_BUILT = STATIC / "build"


@blueprint.get("/check")
@public
def check() -> Response:
    """The checker; the service worker shows this same page when there is no network."""
    page = render_template("certificates/check.html", days="|".join(map(_pattern, range(1, 13))))
    return allow_camera(make_response(page))


def _pattern(month: int) -> str:
    """How a day of a month is written here, with marks for day and year; never on two lines."""
    written = format_date(date(2345, month, 27)).replace(" ", "\u00a0")
    return written.replace("2345", "@y").replace("27", "@d")


@plain.get("/status/offline.json")
@public
def offline_list() -> Response:
    """Public keys, and the places of certificates that no longer hold, with the time."""
    return jsonify(signing.offline_list(reading(), now()))


@plain.get("/sw.js")
@public
def service_worker() -> Response:
    """The service worker with the list of what it keeps; at the root, so that it may serve /v/."""
    told = json.dumps(_kept(), sort_keys=True)
    script = (_BUILT / built_name("worker.js")).read_text(encoding="utf-8")
    return Response(f"self.kapok = {told};\n{script}", mimetype="text/javascript")


def _kept() -> dict[str, Any]:
    needs = json.loads((_BUILT / "needs.json").read_text(encoding="utf-8"))
    built = sorted({file for name in ASSETS for file in needs[name]})
    digest = _words_digest((_BUILT / "manifest.json").stat().st_mtime_ns)
    pages = [
        {"url": url_for("certificates.check", lang=code), "revision": digest} for code in LANGUAGES
    ]
    files = [
        {"url": url_for("static", filename=f"build/{file}"), "revision": None} for file in built
    ]
    icon = {"url": asset("images/favicon.svg"), "revision": None}
    return {
        "files": [*pages, *files, icon],
        "languages": list(LANGUAGES),
        "list": url_for("certificates_plain.offline_list"),
        "reader": asset("zxing_reader.wasm"),
    }


@lru_cache(maxsize=1)
def _words_digest(_built_at: int) -> str:
    """Changes with the words and the files of the page, so that phones fetch it anew."""
    templates = ROOT / "app" / "templates"
    parts = [
        *sorted(TRANSLATIONS.glob("*/LC_MESSAGES/messages.po")),
        *sorted((templates / "components").glob("*.html")),
        templates / "base.html",
        templates / "certificates" / "check.html",
        _BUILT / "manifest.json",
    ]
    return hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()[:16]
