"""Sheets on paper: spoiled ones, those printed again, those handed over, and their register."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from app.accounts.models import User
from app.certificates.models import Certificate, PrintRun, PrintSheet, SheetAct
from app.certificates.services.desk.runs import (
    RunDraft,
    add_sheets,
    is_standing,
    record_reprint,
    refuse_given_up,
    reprint_run,
)
from app.certificates.types import ReasonMissing
from app.certificates.types.desk import (
    NOT_PRINTED_YET,
    SHEET_STATE_NAMES,
    NoSheetChosen,
    RunNotReady,
    SheetActKind,
    SheetsChanged,
    SheetState,
)
from app.core import audit
from app.core.db import among, insert_or_get
from app.core.events import digest_of, require_same

PAGE_SIZE = 100
MAX_REASON = 300
#: From which state an act leads to which, its name in the trail, and what it fills in.
_STEPS = {
    SheetActKind.SPOIL: (SheetState.PRINTED, SheetState.SPOILED),
    SheetActKind.HAND_OVER: (SheetState.PRINTED, SheetState.HANDED_OVER),
    SheetActKind.TAKE_BACK: (SheetState.HANDED_OVER, SheetState.PRINTED),
}


def sheets_of(db: Session, run: PrintRun) -> Sequence[PrintSheet]:
    """The sheets of a run in their order, with their certificates and what was said of them."""
    query = (
        select(PrintSheet)
        .options(
            joinedload(PrintSheet.certificate).joinedload(Certificate.replacement),
            joinedload(PrintSheet.spoiled).joinedload(SheetAct.by),
            joinedload(PrintSheet.handed).joinedload(SheetAct.by),
        )
        .where(PrintSheet.run_id == run.id)
    )
    return db.scalars(query.order_by(PrintSheet.position)).unique().all()


def state_word(sheet: PrintSheet) -> str:
    """The name of a sheet's state, to be translated; without a file nothing can be on paper."""
    if sheet.state is SheetState.PRINTED and sheet.run.drawn_at is None:
        return NOT_PRINTED_YET
    return SHEET_STATE_NAMES[sheet.state]


def act_on(
    db: Session,
    run: PrintRun,
    keys: Collection[str],
    kind: SheetActKind,
    reason: str,
    by: User,
    event_id: str,
    at: datetime,
) -> int:
    """Say of these sheets that they are spoiled, handed over, or not after all; returns how many.

    All of them or none. The same event again changes nothing. A revoked or replaced certificate
    is not handed over. Raises NoSheetChosen, ReasonMissing, RunNotReady, RunGivenUp,
    SheetsChanged or EventConflict.
    """
    reason = reason.strip()[:MAX_REASON]
    content = {"run": run.key, "sheets": sorted(keys), "kind": kind, "reason": reason}
    if not keys:
        raise NoSheetChosen
    if kind is SheetActKind.SPOIL and not reason:
        raise ReasonMissing
    values = {
        "event_id": event_id,
        "digest": digest_of(content),
        "run_id": run.id,
        "kind": kind,
        "reason": reason or None,
        "by_id": by.id,
        "done_at": at,
    }
    act, is_new = insert_or_get(db, SheetAct, values, ("event_id",))
    if not is_new:
        require_same(act.digest, content)
        return len(keys)
    refuse_given_up(run)
    if run.drawn_at is None:
        raise RunNotReady
    _move(db, run, keys, act)
    detail = {"sheets": len(keys), "reason": reason or None}
    audit.record(db, f"certificates.{kind}", by.key, at, "print_run", run.key, detail)
    return len(keys)


def _move(db: Session, run: PrintRun, keys: Collection[str], act: SheetAct) -> None:
    # One act on a run after the other: two lists of sheets never wait for each other in a ring.
    db.scalars(select(PrintRun.id).where(PrintRun.id == run.id).with_for_update()).one()
    before, after = _STEPS[act.kind]
    filled: dict[str, Any] = {"state": after}
    if act.kind is SheetActKind.SPOIL:
        filled["spoiled_id"] = act.id
    else:
        filled["handed_id"] = act.id if act.kind is SheetActKind.HAND_OVER else None
    query = update(PrintSheet).where(
        PrintSheet.run_id == run.id, PrintSheet.key.in_(keys), PrintSheet.state == before
    )
    if act.kind is SheetActKind.HAND_OVER:
        query = query.where(PrintSheet.certificate_id.in_(_standing()))
    moved = db.scalars(query.values(**filled).returning(PrintSheet.id)).all()
    if len(moved) < len(set(keys)):
        raise SheetsChanged


def _standing() -> Any:
    return select(Certificate.id).where(is_standing())


def reprint(
    db: Session,
    run: PrintRun,
    keys: Collection[str],
    printer: str | None,
    by: User,
    event_id: str,
    at: datetime,
) -> PrintRun:
    """Print spoiled sheets again, and nothing else: a new run in the same order that names them.

    The same event again gives the first run. Raises NoSheetChosen, SheetsChanged or EventConflict.
    """
    chosen = [one for one in sheets_of(db, run) if one.key in keys]
    if not chosen:
        raise NoSheetChosen
    draft = RunDraft(run.kind, run.sorted_by, printer, run.turning)
    again, is_new = reprint_run(db, run, chosen, draft, by, event_id, at)
    if not is_new:
        return again
    spoiled = (
        PrintSheet.id.in_([one.id for one in chosen]),
        PrintSheet.state == SheetState.SPOILED,
        PrintSheet.certificate_id.in_(_standing()),
    )
    values = {"state": SheetState.REPRINTED}
    moved = update(PrintSheet).where(*spoiled).values(**values).returning(PrintSheet.id)
    if len(db.scalars(moved).all()) < len(chosen):
        raise SheetsChanged
    add_sheets(db, again, [(one.certificate_id, one.id) for one in chosen])
    record_reprint(db, again, by, at)
    return again


def register(
    db: Session, state: SheetState | None = None, before: int | None = None
) -> Sequence[PrintSheet]:
    """Every printed sheet, the newest first, a page at a time."""
    query = (
        select(PrintSheet)
        .options(
            joinedload(PrintSheet.certificate),
            joinedload(PrintSheet.run).joinedload(PrintRun.by),
            joinedload(PrintSheet.spoiled).joinedload(SheetAct.by),
            joinedload(PrintSheet.handed).joinedload(SheetAct.by),
        )
        .order_by(PrintSheet.id.desc())
        .limit(PAGE_SIZE)
    )
    if state is not None:
        query = query.where(PrintSheet.state == state)
    if before is not None:
        query = query.where(PrintSheet.id < before)
    return db.scalars(query).unique().all()


def export_sheets(db: Session, certificate_ids: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    """The printed sheets of certificates as plain data to take away, by the certificate's id."""
    query = (
        select(PrintSheet)
        .options(
            joinedload(PrintSheet.run),
            joinedload(PrintSheet.spoiled),
            joinedload(PrintSheet.handed),
        )
        .where(among(PrintSheet.certificate_id, certificate_ids))
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for sheet in db.scalars(query.order_by(PrintSheet.id)):
        found.setdefault(sheet.certificate_id, []).append(
            {
                "kind": str(sheet.kind),
                "state": str(sheet.state),
                "printed_at": sheet.run.made_at.isoformat(),
                "spoiled_at": sheet.spoiled.done_at.isoformat() if sheet.spoiled else None,
                "handed_over_at": sheet.handed.done_at.isoformat() if sheet.handed else None,
            }
        )
    return found
