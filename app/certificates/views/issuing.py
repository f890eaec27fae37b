"""An administrator's way to certificates: who is ready, how it will look, the one act."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from flask import Response, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.forms import password_is_right, refuse
from app.accounts.models import User
from app.certificates import services
from app.certificates.forms import IssueForm, PreviewForm, TraineesForm
from app.certificates.loader import Template
from app.certificates.types import (
    Award,
    Changed,
    IssuedMeanwhile,
    NobodyChosen,
    NotRendered,
    PreviewChanged,
    Readiness,
)
from app.certificates.views.frame import award_title, base_url, blueprint, me, today
from app.cohorts import services as cohorts
from app.cohorts.models import Cohort
from app.core.clock import now
from app.core.db import reading, writing
from app.core.downloads import pdf_response
from app.core.errors import NotFound
from app.core.events import new_event_id
from app.core.i18n import ngettext
from app.core.permissions import Permission, requires
from app.core.web import back_to, row_number, settings
from app.courses.library import library
from app.courses.types import Course, Programme

PER_PAGE = 100  # people who cannot be certified; who can stand in one list, to be issued in one act


@blueprint.get("/certificates/cohorts")
@requires(Permission.CERTIFICATES_ISSUE)
def cohorts_to_certify() -> str:
    """Cohorts and their courses."""
    found = cohorts.cohorts_of(reading(), me())
    courses = {course.slug: award_title(course.slug) for course in library().courses}
    programme = library().programme.key
    return render_template(
        "certificates/cohorts.html", cohorts=found, courses=courses, programme=programme
    )


def _standing(
    db: Session, users: Sequence[User], what: Course | Programme, *, evidence: bool = True
) -> list[Readiness]:
    required = settings().require_review
    return services.standing_in(
        db, users, what, today(), require_review=required, evidence=evidence
    )


def awarded_in(cohort: Cohort, slug: str) -> Course | Programme:
    """A course that the cohort follows, or the programme; raises NotFound."""
    if slug not in {course.slug for course in cohort.courses} | {library().programme.key}:
        raise NotFound
    return services.award_named(slug)


def _eligible(key: object, slug: str, form: TraineesForm) -> str:
    db = reading()
    cohort = cohorts.cohort_of(db, me(), str(key))
    what = awarded_in(cohort, slug)
    members = cohorts.members_of(db, cohort)
    asked = members if len(members) <= PER_PAGE else services.possible(db, members, what)
    ready = {one.user.id: one for one in _standing(db, asked, what, evidence=False)}
    issuable = {number: one for number, one in ready.items() if one.is_issuable}
    others = [user for user in members if user.id not in issuable]
    last = max(1, -(-len(others) // PER_PAGE))
    page = min(max(1, request.args.get("page", 1, type=row_number)), last)
    here = others[PER_PAGE * (page - 1) : PER_PAGE * page]
    if unknown := [user for user in here if user.id not in ready]:
        ready |= {one.user.id: one for one in _standing(db, unknown, what, evidence=False)}
    return _shown(
        "eligible",
        cohort,
        services.award_of(what),
        form=form,
        issuable=[*issuable.values()],
        others=[ready[user.id] for user in here],
        page=page,
        last=last,
    )


def _shown(template: str, cohort: Cohort, award: Award, **more: Any) -> str:
    return render_template(
        f"certificates/{template}.html",
        cohort=cohort,
        award=award,
        title=award_title(award.slug),
        **more,
    )


@blueprint.get("/certificates/cohorts/<uuid:key>/<slug>")
@requires(Permission.CERTIFICATES_ISSUE)
def eligible(key: object, slug: str) -> str:
    """Who may be certified, and what the others miss."""
    return _eligible(key, slug, TraineesForm(formdata=None, event_id=new_event_id()))


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
        return _eligible(key, slug, chosen), 422
    form = IssueForm(formdata=None, event_id=chosen.event_id.data)
    return review(key, slug, form, set(chosen.trainees.data or ()))


def review(
    key: object,
    slug: str,
    form: IssueForm,
    chosen: Collection[str] | None,
    changes: Sequence[Changed] = (),
) -> str:
    """The page before the act: names as printed, faults, count, password."""
    db = reading()
    cohort = cohorts.cohort_of(db, me(), str(key))
    what = awarded_in(cohort, slug)
    members, award = cohorts.members_of(db, cohort), services.award_of(what)
    if chosen is None:
        asked = services.possible(db, members, what)
    else:
        asked = [user for user in members if user.key in chosen]
    ready = _standing(db, asked, what)
    people = [one for one in ready if one.is_issuable]
    template = services.template_of(db, award)
    return _shown(
        "review",
        cohort,
        award,
        form=form,
        people=people,
        others=[] if chosen is None else [one for one in ready if not one.is_issuable],
        changes=changes,
        faults=services.faults(people, award, template),
        seen=";".join(_line(one, award, template) for one in people),
    )


def _line(one: Readiness, award: Award, template: Template) -> str:
    return " ".join([one.user.key, *services.seen_of(one, award, template).values()])


@blueprint.post("/certificates/cohorts/<uuid:key>/<slug>/issue")
@requires(Permission.CERTIFICATES_ISSUE)
def issue(key: object, slug: str) -> AnyResponse | tuple[str, int]:
    """Issue: the only place where certificates come from."""
    form = IssueForm()
    chosen = set(form.trainees.data or ())
    if not form.validate() or not password_is_right(form):
        return review(key, slug, form, chosen), 422
    db = writing()
    try:
        number = len(_issue(db, key, slug, chosen, form))
    except (PreviewChanged, IssuedMeanwhile) as error:
        db.rollback()
        refuse(form, None, error)
        changes = error.changes if isinstance(error, PreviewChanged) else ()
        return review(key, slug, form, chosen, changes), error.status
    sentence = ngettext(
        "%(num)s certificate is issued. Its file is being made.",
        "%(num)s certificates are issued. Their files are being made.",
        number,
    )
    return back_to(url_for("certificates.eligible", key=key, slug=slug), sentence)


def _issue(
    db: Session, key: object, slug: str, chosen: set[str], form: IssueForm
) -> Sequence[object]:
    cohort = cohorts.cohort_of(db, me(), str(key))
    users = [user for user in cohorts.members_of(db, cohort) if user.key in chosen]
    if len(users) != len(chosen) or not chosen:
        raise NobodyChosen
    certificates = services.issue(
        db,
        users,
        awarded_in(cohort, slug),
        me(),
        str(form.event_id.data),
        now(),
        base_url(),
        require_review=settings().require_review,
        seen=form.what_was_seen(),
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
    cohort, trainee = cohorts.member_of(db, me(), str(key), str(form.trainee.data))
    what = awarded_in(cohort, slug)
    (ready,) = _standing(db, [trainee], what)
    preview = services.ask_preview(db, ready, what, me(), now(), base_url())
    db.commit()
    address = url_for("certificates.preview", key=preview.key, cohort=key, course=slug)
    return back_to(address)


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
