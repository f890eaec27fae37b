"""The file of a run: pages from frozen facts, a part at a time, so that a crash loses little."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.certificates import rendering
from app.certificates.loader import Template
from app.certificates.loader.content import Kind
from app.certificates.models import Certificate, PrintPart, PrintRun, PrintSheet
from app.certificates.services.desk.runs import KEEP_FILES, refuse_given_up
from app.certificates.services.printing import printed
from app.certificates.services.template_choices import serving
from app.certificates.services.templates import current, frozen, kept
from app.certificates.types import UnprintableName
from app.certificates.types.desk import PrintKind, RunNotReady
from app.core import jobs, pdf
from app.core.clock import programme_date
from app.core.db import insert_or_get
from app.core.errors import kept_sentence
from app.core.pdf import Binding, Document, DoesNotFit, MissingGlyph, Shift
from app.courses.library import library

#: Certificates that are drawn together; what a crash loses at most.
PEOPLE_AT_ONCE = 50
#: The number of the part that is the whole file.
WHOLE = 0
#: Trying again would not help; the administrator must hear of it.
LASTING = (UnprintableName, MissingGlyph, DoesNotFit)


@dataclass(frozen=True, slots=True)
class Pages:
    """What is drawn next: the number of the part, and each one's facts and template in order."""

    number: int
    facts: Sequence[Mapping[str, Any]]
    templates: Sequence[Template]


@dataclass(frozen=True, slots=True)
class Progress:
    """How many sheets are drawn, of how many, and whether the file is whole."""

    done: int
    total: int
    is_whole: bool


