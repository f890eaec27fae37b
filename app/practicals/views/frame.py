"""What the pages of practicals share: the blueprint, the day, the words of sheets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint
from markupsafe import Markup

from app.core.clock import now, programme_date
from app.core.db import reading
from app.core.i18n import current_language
from app.core.web import settings
from app.courses import services as courses
from app.courses.library import library
from app.courses.types import ReviewState
from app.practicals import rendering
from app.practicals.types import Examinable

blueprint = Blueprint("practicals", __name__)


def today() -> date:
    """Today in the programme's time zone."""
    return programme_date(now(), settings().timezone)


@blueprint.context_processor
def _sheet_words() -> dict[str, Any]:
    return {"words": lambda slug, key: rendering.sheet_words(slug, key, current_language())}


@blueprint.app_context_processor
def _titles() -> dict[str, Any]:
    """The start pages name courses too."""
    return {"title_of": lambda slug: rendering.course_title(slug, current_language())}


def line_of(slug: str) -> Callable[[str], Markup]:
    """How a template shows one of the course's lines."""
    return lambda text: rendering.line_of(slug, text, current_language())


def review_state(slug: str) -> ReviewState | None:
    """How the words of the sheet are reviewed; None when its course is gone or it has none."""
    if not library().has_course(slug):
        return None
    course = library().course(slug)
    return courses.review_of(reading(), course, rendering.language_of(course, current_language()))


def sheet_context(which: Examinable) -> dict[str, Any]:
    """What every page of a sheet needs: the sheet, whose it is, its words and their review."""
    return {
        "slug": which.slug,
        "sheet": which.sheet,
        "is_team": which.is_team,
        "line": line_of(which.slug),
        "review": review_state(which.slug),
    }
