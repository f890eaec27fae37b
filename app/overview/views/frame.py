"""What the pages of this room share."""

from __future__ import annotations

from datetime import date

from flask import Blueprint

from app.core.clock import now, programme_date
from app.core.web import settings

blueprint = Blueprint("overview", __name__)


def today() -> date:
    """The day in the programme's time zone."""
    return programme_date(now(), settings().timezone)


def required() -> bool:
    """Whether trainees read, and are certified in, only what is reviewed or was opened."""
    return settings().require_review
