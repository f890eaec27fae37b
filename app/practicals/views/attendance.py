"""Taking attendance: scanning cards with the camera, typing a card's code, ticking names."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

from flask import jsonify, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from app.core.camera import allow_camera
from app.core.clock import now
from app.core.db import reading, writing
from app.core.errors import DomainError
from app.core.events import valid_event_id
from app.core.i18n import _, ngettext
from app.core.permissions import Permission, requires
from app.core.web import back_to
from app.practicals.forms.sessions import ScanForm, entries_of
from app.practicals.models.sessions import TrainingSession
from app.practicals.services import attendance, sessions
from app.practicals.types.sessions import Presence
from app.practicals.views.days import led, me
from app.practicals.views.frame import blueprint


@blueprint.get("/practicals/sessions/<uuid:key>/attendance")
@requires(Permission.COHORTS_LEAD)
def attendance_list(key: object) -> str:
    """Everybody's name with the state and its entries."""
    db = reading()
    found = led(db, key)
    people = sessions.people_of(db, found)
    return render_template(
        "practicals/session_attendance.html",
        session=found,
        people=people,
        stays=attendance.stays_of(db, found, people),
        log=attendance.log_of(db, found),
        is_future=sessions.today_at(found, now()) < found.held_on,
    )


@blueprint.post("/practicals/sessions/<uuid:key>/attendance")
@requires(Permission.COHORTS_LEAD)
def record_attendance(key: object) -> Response:
    """Enter what was ticked."""
    db = writing()
    found = led(db, key)
    event_id = valid_event_id(request.form.get("event_id"))
    keys = request.form.getlist("person")
    entries = entries_of(request.form, event_id, keys)
    added = attendance.record_entries(db, found, entries, me(), now())
    db.commit()
    message = ngettext("%(num)s entry saved.", "%(num)s entries saved.", added)
    where = "books" if request.form.get("back") == "books" else "attendance_list"
    return back_to(url_for(f"practicals.{where}", key=key), message)


@blueprint.get("/practicals/sessions/<uuid:key>/scan")
@requires(Permission.COHORTS_LEAD)
def scan(key: object) -> Response:
    """The camera, and a field for a card's code."""
    return _scan_page(led(reading(), key), ScanForm(formdata=None))


def _scan_page(found: TrainingSession, form: ScanForm, status: int = 200) -> Response:
    db = reading()
    people = sessions.people_of(db, found)
    page = render_template(
        "practicals/session_scan.html",
        session=found,
        form=form,
        total=len(people),
        here=sum(stay.is_here for stay in attendance.stays_of(db, found, people).values()),
        is_today=sessions.today_at(found, now()) == found.held_on,
    )
    return allow_camera(make_response(page, status))


@blueprint.post("/practicals/sessions/<uuid:key>/scan")
@requires(Permission.COHORTS_LEAD)
def record_scan(key: object) -> Response:
    """Enter the holder of a card; the page's script asks for JSON."""
    form = ScanForm()
    wants_json = request.accept_mimetypes.best == "application/json"
    if not form.validate():
        if wants_json:
            return _json("refused", _("Fill in this field."), 422)
        return _scan_page(led(reading(), key), form, 422)
    db = writing()
    try:
        recorded = attendance.scan_card(
            db,
            led(db, key),
            form.scanned.data or "",
            str(form.event_id.data),
            me(),
            now(),
            delay=_delay(request.form.get("delay_ms", "")),
            device_at=_time(request.form.get("device_at", "")),
        )
    except DomainError as refusal:
        db.rollback()
        message = _(refusal.message) % refusal.values
        if wants_json:
            return _json("refused", message, refusal.status)
        form.scanned.errors = [message]
        return _scan_page(led(db, key), form, refusal.status)
    db.commit()
    message = _told(recorded)
    if wants_json:
        user = recorded.event.user
        state = "new" if recorded.is_new else "again"
        return _json(state, message, 200, user.display_name, user.key)
    return back_to(url_for("practicals.scan", key=key), message)


def _told(recorded: attendance.Recorded) -> str:
    name = recorded.event.user.display_name
    if not recorded.is_new:
        return _("%(name)s is on the list already.", name=name)
    if recorded.event.what is Presence.LATE:
        return _("%(name)s: late", name=name)
    return _("%(name)s: present", name=name)


def _json(state: str, message: str, status: int, name: str = "", person: str = "") -> Response:
    answer = jsonify(state=state, message=message, name=name, person=person)
    answer.status_code = status
    return answer


def _delay(text: str) -> timedelta:
    return (
        timedelta(milliseconds=int(text))
        if text.isascii() and text.isdigit() and len(text) < 10
        else timedelta(0)
    )


def _time(text: str) -> datetime | None:
    with suppress(ValueError, OverflowError):
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo is not None else None
    return None
