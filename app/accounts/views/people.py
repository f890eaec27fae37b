"""People for administrators: staff, roles, access, one-time codes, grants, erasure, the trail."""

from __future__ import annotations

from uuid import UUID

from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from app.accounts import services
from app.accounts.forms import (
    EraseForm,
    GrantForm,
    NamesForm,
    RoleForm,
    StaffForm,
    password_is_right,
    refuse,
    refuse_person,
)
from app.accounts.models import User
from app.accounts.types import (
    GrantNeedsEnd,
    ImproperGrant,
    LastAdministrator,
    OwnAccount,
    Role,
    UsernameTaken,
)
from app.accounts.views.frame import blueprint, me, status_of
from app.core import audit
from app.core.clock import now
from app.core.db import reading, writing
from app.core.i18n import _
from app.core.permissions import Permission, requires
from app.core.web import back_to, row_number

AUDIT_PAGE = 50
manages = requires(Permission.ACCOUNTS_MANAGE)


def _person(key: UUID) -> User:
    return services.person_by_key(reading(), str(key))


def _page_of(user: User) -> str:
    return url_for("accounts.person", key=user.key)


@blueprint.route("/people/staff", methods=["GET", "POST"])
@manages
def staff() -> str:
    """Staff, or trainees, by a part of a name; a search is sent so that no address holds a name."""
    text = request.form.get("q", "").strip()[:100]
    role = next((role for role in Role if role.value == request.form.get("role")), None)
    page = services.find_users(reading(), text, role, request.form.get("page", 1, type=row_number))
    return render_template("accounts/staff.html", page=page, text=text, role=role, roles=list(Role))


@blueprint.route("/people/staff/new", methods=["GET", "POST"])
@manages
def staff_new() -> Response:
    """A new instructor or administrator, with a one-time code to hand over."""
    form = StaffForm()
    by = me()
    if form.validate_on_submit():
        db, at = writing(), now()
        try:
            user = services.create_staff(db, form.profile(), by, at)
            code = services.create_reset_code(db, user, by, at)
            db.commit()
            return _show_code(user, code)
        except UsernameTaken as error:
            db.rollback()
            refuse_person(form, error)
    return make_response(render_template("accounts/staff_new.html", form=form), status_of(form))


def _show_code(user: User, code: str) -> Response:
    return make_response(render_template("accounts/code.html", user=user, code=code))


@blueprint.get("/people/staff/<uuid:key>")
@manages
def person(key: UUID) -> str:
    """One person: what she is, may do, and what can be changed."""
    user = _person(key)
    return render_template(
        "accounts/person.html",
        user=user,
        grants=services.grants_of(reading(), user),
        kept=services.kept_of(reading(), user),
    )


@blueprint.route("/people/staff/<uuid:key>/names", methods=["GET", "POST"])
@manages
def person_names(key: UUID) -> Response:
    """Correct somebody's names; a trainee has to confirm them again."""
    user, by = _person(key), me()
    form = NamesForm(
        native_name=user.native_name,
        latin_name=user.names.known_latin,
        chinese_name=user.chinese_name,
    )
    if not form.validate_on_submit():
        page = render_template("accounts/person_names.html", form=form, user=user)
        return make_response(page, status_of(form))
    db = writing()
    services.change_names(db, user, form.names(), confirmed=False, by=by, at=now())
    db.commit()
    return back_to(_page_of(user), _("The names are saved."))


@blueprint.post("/people/staff/<uuid:key>/code")
@manages
def person_code(key: UUID) -> Response:
    """A one-time code, shown once, with which the person sets a password."""
    user, by = _person(key), me()
    db = writing()
    code = services.create_reset_code(db, user, by, now())
    db.commit()
    return _show_code(user, code)


@blueprint.post("/people/staff/<uuid:key>/disable")
@manages
def person_disable(key: UUID) -> Response:
    """Close the account."""
    user, by = _person(key), me()
    db = writing()
    services.disable(db, user, by, now())
    db.commit()
    return back_to(_page_of(user), _("The account is closed and signed out everywhere."))


