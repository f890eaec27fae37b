"""Print runs: certificates sent to paper in one order, each of them once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, exists, func, select, update
from sqlalchemy.orm import Session, joinedload

from app.accounts.models import User
from app.accounts.types import NameForm
from app.certificates import loader
from app.certificates.loader.content import Kind
from app.certificates.models import Certificate, PrintPart, PrintRun, PrintSheet
from app.certificates.services.desk.printers import known_name, shift_of
from app.certificates.services.desk.queue import sorted_by_printed_name, waiting
from app.certificates.services.template_choices import serving
from app.certificates.services.templates import id_to_print
from app.certificates.types.desk import (
    AlreadyInRun,
    NothingToPrint,
    PrintKind,
    RunGivenUp,
    RunTooLong,
    SheetsChanged,
    SheetState,
    UnknownRun,
)
from app.cohorts.models import Cohort
from app.core import audit, jobs
from app.core.db import insert_missing, insert_or_get
from app.core.events import digest_of, new_event_id, require_same
from app.core.pdf import Turning

#: Sheets in one file.
MOST_SHEETS = 1000
#: A file is made again from the frozen facts when somebody asks later.
KEEP_FILES = timedelta(days=30)
RECENT = 30


@dataclass(frozen=True, slots=True)
class RunDraft:
    """How a run is to be printed: what, in which order, on which printer, turned how."""

    kind: PrintKind = PrintKind.CERTIFICATE
    sorted_by: NameForm = NameForm.LATIN
    printer: str | None = None  # the name of a printer's offset
    turning: Turning = Turning.LONG_EDGE


def has_cards() -> bool:
    """Whether there is a template for wallet cards."""
    return bool(loader.names_of(Kind.CARD))


def send_to_print(
    db: Session,
    chosen: Sequence[Certificate],
    draft: RunDraft,
    cohort: Cohort | None,
    by: User | None,
    event_id: str,
    at: datetime,
) -> PrintRun:
    """Make a run of these certificates, or none; its sheets stand in the handover list's order.

    The same event again gives the first run. Of two at once with the same certificate one is
    refused. Raises NothingToPrint, RunTooLong, AlreadyInRun or EventConflict.
    """
    content = _content(draft, cohort, [one.key for one in chosen])
    run, is_new = _insert_run(db, draft, (cohort, None), by, event_id, at, content)
    if not is_new:
        return run
    if not chosen:
        raise NothingToPrint
    if len(chosen) > MOST_SHEETS:
        raise RunTooLong(most=MOST_SHEETS)
    ordered = sorted_by_printed_name(chosen, draft.sorted_by)
    add_sheets(db, run, [(one.id, None) for one in ordered])
    _record(db, run, by, at)
    return run


def send_keys_to_print(
    db: Session,
    keys: Collection[str],
    draft: RunDraft,
    cohort: Cohort | None,
    by: User,
    event_id: str,
    at: datetime,
) -> PrintRun:
    """Make a run of the certificates with these keys; as `send_to_print`.

    Raises AlreadyInRun also when one of them does not wait any more.
    """
    wanted = set(keys)
    query = select(Certificate).where(Certificate.key.in_(wanted), is_standing())
    chosen = db.scalars(query).all()
    known = db.scalars(select(PrintRun).where(PrintRun.event_id == event_id)).one_or_none()
    if known is not None:
        require_same(known.digest, _content(draft, cohort, wanted))
        return known
    if len(chosen) < len(wanted):
        raise AlreadyInRun
    return send_to_print(db, chosen, draft, cohort, by, event_id, at)


def is_standing() -> Any:
    """A certificate is neither revoked nor replaced: a condition on `Certificate`."""
    replacement = Certificate.__table__.alias("replacement")
    replaced = exists().where(replacement.c.replaces_id == Certificate.id)
    return and_(Certificate.revoked_at.is_(None), ~replaced)


def _content(draft: RunDraft, cohort: Cohort | None, keys: Collection[str]) -> dict[str, Any]:
    return {**asdict(draft), "cohort": cohort.key if cohort else None, "chosen": sorted(keys)}


def _insert_run(
    db: Session,
    draft: RunDraft,
    origin: tuple[Cohort | None, PrintRun | None],
    by: User | None,
    event_id: str,
    at: datetime,
    content: Mapping[str, Any],
) -> tuple[PrintRun, bool]:
    cohort, reprints = origin
    values = {
        "key": new_event_id(),
        "event_id": event_id,
        "digest": digest_of(content),
        "kind": draft.kind,
        "cohort_id": cohort.id if cohort else None,
        "reprints_id": reprints.id if reprints else None,
        "sorted_by": draft.sorted_by,
        "turning": draft.turning,
        "printer": known_name(db, draft.printer),
        "shift": asdict(shift_of(db, draft.printer)),
        "template_id": _look(db, draft.kind, reprints, at),
        "by_id": by.id if by else None,
        "made_at": at,
        "sheet_count": 0,
    }
    run, is_new = insert_or_get(db, PrintRun, values, ("event_id",))
    if not is_new:
        require_same(run.digest, content)
    return run, is_new


def _look(db: Session, kind: PrintKind, reprints: PrintRun | None, at: datetime) -> int | None:
    """The template of a run of cards: of the run that it prints again, else today's."""
    if kind is not PrintKind.CARD:
        return None
    if reprints is not None and reprints.template_id is not None:
        return reprints.template_id
    return id_to_print(db, serving(db, Kind.CARD), at)


