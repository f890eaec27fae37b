"""Making a trainee's way easier: a later due date, lessons waived, and the taking back of both."""

from __future__ import annotations

from datetime import date

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from app.accounts.models import User
from app.cohorts import services as cohorts
from app.cohorts.models import Cohort
from app.core.clock import now
from app.core.db import reading, writing
from app.core.i18n import _, current_language, ngettext
from app.core.identity import current_person
from app.core.permissions import Permission, requires
from app.core.web import back_to
from app.courses.library import library
from app.courses.types import Course
from app.learning import services as learning
from app.learning.types import NoDueDate, NotLater
from app.overview.forms import ExtendForm, ReasonForm, WaiveForm
from app.overview.views.frame import blueprint, today

Answer = Response | tuple[str, int]


def _progress_of(key: object, user: object) -> str:
    return url_for("overview.member_progress", key=key, user=user)


# a later due date


@blueprint.get("/cohorts/<uuid:key>/extend/<slug>")
@requires(Permission.COHORTS_LEAD)
def extend(key: object, slug: str) -> str:
    """Ask until when, for whom and why."""
    cohort, people = _followers(str(key), slug)
    form = ExtendForm(formdata=None, people=request.args.getlist("person"))
    form.offer(people)
    return _extend_page(cohort, library().course(slug), form)


def _followers(key: str, slug: str) -> tuple[Cohort, list[tuple[str, str]]]:
    """The cohort, and its trainees who follow the course and have not learnt all of it."""
    db = reading()
    cohort, course = cohorts.cohort_of(db, current_person(), key), library().course(slug)
    members = cohorts.members_of(db, cohort)
    progress = learning.progress_of(db, [member.id for member in members], course.slug, today())
    return cohort, [
        (member.key, f"{member.display_name} · {member.latin_name}")
        for member in members
        if progress[member.id].enrolled and not progress[member.id].is_learnt
    ]


def _extend_page(cohort: Cohort, course: Course, form: ExtendForm) -> str:
    due = {one.slug: one.due_on for one in cohort.courses}.get(course.slug)
    return render_template(
        "overview/extend.html", cohort=cohort, course=course, form=form, due_on=due
    )


@blueprint.post("/cohorts/<uuid:key>/extend/<slug>")
@requires(Permission.COHORTS_LEAD)
def extend_due(key: object, slug: str) -> Answer:
    """Give the chosen trainees more time."""
    form = ExtendForm()
    cohort, people = _followers(str(key), slug)
    form.offer(people)
    course = library().course(slug)
    if not form.validate():
        return _extend_page(cohort, course, form), 422
    db, person = writing(), current_person()
    cohort = cohorts.cohort_of(db, person, str(key))
    chosen = [
        one for one in cohorts.members_of(db, cohort) if one.key in set(form.people.data or ())
    ]
    due = cohorts.due_dates(db, [one.id for one in chosen])
    present = {user_id: day for (of, user_id), day in due.items() if of == slug}
    wish = learning.Wish(form.due_on.data or date.min, form.reason.data or "", today())
    try:
        learning.extend_due(
            db, chosen, course, wish, present, str(form.event_id.data), person, now()
        )
    except (NotLater, NoDueDate) as error:
        db.rollback()
        form.due_on.errors = [_(error.message) % error.values]
        return _extend_page(cohorts.cohort_of(db, person, str(key)), course, form), 422
    db.commit()
    number = len(chosen)
    message = ngettext(
        "%(num)s trainee has more time now.", "%(num)s trainees have more time now.", number
    )
    if number == 1:
        return back_to(_progress_of(key, chosen[0].key), message)
    return back_to(url_for("overview.cohort_progress", key=key), message)


@blueprint.get("/cohorts/<uuid:key>/members/<uuid:user>/extension/<slug>")
@requires(Permission.COHORTS_LEAD)
def extension_end(key: object, user: object, slug: str) -> str:
    """Ask why the cohort's due date holds again."""
    return _end_page("extension", str(key), str(user), slug, ReasonForm(formdata=None))


