"""The register of printed sheets as a table."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.certificates.models import PrintRun, PrintSheet, SheetAct
from app.certificates.services import desk
from app.certificates.types.desk import PrintKind
from app.core.errors import N_
from app.overview.services.tables.asking import Asked, Row

_AT_ONCE = 500  # rows fetched together
KIND_NAMES = {PrintKind.CERTIFICATE: N_("Certificate"), PrintKind.CARD: N_("Wallet card")}
HEADERS = (
    N_("Serial number"),
    N_("Name"),
    N_("What was printed"),
    N_("Printed on"),
    N_("Printed by"),
    N_("Printer"),
    N_("Number in the list"),
    N_("State"),
    N_("What was wrong"),
    N_("Marked as spoiled on"),
    N_("Handed over on"),
    N_("Handed over by"),
)


def sheet_rows(asked: Asked) -> Iterator[Row]:
    """Every sheet of the cohort's print runs, or of all; oldest first."""
    query = (
        select(PrintSheet)
        .join(PrintRun, PrintRun.id == PrintSheet.run_id)
        .options(
            joinedload(PrintSheet.certificate),
            joinedload(PrintSheet.run).joinedload(PrintRun.by),
            joinedload(PrintSheet.spoiled),
            joinedload(PrintSheet.handed).joinedload(SheetAct.by),
        )
        .order_by(PrintSheet.id)
    )
    if asked.cohort is not None:
        query = query.where(PrintRun.cohort_id == asked.cohort.id)
    for sheet in asked.db.scalars(query.execution_options(yield_per=_AT_ONCE)):
        run, spoiled, handed = sheet.run, sheet.spoiled, sheet.handed
        yield (
            sheet.certificate.serial,
            sheet.certificate.facts["names"]["native"],
            asked.say(KIND_NAMES[sheet.kind]),
            asked.day(run.made_at),
            run.by.display_name if run.by else None,
            run.printer,
            sheet.position,
            asked.say(desk.state_word(sheet)),
            spoiled.reason if spoiled else None,
            asked.day(spoiled.done_at) if spoiled else None,
            asked.day(handed.done_at) if handed else None,
            handed.by.display_name if handed else None,
        )
