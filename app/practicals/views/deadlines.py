"""Who loses a passed assessment when, because skill checks are missing."""

from __future__ import annotations

from flask import render_template, request

from app.cohorts import services as cohorts
from app.core.db import reading
from app.core.identity import current_person
from app.core.permissions import Permission, requires
from app.core.web import row_number
from app.practicals import services
from app.practicals.views.frame import blueprint, today

WITHIN = (14, 30)
PER_PAGE = 100


@blueprint.get("/practicals/deadlines")
@requires(Permission.COHORTS_LEAD)
def deadlines() -> str:
    """The provisional passes of the person's cohorts, the next to lapse first."""
    db, person = reading(), current_person()
    own = cohorts.cohorts_of(db, person)
    key = request.args.get("cohort", "")
    asked = [cohorts.cohort_of(db, person, key)] if key else own
    members = cohorts.members_by_cohort(db, asked)
    people = {user.id: user for each in members.values() for user in each}
    within = request.args.get("within", type=row_number)
    within = within if within in WITHIN else None
    rows = services.deadlines_of(db, list(people.values()), today(), within)
    page = max(1, request.args.get("page", 1, type=row_number))
    return render_template(
        "practicals/deadlines.html",
        rows=rows[(page - 1) * PER_PAGE : page * PER_PAGE],
        total=len(rows),
        page=page,
        has_more=len(rows) > page * PER_PAGE,
        cohorts=own,
        cohort=asked[0] if key else None,
        within=within,
        choices=WITHIN,
    )
