"""Training days: the list, planning, one day, cancelling, guests."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.accounts import services as accounts
from app.cohorts import services as cohorts
from app.cohorts.models import Cohort
from app.core.clock import now
from app.core.db import reading, writing
from app.core.errors import DomainError
from app.core.events import new_event_id
from app.core.i18n import _, ngettext
from app.core.permissions import Permission, requires
from app.core.web import back_to, settings
from app.practicals.forms.sessions import ReasonForm, SessionForm, fields_of
from app.practicals.models.sessions import TrainingSession
from app.practicals.services import closing, planning, sessions
from app.practicals.types.sessions import SessionDraft
from app.practicals.views.days import leads, led, me, seen
from app.practicals.views.frame import blueprint, today


@blueprint.get("/practicals/sessions")
@requires(Permission.PRACTICALS_EXAMINE)
def sessions_list() -> str:
    """The days to come and those that were; of one cohort with `cohort`."""
    db, key = reading(), request.args.get("cohort")
    cohort = cohorts.cohort_of(db, me(), key) if key else None
    coming, gone = sessions.sessions_of(db, me(), today(), cohort)
    return render_template(
        "practicals/sessions.html",
        coming=coming,
        gone=gone,
        cohort=cohort,
        most=sessions.PAST_SHOWN,
    )


@blueprint.get("/practicals/sessions/new")
@requires(Permission.COHORTS_LEAD)
def session_new() -> str:
    """The form for a new day of a cohort, filled in like the last one; first: which cohort."""
    db, key = reading(), request.args.get("cohort")
    if not key:
        return render_template(
            "practicals/session_cohort.html", cohorts=cohorts.cohorts_of(db, me())
        )
    cohort = cohorts.cohort_of(db, me(), key)
    proposed = planning.proposal(db, cohort, me(), today(), settings().timezone)
    return _edit_page(_form(cohort, proposed), cohort, None)


def _form(cohort: Cohort, plan: SessionDraft | None = None) -> SessionForm:
    if plan is None:
        form = SessionForm()
    else:
        form = SessionForm(formdata=None, event_id=new_event_id(), **fields_of(plan))
    return form.for_cohort(cohort, planning.staff_choices(reading()))


def _edit_page(form: SessionForm, cohort: Cohort, session: TrainingSession | None) -> str:
    return render_template(
        "practicals/session_edit.html", form=form, cohort=cohort, session=session
    )


@blueprint.post("/practicals/sessions/new")
@requires(Permission.COHORTS_LEAD)
def plan_session() -> Response | tuple[str, int]:
    """Add the day."""
    key = request.args.get("cohort", "")
    cohort = cohorts.cohort_of(reading(), me(), key)
    form = _form(cohort)
    if not form.validate():
        return _edit_page(form, cohort, None), 422
    db = writing()
    cohort = cohorts.cohort_of(db, me(), key)
    session = planning.plan_session(db, cohort, form.draft(), str(form.event_id.data), me(), now())
    db.commit()
    return back_to(
        url_for("practicals.session", key=session.key), _("The training day is planned.")
    )


@blueprint.get("/practicals/sessions/<uuid:key>")
@requires(Permission.PRACTICALS_EXAMINE)
def session(key: object) -> str:
    """One day: who is there, how far each station is, what is left."""
    db = reading()
    found = seen(db, key)
    board = closing.board_of(db, found)
    is_led = leads(found)
    return render_template(
        "practicals/session.html",
        session=found,
        board=board,
        is_led=is_led,
        warnings=planning.warnings_of(db, found) if is_led and found.is_open else None,
        turns=sessions.turns_of(db, found),
        examinable=accounts.examinable_sheets(db, me(), found.held_on),
        is_future=sessions.today_at(found, now()) < found.held_on,
        has_started=planning.has_started(db, found),
    )


@blueprint.get("/practicals/sessions/<uuid:key>/edit")
@requires(Permission.COHORTS_LEAD)
def session_edit(key: object) -> str:
    """The plan, to be changed."""
    found = led(reading(), key)
    return _edit_page(_form(found.cohort, planning.draft_of(found)), found.cohort, found)


@blueprint.post("/practicals/sessions/<uuid:key>/edit")
@requires(Permission.COHORTS_LEAD)
def change_session(key: object) -> Response | tuple[str, int]:
    """Change the plan."""
    found = led(reading(), key)
    form = _form(found.cohort)
    if not form.validate():
        return _edit_page(form, found.cohort, found), 422
    db = writing()
    try:
        planning.change_session(db, led(db, key), form.draft(), me(), now())
    except DomainError as refusal:
        db.rollback()
        form.form_errors = [_(refusal.message) % refusal.values]
        found = led(db, key)
        return _edit_page(form, found.cohort, found), refusal.status
    db.commit()
    return back_to(url_for("practicals.session", key=key), _("The changes are saved."))


@blueprint.get("/practicals/sessions/<uuid:key>/cancel")
@requires(Permission.COHORTS_LEAD)
def session_cancel(key: object) -> str:
    """Ask why the day does not take place."""
    return _cancel_page(key, ReasonForm(formdata=None))


def _cancel_page(key: object, form: ReasonForm) -> str:
    return render_template("practicals/session_cancel.html", session=led(reading(), key), form=form)


@blueprint.post("/practicals/sessions/<uuid:key>/cancel")
@requires(Permission.COHORTS_LEAD)
def cancel_session(key: object) -> Response | tuple[str, int]:
    """Cancel the day."""
    form = ReasonForm()
    if not form.validate():
        return _cancel_page(key, form), 422
    db = writing()
    planning.cancel_session(db, led(db, key), form.reason.data or "", me(), now())
    db.commit()
    return back_to(url_for("practicals.session", key=key), _("The training day is cancelled."))


@blueprint.get("/practicals/sessions/<uuid:key>/guests")
@requires(Permission.COHORTS_LEAD)
def session_guests(key: object) -> str:
    """Guests, and trainees of other cohorts who may become one."""
    db = reading()
    found = led(db, key)
    return render_template(
        "practicals/session_guests.html",
        session=found,
        guests=planning.guests_of(db, found),
        possible=planning.possible_guests(db, found, me()),
    )


@blueprint.post("/practicals/sessions/<uuid:key>/guests")
@requires(Permission.COHORTS_LEAD)
def add_guests(key: object) -> Response:
    """Let the chosen trainees take part."""
    db = writing()
    added = planning.add_guests(db, led(db, key), _people(request.form), me(), now())
    db.commit()
    message = ngettext("%(num)s guest added.", "%(num)s guests added.", added)
    return back_to(url_for("practicals.session_guests", key=key), message)


def _people(given: MultiDict[str, Any]) -> list[str]:
    return given.getlist("person")


@blueprint.post("/practicals/sessions/<uuid:key>/guests/remove")
@requires(Permission.COHORTS_LEAD)
def remove_guest(key: object) -> Response:
    """Take a guest from the list."""
    db = writing()
    person = request.form.get("person", "")
    planning.remove_guest(db, led(db, key), person, me(), now())
    db.commit()
    return back_to(url_for("practicals.session_guests", key=key), _("The guest is removed."))
