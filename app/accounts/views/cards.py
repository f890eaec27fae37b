"""Signing in with a printed login card: its QR or code, then the PIN.

The address in the QR holds the card's token. It is exchanged at once: the browser is sent on to
an address without it, and the signed session remembers for half an hour which card was shown.
Without its PIN a card opens nothing; before its first use it lets its holder choose one.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import make_response, render_template, session, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from app.accounts import services
from app.accounts.forms import refuse, text
from app.accounts.forms.cards import CardCodeForm, CardPinForm, FirstUseForm
from app.accounts.models import LoginCard, User
from app.accounts.types import (
    WRONG_PIN,
    CardInUse,
    CardPinLocked,
    NoPin,
    PreparedSecret,
    UnknownCard,
    WeakPassword,
)
from app.accounts.views.frame import address, blueprint, plain, status_of
from app.accounts.views.signing_in import entered
from app.core import identity
from app.core.clock import now
from app.core.db import reading, writing
from app.core.errors import DomainError
from app.core.i18n import N_, _
from app.core.permissions import public
from app.core.web import back_to

#: How long a browser remembers which card was shown, without the PIN.
SHOWN_FOR = timedelta(minutes=30)
_SHOWN = "card"  # in the signed session: the card's key, and the second at which it was shown
TOO_LATE = N_("Scan your card again, or type its code.")


@plain.get("/card")
@plain.get("/card/")
@public
def code_of_card() -> Response:
    """The short address that is printed on a card: to the page in the reader's language."""
    return _closed(redirect(url_for("accounts.card")))


@plain.get("/card/<token>")
@public
def scan(token: str) -> Response:
    """What the QR of a card leads to."""
    try:
        card = _card_saying(token)
    except UnknownCard as error:
        return _code_page(CardCodeForm(formdata=None), error)
    return _shown(card)


@blueprint.route("/card", methods=["GET", "POST"])
@public
def card() -> Response:
    """The code of a card, typed."""
    form = CardCodeForm()
    if not form.validate_on_submit():
        return _code_page(form)
    try:
        return _shown(_card_saying(text(form.code)))
    except UnknownCard as error:
        return _code_page(form, error)


def _card_saying(said: str) -> LoginCard:
    """The card; unknown ones are counted so that codes cannot be guessed."""
    services.check_card_misses(address())
    try:
        return services.card_saying(reading(), said)
    except UnknownCard:
        services.count_card_miss(address())
        raise


def _code_page(form: CardCodeForm, error: DomainError | None = None) -> Response:
    if error is not None:
        refuse(form, "code", error)
    page = render_template("accounts/card.html", form=form)
    return _private(page, error.status if error else status_of(form))


def _shown(card: LoginCard) -> Response:
    """Remember the card in the signed session and leave the address that holds its token."""
    if identity.person_or_none() is card.user:
        return _closed(back_to(url_for("overview.start", lang=card.user.language)))
    session[_SHOWN] = [card.key, int(now().timestamp())]
    return _closed(redirect(_next_page(card.user), 303))


def _next_page(user: User) -> str:
    page = "accounts.card_pin" if user.pin_hash else "accounts.card_first_use"
    return url_for(page, lang=user.language)


def _card_shown() -> LoginCard:
    """The card that this browser has shown; raises UnknownCard when that is too long ago."""
    key, second = session.get(_SHOWN, ("", 0))
    if now().timestamp() - second > SHOWN_FOR.total_seconds():
        raise UnknownCard
    return services.card_by_key(reading(), key)


@blueprint.route("/card/pin", methods=["GET", "POST"])
@public
def card_pin() -> Response:
    """Every later use: the PIN."""
    try:
        card = _card_shown()
    except UnknownCard:
        return _start_again()
    if card.user.pin_hash is None:
        return _closed(back_to(url_for("accounts.card_first_use")))
    form = CardPinForm()
    if form.validate_on_submit() and (response := _entered_by_pin(form, card)):
        return _closed(response)
    return _private(
        render_template("accounts/card_pin.html", form=form, holder=card.user), status_of(form)
    )


def _entered_by_pin(form: CardPinForm, card: LoginCard) -> Response | None:
    services.begin_card_try(card.key, address())
    db, at = writing(), now()
    try:
        user = services.enter_by_card(db, card.key, text(form.pin), at)
    except (CardPinLocked, NoPin, UnknownCard) as error:
        db.rollback()
        refuse(form, "pin", error)
        return None
    if user is None:
        db.commit()  # the try counts
        services.count_wrong(address())
        form.pin.errors = [_(WRONG_PIN)]
        return None
    response = entered(db, user, at)
    services.forgive_card(card.key)
    return response


@blueprint.route("/card/first-use", methods=["GET", "POST"])
@public
def card_first_use() -> Response:
    """The first use: language, agreement and a PIN of one's own."""
    try:
        card = _card_shown()
    except UnknownCard:
        return _start_again()
    if card.user.pin_hash is not None:
        return _closed(back_to(url_for("accounts.card_pin")))
    form = FirstUseForm(language=card.user.language)
    secret = _chosen_pin(form) if form.validate_on_submit() else None
    if secret is not None and (response := _claimed(form, card, secret)):
        return _closed(response)
    page = render_template("accounts/card_first_use.html", form=form, holder=card.user)
    return _private(page, status_of(form))


def _chosen_pin(form: FirstUseForm) -> PreparedSecret | None:
    try:
        return services.prepare_pin(text(form.pin))
    except WeakPassword as error:
        refuse(form, "pin", error)
        return None


def _claimed(form: FirstUseForm, card: LoginCard, secret: PreparedSecret) -> Response | None:
    services.begin_card_try(card.key, address())
    said = services.FirstUse(secret, form.consents(), form.language.data)
    db, at = writing(), now()
    try:
        user = services.claim_card(db, card.key, said, at)
    except CardInUse as error:
        db.rollback()
        return back_to(url_for("accounts.card_pin"), _(error.message), "care")
    except UnknownCard as error:
        db.rollback()
        refuse(form, None, error)
        return None
    response = entered(db, user, at)
    services.forgive_card(card.key)
    if user.names_confirmed_at is not None:
        return response
    names = url_for("accounts.names", lang=user.language)
    return back_to(names, _("Your card works now. Please check your names."))


def _start_again() -> Response:
    session.pop(_SHOWN, None)
    return _closed(back_to(url_for("accounts.card"), _(TOO_LATE), "care"))


def _private(page: Any, status: int) -> Response:
    return _closed(make_response(page, status))


def _closed(response: Response) -> Response:
    """Nobody keeps the page, and the address with the token is told to nobody."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
