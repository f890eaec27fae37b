"""A list of 5,000 people: reading the file, the preview, and the page that shows it."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator

import xlsxwriter
from sqlalchemy import select

from app.accounts.models import User
from app.cohorts.models import Cohort
from app.cohorts.services import roster
from app.core.clock import now
from app.core.db import begin_write
from app.core.events import new_event_id
from app.core.spreadsheets.reading import read
from benchmarks.report import Figure
from benchmarks.sites import ADMINISTRATOR, site

PEOPLE = 5_000
BUDGET_S = 3
HEADINGS = ("No.", "Họ và tên", "Name in passport", "中文姓名", "学号", "Passport", "国籍", "Note")


def measure() -> Iterator[Figure]:
    """CPU seconds of each step; the budget is for reading and preview together."""
    began = time.process_time()
    table = read(_workbook())
    reading = time.process_time() - began
    yield Figure(f"read an .xlsx of {PEOPLE} people", reading, "s")
    with site(60) as found, found.database.session() as db:
        begin_write(db)
        cohort = db.scalars(select(Cohort).order_by(Cohort.id)).first()
        by = db.scalars(select(User).where(User.username == ADMINISTRATOR)).one()
        file = ("list.xlsx", "0" * 64)
        made = roster.start_import(db, cohort, table, file, new_event_id(), by, now())
        db.commit()
        began = time.process_time()
        _made, content = roster.pending_of(db, by, cohort.key, made.key, now())
        preview = roster.preview_of(db, made, content, by)
        taken = time.process_time() - began
        new = f"{preview.written} of {preview.total} rows would be imported"
        yield Figure("read and preview it", reading + taken, "s", BUDGET_S, new)


def _workbook() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADINGS)
        for number in range(1, PEOPLE + 1):
            name = f"Nguyễn Văn {_word(number)}"
            latin = f"NGUYEN VAN {_word(number).upper()}"
            row = (
                number,
                name,
                latin,
                "阮文安",
                20260000 + number,
                f"C{1000000 + number}",
                "VN",
                "x",
            )
            sheet.write_row(number, 0, row)
    return out.getvalue()


def _word(number: int) -> str:
    return "".join(chr(97 + number // 26**place % 26) for place in range(3))
