"""A list from a file into a cohort: upload, columns, preview, confirmation."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from app.accounts.types import NumberTaken
from app.cohorts.models import RosterContent, RosterImport
from app.cohorts.services import roster
from app.cohorts.types import (
    CohortArchived,
    CohortHasNoPlace,
    ListMoved,
    RosterField,
    RosterState,
    RowState,
    TooManyPeople,
)
from app.cohorts.views import roster_words as words
from app.cohorts.views.frame import blueprint, own_cohort
from app.core.clock import now
from app.core.db import reading, writing
from app.core.downloads import download
from app.core.errors import DomainError
from app.core.events import new_event_id, valid_event_id
from app.core.i18n import _
from app.core.identity import current_person
from app.core.permissions import Permission, requires
from app.core.spreadsheets import blank
from app.core.spreadsheets.cells import clean, column_name
from app.core.spreadsheets.reading import read
from app.core.spreadsheets.types import MOST_BYTES, RefusedFile
from app.core.web import back_to, row_number

PAGE_SIZE = 100
_FORM_BYTES = 20_000  # what a form adds to its file
_SAMPLES = 3
_HEADINGS_OFFERED = 15


@blueprint.url_value_preprocessor
def _allow_a_file(endpoint: str | None, _values: Mapping[str, Any] | None) -> None:
    """A list may be larger than any other request."""
    if endpoint == "cohorts.upload_roster":
        request.max_content_length = MOST_BYTES + _FORM_BYTES


@blueprint.get("/cohorts/<uuid:key>/roster")
@requires(Permission.COHORTS_LEAD)
def roster_new(key: object) -> str:
    """The form for the file, and the imports so far."""
    return _upload_page(key)


def _upload_page(key: object, refusal: DomainError | None = None) -> str:
    db = reading()
    found = own_cohort(db, key)
    return render_template(
        "cohorts/roster/upload.html",
        cohort=found,
        imports=roster.imports_of(db, current_person(), found, now()),
        refusal=_(refusal.message) if refusal else None,
        fields=words.FIELD_NAMES.values(),
        RosterState=RosterState,
    )


@blueprint.post("/cohorts/<uuid:key>/roster")
@requires(Permission.COHORTS_LEAD)
def upload_roster(key: object) -> Response | tuple[str, int]:
    """Read the file and keep its rows until they are confirmed."""
    own_cohort(reading(), key)
    event_id = valid_event_id(request.form.get("event_id"))
    content, name = _sent_file()
    try:
        table = read(content)  # before the write: it takes up to a second
        db = writing()
        made = roster.start_import(
            db,
            own_cohort(db, key),
            table,
            (name, hashlib.sha256(content).hexdigest()),
            event_id,
            current_person(),
            now(),
        )
    except (RefusedFile, TooManyPeople, CohortArchived) as refusal:
        reading().rollback()
        return _upload_page(key, refusal), 422
    db.commit()
    return back_to(_address(key, made, "mapping"))


def _sent_file() -> tuple[bytes, str]:
    """The bytes and the name of the file; a large one lies on the disk until it is closed."""
    sent = request.files.get("file")
    if sent is None:
        return b"", ""
    try:
        return sent.read(), clean(sent.filename or "")
    finally:
        sent.close()


def _address(key: object, made: RosterImport, page: str) -> str:
    return url_for(f"cohorts.roster_{page}", key=key, roster_key=made.key)


@blueprint.get("/cohorts/<uuid:key>/roster/template.xlsx")
@requires(Permission.COHORTS_LEAD)
def roster_workbook(key: object) -> Response:
    """An empty workbook with headings in the reader's language."""
    own_cohort(reading(), key)
    content = blank.blank_workbook(_headings(), _("Trainees"))
    return download(content, blank.XLSX, "kapok-list.xlsx")


@blueprint.get("/cohorts/<uuid:key>/roster/template.csv")
@requires(Permission.COHORTS_LEAD)
def roster_csv(key: object) -> Response:
    """The same as CSV."""
    own_cohort(reading(), key)
    return download(blank.csv_file([_headings()]), blank.CSV, "kapok-list.csv")


def _headings() -> list[str]:
    return [str(name) for name in words.FIELD_NAMES.values()]


def _pending(db: Any, key: object, roster_key: object) -> tuple[RosterImport, RosterContent]:
    return roster.pending_of(db, current_person(), str(key), str(roster_key), now())


@blueprint.get("/cohorts/<uuid:key>/roster/<uuid:roster_key>/columns")
@requires(Permission.COHORTS_LEAD)
def roster_mapping(key: object, roster_key: object) -> str:
    """Which column holds what: a guess to correct."""
    return _mapping_page(*_pending(reading(), key, roster_key))


def _mapping_page(
    made: RosterImport, content: RosterContent, refusal: DomainError | None = None
) -> str:
    rows, chosen = roster.people_rows(content), roster.columns_of(content)
    headings = next((cells for number, cells in content.rows if number == content.header), ())
    width = max((len(cells) for _number, cells in content.rows), default=0)
    columns = [
        (
            index,
            column_name(index),
            headings[index] if index < len(headings) else "",
            _samples(rows, index),
            chosen.get(index),
        )
        for index in range(width)
    ]
    offered = [
        (number, " · ".join(cell for cell in cells if cell)[:60])
        for number, cells in content.rows[:_HEADINGS_OFFERED]
    ]
    return render_template(
        "cohorts/roster/columns.html",
        roster=made,
        content=content,
        columns=[column for column in columns if column[2] or column[3]],
        offered=offered,
        people=len(rows),
        fields=words.FIELD_NAMES,
        refusal=_(refusal.message) if refusal else None,
    )


