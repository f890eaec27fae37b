"""Join codes, and joining by one."""

from __future__ import annotations

from datetime import timedelta

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from app.accounts import services as accounts
from app.accounts.forms import refuse_person
from app.accounts.models import User
from app.accounts.types import Role, UsernameTaken
from app.cohorts import services
from app.cohorts.forms import CodeForm, JoinCodeForm, JoinForm
from app.cohorts.models import JoinCode
from app.cohorts.views.frame import blueprint, own_cohort, today
from app.core import limits
from app.core.clock import now
from app.core.db import reading, writing
from app.core.errors import DomainError
from app.core.events import new_event_id
from app.core.i18n import _, current_language
from app.core.identity import current_person, person_or_none, start_session
from app.core.permissions import Permission, public, requires
from app.core.web import back_to, device_label

CODE_LIFETIME = timedelta(days=30)

CLASS_SIZE = 60  # curriculum: classes of 30 to 60

JOIN_TRIES = (300, 600)  # wrong codes of one address in 10 minutes: a class shares one address


@blueprint.get("/cohorts/<uuid:key>/join-code")
@requires(Permission.COHORTS_LEAD)
def join_code_new(key: object) -> str:
    """The form for a new join code."""
    found = own_cohort(reading(), key)
    form = JoinCodeForm(
        formdata=None,
        expires_on=today() + CODE_LIFETIME,
        capacity=CLASS_SIZE,
        event_id=new_event_id(),
    )
    return render_template("cohorts/join_code.html", cohort=found, form=form)


@blueprint.post("/cohorts/<uuid:key>/join-code")
@requires(Permission.COHORTS_LEAD)
def create_join_code(key: object) -> Response | tuple[str, int]:
    """Make the code."""
    form = JoinCodeForm()
    if not form.validate():
        page = render_template(
            "cohorts/join_code.html", cohort=own_cohort(reading(), key), form=form
        )
        return page, 422
    db = writing()
    services.create_join_code(
        db,
        own_cohort(db, key),
        form.expires_on.data or today(),
        form.capacity.data or 1,
        str(form.event_id.data),
        current_person(),
        now(),
        needs_approval=bool(form.needs_approval.data),
    )
    db.commit()
    return back_to(url_for("cohorts.cohort", key=key), _("The join code is ready."))


@blueprint.post("/cohorts/<uuid:key>/join-code/<code>/withdraw")
@requires(Permission.COHORTS_LEAD)
def withdraw_join_code(key: object, code: str) -> Response:
    """Let nobody join by this code any more."""
    db = writing()
    services.withdraw_join_code(db, own_cohort(db, key), code, current_person(), now())
    db.commit()
    return back_to(url_for("cohorts.cohort", key=key), _("The join code is withdrawn."))


@blueprint.get("/join")
@public
def join() -> str | tuple[str, int]:
    """Ask for the code, then for what an account needs."""
    typed = request.args.get("code")
    if typed is None:
        return render_template("cohorts/code.html", form=CodeForm(formdata=None))
    form = CodeForm(formdata=request.args, meta={"csrf": False})
    if not form.validate():
        return render_template("cohorts/code.html", form=form), 422
    try:
        code = _open_code(form.code.data or "")
    except DomainError as refusal:
        form.code.errors = [_(refusal.message)]
        return render_template("cohorts/code.html", form=form), refusal.status
    person = person_or_none()
    if person is not None and person.role is Role.TRAINEE:
        return render_template("cohorts/join_again.html", cohort=code.cohort, code=code)
    account = JoinForm(
        formdata=None,
        code=code.code,
        language=current_language(),
        second_language=code.cohort.second_language or "",
    )
    return _join_page(account, code)


@blueprint.post("/join/cohort")
@requires(Permission.LEARNING_RECORD)
def join_again() -> Response:
    """Put a trainee who has an account into one more cohort."""
    code = _open_code(request.form.get("code", "")).code
    db = writing()
    used = services.join_again(db, code, current_person(), today(), now())
    waits = services.is_waiting(db, used.cohort, current_person())
    db.commit()
    message = _("Your instructor was asked.") if waits else _("You are in the cohort now.")
    return back_to(url_for("overview.start"), message)


def _open_code(typed: str) -> JoinCode:
    """The code if it is open; wrong ones are counted so that codes cannot be guessed."""
    address = request.remote_addr or ""
    limits.check("join", address, *JOIN_TRIES)
    try:
        return services.open_code(reading(), typed, today())
    except DomainError:
        limits.hit("join", address, *JOIN_TRIES)
        raise


def _join_page(form: JoinForm, code: JoinCode, *, is_taken: bool = False) -> str:
    """The form; `is_taken`: the username is, perhaps by this form whose answer was lost."""
    return render_template(
        "cohorts/join.html", form=form, cohort=code.cohort, code=code, is_taken=is_taken
    )


@blueprint.post("/join")
@public
def create_account() -> Response | tuple[str, int]:
    """Make the account, put it into the cohort and sign it in."""
    form = JoinForm()
    code = _open_code(form.code.data or "")
    if not form.validate():
        return _join_page(form, code), 422
    try:
        token, trainee = _join(form, code.code)
    except DomainError as refusal:
        reading().rollback()
        refuse_person(form, refusal)
        is_taken = isinstance(refusal, UsernameTaken)
        code = _open_code(form.code.data or "")
        return _join_page(form, code, is_taken=is_taken), refusal.status
    start_session(token, trainee)
    return back_to(url_for("overview.start", lang=trainee.language), _("Your account is ready."))


def _join(form: JoinForm, code: str) -> tuple[str, User]:
    profile = form.profile()
    # Hashing comes before the write: it takes 0.03 s, too long to hold the lock.
    secret = accounts.prepare_password(form.password.data or "", profile.username, profile.names)
    db, at = writing(), now()
    trainee = services.join(db, code, profile, secret, form.consents(), today(), at)
    token = accounts.open_session(db, trainee, device_label(), at)
    db.commit()
    return token, trainee
