"""What administrators say of printed sheets, and the register of all of them."""

from __future__ import annotations

from flask import render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.forms import refuse
from app.certificates.forms.desk import SheetsForm
from app.certificates.services import desk
from app.certificates.types import ReasonMissing
from app.certificates.types.desk import (
    NoSheetChosen,
    RunNotReady,
    SheetActKind,
    SheetsChanged,
    SheetState,
)
from app.certificates.views.desk import run_page
from app.certificates.views.frame import blueprint, me
from app.core.clock import now
from app.core.db import reading, writing
from app.core.i18n import ngettext
from app.core.permissions import Permission, requires
from app.core.web import back_to, row_number

_REFUSALS = (NoSheetChosen, ReasonMissing, RunNotReady, SheetsChanged)


@blueprint.post("/certificates/desk/runs/<uuid:key>/sheets")
@requires(Permission.CERTIFICATES_ISSUE)
def say_of_sheets(key: object) -> AnyResponse | tuple[str, int]:
    """Sheets are spoiled, handed over, or not handed over after all."""
    form = SheetsForm()
    if not form.validate():
        return run_page(str(key), form), 422
    db = writing()
    run = desk.run_of(db, str(key))
    keys = {str(one) for one in form.sheets.data or ()}
    try:
        kind = _kind(request.form.get("act"))
        reason = (form.reason.data or "") if kind is SheetActKind.SPOIL else ""
        number = desk.act_on(db, run, keys, kind, reason, me(), str(form.event_id.data), now())
    except _REFUSALS as refusal:
        db.rollback()
        refuse(form, "reason" if isinstance(refusal, ReasonMissing) else None, refusal)
        return run_page(str(key), form), refusal.status
    db.commit()
    return back_to(url_for("certificates.print_run", key=key), _done(kind, number))


def _kind(text: str | None) -> SheetActKind:
    for kind in SheetActKind:
        if kind.value == text:
            return kind
    raise NoSheetChosen


def _done(kind: SheetActKind, number: int) -> str:
    match kind:
        case SheetActKind.SPOIL:
            return ngettext(
                "%(num)s sheet is marked as spoiled.",
                "%(num)s sheets are marked as spoiled.",
                number,
            )
        case SheetActKind.HAND_OVER:
            return ngettext(
                "%(num)s certificate is handed over.",
                "%(num)s certificates are handed over.",
                number,
            )
        case SheetActKind.TAKE_BACK:
            return ngettext(
                "%(num)s certificate is not handed over after all.",
                "%(num)s certificates are not handed over after all.",
                number,
            )


@blueprint.post("/certificates/desk/runs/<uuid:key>/reprint")
@requires(Permission.CERTIFICATES_ISSUE)
def reprint(key: object) -> AnyResponse | tuple[str, int]:
    """Print spoiled sheets again, and nothing else."""
    form = SheetsForm()
    if not form.validate():
        return run_page(str(key), form), 422
    db = writing()
    run = desk.run_of(db, str(key))
    keys = {str(one) for one in form.sheets.data or ()}
    printer = form.printer.data or None
    try:
        again = desk.reprint(db, run, keys, printer, me(), str(form.event_id.data), now())
    except (NoSheetChosen, SheetsChanged) as refusal:
        db.rollback()
        refuse(form, None, refusal)
        return run_page(str(key), form), refusal.status
    desk.ask_file(db, again)
    db.commit()
    sentence = ngettext(
        "%(num)s sheet is being drawn.", "%(num)s sheets are being drawn.", again.sheet_count
    )
    return back_to(url_for("certificates.print_run", key=again.key), sentence)


@blueprint.get("/certificates/desk/sheets")
@requires(Permission.CERTIFICATES_ISSUE)
def sheet_register() -> str:
    """Every printed sheet, newest first, a page at a time."""
    before = request.args.get("before", type=row_number)
    wanted = request.args.get("state", "")
    state = next((one for one in SheetState if one.value == wanted), None)
    found = desk.register(reading(), state, before)
    older = found[-1].id if len(found) == desk.PAGE_SIZE else None
    return render_template("certificates/desk_sheets.html", sheets=found, state=state, older=older)
