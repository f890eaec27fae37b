"""Pages about cohorts: the list, one cohort, its properties and its instructors."""

from __future__ import annotations

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from app.accounts import services as accounts
from app.accounts.forms import refuse
from app.accounts.types import NameForm
from app.cohorts import services
from app.cohorts.forms import NAME_FORMS, InstructorForm, cohort_form, form_of
from app.cohorts.models import Cohort
from app.cohorts.types import CapacityTooSmall
from app.cohorts.views.frame import blueprint, own_cohort, today
from app.core.clock import now
from app.core.db import reading, writing
from app.core.events import new_event_id
from app.core.i18n import _, current_language
from app.core.identity import current_person
from app.core.permissions import Permission, requires
from app.core.web import back_to
from app.courses.library import library

LONGEST_SEARCH = 100


@blueprint.get("/cohorts")
@requires(Permission.COHORTS_LEAD)
def cohorts() -> str:
    """The person's cohorts, or the archived ones, by a part of the name or partner."""
    db, person = reading(), current_person()
    text, archived = request.args.get("q", "").strip()[:LONGEST_SEARCH], "archived" in request.args
    every = (services.archived_cohorts_of if archived else services.cohorts_of)(db, person)
    found = services.matching_cohorts(every, text) if text else every
    return render_template(
        "cohorts/cohorts.html",
        cohorts=found,
        has_any=bool(every),
        text=text,
        archived=archived,
        counts=services.member_counts(db, found),
        waiting=services.waiting_counts(db, found),
    )


@blueprint.get("/cohorts/new")
@requires(Permission.COHORTS_LEAD)
def cohort_new() -> str:
    """The form for a new cohort."""
    form = cohort_form(
        formdata=None, starts_on=today(), language=current_language(), event_id=new_event_id()
    )
    return render_template("cohorts/edit.html", form=form, cohort=None)


@blueprint.post("/cohorts/new")
@requires(Permission.COHORTS_LEAD)
def create_cohort() -> Response | tuple[str, int]:
    """Create the cohort."""
    form = cohort_form()
    if not form.validate():
        return render_template("cohorts/edit.html", form=form, cohort=None), 422
    db = writing()
    cohort = services.create_cohort(
        db, form.draft(), str(form.event_id.data), current_person(), now()
    )
    db.commit()
    return back_to(url_for("cohorts.cohort", key=cohort.key), _("The cohort is created."))


@blueprint.route("/cohorts/<uuid:key>", methods=["GET", "POST"])
@requires(Permission.COHORTS_LEAD)
def cohort(key: object) -> str:
    """One cohort; its trainees in a chosen order, or those with a name.

    A name that is searched for is sent, so that no address holds it.
    """
    db = reading()
    found = own_cohort(db, key)
    text = request.form.get("q", "").strip()[:LONGEST_SEARCH]
    order = next((one for one in NameForm if one == request.values.get("sort")), NameForm.LATIN)
    members = services.members_of(db, found)
    shown = accounts.people_named(members, text) if text else members
    return render_template(
        "cohorts/cohort.html",
        cohort=found,
        members=accounts.sorted_by_name(shown, order),
        member_total=len(members),
        text=text,
        order=order,
        name_forms=NAME_FORMS,
        codes=services.join_codes_of(db, found),
        instructors=services.instructors_of(db, found),
        waiting=services.waiting_counts(db, [found]).get(found.id, 0),
        former=services.former_count(db, found),
        announcements=services.announcement_count(db, found),
        courses=[
            (course, library().course(course.slug).title(current_language()))
            for course in found.courses
            if library().has_course(course.slug)
        ],
        today=today(),
    )


@blueprint.get("/cohorts/<uuid:key>/edit")
@requires(Permission.COHORTS_LEAD)
def cohort_edit(key: object) -> str:
    """The form with the cohort's properties."""
    found = own_cohort(reading(), key)
    form = form_of(found, new_event_id())
    return render_template("cohorts/edit.html", form=form, cohort=found)


@blueprint.post("/cohorts/<uuid:key>/edit")
@requires(Permission.COHORTS_LEAD)
def change_cohort(key: object) -> Response | tuple[str, int]:
    """Write the changes."""
    form, found = cohort_form(), own_cohort(reading(), key)
    if not form.validate():
        return render_template("cohorts/edit.html", form=form, cohort=found), 422
    db = writing()
    try:
        services.change_cohort(db, own_cohort(db, key), form.draft(), current_person(), now())
    except CapacityTooSmall as refusal:
        db.rollback()
        refuse(form, "capacity", refusal)
        page = render_template("cohorts/edit.html", form=form, cohort=own_cohort(db, key))
        return page, refusal.status
    db.commit()
    return back_to(url_for("cohorts.cohort", key=key), _("The changes are saved."))


@blueprint.get("/cohorts/<uuid:key>/archive")
@requires(Permission.COHORTS_LEAD)
def cohort_archive(key: object) -> str:
    """Ask before the cohort leaves the lists."""
    return render_template("cohorts/archive.html", cohort=own_cohort(reading(), key))


@blueprint.post("/cohorts/<uuid:key>/archive")
@requires(Permission.COHORTS_LEAD)
def archive_cohort(key: object) -> Response:
    """Take the cohort out of the lists."""
    db = writing()
    services.archive_cohort(db, own_cohort(db, key), current_person(), now())
    db.commit()
    return back_to(url_for("cohorts.cohorts"), _("The cohort is archived."))


@blueprint.get("/cohorts/<uuid:key>/instructors")
@requires(Permission.ACCOUNTS_MANAGE)
def instructors(key: object) -> str:
    """Who leads the cohort, and the form to add somebody."""
    found = own_cohort(reading(), key)
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
        return _instructors_page(own_cohort(reading(), key), form), 422
    db = writing()
    instructor = accounts.person_by_key(db, form.instructor.data)
    services.add_instructor(db, own_cohort(db, key), instructor, current_person(), now())
    db.commit()
    return back_to(url_for("cohorts.instructors", key=key), _("The instructor is added."))


@blueprint.post("/cohorts/<uuid:key>/instructors/<uuid:user>/remove")
@requires(Permission.ACCOUNTS_MANAGE)
def remove_instructor(key: object, user: object) -> Response:
    """Let this instructor lead the cohort no more."""
    db = writing()
    instructor = accounts.person_by_key(db, str(user))
    services.remove_instructor(db, own_cohort(db, key), instructor, current_person(), now())
    db.commit()
    return back_to(url_for("cohorts.instructors", key=key), _("The instructor is taken away."))
