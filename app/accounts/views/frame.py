"""What the pages of accounts share: the blueprint, the session loader, the password asked again."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, request

from app.accounts import services
from app.accounts.forms import (
    GRANT_NAMES,
    PURPOSE_NAMES,
    ROLE_NAMES,
    language_choices,
    sheet_choices,
)
from app.accounts.forms.gender import GENDER_NAMES
from app.accounts.models import User
from app.accounts.views.words import ACTION_NAMES, KIND_NAMES, detail_words
from app.core import identity
from app.core.clock import now
from app.core.db import reading
from app.core.i18n import current_language

blueprint = Blueprint("accounts", __name__)
#: Addresses without a language: what is printed on cards.
plain = Blueprint("accounts_plain", __name__)


def init(app: Flask) -> None:
    """Tell the core how to find the person of a session."""
    app.extensions["kapok_session_loader"] = load_person


def load_person(token: str) -> User | None:
    """The person of a live session."""
    return services.person_of_token(reading(), token, now())


@blueprint.app_template_filter("territory")
def territory(code: str) -> str:
    """The country's name in the reader's language."""
    return services.territory_name(code, current_language())


@blueprint.context_processor
def words() -> dict[str, Any]:
    """Names of acts, grants, purposes, and roles for the templates."""
    return {
        "role_names": ROLE_NAMES,
        "action_names": ACTION_NAMES,
        "kind_names": KIND_NAMES,
        "detail_words": detail_words,
        "gender_names": GENDER_NAMES,
        "grant_names": GRANT_NAMES,
        "purpose_names": PURPOSE_NAMES,
        "scope_names": lambda: dict([*sheet_choices(), *language_choices()]),
    }


def me() -> User:
    """The signed-in person."""
    person: User = identity.current_person()
    return person


def address() -> str:
    """Where the request comes from, for the limits."""
    return request.remote_addr or "-"


def status_of(form: Any) -> int:
    """422 for a form that was refused, 200 for one that is shown the first time."""
    return 422 if form.errors else 200
