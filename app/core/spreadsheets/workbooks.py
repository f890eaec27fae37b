"""Workbooks (.xlsx): the container is checked before anything in it is read."""

from __future__ import annotations

import io
import time
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from openpyxl import load_workbook

from app.core.spreadsheets.cells import text_of
from app.core.spreadsheets.delimited import trimmed
from app.core.spreadsheets.types import (
    MOST_CELLS,
    MOST_COLUMNS,
    MOST_ENTRIES,
    MOST_RATIO,
    MOST_ROWS,
    MOST_UNPACKED_BYTES,
    DamagedFile,
    Line,
    LockedWorkbook,
    MacroWorkbook,
    NoTable,
    RefusedFile,
    Table,
    TooLarge,
    TooManyColumns,
    TooManyRows,
)

#: Reading is given up after this much time of the processor; 5,000 rows of ten columns take 1 s.
MOST_SECONDS = 5
_LAST_ROW = 1_048_576  # Excel's own; a file that names a later one would be counted up to it
_SMALL = 200_000  # bytes; small parts may be packed as tightly as they like
_CHUNK = 65_536
_IGNORED_PARTS = ("xl/media/", "docProps/", "xl/printerSettings/")


def read_workbook(content: bytes) -> Table:
    """The rows of the first visible sheet that has any, every cell as text.

    Formulas are neither run nor believed: the formula itself is the text. Raises the refusals of
    `types`.
    """
    check_container(content)
    began = time.thread_time()
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        try:
            return _first_with_rows(book, began)
        finally:
            book.close()
    except RefusedFile:
        raise
    except Exception as error:  # openpyxl raises whatever its parts raise
        raise DamagedFile from error


def check_container(content: bytes) -> None:
    """Look at the zip directory, then count the bytes that really come out.

    Raises LockedWorkbook, MacroWorkbook, NoTable, TooLarge and DamagedFile.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as container:
            entries = container.infolist()
            _check_directory(entries)
            _check_kind({entry.filename for entry in entries}, container)
            _count(container, [one for one in entries if _is_read(one.filename)])
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise DamagedFile from error
    except (RuntimeError, ValueError, UnicodeError, KeyError) as error:
        raise DamagedFile from error


def _check_directory(entries: list[zipfile.ZipInfo]) -> None:
    if any(entry.flag_bits & 1 for entry in entries):
        raise LockedWorkbook
    if len(entries) > MOST_ENTRIES or sum(one.file_size for one in entries) > MOST_UNPACKED_BYTES:
        raise TooLarge
    if len({entry.filename for entry in entries}) < len(entries):
        raise DamagedFile
    for entry in entries:
        if entry.file_size > max(_SMALL, entry.compress_size * MOST_RATIO):
            raise TooLarge


def _check_kind(names: set[str], container: zipfile.ZipFile) -> None:
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise NoTable
    types = container.read("[Content_Types].xml").lower()
    has_macros = b"macroenabled" in types or b"vbaproject" in types
    if has_macros or any(name.lower().endswith(".bin") and "vba" in name.lower() for name in names):
        raise MacroWorkbook


def _is_read(name: str) -> bool:
    return name.endswith((".xml", ".rels")) and not name.startswith(_IGNORED_PARTS)


def _count(container: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    """Unpack without keeping: bytes, cells, and declarations that no workbook has."""
    unpacked = cells = 0
    for entry in entries:
        with container.open(entry) as part:
            tail = b""
            while chunk := part.read(_CHUNK):
                unpacked += len(chunk)
                seen = tail + chunk
                cells += seen.count(b"<c ") + seen.count(b"<c>") + seen.count(b"<c/")
                cells += seen.count(b":c ") + seen.count(b":c>") + seen.count(b":c/")
                if unpacked > MOST_UNPACKED_BYTES or cells > MOST_CELLS:
                    raise TooLarge
                if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen:
                    raise DamagedFile
                tail = chunk[-9:]


def _first_with_rows(book: Any, began: float) -> Table:
    table = Table((), "")
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            continue
        lines = tuple(_lines(sheet, began))
        if lines:
            return Table(lines, str(sheet.title))
    return table


def _lines(sheet: Any, began: float) -> Iterator[Line]:
    sheet.reset_dimensions()  # what the file says about its size is not believed
    found, gap = 0, None
    # One column more than allowed: enough to see that there are too many.
    for number, row in enumerate(
        sheet.iter_rows(max_row=_LAST_ROW, max_col=MOST_COLUMNS + 1), start=1
    ):
        if row is gap:  # openpyxl gives rows that are not there as one and the same
            continue
        if time.thread_time() - began > MOST_SECONDS:
            raise TooLarge
        cells = _cells(row)
        if not cells:
            gap = row
            continue
        if len(cells) > MOST_COLUMNS:
            raise TooManyColumns
        found += 1
        if found > MOST_ROWS:
            raise TooManyRows
        yield Line(number, cells)


def _cells(row: Any) -> tuple[str, ...]:
    width = len(row)
    while width and row[width - 1].value is None:
        width -= 1
    return trimmed([_text(cell) for cell in row[:width]])


def _text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    # Only numbers need their format, and looking it up costs more than the rest.
    is_number = cell.data_type == "n" and isinstance(value, int | float)
    return text_of(value, cell.number_format) if is_number else text_of(value)