def _samples(rows: Any, index: int) -> list[str]:
    filled = (cells[index] for _number, cells in rows if index < len(cells) and cells[index])
    return [value for value, _place in zip(filled, range(_SAMPLES), strict=False)]


@blueprint.post("/cohorts/<uuid:key>/roster/<uuid:roster_key>/columns")
@requires(Permission.COHORTS_LEAD)
def map_roster(key: object, roster_key: object) -> Response | tuple[str, int]:
    """Take the person's word for the columns."""
    db = writing()
    made, content = _pending(db, key, roster_key)
    before = content.header
    header: int = request.form.get("header", before, type=row_number)
    try:
        roster.set_columns(content, header, _asked_columns())
    except DomainError as refusal:
        db.rollback()
        return _mapping_page(*_pending(db, key, roster_key), refusal), 422
    moved = content.header != before
    db.commit()
    return back_to(_address(key, made, "mapping" if moved else "preview"))


def _asked_columns() -> dict[int, RosterField]:
    known = {field.value: field for field in RosterField}
    return {
        int(name.removeprefix("column-")): known[value]
        for name, value in request.form.items()
        if name.startswith("column-") and name[7:].isdecimal() and len(name) < 12
        if value in known
    }


@blueprint.get("/cohorts/<uuid:key>/roster/<uuid:roster_key>")
@requires(Permission.COHORTS_LEAD)
def roster_preview(key: object, roster_key: object) -> str | Response:
    """What the import would do, row by row."""
    db = reading()
    made = roster.import_of(db, current_person(), str(key), str(roster_key))
    if made.state is not RosterState.PENDING:
        return back_to(_address(key, made, "result"))
    made, content = _pending(db, key, roster_key)
    if not content.columns:
        return back_to(_address(key, made, "mapping"))
    preview = roster.preview_of(db, made, content, current_person())
    show = next((state for state in RowState if state == request.args.get("show")), None)
    rows = preview.of(show)
    last = max(1, -(-len(rows) // PAGE_SIZE))
    number = min(max(1, request.args.get("page", 1, type=row_number) or 1), last)
    return render_template(
        "cohorts/roster/preview.html",
        roster=made,
        preview=preview,
        rows=rows[(number - 1) * PAGE_SIZE : number * PAGE_SIZE],
        show=show,
        number=number,
        last=last,
        words=words,
        RowState=RowState,
    )


@blueprint.post("/cohorts/<uuid:key>/roster/<uuid:roster_key>")
@requires(Permission.COHORTS_LEAD)
def decide_roster(key: object, roster_key: object) -> Response:
    """Keep what was chosen for the rows of one page; then the next page, or the confirmation."""
    db = writing()
    made, content = _pending(db, key, roster_key)
    numbers = {str(number) for number, _cells in content.rows}
    asked = {name.removeprefix("row-"): value for name, value in request.form.items()}
    chosen = {name: value[:60] for name, value in asked.items() if name in numbers}
    roster.set_choices(content, chosen)
    db.commit()
    if request.form.get("go") == "confirm":
        return back_to(_address(key, made, "confirm"))
    back = url_for(
        "cohorts.roster_preview",
        key=key,
        roster_key=made.key,
        show=next((one.value for one in RowState if one == request.form.get("show")), None),
        page=request.form.get("page", 1, type=row_number),
    )
    return back_to(back, _("The choices are saved."))


@blueprint.get("/cohorts/<uuid:key>/roster/<uuid:roster_key>/confirm")
@requires(Permission.COHORTS_LEAD)
def roster_confirm(key: object, roster_key: object) -> str | Response:
    """Ask before anything is written."""
    db = reading()
    made = roster.import_of(db, current_person(), str(key), str(roster_key))
    if made.state is not RosterState.PENDING:
        return back_to(_address(key, made, "result"))
    made, content = _pending(db, key, roster_key)
    preview = roster.preview_of(db, made, content, current_person())
    return render_template(
        "cohorts/roster/confirm.html",
        roster=made,
        preview=preview,
        joining=sum(row.joins for row in preview.rows),
        words=words,
        RowState=RowState,
        event_id=new_event_id(),
    )


@blueprint.post("/cohorts/<uuid:key>/roster/<uuid:roster_key>/confirm")
@requires(Permission.COHORTS_LEAD)
def import_roster(key: object, roster_key: object) -> Response:
    """Write what the preview showed, once."""
    event_id = valid_event_id(request.form.get("event_id"))
    db, by = writing(), current_person()
    made = roster.import_of(db, by, str(key), str(roster_key))
    try:
        roster.confirm_import(db, made, event_id, request.form.get("fingerprint", ""), by, now())
    except (ListMoved, NumberTaken, CohortArchived, CohortHasNoPlace) as refusal:
        db.rollback()
        address = url_for("cohorts.roster_preview", key=key, roster_key=roster_key)
        return back_to(address, str(_(refusal.message)) % refusal.values, "care")
    db.commit()
    return back_to(_address(key, made, "result"), _("The list is imported."))


@blueprint.post("/cohorts/<uuid:key>/roster/<uuid:roster_key>/discard")
@requires(Permission.COHORTS_LEAD)
def discard_roster(key: object, roster_key: object) -> Response:
    """Delete the list; nothing was written."""
    db = writing()
    made, _content = _pending(db, key, roster_key)
    roster.discard_import(db, made, current_person(), now())
    db.commit()
    return back_to(url_for("cohorts.roster_new", key=key), _("The list is deleted."))