@blueprint.post("/cohorts/<uuid:key>/members/<uuid:user>/extension/<slug>")
@requires(Permission.COHORTS_LEAD)
def end_extension(key: object, user: object, slug: str) -> Answer:
    """Take an extension back."""
    form = ReasonForm()
    if not form.validate():
        return _end_page("extension", str(key), str(user), slug, form), 422
    db, person = writing(), current_person()
    _cohort, trainee = cohorts.member_of(db, person, str(key), str(user))
    course, event_id = library().course(slug), str(form.event_id.data)
    learning.take_back_extension(
        db, trainee, course, form.reason.data or "", event_id, person, now()
    )
    db.commit()
    return back_to(_progress_of(key, user), _("The cohort's due date holds again."))


def _end_page(what: str, key: str, user: str, slug: str, form: ReasonForm) -> str:
    cohort, trainee = cohorts.member_of(reading(), current_person(), key, user)
    course = library().course(slug)
    return render_template(
        "overview/take_back.html",
        what=what,
        cohort=cohort,
        member=trainee,
        course=course,
        form=form,
    )


# waived lessons


@blueprint.get("/cohorts/<uuid:key>/members/<uuid:user>/waive/<slug>")
@requires(Permission.COHORTS_LEAD)
def waive(key: object, user: object, slug: str) -> str:
    """Ask which lessons need not be done, and why."""
    cohort, trainee = cohorts.member_of(reading(), current_person(), str(key), str(user))
    course, form = library().course(slug), WaiveForm(formdata=None)
    form.offer(_open_lessons(trainee, course))
    return _waive_page(cohort, trainee, course, form)


def _open_lessons(trainee: User, course: Course) -> list[tuple[str, str]]:
    """The lessons that are neither done nor waived."""
    titles = course.titles(current_language()).lessons
    met = learning.lessons_met(reading(), trainee, course)
    return [
        (lesson.key, titles[lesson.key].title) for lesson in course.lessons if lesson.key not in met
    ]


def _waive_page(cohort: Cohort, trainee: User, course: Course, form: WaiveForm) -> str:
    return render_template(
        "overview/waive.html", cohort=cohort, member=trainee, course=course, form=form
    )


@blueprint.post("/cohorts/<uuid:key>/members/<uuid:user>/waive/<slug>")
@requires(Permission.COHORTS_LEAD)
def waive_lessons(key: object, user: object, slug: str) -> Answer:
    """Waive the chosen lessons."""
    form, course = WaiveForm(), library().course(slug)
    titles = course.titles(current_language()).lessons
    form.offer([(lesson.key, titles[lesson.key].title) for lesson in course.lessons])
    if not form.validate():
        cohort, trainee = cohorts.member_of(reading(), current_person(), str(key), str(user))
        form.offer(_open_lessons(trainee, course))
        return _waive_page(cohort, trainee, course, form), 422
    db, person = writing(), current_person()
    _cohort, trainee = cohorts.member_of(db, person, str(key), str(user))
    event_id, reason = str(form.event_id.data), form.reason.data or ""
    rows = learning.waive_lessons(
        db, trainee, course, form.lessons.data or (), reason, event_id, person, now()
    )
    db.commit()
    message = ngettext("%(num)s lesson is waived.", "%(num)s lessons are waived.", len(rows))
    return back_to(_progress_of(key, user), message)


@blueprint.get("/cohorts/<uuid:key>/members/<uuid:user>/waiver/<slug>")
@requires(Permission.COHORTS_LEAD)
def waiver_end(key: object, user: object, slug: str) -> str:
    """Ask why the waived lessons must be done after all."""
    return _end_page("waiver", str(key), str(user), slug, ReasonForm(formdata=None))


@blueprint.post("/cohorts/<uuid:key>/members/<uuid:user>/waiver/<slug>")
@requires(Permission.COHORTS_LEAD)
def end_waiver(key: object, user: object, slug: str) -> Answer:
    """Take the waivers of a course back."""
    form = ReasonForm()
    if not form.validate():
        return _end_page("waiver", str(key), str(user), slug, form), 422
    db, person = writing(), current_person()
    _cohort, trainee = cohorts.member_of(db, person, str(key), str(user))
    course, event_id = library().course(slug), str(form.event_id.data)
    learning.take_back_waivers(db, trainee, course, form.reason.data or "", event_id, person, now())
    db.commit()
    return back_to(_progress_of(key, user), _("The lessons must be done again."))
