"""The end of a day: who is not accounted for, deferrals, closing, reopening."""

from __future__ import annotations

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from app.core.clock import now
from app.core.db import reading, writing
from app.core.events import new_event_id, valid_event_id
from app.core.i18n import _, ngettext
from app.core.permissions import Permission, requires
from app.core.web import back_to
from app.practicals.forms.sessions import DeferForm, ReasonForm, places_of
from app.practicals.services import closing, deferring, sessions
from app.practicals.types.sessions import GapsLeft
from app.practicals.views.days import led, me
from app.practicals.views.frame import blueprint


@blueprint.get("/practicals/sessions/<uuid:key>/books")
@requires(Permission.COHORTS_LEAD)
def books(key: object) -> str:
    """Every trainee at every station; what is missing stands on top."""
    return _books_page(key, DeferForm(formdata=None))


def _books_page(key: object, form: DeferForm) -> str:
    db = reading()
    found = led(db, key)
    return render_template(
        "practicals/session_books.html",
        session=found,
        board=closing.board_of(db, found),
        turns=sessions.turns_of(db, found),
        form=form,
        is_future=sessions.today_at(found, now()) < found.held_on,
    )


@blueprint.post("/practicals/sessions/<uuid:key>/defer")
@requires(Permission.COHORTS_LEAD)
def defer(key: object) -> Response | tuple[str, int]:
    """Put stations off for trainees."""
    form = DeferForm()
    if not form.validate():
        return _books_page(key, form), 422
    db = writing()
    added = deferring.defer(
        db,
        led(db, key),
        places_of(request.form.getlist("place")),
        form.reason.data or "",
        str(form.event_id.data),
        me(),
        now(),
    )
    db.commit()
    message = ngettext("%(num)s station deferred.", "%(num)s stations deferred.", added)
    return back_to(url_for("practicals.books", key=key), message)


@blueprint.post("/practicals/sessions/<uuid:key>/undo-deferral")
@requires(Permission.COHORTS_LEAD)
def undo_deferral(key: object) -> Response:
    """Take a deferral back."""
    db = writing()
    found = led(db, key)
    event_id = valid_event_id(request.form.get("event_id"))
    places = places_of(request.form.getlist("place"))
    deferring.defer(db, found, places, "", event_id, me(), now(), is_deferred=False)
    db.commit()
    return back_to(url_for("practicals.books", key=key), _("The deferral is taken back."))


@blueprint.post("/practicals/sessions/<uuid:key>/link")
@requires(Permission.COHORTS_LEAD)
def link_checks(key: object) -> Response:
    """Let the checks of the cohort and the date belong to the day."""
    db = writing()
    linked = closing.link_checks(db, led(db, key), me(), now())
    db.commit()
    message = ngettext("%(num)s skill check linked.", "%(num)s skill checks linked.", linked)
    return back_to(url_for("practicals.books", key=key), message)


@blueprint.get("/practicals/sessions/<uuid:key>/close")
@requires(Permission.COHORTS_LEAD)
def session_close(key: object) -> str:
    """Ask before the books close."""
    db = reading()
    found = led(db, key)
    board = closing.board_of(db, found)
    return render_template(
        "practicals/session_close.html", session=found, board=board, event_id=new_event_id()
    )


@blueprint.post("/practicals/sessions/<uuid:key>/close")
@requires(Permission.COHORTS_LEAD)
def close_session(key: object) -> Response | tuple[str, int]:
    """Close the books, or show what is missing."""
    db = writing()
    found = led(db, key)
    event_id = valid_event_id(request.form.get("event_id"))
    try:
        closing.close_session(db, found, event_id, me(), now())
    except GapsLeft as refusal:
        db.rollback()
        form = DeferForm(formdata=None)
        form.form_errors = [_(refusal.message) % refusal.values]
        return _books_page(key, form), refusal.status
    db.commit()
    return back_to(url_for("practicals.session", key=key), _("The training day is closed."))


@blueprint.get("/practicals/sessions/<uuid:key>/reopen")
@requires(Permission.PRACTICALS_REOPEN)
def session_reopen(key: object) -> str:
    """Ask why closed books are opened again."""
    return _reopen_page(key, ReasonForm(formdata=None))


def _reopen_page(key: object, form: ReasonForm) -> str:
    found = led(reading(), key)
    return render_template("practicals/session_reopen.html", session=found, form=form)


@blueprint.post("/practicals/sessions/<uuid:key>/reopen")
@requires(Permission.PRACTICALS_REOPEN)
def reopen_session(key: object) -> Response | tuple[str, int]:
    """Open closed books again."""
    form = ReasonForm()
    if not form.validate():
        return _reopen_page(key, form), 422
    db = writing()
    reason, event_id = form.reason.data or "", str(form.event_id.data)
    closing.reopen_session(db, led(db, key), reason, event_id, me(), now())
    db.commit()
    return back_to(url_for("practicals.books", key=key), _("The training day is open again."))
