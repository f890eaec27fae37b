"""Front page, privacy notice, each role's start page, progress, and a person's own export."""

from __future__ import annotations

from flask import Response, jsonify, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.types import PRIVACY_UPDATED_ON, PRIVACY_VERSION, Role
from app.certificates import services as certificates
from app.cohorts import services as cohorts
from app.core.clock import now
from app.core.db import reading, writing
from app.core.i18n import _, current_language
from app.core.identity import current_person
from app.core.permissions import Permission, public, requires
from app.core.web import back_to
from app.courses.library import library
from app.learning import services as learning
from app.overview import services
from app.overview.forms import ReleaseForm
from app.overview.views.frame import blueprint, required, today
from app.practicals.services import sessions

DAYS_SHOWN = 3  # on the start page of staff


@blueprint.get("/")
@public
def front() -> str:
    """What Kapok is, for everybody."""
    return render_template("overview/front.html")


@blueprint.get("/privacy")
@public
def privacy() -> str:
    """What is kept about people, why, and who sees it."""
    return render_template(
        "overview/privacy.html", version=PRIVACY_VERSION, updated_on=PRIVACY_UPDATED_ON
    )


@blueprint.get("/start")
@requires(Permission.OVERVIEW_START)
def start() -> str:
    """The start page of the person's role."""
    db, person = reading(), current_person()
    if person.role is Role.TRAINEE:
        return _trainee_start(db, person)
    found = services.staff_start(db, person, now(), require_review=required())
    return render_template(
        "overview/start_staff.html",
        cards=found.cards,
        days=sessions.coming_days(db, person, today(), DAYS_SHOWN),
        due_soon=found.due_soon,
        translates=bool(accounts.translatable_languages(db, person, today())),
        writes=accounts.may_author(db, person, "", today()),
    )


def _trainee_start(db: Session, person: User) -> str:
    page = learning.programme_page(db, person, current_language(), now(), require_review=required())
    ways = services.ways_of_trainee(db, person, now(), require_review=required())
    return render_template(
        "overview/start_trainee.html",
        page=page,
        ways=ways,
        due=services.due_of_trainee(db, person),
        ending=certificates.due_for_renewal(db, person, today()),
        days=sessions.next_sessions(db, person, today()),
        news=cohorts.news_for(db, person, current_language()),
        deadlines=services.reminders_of(ways, today()),
        translates=bool(accounts.translatable_languages(db, person, today())),
    )


@blueprint.get("/cohorts/<uuid:key>/members/<uuid:user>/release/<slug>")
@requires(Permission.COHORTS_LEAD)
def release(key: object, user: object, slug: str) -> str:
    """Ask why another attempt is released."""
    return _release_page(str(key), str(user), slug, ReleaseForm(formdata=None))


def _release_page(key: str, user: str, slug: str, form: ReleaseForm) -> str:
    cohort, trainee = cohorts.member_of(reading(), current_person(), key, user)
    return render_template(
        "overview/release.html",
        cohort=cohort,
        member=trainee,
        course=library().course(slug),
        form=form,
    )


@blueprint.post("/cohorts/<uuid:key>/members/<uuid:user>/release/<slug>")
@requires(Permission.COHORTS_LEAD)
def release_attempt(key: object, user: object, slug: str) -> AnyResponse | tuple[str, int]:
    """Release one more attempt."""
    form = ReleaseForm()
    if not form.validate():
        return _release_page(str(key), str(user), slug, form), 422
    db, person = writing(), current_person()
    _cohort, trainee = cohorts.member_of(db, person, str(key), str(user))
    course = library().course(slug)
    event_id = str(form.event_id.data)
    learning.release_attempt(db, trainee, course, form.reason.data or "", event_id, person, now())
    db.commit()
    address = url_for("overview.member_progress", key=key, user=user)
    return back_to(address, _("Another attempt is released."))


@blueprint.get("/account/export.json")
@requires(Permission.ACCOUNTS_OWN)
def export() -> Response:
    """Everything that is kept about oneself, to take away."""
    response = jsonify(services.export_person(reading(), current_person(), now()))
    response.headers["Content-Disposition"] = 'attachment; filename="kapok-my-data.json"'
    return response