def add_sheets(db: Session, run: PrintRun, ordered: Sequence[tuple[int, int | None]]) -> None:
    """The sheets of a new run: ids of certificates in order, each with the sheet it replaces.

    Raises AlreadyInRun.
    """
    rows: list[dict[str, Any]] = [
        {
            "key": new_event_id(),
            "run_id": run.id,
            "certificate_id": certificate_id,
            "kind": run.kind,
            "position": position,
            "state": SheetState.PRINTED,
            "replaces_id": replaces_id,
        }
        for position, (certificate_id, replaces_id) in enumerate(ordered, start=1)
    ]
    rows.sort(key=lambda row: row["certificate_id"])  # in one order, so that nobody waits in a ring
    if len(insert_missing(db, PrintSheet, rows)) < len(rows):
        raise AlreadyInRun
    run.sheet_count = len(rows)
    db.flush()


def reprint_run(
    db: Session,
    run: PrintRun,
    sheets: Sequence[PrintSheet],
    draft: RunDraft,
    by: User,
    event_id: str,
    at: datetime,
) -> tuple[PrintRun, bool]:
    """A run for spoiled sheets of another, still without its sheets; and whether it is new."""
    content = {**_content(draft, None, [one.key for one in sheets]), "reprints": run.key}
    return _insert_run(db, draft, (run.cohort, run), by, event_id, at, content)


def _record(db: Session, run: PrintRun, by: User | None, at: datetime) -> None:
    detail = {"sheets": run.sheet_count, "printer": run.printer}
    key = by.key if by else ""
    audit.record(db, "certificates.print-run", key, at, "print_run", run.key, detail)


def record_reprint(db: Session, run: PrintRun, by: User, at: datetime) -> None:
    """The trail's line of a reprint."""
    _record(db, run, by, at)


def refuse_given_up(run: PrintRun) -> None:
    """Raise RunGivenUp for a run that was: its certificates wait again."""
    if run.withdrawn_at is not None:
        raise RunGivenUp


def ask_file(db: Session, run: PrintRun) -> None:
    """Have the file made, or made again; one that waits already is not asked for twice."""
    run.fault = run.failed_at = None
    jobs.enqueue(db, "certificates.print-run", {"run": run.id}, f"certificates.print-run:{run.id}")


def run_for_cohort(
    db: Session, cohort: Cohort, draft: RunDraft, on: date, at: datetime
) -> PrintRun:
    """For a command: the run that it began and did not finish, else one of what waits, else its
    last one.

    Raises NothingToPrint when there is none of them.
    """
    own = (PrintRun.cohort_id == cohort.id, PrintRun.by_id.is_(None), PrintRun.kind == draft.kind)
    last = db.scalars(
        select(PrintRun)
        .where(*own, PrintRun.withdrawn_at.is_(None), PrintRun.reprints_id.is_(None))
        .order_by(PrintRun.id.desc())
        .limit(1)
    ).first()
    if last is not None and last.drawn_at is None:
        return last
    chosen = waiting(db, draft.kind, on, cohort)[:MOST_SHEETS]
    if chosen:
        return send_to_print(db, chosen, draft, cohort, None, new_event_id(), at)
    if last is None:
        raise NothingToPrint
    return last


def run_of(db: Session, key: str) -> PrintRun:
    """A run by its key, for whoever may print; raises UnknownRun."""
    query = select(PrintRun).options(
        joinedload(PrintRun.by), joinedload(PrintRun.cohort), joinedload(PrintRun.reprints)
    )
    found = db.scalars(query.where(PrintRun.key == key)).one_or_none()
    if found is None:
        raise UnknownRun
    return found


def recent_runs(db: Session) -> Sequence[PrintRun]:
    """The newest runs."""
    query = select(PrintRun).options(joinedload(PrintRun.cohort), joinedload(PrintRun.by))
    return db.scalars(query.order_by(PrintRun.id.desc()).limit(RECENT)).all()


def runs_to_reprint(db: Session) -> dict[PrintRun, int]:
    """Runs with spoiled sheets that nobody has printed again, and how many."""
    query = (
        select(PrintSheet.run_id, func.count())
        .where(PrintSheet.state == SheetState.SPOILED)
        .group_by(PrintSheet.run_id)
    )
    counts = {run_id: int(count) for run_id, count in db.execute(query)}
    runs = select(PrintRun).options(joinedload(PrintRun.cohort)).where(PrintRun.id.in_(counts))
    return {run: counts[run.id] for run in db.scalars(runs.order_by(PrintRun.id))}


def may_withdraw(db: Session, run: PrintRun) -> bool:
    """Whether nothing has been said about its sheets yet."""
    other = exists().where(PrintSheet.run_id == run.id, PrintSheet.state != SheetState.PRINTED)
    return run.withdrawn_at is None and not db.scalar(select(other))


def withdraw(db: Session, run: PrintRun, by: User, at: datetime) -> None:
    """Give the run up: its certificates wait again, and spoiled sheets are spoiled again.

    Again changes nothing. Raises SheetsChanged when a sheet was spoiled or handed over.
    """
    db.scalars(select(PrintRun.id).where(PrintRun.id == run.id).with_for_update()).one()
    db.refresh(run)
    if run.withdrawn_at is not None:
        return
    own = update(PrintSheet).where(PrintSheet.run_id == run.id)
    printed = own.where(PrintSheet.state == SheetState.PRINTED)
    gone = db.scalars(printed.values(state=SheetState.WITHDRAWN).returning(PrintSheet.id)).all()
    if len(gone) < run.sheet_count:
        raise SheetsChanged
    replaced = select(PrintSheet.replaces_id).where(PrintSheet.run_id == run.id)
    db.execute(
        update(PrintSheet).where(PrintSheet.id.in_(replaced)).values(state=SheetState.SPOILED)
    )
    run.withdrawn_at = at
    db.execute(delete(PrintPart).where(PrintPart.run_id == run.id))
    detail = {"sheets": run.sheet_count}
    audit.record(db, "certificates.withdraw-run", by.key, at, "print_run", run.key, detail)