@blueprint.post("/people/staff/<uuid:key>/enable")
@manages
def person_enable(key: UUID) -> Response:
    """Open the account again."""
    user, by = _person(key), me()
    db = writing()
    services.enable(db, user, by, now())
    db.commit()
    return back_to(_page_of(user), _("The account is open again."))


@blueprint.post("/people/staff/<uuid:key>/unlock-pin")
@manages
def person_unlock_pin(key: UUID) -> Response:
    """Let the person try her PIN again."""
    user, by = _person(key), me()
    db = writing()
    services.unlock_pin(db, user, by, now())
    db.commit()
    return back_to(_page_of(user), _("The PIN is unlocked."))


@blueprint.route("/people/staff/<uuid:key>/role", methods=["GET", "POST"])
@manages
def person_role(key: UUID) -> Response:
    """Another role, after the administrator's own password."""
    user = _person(key)
    form = RoleForm(role=user.role.value)
    if form.validate_on_submit() and password_is_right(form) and _role_changed(form, user):
        return back_to(_page_of(user), _("The role is changed. The person has to sign in again."))
    page = render_template("accounts/role.html", form=form, user=user)
    return make_response(page, status_of(form))


def _role_changed(form: RoleForm, user: User) -> bool:
    by = me()
    db = writing()
    try:
        services.change_role(db, user, Role(form.role.data), by, now())
    except (OwnAccount, LastAdministrator) as error:
        db.rollback()
        refuse(form, "role", error)
        return False
    db.commit()
    return True


@blueprint.route("/people/staff/<uuid:key>/grants/new", methods=["GET", "POST"])
@manages
def grant_new(key: UUID) -> Response:
    """Give rights beyond the role, after the administrator's own password."""
    user = _person(key)
    form = GrantForm()
    if form.validate_on_submit() and password_is_right(form) and _granted(form, user):
        return back_to(_page_of(user), _("The grant is given."))
    page = render_template("accounts/grant.html", form=form, user=user)
    return make_response(page, status_of(form))


def _granted(form: GrantForm, user: User) -> bool:
    by, at = me(), now()
    db = writing()
    try:
        for wish in form.wishes():
            services.give_grant(db, user, wish.kind, wish.scope, wish.ends_on, by, at)
    except (ImproperGrant, GrantNeedsEnd) as error:
        db.rollback()
        refuse(form, "ends_on" if isinstance(error, GrantNeedsEnd) else "kind", error)
        return False
    db.commit()
    return True


@blueprint.post("/people/staff/<uuid:key>/grants/<uuid:grant>/end")
@manages
def grant_end(key: UUID, grant: UUID) -> Response:
    """End a right now."""
    user, by = _person(key), me()
    db = writing()
    services.end_grant(db, user, str(grant), by, now())
    db.commit()
    return back_to(_page_of(user), _("The grant has ended."))


@blueprint.route("/people/staff/<uuid:key>/erase", methods=["GET", "POST"])
@manages
def person_erase(key: UUID) -> Response:
    """Erase a person, after an explanation, a tick and the administrator's own password."""
    user = _person(key)
    form = EraseForm()
    if form.validate_on_submit() and password_is_right(form) and _erased(form, user):
        return back_to(url_for("accounts.staff"), _("The person is erased."))
    page = render_template("accounts/erase.html", form=form, user=user)
    return make_response(page, status_of(form))


def _erased(form: EraseForm, user: User) -> bool:
    by = me()
    db = writing()
    try:
        services.erase_person(db, user, by, now())
    except (OwnAccount, LastAdministrator) as error:
        db.rollback()
        refuse(form, None, error)
        return False
    db.commit()
    return True


@blueprint.get("/people/audit")
@manages
def audit_trail() -> str:
    """Who did what, newest first."""
    before = request.args.get("before", type=row_number)
    rows = list(audit.events(reading(), AUDIT_PAGE + 1, before))
    keys = {key for row in rows for key in (row.by_key, row.object_key)}
    return render_template(
        "accounts/audit.html",
        events=rows[:AUDIT_PAGE],
        older=rows[AUDIT_PAGE - 1].id if len(rows) > AUDIT_PAGE else None,
        people=services.people_by_key(reading(), keys),
    )
