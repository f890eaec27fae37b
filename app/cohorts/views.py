"""Pages of cohorts: the list, one cohort, its join codes and members, and joining by a code."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, make_response, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.accounts import services as accounts
from app.accounts.forms import refuse_person
from app.accounts.models import User
from app.accounts.types import Role, UsernameTaken
from app.cohorts import services
from app.cohorts.forms import CodeForm, CohortForm, InstructorForm, JoinCodeForm, JoinForm
from app.cohorts.models import Cohort, JoinCode
from app.core import limits
from app.core.clock import now, programme_date
from app.core.db import reading, writing
from app.core.errors import DomainError
from app.core.events import new_event_id
from app.core.i18n import _, current_language
from app.core.identity import current_person, person_or_none, start_session
from app.core.permissions import Permission, public, requires
from app.core.web import back_to, device_label, settings

blueprint = Blueprint("cohorts", __name__)
CODE_LIFETIME = timedelta(days=30)
CLASS_SIZE = 60  # curriculum: classes of 30 to 60
JOIN_TRIES = (300, 600)  # wrong codes of one address in 10 minutes: a class shares one address


def _today() -> date:
    return programme_date(now(), settings().timezone)


def _cohort(db: Session, key: object) -> Cohort:
    return services.cohort_of(db, current_person(), str(key))


@blueprint.get("/cohorts")
@requires(Permission.COHORTS_LEAD)
def cohorts() -> str:
    """The person's cohorts."""
    found = services.cohorts_of(reading(), current_person())
    counts = services.member_counts(reading(), found)
    return render_template("cohorts/cohorts.html", cohorts=found, counts=counts)


@blueprint.get("/cohorts/new")
@requires(Permission.COHORTS_LEAD)
def cohort_new() -> str:
    """The form for a new cohort."""
    form = CohortForm(
        formdata=None, starts_on=_today(), language=current_language(), event_id=new_event_id()
    )
    return render_template("cohorts/edit.html", form=form, cohort=None)


@blueprint.post("/cohorts/new")
@requires(Permission.COHORTS_LEAD)
def create_cohort() -> Response | tuple[str, int]:
    """Create the cohort."""
    form = CohortForm()
    if not form.validate():
        return render_template("cohorts/edit.html", form=form, cohort=None), 422
    db = writing()
    cohort = services.create_cohort(
        db, form.draft(), str(form.event_id.data), current_person(), now()
    )
    db.commit()
    return back_to(url_for("cohorts.cohort", key=cohort.key), _("The cohort is created."))


@blueprint.get("/cohorts/<uuid:key>")
@requires(Permission.COHORTS_LEAD)
def cohort(key: object) -> str:
    """One cohort: members, courses, codes."""
    db = reading()
    found = _cohort(db, key)
    return render_template(
        "cohorts/cohort.html",
        cohort=found,
        members=services.members_of(db, found),
        codes=services.join_codes_of(db, found),
        instructors=services.instructors_of(db, found),
        today=_today(),
    )


@blueprint.get("/cohorts/<uuid:key>/edit")
@requires(Permission.COHORTS_LEAD)
def cohort_edit(key: object) -> str:
    """The form with the cohort's properties."""
    found = _cohort(reading(), key)
    form = CohortForm.of(found, new_event_id())
    return render_template("cohorts/edit.html", form=form, cohort=found)


@blueprint.post("/cohorts/<uuid:key>/edit")
@requires(Permission.COHORTS_LEAD)
def change_cohort(key: object) -> Response | tuple[str, int]:
    """Write the changes."""
    form, found = CohortForm(), _cohort(reading(), key)
    if not form.validate():
        return render_template("cohorts/edit.html", form=form, cohort=found), 422
    db = writing()
    services.change_cohort(db, _cohort(db, key), form.draft(), current_person(), now())
    db.commit()
    return back_to(url_for("cohorts.cohort", key=key), _("The changes are saved."))


@blueprint.get("/cohorts/<uuid:key>/archive")
@requires(Permission.COHORTS_LEAD)
def cohort_archive(key: object) -> str:
    """Ask before the cohort leaves the lists."""
    return render_template("cohorts/archive.html", cohort=_cohort(reading(), key))


@blueprint.post("/cohorts/<uuid:key>/archive")
@requires(Permission.COHORTS_LEAD)
def archive_cohort(key: object) -> Response:
    """Take the cohort out of the lists."""
    db = writing()
    services.archive_cohort(db, _cohort(db, key), current_person(), now())
    db.commit()
    return back_to(url_for("cohorts.cohorts"), _("The cohort is archived."))


@blueprint.get("/cohorts/<uuid:key>/instructors")
@requires(Permission.ACCOUNTS_MANAGE)
def instructors(key: object) -> str:
    """Who leads the cohort, and the form to add somebody."""
    found = _cohort(reading(), key)
    return _instructors_page(found, _instructor_form(None))


def _instructor_form(formdata: object) -> InstructorForm:
    form = InstructorForm(formdata=formdata)
    people = services.every_instructor(reading())
    form.instructor.choices = [(user.key, user.display_name) for user in people]
    return form


def _instructors_page(found: Cohort, form: InstructorForm) -> str:
    leading = services.instructors_of(reading(), found)
    return render_template("cohorts/instructors.html", cohort=found, instructors=leading, form=form)


