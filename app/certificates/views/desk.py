"""The print desk: what waits, print runs and their files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.types import NameForm
from app.certificates import services
from app.certificates.forms.desk import RunForm, SheetsForm
from app.certificates.models import Certificate, PrintRun, PrintSheet
from app.certificates.services import desk
from app.certificates.services.desk import paper
from app.certificates.types.desk import (
    SHEET_STATE_NAMES,
    NothingToPrint,
    PrintKind,
    RunTooLong,
    SheetState,
)
from app.certificates.views.frame import blueprint, me, today
from app.cohorts import services as cohorts
from app.cohorts.models import Cohort
from app.core import limits
from app.core.clock import now, programme_date
from app.core.db import reading, writing
from app.core.downloads import pdf_response
from app.core.errors import DomainError
from app.core.events import new_event_id
from app.core.i18n import _, current_language, format_date, ngettext
from app.core.pdf import Turning
from app.core.permissions import Permission, requires
from app.core.web import back_to, row_number, settings

_TONES = {
    SheetState.SPOILED: "danger",
    SheetState.REPRINTED: "care",
    SheetState.HANDED_OVER: "good",
}
SHEET_STATES = {
    state: (name, _TONES.get(state, "neutral")) for state, name in SHEET_STATE_NAMES.items()
}
#: Lines of a handover list in one file: 27 pages take 6 s to draw.
LINES_IN_A_FILE = 300


@blueprint.app_context_processor
def sheet_words() -> dict[str, Any]:
    """Names of the states of sheets, for the templates."""
    return {"sheet_states": SHEET_STATES, "sheet_word": desk.state_word}


@blueprint.get("/certificates/desk")
@requires(Permission.CERTIFICATES_ISSUE)
def print_desk() -> str:
    """What waits for the printer by cohort, spoiled sheets, and the newest runs."""
    db = reading()
    runs = desk.recent_runs(db)
    return render_template(
        "certificates/desk.html",
        queues=desk.queues(db, PrintKind.CERTIFICATE, today()),
        cards=desk.queues(db, PrintKind.CARD, today()) if desk.has_cards() else [],
        spoiled=desk.runs_to_reprint(db),
        runs=runs,
    )


@blueprint.get("/certificates/desk/cohorts/<uuid:key>")
@requires(Permission.CERTIFICATES_ISSUE)
def print_queue(key: object) -> str:
    """A cohort's certificates that wait, and how to print them."""
    return _queue_page(_cohort(reading(), key), _fresh_form())


@blueprint.get("/certificates/desk/others")
@requires(Permission.CERTIFICATES_ISSUE)
def print_others() -> str:
    """The certificates of people who are in no cohort now."""
    return _queue_page(None, _fresh_form())


def _fresh_form() -> RunForm:
    form = RunForm(formdata=None, event_id=new_event_id())
    form.kind.data = _kind(request.args.get("kind")).value
    return form


def _kind(text: object) -> PrintKind:
    is_card = text == PrintKind.CARD.value and desk.has_cards()
    return PrintKind.CARD if is_card else PrintKind.CERTIFICATE


def _cohort(db: Session, key: object) -> Cohort | None:
    return cohorts.cohort_of(db, me(), str(key)) if key else None


def _waiting(db: Session, kind: PrintKind, cohort: Cohort | None) -> Sequence[Certificate]:
    if cohort is None:
        return desk.waiting_outside(db, kind, today())
    return desk.waiting(db, kind, today(), cohort)


def _queue_page(cohort: Cohort | None, form: RunForm) -> str:
    kind = _kind(form.kind.data)
    found = _waiting(reading(), kind, cohort)
    form.printer.choices = printer_choices(reading())
    return render_template(
        "certificates/desk_queue.html",
        cohort=cohort,
        kind=kind,
        form=form,
        waiting=desk.sorted_by_printed_name(found, _form_of(form)),
        has_cards=desk.has_cards(),
        most=desk.MOST_SHEETS,
    )


def _form_of(form: RunForm) -> NameForm:
    return next((one for one in NameForm if one.value == form.by.data), NameForm.LATIN)


def printer_choices(db: Session) -> list[tuple[str, str]]:
    """The printers to choose from, and none."""
    known = [(one.name, one.name) for one in desk.printers(db)]
    return [("", _("Any printer, without an offset")), *known]


@blueprint.post("/certificates/desk/cohorts/<uuid:key>")
@requires(Permission.CERTIFICATES_ISSUE)
def print_cohort(key: object) -> AnyResponse | tuple[str, int]:
    """Make a print run of a cohort's chosen certificates."""
    return _send(key)


@blueprint.post("/certificates/desk/others")
@requires(Permission.CERTIFICATES_ISSUE)
def print_chosen_others() -> AnyResponse | tuple[str, int]:
    """Make a print run of chosen certificates of people who are in no cohort."""
    return _send(None)


def _send(key: object) -> AnyResponse | tuple[str, int]:
    form = RunForm()
    if not form.validate():
        return _queue_page(_cohort(reading(), key), form), 422
    db = writing()
    cohort = _cohort(db, key)
    try:
        run = _run_of(db, form, cohort)
    except (NothingToPrint, RunTooLong) as refusal:
        db.rollback()
        form.certificates.errors = [_(refusal.message) % refusal.values]
        return _queue_page(_cohort(db, key), form), refusal.status
    db.commit()
    sentence = ngettext(
        "%(num)s sheet is being drawn.", "%(num)s sheets are being drawn.", run.sheet_count
    )
    return back_to(url_for("certificates.print_run", key=run.key), sentence)


