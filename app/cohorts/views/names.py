"""The sheet on which a cohort's names are checked and signed."""

from __future__ import annotations

from flask import Response, render_template, request

from app.accounts import services as accounts
from app.accounts.models import User
from app.cohorts import rendering, services
from app.cohorts.forms import OrderForm
from app.cohorts.types import NobodyToPrint
from app.cohorts.views.frame import blueprint, own_cohort, today
from app.core import limits
from app.core.clock import programme_date
from app.core.db import reading
from app.core.downloads import pdf_response
from app.core.i18n import current_language, format_date
from app.core.identity import current_person
from app.core.permissions import Permission, requires
from app.core.web import row_number, settings

#: Lines in one file: 27 pages take 6 s to draw.
NAMES_IN_A_FILE = 300


@blueprint.get("/cohorts/<uuid:key>/names")
@requires(Permission.COHORTS_LEAD)
def names(key: object) -> str:
    """Who has confirmed her names, and the way to the sheet."""
    cohort, form = own_cohort(reading(), key), OrderForm(request.args)
    users = accounts.sorted_by_name(services.members_of(reading(), cohort), form.order)
    parts = range(1, -(-len(users) // NAMES_IN_A_FILE) + 1)
    return render_template(
        "cohorts/names.html", cohort=cohort, members=users, form=form, parts=parts
    )


@blueprint.get("/cohorts/<uuid:key>/names.pdf")
@requires(Permission.COHORTS_LEAD)
def names_pdf(key: object) -> Response:
    """The sheet itself."""
    cohort, form = own_cohort(reading(), key), OrderForm(request.args)
    users = accounts.sorted_by_name(services.members_of(reading(), cohort), form.order)
    before = NAMES_IN_A_FILE * (max(1, request.args.get("part", 1, type=row_number)) - 1)
    users = users[before : before + NAMES_IN_A_FILE]
    if not users:
        raise NobodyToPrint
    limits.hit(limits.PRINTS[0], current_person().key, *limits.PRINTS[1:])
    content = rendering.names_pdf(
        [_printed(user) for user in users],
        before + 1,
        cohort.name,
        format_date(today()),
        current_language(),
    )
    return pdf_response(content, f"names {cohort.name}.pdf")


def _printed(user: User) -> rendering.PrintedName:
    at = user.names_confirmed_at
    return rendering.PrintedName(
        native=user.native_name,
        latin=user.names.known_latin,
        chinese=user.chinese_name or "",
        student_number=user.student_number or "",
        nationality=accounts.territory_name(user.nationality, current_language()),
        confirmed=format_date(programme_date(at, settings().timezone)) if at else "",
    )
