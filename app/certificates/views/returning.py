"""The holder's way back: the QR of her certificate and her PIN open its renewal.

Whoever has seen the paper knows its code, so only three wrong PINs are taken here in a row: the
PIN itself locks after five, and nobody can lock it from a photograph of a certificate.
"""

from __future__ import annotations

from flask import make_response, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.accounts import services as accounts
from app.accounts.forms import refuse, text
from app.accounts.forms.cards import CardPinForm
from app.accounts.models import User
from app.accounts.types import WRONG_PIN, NoPin, PinLocked
from app.certificates import services
from app.certificates.models import Certificate
from app.certificates.types import NotHere
from app.certificates.views.frame import told
from app.certificates.views.public import find, plain, unknown_page
from app.core import identity
from app.core.clock import now
from app.core.db import reading, writing
from app.core.i18n import _
from app.core.permissions import public
from app.core.web import back_to, device_label

#: Wrong PINs in a row after which the holder must sign in with her card or password.
WRONG_HERE = 3


@plain.route("/v/<code>/mine", methods=["GET", "POST"])
@public
def come_back(code: str) -> Response:
    """Ask the holder for her PIN; then lead her to the renewal, in her language."""
    found = find(code)
    if found is None:
        return make_response(*unknown_page(code))
    certificate = services.certificate_with_code(reading(), found.facts["code"])
    if identity.person_or_none() is certificate.user:
        return _private(back_to(_way(reading(), certificate)))
    form = CardPinForm()
    if form.validate_on_submit() and (response := _entered(form, certificate)):
        return _private(response)
    page = render_template(
        "certificates/come_back.html",
        form=form,
        told=told(found.facts),
        code=certificate.code,
    )
    return _private(make_response(page, 422 if form.errors else 200))


def _way(db: Session, found: Certificate) -> str:
    """The renewal of the newest certificate of its course: old paper still leads somewhere."""
    newest = services.timeline_of(db, found)[-1]
    return url_for("certificates.renew", key=newest.key, lang=found.user.language)


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def _entered(form: CardPinForm, found: Certificate) -> Response | None:
    address = request.remote_addr or "-"
    accounts.begin_card_try(f"certificate:{found.key}", address)
    db, at = writing(), now()
    certificate = services.certificate_with_code(db, found.code)
    user = certificate.user
    try:
        _require_open(user)
        is_right = accounts.pin_matches(db, user, text(form.pin), at, tries=WRONG_HERE)
    except (NoPin, PinLocked, NotHere) as error:
        db.rollback()
        refuse(form, "pin", error)
        return None
    if not is_right:
        db.commit()  # the try counts
        accounts.count_wrong(address)
        form.pin.errors = [_(WRONG_PIN)]
        return None
    token = accounts.open_session(db, user, device_label(), at)
    asks = accounts.needs_consent(db, user)
    db.commit()
    identity.start_session(token, user)
    accounts.forgive_card(f"certificate:{found.key}")
    way = _way(db, certificate)
    return back_to(url_for("accounts.consent", lang=user.language, next=way) if asks else way)


def _require_open(user: User) -> None:
    """Only a trainee whose account is open, and who has not typed too many wrong PINs."""
    is_open = user.disabled_at is None and user.erased_at is None and not user.is_staff
    if not is_open or user.pin_tries >= WRONG_HERE:
        raise NotHere
