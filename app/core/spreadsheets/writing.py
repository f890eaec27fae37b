"""Our tables as .xlsx and CSV: row by row, and never a formula of somebody else's making.

A program that opens a CSV runs a cell that begins like a formula (OWASP, CSV injection). Such a
cell gets an apostrophe in front, which spreadsheets show as text; `plain` takes it off again. In
.xlsx each cell says what it is, so text stays text there as it was typed.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import TextIOWrapper
from tempfile import SpooledTemporaryFile
from typing import IO

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

Cell = str | int | float | date | None

#: What spreadsheets take for the beginning of a formula, and the full-width twins.
FORMULA_STARTS = "=+-@\t\r\n\0＝＋－＠"
#: With apostrophes before it too: what was guarded twice is unguarded once.
_LIKE_A_FORMULA = re.compile(f"'*[{re.escape(FORMULA_STARTS)}]")
_IN_MEMORY = 2 * 1024**2  # larger workbooks go to a temporary file
_SHEET_NAME = 31  # Excel's limit
_NOT_IN_SHEET_NAMES = str.maketrans("[]:*?/\\", "       ")
_WIDTH = (8, 60)  # of a column, in letters


@dataclass(frozen=True, slots=True)
class Table:
    """A table to give away: its title in the reader's language, headers, and rows as they come."""

    title: str
    headers: tuple[str, ...]
    rows: Iterable[Sequence[Cell]]


def safe(text: str) -> str:
    """The text as a CSV cell that no spreadsheet runs."""
    return f"'{text}" if _LIKE_A_FORMULA.match(text) else text


def plain(cell: str) -> str:
    """The text that `safe` was given."""
    return cell[1:] if cell[:1] == "'" and _LIKE_A_FORMULA.match(cell) else cell


def csv_file(table: Table) -> IO[bytes]:
    """The table as CSV: UTF-8 with the mark by which Excel knows it, CRLF (RFC 4180).

    A file open at its beginning, which the caller closes; rows leave memory as they are written.
    """
    file = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 (the caller closes it)
    text = TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([safe(header) for header in table.headers])
    writer.writerows([_written(cell) for cell in row] for row in table.rows)
    text.detach()  # the file stays open
    file.seek(0)
    return file


def _written(cell: Cell) -> str | int | float:
    match cell:
        case None:
            return ""
        case str():
            return safe(cell)
        case datetime():
            return cell.isoformat(sep=" ", timespec="minutes")
        case date():
            return cell.isoformat()
        case _:
            return cell


def xlsx_file(table: Table) -> IO[bytes]:
    """The table as a workbook with one sheet; a file as `csv_file` gives it."""
    file = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 (the caller closes it)
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd",
        "remove_timezone": True,
    }
    with Workbook(file, options) as workbook:
        name = table.title.translate(_NOT_IN_SHEET_NAMES)[:_SHEET_NAME].strip(" '")
        _fill(workbook, workbook.add_worksheet(name or None), table)
    file.seek(0)
    return file


def _fill(workbook: Workbook, sheet: Worksheet, table: Table) -> None:
    bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    least, most = _WIDTH
    for column, header in enumerate(table.headers):
        sheet.set_column(column, column, max(least, min(most, len(header) + 4)))
    sheet.freeze_panes(1, 0)
    for column, header in enumerate(table.headers):
        sheet.write_string(0, column, header, bold)
    for number, row in enumerate(table.rows, start=1):
        for column, cell in enumerate(row):
            match cell:
                case None:
                    pass
                case str():
                    sheet.write_string(number, column, cell)
                case datetime():
                    sheet.write_datetime(number, column, cell, moment)
                case date():
                    sheet.write_datetime(number, column, cell)
                case _:
                    sheet.write_number(number, column, cell)
