"""An administrator's way to certificates: who is ready, how it will look, the one act."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.forms import password_is_right
from app.certificates import services
from app.certificates.forms import IssueForm, PreviewForm, TraineesForm
from app.certificates.types import NobodyChosen, NotEligible, NotRendered, Readiness
from app.certificates.views.frame import (
    base_url,
    blueprint,
    me,
    today,
)
from app.cohorts import services as cohorts
from app.cohorts.models import Cohort
from app.core.clock import now
from app.core.db import reading, writing
from app.core.downloads import pdf_response
from app.core.errors import NotFound
from app.core.events import new_event_id
from app.core.i18n import current_language, ngettext
from app.core.permissions import Permission, requires
from app.core.web import back_to, settings
from app.courses.library import library
from app.courses.types import Course


@blueprint.get("/certificates/cohorts")
@requires(Permission.CERTIFICATES_ISSUE)
def cohorts_to_certify() -> str:
    """Cohorts and their courses."""
    found = cohorts.cohorts_of(reading(), me())
    courses = {course.slug: title(course) for course in library().courses}
    return render_template("certificates/cohorts.html", cohorts=found, courses=courses)


def title(course: Course) -> str:
    """The course's title in the reader's language."""
    return services.course_title(course, current_language())


def ready_in(db: Session, cohort: Cohort, course: Course) -> list[Readiness]:
    """Where each trainee of the cohort stands."""
    members = cohorts.members_of(db, cohort)
    required = settings().require_review
    return services.readiness(db, members, course, today(), require_review=required)


def course_in(cohort: Cohort, slug: str) -> Course:
    """A course that the cohort follows; raises NotFound."""
    if slug not in {course.slug for course in cohort.courses}:
        raise NotFound
    return library().course(slug)


def page(template: str, key: object, slug: str, **more: Any) -> str:
    """A page about one cohort and one course of it."""
    cohort = cohorts.cohort_of(reading(), me(), str(key))
    course = course_in(cohort, slug)
    ready = ready_in(reading(), cohort, course)
    issuable = [one for one in ready if one.is_issuable]
    return render_template(
        f"certificates/{template}.html",
        cohort=cohort,
        course=course,
        title=title(course),
        ready=ready,
        issuable=issuable,
        **more,
    )


@blueprint.get("/certificates/cohorts/<uuid:key>/<slug>")
@requires(Permission.CERTIFICATES_ISSUE)
def eligible(key: object, slug: str) -> str:
    """Who may be certified, and what the others miss."""
    form = TraineesForm(formdata=None, event_id=new_event_id())
    return page("eligible", key, slug, form=form)


@blueprint.get("/certificates/cohorts/<uuid:key>/<slug>/issue")
@requires(Permission.CERTIFICATES_ISSUE)
def review_all(key: object, slug: str) -> str:
    """Everybody who can be certified now, as the certificates will say it."""
    return review(key, slug, IssueForm(formdata=None, event_id=new_event_id()), None)


@blueprint.post("/certificates/cohorts/<uuid:key>/<slug>/review")
@requires(Permission.CERTIFICATES_ISSUE)
def review_chosen(key: object, slug: str) -> str | tuple[str, int]:
    """The chosen trainees, as their certificates will say it. Nothing is issued yet."""
    chosen = TraineesForm()
    if not chosen.validate():
        return page("eligible", key, slug, form=chosen), 422
    form = IssueForm(formdata=None, event_id=chosen.event_id.data)
    return review(key, slug, form, set(chosen.trainees.data or ()))


def review(key: object, slug: str, form: IssueForm, chosen: set[str] | None) -> str:
    """The page before the act: names as printed, count, password."""
    is_chosen = {"chosen": chosen, "form": form, "on": today()}
    return page("review", key, slug, **is_chosen)


@blueprint.post("/certificates/cohorts/<uuid:key>/<slug>/issue")
@requires(Permission.CERTIFICATES_ISSUE)
def issue(key: object, slug: str) -> AnyResponse | tuple[str, int]:
    """Issue: the only place where certificates come from."""
    form = IssueForm()
    chosen = set(form.trainees.data or ())
    if not form.validate() or not password_is_right(form):
        return review(key, slug, form, chosen), 422
    certificates = _issue(writing(), key, slug, chosen, str(form.event_id.data))
    sentence = ngettext(
        "%(num)s certificate is issued. Its file is being made.",
        "%(num)s certificates are issued. Their files are being made.",
        len(certificates),
    )
    return back_to(url_for("certificates.eligible", key=key, slug=slug), sentence)


def _issue(
    db: Session, key: object, slug: str, chosen: set[str], event_id: str
) -> Sequence[object]:
    cohort = cohorts.cohort_of(db, me(), str(key))
    users = [user for user in cohorts.members_of(db, cohort) if user.key in chosen]
    if len(users) != len(chosen) or not chosen:
        raise NobodyChosen
    course = course_in(cohort, slug)
    required = settings().require_review
    certificates = services.issue(
        db, users, course, me(), event_id, now(), base_url(), require_review=required
    )
    db.commit()
    return certificates


@blueprint.post("/certificates/cohorts/<uuid:key>/<slug>/preview")
@requires(Permission.CERTIFICATES_ISSUE)
def ask_preview(key: object, slug: str) -> AnyResponse | tuple[str, int]:
    """Have one person's certificate drawn by the worker."""
    form = PreviewForm()
    if not form.validate():
        raise NotFound
    db = writing()
    cohort = cohorts.cohort_of(db, me(), str(key))
    course = course_in(cohort, slug)
    ready = _one(ready_in(db, cohort, course), str(form.trainee.data))
    preview = services.ask_preview(db, ready, course, me(), now(), base_url())
    db.commit()
    address = url_for("certificates.preview", key=preview.key, cohort=key, course=slug)
    return back_to(address)


def _one(ready: Sequence[Readiness], user_key: str) -> Readiness:
    for one in ready:
        if one.user.key == user_key:
            return one
    raise NotEligible(name="–")


@blueprint.get("/certificates/previews/<uuid:key>")
@requires(Permission.CERTIFICATES_ISSUE)
def preview(key: object) -> str:
    """The drawing, or a page that waits for it."""
    found = services.preview_of(reading(), me(), str(key))
    return render_template("certificates/preview.html", preview=found)


@blueprint.get("/certificates/previews/<uuid:key>.pdf")
@requires(Permission.CERTIFICATES_ISSUE)
def preview_pdf(key: object) -> Response:
    """The drawing itself."""
    found = services.preview_of(reading(), me(), str(key))
    if found.content is None:
        raise NotRendered
    return pdf_response(found.content, "preview.pdf")