def next_pages(db: Session, run_id: int) -> Pages | None:
    """The next part that is missing; None when all are there, or the run needs no file."""
    run = db.get(PrintRun, run_id)
    if run is None or run.withdrawn_at or run.fault:
        return None
    made = set(db.scalars(select(PrintPart.number).where(PrintPart.run_id == run_id)))
    last = -(-run.sheet_count // PEOPLE_AT_ONCE)
    missing = next((number for number in range(1, last + 1) if number not in made), None)
    if missing is None or WHOLE in made:
        return None
    begin = (missing - 1) * PEOPLE_AT_ONCE
    query = (
        select(Certificate)
        .join(PrintSheet, PrintSheet.certificate_id == Certificate.id)
        .where(PrintSheet.run_id == run_id, PrintSheet.position > begin)
        .order_by(PrintSheet.position)
        .limit(PEOPLE_AT_ONCE)
    )
    found = db.scalars(query).all()
    facts = [printed(one) for one in found]
    if run.kind is PrintKind.CARD:
        card = _card(db, run)
        return Pages(missing, facts, [card] * len(facts))
    return Pages(missing, facts, _templates(db, facts))


def _templates(db: Session, all_facts: Sequence[Mapping[str, Any]]) -> list[Template]:
    """The template of each, read once for all that were issued with the same state of it."""
    known: dict[tuple[str, int], Template] = {}
    found = []
    for facts in all_facts:
        key = facts["template"], facts.get("template_version", 0)
        if key not in known:
            known[key] = frozen(db, facts)
        found.append(known[key])
    return found


def _card(db: Session, run: PrintRun) -> Template:
    """The template of a run of cards; for runs of before that was frozen, today's."""
    if run.template_id is None:
        return current(db, serving(db, Kind.CARD))
    return kept(db, run.template_id)


def drawn_part(pages: Pages) -> bytes:
    """The pages of a part, to be bound. Raises UnprintableName or what `pdf.render` raises."""
    return pdf.render_together(_documents(pages), is_part=True)


def _documents(pages: Pages) -> list[Document]:
    return [
        rendering.document_of(facts, template)
        for facts, template in zip(pages.facts, pages.templates, strict=True)
    ]


def fault_of(pages: Pages) -> str:
    """Which certificate of a part cannot be drawn, and why; empty when each can be by itself."""
    for facts, template in zip(pages.facts, pages.templates, strict=True):
        try:
            drawn_part(Pages(pages.number, [facts], [template]))
        except LASTING as error:
            return f"{facts['serial']}, {facts['names']['native'][:100]}: {kept_sentence(error)}"
    return ""


def store_part(db: Session, run_id: int, number: int, content: bytes, at: datetime) -> None:
    """Keep a part; one that another worker has kept meanwhile stays."""
    values = {"run_id": run_id, "number": number, "content": content, "made_at": at}
    insert_or_get(db, PrintPart, values, ("run_id", "number"))
    failed = (PrintRun.id == run_id, PrintRun.failed_at.is_not(None))
    db.execute(update(PrintRun).where(*failed).values(failed_at=None))


def record_fault(db: Session, run_id: int, fault: str) -> None:
    """Keep why the file could not be made."""
    values = {"fault": fault[:500], "failed_at": None}
    db.execute(update(PrintRun).where(PrintRun.id == run_id).values(values))


def record_failure(db: Session, run_id: int, at: datetime) -> None:
    """Say of a run without its file that the worker gave it up."""
    numbers = select(PrintPart.run_id).where(PrintPart.number == WHOLE)
    waits = (PrintRun.id == run_id, PrintRun.fault.is_(None), PrintRun.id.not_in(numbers))
    db.execute(update(PrintRun).where(*waits).values(failed_at=at))


def parts_of(db: Session, run_id: int) -> list[bytes] | None:
    """All parts in order when they wait to become the file; None when there is nothing to do."""
    run = db.get(PrintRun, run_id)
    if run is None or run.withdrawn_at or run.fault:
        return None
    query = select(PrintPart).where(PrintPart.run_id == run_id).order_by(PrintPart.number)
    found = db.scalars(query).all()
    if not found or found[0].number == WHOLE:
        return None
    return [part.content for part in found]


def binding_of(db: Session, run_id: int) -> Binding:
    """How a run's pages become its file: a bookmark for each person, the printer's shift."""
    run = db.get_one(PrintRun, run_id)
    query = (
        select(Certificate.facts["names"]["native"].as_string(), Certificate.serial)
        .join(PrintSheet, PrintSheet.certificate_id == Certificate.id)
        .where(PrintSheet.run_id == run_id)
        .order_by(PrintSheet.position)
    )
    bookmarks = [f"{name} · {serial}" for name, serial in db.execute(query)]
    cards = run.turning if run.kind is PrintKind.CARD else None
    return Binding(_title(run), bookmarks, Shift(**run.shift), cards)


def _title(run: PrintRun) -> str:
    day = str(programme_date(run.made_at, library().programme.timezone))
    return f"{run.cohort.name} · {day}" if run.cohort else day


def finish(db: Session, run_id: int, content: bytes, at: datetime) -> None:
    """Keep the whole file instead of its parts, once, for as long as files are kept."""
    store_part(db, run_id, WHOLE, content, at)
    later = (PrintPart.run_id == run_id, PrintPart.number != WHOLE)
    db.execute(delete(PrintPart).where(*later))
    first = (PrintRun.id == run_id, PrintRun.drawn_at.is_(None))
    db.execute(update(PrintRun).where(*first).values(drawn_at=at))
    jobs.enqueue(
        db,
        "certificates.forget-print-files",
        {},
        f"certificates.forget-print-files:{run_id}",
        at + KEEP_FILES,
    )


def file_of(db: Session, run: PrintRun) -> bytes:
    """The whole file; raises RunGivenUp, or RunNotReady when it is not made or not kept now."""
    refuse_given_up(run)
    whole = (PrintPart.run_id == run.id, PrintPart.number == WHOLE)
    content = db.scalar(select(PrintPart.content).where(*whole))
    if content is None:
        raise RunNotReady
    return content


def progress_of(db: Session, run: PrintRun) -> Progress:
    """How far the file is."""
    numbers = set(db.scalars(select(PrintPart.number).where(PrintPart.run_id == run.id)))
    if WHOLE in numbers:
        return Progress(run.sheet_count, run.sheet_count, True)
    return Progress(min(len(numbers) * PEOPLE_AT_ONCE, run.sheet_count), run.sheet_count, False)


def forget_files(db: Session, at: datetime) -> None:
    """Delete files that are old enough; they can be made again."""
    db.execute(delete(PrintPart).where(PrintPart.made_at <= at - KEEP_FILES))
