"""Tables to take away: choose one and say how.

The file is whole before the answer begins, so that a fault gives a page and never half a table.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from flask import Response, render_template, request

from app.accounts.forms import password_is_right
from app.cohorts import services as cohorts
from app.cohorts.models import Cohort
from app.core.breaking import unbroken
from app.core.clock import now
from app.core.db import reading, writing
from app.core.downloads import disposition
from app.core.i18n import current_language, tr
from app.core.identity import current_person
from app.core.permissions import Permission, requires
from app.core.spreadsheets.writing import Table, csv_file, xlsx_file
from app.core.web import settings
from app.overview.forms import ExportForm, PersonalExportForm
from app.overview.services import tables
from app.overview.services.tables import TableKind, TableSpec
from app.overview.services.tables.asking import Asked
from app.overview.views.frame import blueprint, today

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILES = {"csv": (csv_file, "text/csv"), "xlsx": (xlsx_file, XLSX)}
_CHUNK = 64 * 1024


@blueprint.get("/exports")
@requires(Permission.COHORTS_LEAD)
def exports() -> str:
    """The tables that the person may take away."""
    db, person = reading(), current_person()
    found = cohorts.cohorts_of(db, person)
    known = tables.tables_for(db, person, today())
    return render_template("overview/exports.html", tables=known, cohorts=found)


@blueprint.get("/exports/<kind>")
@requires(Permission.COHORTS_LEAD)
def export_table(kind: str) -> str:
    """Ask in which form, and for the password when people are in the table."""
    spec = tables.spec_of(reading(), current_person(), kind, today())
    form = _form_of(spec)(formdata=None, language=current_language())
    return _page(spec, kind, _cohort(spec), form)


def _form_of(spec: TableSpec) -> type[ExportForm]:
    return PersonalExportForm if spec.is_personal else ExportForm


def _cohort(spec: TableSpec) -> Cohort | None:
    key = request.args.get("cohort", "")
    if not key or not spec.has_cohort:
        return None
    return cohorts.cohort_of(reading(), current_person(), key)


def _page(spec: TableSpec, kind: str, cohort: Cohort | None, form: ExportForm) -> str:
    return render_template("overview/export.html", spec=spec, kind=kind, cohort=cohort, form=form)


@blueprint.post("/exports/<kind>")
@requires(Permission.COHORTS_LEAD)
def take_table(kind: str) -> Response | tuple[str, int]:
    """Send the file; the trail says who took it."""
    spec = tables.spec_of(reading(), current_person(), kind, today())
    form, cohort = _form_of(spec)(), _cohort(spec)
    if not form.validate() or (
        isinstance(form, PersonalExportForm) and not password_is_right(form)
    ):
        return _page(spec, kind, cohort, form), 422
    db = writing()
    tables.record_export(db, TableKind(kind), _cohort(spec), current_person(), now())
    db.commit()
    language = str(form.language.data)
    asked = Asked(
        db=reading(),
        person=current_person(),
        cohort=_cohort(spec),
        language=language,
        today=today(),
        timezone=settings().timezone,
        say=lambda message: unbroken(tr(message, language)),
    )
    return _file(tables.table(spec, asked), asked, kind, str(form.kind.data))


def _file(table: Table, asked: Asked, kind: str, suffix: str) -> Response:
    make, media_type = _FILES[suffix]
    response = Response(_chunks(make(table)), mimetype=media_type)
    words = [table.title, asked.cohort.name if asked.cohort else "", str(asked.today)]
    name = " ".join(filter(None, words))
    response.headers["Content-Disposition"] = disposition(
        f"{name}.{suffix}", f"kapok-{kind}.{suffix}"
    )
    return response


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while part := file.read(_CHUNK):
            yield part
