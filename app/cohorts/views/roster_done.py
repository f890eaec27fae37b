"""What became of a list: the result, the rows to mend, and taking the import back."""

from __future__ import annotations

from flask import render_template, url_for
from werkzeug.wrappers import Response

from app.cohorts.models import RosterImport
from app.cohorts.services import roster
from app.cohorts.types import RosterState, RowState
from app.cohorts.views import roster_words as words
from app.cohorts.views.frame import blueprint
from app.core.clock import now
from app.core.db import reading, writing
from app.core.downloads import download
from app.core.errors import NotFound
from app.core.i18n import _
from app.core.identity import current_person
from app.core.permissions import Permission, requires
from app.core.spreadsheets import blank
from app.core.web import back_to


def _done(made: RosterImport) -> RosterImport:
    if made.state is RosterState.PENDING:
        raise NotFound
    return made


def _import(key: object, roster_key: object) -> RosterImport:
    return roster.import_of(reading(), current_person(), str(key), str(roster_key))


@blueprint.get("/cohorts/<uuid:key>/roster/<uuid:roster_key>/result")
@requires(Permission.COHORTS_LEAD)
def roster_result(key: object, roster_key: object) -> str:
    """What was done, and the way back."""
    made = _done(_import(key, roster_key))
    _headings, left_out = roster.left_out_rows(reading(), made, current_person(), now())
    return render_template(
        "cohorts/roster/result.html",
        roster=made,
        left_out=left_out,
        can_undo=made.state is RosterState.DONE and roster.is_undoable(made, now()),
        words=words,
        RowState=RowState,
        RosterState=RosterState,
    )


@blueprint.get("/cohorts/<uuid:key>/roster/<uuid:roster_key>/left-out.csv")
@requires(Permission.COHORTS_LEAD)
def roster_left_out(key: object, roster_key: object) -> Response:
    """The rows that were left out, each with the reason, to mend and upload again."""
    made = _import(key, roster_key)
    headings, left_out = roster.left_out_rows(reading(), made, current_person(), now())
    if not left_out:
        raise NotFound
    width = max(len(headings), *(len(row.cells) for row in left_out))
    rows = [[*headings, *[""] * (width - len(headings)), _("What to mend")]] if headings else []
    rows += [
        [*row.cells, *[""] * (width - len(row.cells)), words.reason_of(row)] for row in left_out
    ]
    return download(blank.csv_file(rows), blank.CSV, "kapok-left-out.csv")


@blueprint.get("/cohorts/<uuid:key>/roster/<uuid:roster_key>/undo")
@requires(Permission.COHORTS_LEAD)
def roster_undo(key: object, roster_key: object) -> str | Response:
    """Ask before the import is taken back; say who stays."""
    made = _done(_import(key, roster_key))
    if made.state is RosterState.UNDONE:
        return back_to(url_for("cohorts.roster_result", key=key, roster_key=made.key))
    plan = roster.undo_plan(reading(), made, now())
    return render_template("cohorts/roster/undo.html", roster=made, plan=plan)


@blueprint.post("/cohorts/<uuid:key>/roster/<uuid:roster_key>/undo")
@requires(Permission.COHORTS_LEAD)
def undo_roster(key: object, roster_key: object) -> Response:
    """Take back exactly what the import did."""
    db, by = writing(), current_person()
    made = _done(roster.import_of(db, by, str(key), str(roster_key)))
    roster.undo_import(db, made, by, now())
    db.commit()
    return back_to(
        url_for("cohorts.roster_result", key=key, roster_key=roster_key),
        _("The import is taken back."),
    )