def _run_of(db: Session, form: RunForm, cohort: Cohort | None) -> PrintRun:
    draft = desk.RunDraft(
        kind=_kind(form.kind.data),
        sorted_by=_form_of(form),
        printer=form.printer.data or None,
        turning=Turning(form.turning.data),
    )
    keys = [str(one) for one in form.certificates.data or ()]
    run = desk.send_keys_to_print(db, keys, draft, cohort, me(), str(form.event_id.data), now())
    desk.ask_file(db, run)
    return run


@blueprint.get("/certificates/desk/runs/<uuid:key>")
@requires(Permission.CERTIFICATES_ISSUE)
def print_run(key: object) -> str:
    """One run: how far its file is, and its sheets."""
    return run_page(str(key), SheetsForm(formdata=None))


def run_page(key: str, form: SheetsForm) -> str:
    """The page of a run with a form that may have been refused."""
    db = reading()
    run = desk.run_of(db, key)
    form.printer.choices = printer_choices(db)
    if run.printer and form.printer.data in (None, ""):
        form.printer.data = run.printer
    sheets = desk.sheets_of(db, run)
    return render_template(
        "certificates/desk_run.html",
        run=run,
        sheets=sheets,
        standing=[one for one in sheets if _is_listed(one) and one.state is SheetState.PRINTED],
        form=form,
        progress=desk.progress_of(db, run),
        may_withdraw=desk.may_withdraw(db, run),
        parts=range(1, -(-len(sheets) // LINES_IN_A_FILE) + 1),
        state_of=services.state_of,
        today=today(),
    )


@blueprint.get("/certificates/desk/runs/<uuid:key>.pdf")
@requires(Permission.CERTIFICATES_ISSUE)
def print_run_pdf(key: object) -> Response:
    """The file to print."""
    run = desk.run_of(reading(), str(key))
    name = f"print {run.cohort.name if run.cohort else ''} {_day_of(run)}.pdf"
    return pdf_response(desk.file_of(reading(), run), name)


@blueprint.get("/certificates/desk/runs/<uuid:key>/list.pdf")
@requires(Permission.CERTIFICATES_ISSUE)
def handover_pdf(key: object) -> Response:
    """The list to sign, in the order of the sheets."""
    run = desk.run_of(reading(), str(key))
    desk.refuse_given_up(run)
    part = max(1, request.args.get("part", 1, type=row_number))
    lines = [_line(sheet) for sheet in desk.sheets_of(reading(), run) if _is_listed(sheet)]
    lines = lines[LINES_IN_A_FILE * (part - 1) : LINES_IN_A_FILE * part]
    if not lines:
        raise NothingToPrint
    limits.hit(limits.PRINTS[0], me().key, *limits.PRINTS[1:])
    of = " · ".join(filter(None, [run.cohort.name if run.cohort else "", run.printer]))
    day = format_date(_day_of(run))
    content = paper.handover_pdf(lines, of, day, current_language())
    return pdf_response(content, f"list {run.cohort.name if run.cohort else ''}.pdf")


def _day_of(run: PrintRun) -> date:
    return programme_date(run.made_at, settings().timezone)


def _is_listed(sheet: PrintSheet) -> bool:
    """Whether somebody will sign: not for a sheet that was given up, revoked or replaced."""
    one = sheet.certificate
    standing = one.revoked_at is None and one.replacement is None
    return standing and sheet.state is not SheetState.WITHDRAWN


def _line(sheet: PrintSheet) -> paper.HandedLine:
    facts = sheet.certificate.facts
    return paper.HandedLine(sheet.position, desk.names_printed(facts), facts["serial"])


@blueprint.post("/certificates/desk/runs/<uuid:key>/again")
@requires(Permission.CERTIFICATES_ISSUE)
def draw_run_again(key: object) -> AnyResponse:
    """Have the file made that is missing."""
    db = writing()
    run = desk.run_of(db, str(UUID(str(key))))
    desk.refuse_given_up(run)
    desk.ask_file(db, run)
    db.commit()
    return back_to(url_for("certificates.print_run", key=key), _("The file is being made."))


@blueprint.get("/certificates/desk/runs/<uuid:key>/withdraw")
@requires(Permission.CERTIFICATES_ISSUE)
def withdraw_run_page(key: object) -> str:
    """Ask before a run is given up."""
    run = desk.run_of(reading(), str(key))
    may = desk.may_withdraw(reading(), run)
    return render_template("certificates/desk_withdraw.html", run=run, may_withdraw=may)


@blueprint.post("/certificates/desk/runs/<uuid:key>/withdraw")
@requires(Permission.CERTIFICATES_ISSUE)
def withdraw_run(key: object) -> AnyResponse:
    """Give a run up: its certificates wait again."""
    db = writing()
    run = desk.run_of(db, str(key))
    address = url_for("certificates.print_run", key=key)
    try:
        desk.withdraw(db, run, me(), now())
    except DomainError as refusal:
        db.rollback()
        return back_to(address, _(refusal.message), "danger")
    db.commit()
    return back_to(address, _("The print run is given up. Its certificates wait again."))
