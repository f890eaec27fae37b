"""My account: names, languages, password, PIN, consent, sessions, my data."""

from __future__ import annotations

from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from app.accounts import services
from app.accounts.forms import (
    ChangePasswordForm,
    ConfirmNamesForm,
    ConsentForm,
    LanguagesForm,
    PinForm,
    password_is_right,
    refuse,
    text,
)
from app.accounts.forms.cards import OtherPinForm
from app.accounts.types import (
    PRIVACY_VERSION,
    WRONG_PIN,
    CardPinLocked,
    NoPin,
    PinLocked,
    PreparedSecret,
    Purpose,
    WeakPassword,
)
from app.accounts.views.frame import blueprint, me, status_of
from app.core import identity
from app.core.addresses import safe_next
from app.core.clock import now
from app.core.db import reading, writing
from app.core.errors import NotFound
from app.core.i18n import _, tr
from app.core.permissions import Permission, requires
from app.core.web import back_to


def _account() -> str:
    return url_for("accounts.account")


@blueprint.get("/account")
@requires(Permission.ACCOUNTS_OWN)
def account() -> str:
    """What we know about the person, and where she can change it."""
    db, person = reading(), me()
    return render_template(
        "accounts/account.html",
        sessions=services.live_sessions(db, person, now()),
        this_session=services.token_hash(identity.current_token() or ""),
        grants=[grant for grant in services.grants_of(db, person) if grant.ended_at is None],
        public=services.has_consent(db, person, Purpose.PUBLIC_VERIFICATION),
    )


@blueprint.route("/account/names", methods=["GET", "POST"])
@requires(Permission.ACCOUNTS_OWN)
def names() -> Response:
    """Change and confirm one's own names."""
    person = me()
    form = ConfirmNamesForm(
        native_name=person.native_name,
        latin_name=person.names.known_latin,
        chinese_name=person.chinese_name,
        names_confirmed=person.names_confirmed_at is not None and request.method == "GET",
    )
    if not form.validate_on_submit():
        return make_response(render_template("accounts/names.html", form=form), status_of(form))
    db = writing()
    confirmed = bool(form.names_confirmed.data)
    services.change_names(db, person, form.names(), confirmed=confirmed, by=person, at=now())
    db.commit()
    return back_to(_account(), _("Your names are saved."))


@blueprint.route("/account/languages", methods=["GET", "POST"])
@requires(Permission.ACCOUNTS_OWN)
def languages() -> Response:
    """Choose the language of the pages and a second one to read beside it."""
    person = me()
    form = LanguagesForm(language=person.language, second_language=person.second_language or "")
    if not form.validate_on_submit():
        return make_response(render_template("accounts/languages.html", form=form), status_of(form))
    db = writing()
    services.change_languages(db, person, form.language.data, form.second_language.data)
    db.commit()
    saved = tr("Your languages are saved.", person.language)
    return back_to(url_for("accounts.account", lang=person.language), saved)


@blueprint.route("/account/password", methods=["GET", "POST"])
@requires(Permission.ACCOUNTS_OWN)
def change_password() -> Response:
    """A new password; every other session ends."""
    form = ChangePasswordForm()
    secret = _new_password(form) if form.validate_on_submit() else None
    if secret is None:
        return make_response(render_template("accounts/password.html", form=form), status_of(form))
    person, token = me(), identity.current_token()
    db = writing()
    services.change_password(db, person, secret, token, now())
    db.commit()
    return back_to(_account(), _("Your password is changed. Your other sessions have ended."))


def _new_password(form: ChangePasswordForm) -> PreparedSecret | None:
    if not password_is_right(form):
        return None
    try:
        return services.prepare_password(text(form.password), me().username, me().names)
    except WeakPassword as error:
        refuse(form, "password", error)
        return None


@blueprint.route("/account/pin", methods=["GET", "POST"])
@requires(Permission.ACCOUNTS_OWN)
def pin() -> Response:
    """Set the PIN of one's card, with which one also acknowledges skill checks."""
    form = PinForm() if me().password_hash else OtherPinForm()
    secret = _new_pin(form) if form.validate_on_submit() else None
    if secret is None:
        return make_response(render_template("accounts/pin.html", form=form), status_of(form))
    db = writing()
    services.set_pin(db, me(), secret, now())
    db.commit()
    return back_to(_account(), _("Your PIN is set."))


def _new_pin(form: PinForm | OtherPinForm) -> PreparedSecret | None:
    right = password_is_right(form) if isinstance(form, PinForm) else _pin_is_right(form)
    if not right:
        return None
    try:
        return services.prepare_pin(text(form.pin))
    except WeakPassword as error:
        refuse(form, "pin", error)
        return None


def _pin_is_right(form: OtherPinForm) -> bool:
    """Whether the present PIN is the person's; otherwise the form says so. The try is counted."""
    db = writing()
    try:
        right = services.pin_matches(db, me(), text(form.present_pin), now())
    except (NoPin, PinLocked):
        db.rollback()
        refuse(form, "present_pin", CardPinLocked())
        return False
    db.commit()
    if not right:
        form.present_pin.errors = [_(WRONG_PIN)]
    return right


@blueprint.route("/account/consent", methods=["GET", "POST"])
@requires(Permission.ACCOUNTS_OWN)
def consent() -> Response:
    """Agree to the present notice; asked after signing in when it is new."""
    person = me()
    given = {p: services.has_consent(reading(), person, p) for p in Purpose}
    form = ConsentForm(
        training_record=given[Purpose.TRAINING_RECORD],
        public_verification=given[Purpose.PUBLIC_VERIFICATION],
    )
    if not form.validate_on_submit():
        return make_response(_consent_page(form), status_of(form))
    db = writing()
    services.record_consents(db, person, form.consents(), now())
    db.commit()
    wanted = safe_next(request.args.get("next"))
    return back_to(wanted or url_for("overview.start"), _("Thank you. Your answers are saved."))


def _consent_page(form: ConsentForm) -> str:
    past = services.consents_of(reading(), me())
    return render_template(
        "accounts/consent.html",
        form=form,
        version=PRIVACY_VERSION,
        needed=services.needs_consent(reading(), me()),
        in_force=[one for one in past if one.withdrawn_at is None],
    )


@blueprint.post("/account/consent/withdraw")
@requires(Permission.ACCOUNTS_OWN)
def withdraw_consent() -> Response:
    """Take an agreement back."""
    try:
        purpose = Purpose(request.form.get("purpose", ""))
    except ValueError as error:
        raise NotFound from error
    person = me()
    db = writing()
    services.withdraw_consent(db, person, purpose, now())
    db.commit()
    return back_to(url_for("accounts.consent"), _("You have taken back this agreement."))


@blueprint.post("/account/sessions/<uuid:key>/end")
@requires(Permission.ACCOUNTS_OWN)
def end_session(key: object) -> Response:
    """Sign out one of one's own browsers."""
    person = me()
    db = writing()
    services.end_session_by_key(db, person, str(key), now())
    db.commit()
    return back_to(_account(), _("That session has ended."))


@blueprint.post("/account/sessions/end-others")
@requires(Permission.ACCOUNTS_OWN)
def end_other_sessions() -> Response:
    """Sign out everywhere but here."""
    person, token = me(), identity.current_token()
    db = writing()
    services.end_sessions(db, person, now(), keep_token=token)
    db.commit()
    return back_to(_account(), _("All your other sessions have ended."))