@blueprint.post("/cohorts/<uuid:key>/instructors")
@requires(Permission.ACCOUNTS_MANAGE)
def add_instructor(key: object) -> Response | tuple[str, int]:
    """Let one more instructor lead the cohort."""
    form = _instructor_form(request.form)
    if not form.validate():
        return _instructors_page(_cohort(reading(), key), form), 422
    db = writing()
    instructor = accounts.person_by_key(db, form.instructor.data)
    services.add_instructor(db, _cohort(db, key), instructor, current_person(), now())
    db.commit()
    return back_to(url_for("cohorts.instructors", key=key), _("The instructor is added."))


@blueprint.get("/cohorts/<uuid:key>/join-code")
@requires(Permission.COHORTS_LEAD)
def join_code_new(key: object) -> str:
    """The form for a new join code."""
    found = _cohort(reading(), key)
    form = JoinCodeForm(
        formdata=None,
        expires_on=_today() + CODE_LIFETIME,
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
        page = render_template("cohorts/join_code.html", cohort=_cohort(reading(), key), form=form)
        return page, 422
    db = writing()
    services.create_join_code(
        db,
        _cohort(db, key),
        form.expires_on.data or _today(),
        form.capacity.data or 1,
        str(form.event_id.data),
        current_person(),
        now(),
    )
    db.commit()
    return back_to(url_for("cohorts.cohort", key=key), _("The join code is ready."))


@blueprint.post("/cohorts/<uuid:key>/join-code/<code>/withdraw")
@requires(Permission.COHORTS_LEAD)
def withdraw_join_code(key: object, code: str) -> Response:
    """Let nobody join by this code any more."""
    db = writing()
    services.withdraw_join_code(db, _cohort(db, key), code, current_person(), now())
    db.commit()
    return back_to(url_for("cohorts.cohort", key=key), _("The join code is withdrawn."))


@blueprint.get("/cohorts/<uuid:key>/members/<uuid:user>")
@requires(Permission.COHORTS_LEAD)
def member(key: object, user: object) -> str:
    """One trainee of the cohort, and what an instructor can do for her."""
    found, trainee = services.member_of(reading(), current_person(), str(key), str(user))
    return render_template("cohorts/member.html", cohort=found, member=trainee)


@blueprint.post("/cohorts/<uuid:key>/members/<uuid:user>/reset-password")
@requires(Permission.COHORTS_LEAD)
def reset_password(key: object, user: object) -> Response:
    """Make a one-time code and show it once, on this screen."""
    db = writing()
    found, trainee = services.member_of(db, current_person(), str(key), str(user))
    code = accounts.create_reset_code(db, trainee, current_person(), now())
    db.commit()
    page = render_template("cohorts/reset_code.html", cohort=found, member=trainee, code=code)
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/cohorts/<uuid:key>/members/<uuid:user>/unlock-pin")
@requires(Permission.COHORTS_LEAD)
def unlock_pin(key: object, user: object) -> Response:
    """Let the trainee try her PIN again."""
    db = writing()
    _found, trainee = services.member_of(db, current_person(), str(key), str(user))
    accounts.unlock_pin(db, trainee, current_person(), now())
    db.commit()
    return back_to(url_for("cohorts.member", key=key, user=user), _("The PIN can be tried again."))


@blueprint.get("/cohorts/<uuid:key>/members/<uuid:user>/withdraw")
@requires(Permission.COHORTS_LEAD)
def member_withdraw(key: object, user: object) -> str:
    """Ask before a trainee leaves the cohort."""
    found, trainee = services.member_of(reading(), current_person(), str(key), str(user))
    return render_template("cohorts/withdraw.html", cohort=found, member=trainee)


@blueprint.post("/cohorts/<uuid:key>/members/<uuid:user>/withdraw")
@requires(Permission.COHORTS_LEAD)
def withdraw_member(key: object, user: object) -> Response:
    """Take the trainee out of the cohort; her records stay."""
    db = writing()
    found, trainee = services.member_of(db, current_person(), str(key), str(user))
    services.withdraw_member(db, found, trainee, current_person(), now())
    db.commit()
    return back_to(
        url_for("cohorts.cohort", key=key), _("The trainee is no longer in this cohort.")
    )


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
    account = JoinForm(formdata=None, code=code.code, language=current_language())
    return _join_page(account, code)


@blueprint.post("/join/cohort")
@requires(Permission.LEARNING_RECORD)
def join_again() -> Response:
    """Put a trainee who has an account into one more cohort."""
    code = _open_code(request.form.get("code", "")).code
    db = writing()
    services.join_again(db, code, current_person(), _today(), now())
    db.commit()
    return back_to(url_for("overview.start"), _("You are in the cohort now."))


def _open_code(typed: str) -> JoinCode:
    """The code if it is open; wrong ones are counted so that codes cannot be guessed."""
    address = request.remote_addr or ""
    limits.check("join", address, *JOIN_TRIES)
    try:
        return services.open_code(reading(), typed, _today())
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
    trainee = services.join(db, code, profile, secret, form.consents(), _today(), at)
    token = accounts.open_session(db, trainee, device_label(), at)
    db.commit()
    return token, trainee
