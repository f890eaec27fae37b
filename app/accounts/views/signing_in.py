"""Signing in and out, demo people, and the one-time code."""

from __future__ import annotations

import logging
from datetime import datetime

from flask import make_response, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.accounts import services
from app.accounts.forms import ResetForm, SignInForm, refuse, text
from app.accounts.models import User
from app.accounts.types import PreparedSecret, WeakPassword, WrongResetCode, WrongSignIn
from app.accounts.views.frame import address, blueprint, status_of
from app.core import identity
from app.core.addresses import safe_next
from app.core.clock import now
from app.core.db import reading, writing
from app.core.errors import NotFound
from app.core.i18n import _
from app.core.permissions import Permission, public, requires
from app.core.web import back_to, device_key, device_label, keep_device, settings

log = logging.getLogger(__name__)


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Response:
    """Username and password; in demo mode also one-tap people."""
    person = identity.person_or_none()
    if person is not None and request.method == "GET":
        return back_to(_landing(person))
    form = SignInForm()
    user = _authenticated(form) if form.validate_on_submit() else None
    if user is not None:
        return keep_device(enter(user))
    people = services.demo_people(reading()) if settings().demo else []
    page = render_template("accounts/sign_in.html", form=form, people=people)
    return keep_device(make_response(page, status_of(form)))


def _authenticated(form: SignInForm) -> User | None:
    username = text(form.username)
    services.begin_try(username, device_key(), address())
    try:
        user = services.authenticate(reading(), username, text(form.password), now())
    except WrongSignIn as error:
        services.count_wrong(address())
        log.warning("sign-in refused")
        refuse(form, None, error)
        return None
    services.forgive(username, device_key())
    return user


def enter(user: User) -> Response:
    """Begin the person's session in this browser and lead her to where she wanted to go."""
    return entered(writing(), user, now())


def entered(db: Session, user: User, at: datetime) -> Response:
    """The same when the write has begun; it is committed here."""
    former = identity.current_token()
    if former:
        services.end_session(db, former, at)
    token = services.open_session(db, user, device_label(), at)
    asks = services.needs_consent(db, user)
    db.commit()
    identity.start_session(token, user)
    wanted = safe_next(request.args.get("next"))
    if asks:
        return back_to(url_for("accounts.consent", lang=user.language, next=wanted))
    return back_to(wanted or _landing(user))


def _landing(user: User) -> str:
    return url_for("overview.start", lang=user.language)


@blueprint.post("/sign-in/demo")
@public
def demo_sign_in() -> Response:
    """Become a demo person; there is no such page outside demo mode."""
    if not settings().demo:
        raise NotFound
    user = services.demo_person(reading(), request.form.get("person", ""))
    return enter(user)


@blueprint.post("/sign-out")
@requires(Permission.ACCOUNTS_OWN)
def sign_out() -> Response:
    """End this session for good."""
    token = identity.current_token()
    db = writing()
    services.end_session(db, token or "", now())
    db.commit()
    identity.end_session()
    return back_to(url_for("overview.front"), _("You are signed out."))


@blueprint.route("/reset", methods=["GET", "POST"])
@public
def reset() -> Response:
    """Set a new password with a one-time code."""
    form = ResetForm()
    secret = _new_secret(form) if form.validate_on_submit() else None
    if secret is not None and _redeemed(form, secret):
        address_ = url_for("accounts.sign_in")
        return back_to(address_, _("Your new password is set. Sign in with it now."))
    page = render_template("accounts/reset.html", form=form)
    return keep_device(make_response(page, status_of(form)))


def _new_secret(form: ResetForm) -> PreparedSecret | None:
    """The hashed new password, when the code is right and the password is good."""
    username = text(form.username)
    services.begin_try(username, device_key(), address())
    try:
        user = services.check_reset_code(reading(), username, text(form.code), now())
        secret = services.prepare_password(text(form.password), user.username, user.names)
    except WrongResetCode as error:
        services.count_wrong(address())
        log.warning("reset code refused")
        refuse(form, None, error)
        return None
    except WeakPassword as error:
        services.forgive(username, device_key())
        refuse(form, "password", error)
        return None
    return secret


def _redeemed(form: ResetForm, secret: PreparedSecret) -> bool:
    db = writing()
    try:
        services.redeem_reset_code(db, text(form.username), text(form.code), secret, now())
    except WrongResetCode as error:
        refuse(form, None, error)
        return False
    db.commit()
    services.forgive(text(form.username), device_key())
    return True
