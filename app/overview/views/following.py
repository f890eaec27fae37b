"""Following progress: a cohort's grid, everybody's, and one trainee's way and timeline."""

from __future__ import annotations

from flask import render_template, request

from app.accounts import services as accounts
from app.cohorts import services as cohorts
from app.core.clock import now
from app.core.db import reading
from app.core.i18n import current_language
from app.core.identity import current_person
from app.core.permissions import Permission, requires
from app.core.web import row_number, settings
from app.overview import services
from app.overview.types import State, Verdict, Wanted
from app.overview.views.frame import blueprint, required
from app.overview.views.words import SORT_NAMES

LONGEST_WORDS = 100


def _wanted() -> Wanted:
    """What the page is asked for. Names are sent, so that no address holds one."""
    asked = request.values
    return Wanted(
        verdict=next((one for one in Verdict if one.value == asked.get("show")), None),
        words=request.form.get("q", "").strip()[:LONGEST_WORDS],
        sort=asked.get("sort", "name") if asked.get("sort") in SORT_NAMES else "name",
        country=asked.get("country", ""),
        cohort=asked.get("cohort", ""),
        page=asked.get("page", 1, type=row_number),
    )


@blueprint.route("/cohorts/<uuid:key>/progress", methods=["GET", "POST"])
@requires(Permission.COHORTS_LEAD)
def cohort_progress(key: object) -> str:
    """Who is how far in the cohort, and who is late, stuck or blocked."""
    db, wanted = reading(), _wanted()
    cohort = cohorts.cohort_of(db, current_person(), str(key))
    grid = services.cohort_grid(db, cohort, wanted, now(), require_review=required())
    due = {course.slug: course.due_on for course in cohort.courses}
    return render_template(
        "overview/cohort_progress.html", cohort=cohort, grid=grid, wanted=wanted, due=due
    )


@blueprint.route("/trainees", methods=["GET", "POST"])
@requires(Permission.COHORTS_LEAD)
def everybody() -> str:
    """The same for the trainees of every cohort that the person leads; an administrator: of all."""
    db, wanted = reading(), _wanted()
    led = cohorts.cohorts_of(db, current_person())
    grid = services.everybody_grid(db, led, wanted, now(), require_review=required())
    return render_template(
        "overview/everybody.html",
        grid=grid,
        wanted=wanted,
        cohorts=led,
        countries=accounts.territories(current_language()),
    )


@blueprint.get("/cohorts/<uuid:key>/members/<uuid:user>/progress")
@requires(Permission.COHORTS_LEAD)
def member_progress(key: object, user: object) -> str:
    """One trainee's way to each certificate, and everything that happened on it."""
    db, at = reading(), now()
    cohort, trainee = cohorts.member_of(db, current_person(), str(key), str(user))
    ways, standing = services.ways_and_standing(db, trainee, at, require_review=required())
    return render_template(
        "overview/member_progress.html",
        cohort=cohort,
        member=trainee,
        standing=standing,
        ways=ways,
        blocked=[one.course for one in standing.cells.values() if one.state is State.RELEASE],
        days=services.timeline(db, trainee, settings().timezone),
    )
