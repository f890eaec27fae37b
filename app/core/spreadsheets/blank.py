"""Small tables to take away and fill in: .xlsx with cells of text, and CSV that Excel opens."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

import xlsxwriter

from app.core.spreadsheets.writing import safe

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"


def csv_file(rows: Iterable[Sequence[str]]) -> bytes:
    """The rows as CSV in UTF-8 with its mark, by which Excel knows the letters.

    A cell that Excel would run as a formula gets an apostrophe before it.
    """
    out = io.StringIO(newline="")
    csv.writer(out).writerows([safe(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def blank_workbook(headings: Sequence[str], name: str) -> bytes:
    """A workbook with one sheet, its headings, and columns of text: Excel makes no dates and cuts
    no zeros there.
    """
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet(name[:31])
        bold = book.add_format({"bold": True, "num_format": "@", "bottom": 1})
        text = book.add_format({"num_format": "@"})
        sheet.set_column(0, len(headings) - 1, 26, text)
        sheet.write_row(0, 0, headings, bold)
        sheet.freeze_panes(1, 0)
    return out.getvalue()
