"""Announcements: written by instructors, read by the members of the cohort."""

from __future__ import annotations

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from app.cohorts import services
from app.cohorts.forms import announcement_form, form_of_announcement
from app.cohorts.views.frame import blueprint, own_cohort
from app.core.clock import now
from app.core.db import reading, writing
from app.core.errors import NotFound
from app.core.events import new_event_id
from app.core.i18n import _, current_language
from app.core.identity import current_person
from app.core.permissions import Permission, requires
from app.core.web import back_to


@blueprint.get("/announcements")
@requires(Permission.LEARNING_RECORD)
def announcements() -> str:
    """What the trainee's cohorts are told."""
    notices = services.notices_for(reading(), current_person(), current_language())
    return render_template("cohorts/announcements.html", notices=notices)


@blueprint.post("/announcements/read")
@requires(Permission.LEARNING_RECORD)
def mark_read() -> Response:
    """The trainee has read these."""
    db = writing()
    services.mark_read(db, current_person(), request.form.getlist("key"), now())
    db.commit()
    at_start = request.form.get("back") == "start"
    return back_to(url_for("overview.start" if at_start else "cohorts.announcements"))


@blueprint.get("/cohorts/<uuid:key>/announcements")
@requires(Permission.COHORTS_LEAD)
def cohort_announcements(key: object) -> str:
    """What the cohort was told, and by how many it was read."""
    db = reading()
    found = own_cohort(db, key)
    return render_template(
        "cohorts/cohort_announcements.html",
        cohort=found,
        announcements=services.announcements_of(db, found),
        readers=services.readers_of(db, found),
        members=services.member_counts(db, [found]).get(found.id, 0),
        paragraphs_of=services.paragraphs_of,
    )


@blueprint.get("/cohorts/<uuid:key>/announcements/new")
@requires(Permission.COHORTS_LEAD)
def announcement_new(key: object) -> str:
    """The form for a new announcement."""
    found = own_cohort(reading(), key)
    form = announcement_form(formdata=None, language=current_language(), event_id=new_event_id())
    return render_template("cohorts/announce.html", cohort=found, form=form, announcement=None)


@blueprint.post("/cohorts/<uuid:key>/announcements/new")
@requires(Permission.COHORTS_LEAD)
def announce(key: object) -> Response | tuple[str, int]:
    """Tell the cohort."""
    form, found = announcement_form(), own_cohort(reading(), key)
    if not form.validate():
        page = render_template("cohorts/announce.html", cohort=found, form=form, announcement=None)
        return page, 422
    db, by = writing(), current_person()
    event_id = str(form.event_id.data)
    services.announce(db, own_cohort(db, key), form.draft(), event_id, by, now())
    db.commit()
    address = url_for("cohorts.cohort_announcements", key=key)
    return back_to(address, _("The announcement is on the start page of the cohort."))


@blueprint.get("/cohorts/<uuid:key>/announcements/<uuid:announcement>/edit")
@requires(Permission.COHORTS_LEAD)
def announcement_edit(key: object, announcement: object) -> str:
    """The form with the announcement's words."""
    db = reading()
    found = own_cohort(db, key)
    one = services.announcement_of(db, found, str(announcement))
    if one.withdrawn_at is not None:
        raise NotFound
    form = form_of_announcement(one, new_event_id())
    return render_template("cohorts/announce.html", cohort=found, form=form, announcement=one)


@blueprint.post("/cohorts/<uuid:key>/announcements/<uuid:announcement>/edit")
@requires(Permission.COHORTS_LEAD)
def change_announcement(key: object, announcement: object) -> Response | tuple[str, int]:
    """Write the other words."""
    db = reading()
    found, form = own_cohort(db, key), announcement_form()
    one = services.announcement_of(db, found, str(announcement))
    if one.withdrawn_at is not None:
        raise NotFound
    if not form.validate():
        page = render_template("cohorts/announce.html", cohort=found, form=form, announcement=one)
        return page, 422
    db = writing()
    one = services.announcement_of(db, own_cohort(db, key), str(announcement))
    services.change_announcement(db, one, form.draft(), current_person(), now())
    db.commit()
    address = url_for("cohorts.cohort_announcements", key=key)
    return back_to(address, _("The changes are saved. The announcement is marked as edited."))


@blueprint.get("/cohorts/<uuid:key>/announcements/<uuid:announcement>/withdraw")
@requires(Permission.COHORTS_LEAD)
def announcement_withdraw(key: object, announcement: object) -> str:
    """Ask before nobody sees the announcement any more."""
    db = reading()
    found = own_cohort(db, key)
    one = services.announcement_of(db, found, str(announcement))
    return render_template("cohorts/withdraw_announcement.html", cohort=found, announcement=one)


@blueprint.post("/cohorts/<uuid:key>/announcements/<uuid:announcement>/withdraw")
@requires(Permission.COHORTS_LEAD)
def withdraw_announcement(key: object, announcement: object) -> Response:
    """Show it to nobody any more."""
    db = writing()
    one = services.announcement_of(db, own_cohort(db, key), str(announcement))
    services.withdraw_announcement(db, one, current_person(), now())
    db.commit()
    address = url_for("cohorts.cohort_announcements", key=key)
    return back_to(address, _("The announcement is withdrawn."))
