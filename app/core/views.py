"""Addresses for machines: is the process alive, is everything it needs there."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify, redirect, url_for
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as AnyResponse

from app.core.db import reading
from app.core.i18n import proposed_language
from app.core.identity import person_or_none
from app.core.migrate import pending
from app.core.permissions import public

plain = Blueprint("core_plain", __name__)


@plain.get("/")
@public
def root() -> AnyResponse:
    """Send the visitor to the front page, or the person to her start page, in her language."""
    person = person_or_none()
    if person is not None:
        return redirect(url_for("overview.start", lang=person.language))
    return redirect(url_for("overview.front", lang=proposed_language()))


@plain.get("/healthz")
@public
def healthz() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@plain.get("/readyz")
@public
def readyz() -> tuple[Response, int]:
    """The database answers and no migration is pending."""
    try:
        reading().execute(text("SELECT 1"))
        waiting = pending(current_app.extensions["kapok"].database)
    except SQLAlchemyError:
        return jsonify(status="database does not answer"), 503
    return (jsonify(status="migration pending"), 503) if waiting else (jsonify(status="ok"), 200)
