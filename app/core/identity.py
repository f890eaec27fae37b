"""Who is asking: Flask-Login, wrapped so that the rest never meets it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, cast

from flask import Flask, current_app, g, redirect, request, session, url_for
from flask_login import (
    AnonymousUserMixin,
    LoginManager,
    UserMixin,
    current_user,
    login_user,
    logout_user,
)
from werkzeug.exceptions import Unauthorized
from werkzeug.wrappers import Response

from app.core.permissions import Forbidden, HasRole, Permission, may

# Idle limits by role (OWASP ASVS 5.0, 7.3.1): staff act on other people's records.
IDLE_LIMITS = {
    "trainee": timedelta(days=30),
    "instructor": timedelta(hours=12),
    "administrator": timedelta(hours=4),
}
SEEN = "seen"  # minutes since 1970 at which this signed cookie was last used
REFRESH_MINUTES = 5


class SignedInPerson(HasRole, Protocol):
    """A user row, as far as the core needs to know."""

    key: str
    language: str
    display_name: str


class SessionLoader(Protocol):
    """Given by the accounts room: the person of a live session token, or None."""

    def __call__(self, token: str) -> Any | None:
        """Return the person, or None when the session has ended."""


class Identity(UserMixin):  # type: ignore[misc]  # Flask-Login has no types
    """What Flask-Login holds: the session's token and the person it belongs to."""

    def __init__(self, token: str, person: Any) -> None:
        """Bind a token to its person."""
        self.token = token
        self.person = person

    def get_id(self) -> str:
        """The token that the signed cookie carries."""
        return self.token


def init_identity(app: Flask) -> None:
    """Connect Flask-Login; accounts registers its loader in extensions['kapok_session_loader']."""
    manager = LoginManager(app)
    manager.session_protection = None
    manager.user_loader(_load)


def _load(token: str) -> Identity | None:
    loader: SessionLoader = current_app.extensions["kapok_session_loader"]
    person = loader(token)
    if person is None or _has_idled(str(person.role)):
        return None
    return Identity(token, person)


def _minutes() -> int:
    return int(datetime.now(UTC).timestamp() // 60)


def _has_idled(role: str) -> bool:
    minutes, seen = _minutes(), session.get(SEEN, 0)
    if timedelta(minutes=minutes - seen) > IDLE_LIMITS[role]:
        return True
    if minutes - seen >= REFRESH_MINUTES:
        session[SEEN] = minutes
    return False


def start_session(token: str, person: Any) -> None:
    """Make the browser's session anew and bind it to the token (no session fixation)."""
    session.clear()
    session[SEEN] = _minutes()
    session.permanent = True
    login_user(Identity(token, person))


def end_session() -> None:
    """Forget the person in this browser."""
    logout_user()
    session.clear()


def ask_no_more() -> None:
    """For the rest of this request nobody is known: the person's row may be what is broken."""
    g._login_user = AnonymousUserMixin()  # noqa: SLF001 (where Flask-Login keeps its answer)


def is_signed_in() -> bool:
    """Whether this request comes from a live session."""
    return bool(current_user.is_authenticated)


def person_or_none() -> Any | None:
    """The signed-in user row, or None."""
    return cast("Identity", current_user).person if is_signed_in() else None


def current_person() -> Any:
    """The signed-in user row; raises Unauthorized when nobody is signed in."""
    person = person_or_none()
    if person is None:
        raise Unauthorized
    return person


def current_token() -> str | None:
    """The token of this session, to tell it from the person's other sessions."""
    return cast("Identity", current_user).token if is_signed_in() else None


def admit(permission: Permission) -> None:
    """Let the person pass; raises Unauthorized for a visitor, Forbidden for anybody else."""
    if not may(current_person(), permission):
        raise Forbidden


def to_sign_in() -> Response:
    """Send a visitor to the sign-in page and back to where she wanted to go."""
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("accounts.sign_in", next=wanted, lang=g.get("language", "en")))
