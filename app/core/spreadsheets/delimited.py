"""Text files of rows: which encoding, which separator, which cells."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter

from app.core.spreadsheets.cells import clean
from app.core.spreadsheets.types import (
    LONGEST_CELL,
    MOST_CELLS,
    MOST_COLUMNS,
    MOST_ROWS,
    DamagedFile,
    Line,
    NoTable,
    Table,
    TooLarge,
    TooManyColumns,
    TooManyRows,
    UnknownEncoding,
)

SEPARATORS = ",;\t|"
_TRIED = 30  # lines looked at to find the separator
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)


def read_text(content: bytes) -> Table:
    """The rows of a CSV file in UTF-8, UTF-16 or GB18030.

    Raises UnknownEncoding, NoTable, DamagedFile and the limits' refusals.
    """
    text, encoding = decoded(content)
    if text.lstrip()[:200].lower().startswith(("<!doctype", "<html", "<table", "<?xml")):
        raise NoTable
    separator, text = _separator(text)
    try:
        lines = tuple(_lines(text, separator))
    except csv.Error as error:
        raise DamagedFile from error
    return Table(lines, encoding)


def decoded(content: bytes) -> tuple[str, str]:
    """The text and the name of its encoding: by its mark, else UTF-8, else GB18030."""
    tries = [(codec, name) for mark, codec, name in _MARKS if content.startswith(mark)]
    tries = tries or _without_mark(content)
    for codec, name in tries:
        try:
            text = content.decode(codec)
        except UnicodeDecodeError:
            continue
        if "\0" not in text and (codec.startswith("utf-8") or _is_text(text)):
            return text, name
    raise NoTable if b"\0" in content else UnknownEncoding


def _without_mark(content: bytes) -> list[tuple[str, str]]:
    if b"\0" in content[:2000]:  # every other byte of Latin letters in UTF-16
        halves = content[0:2000:2].count(0), content[1:2000:2].count(0)
        return [("utf-16-be" if halves[0] > halves[1] else "utf-16-le", "UTF-16")]
    return [("utf-8", "UTF-8"), ("gb18030", "GB18030")]


def _is_text(text: str) -> bool:
    """Whether no sign stands in it that nobody types: GB18030 decodes nearly any bytes."""
    strange = sum(
        (ord(sign) < 32 and sign not in "\t\r\n\f\v\x1a") or "\ue000" <= sign <= "\uf8ff"
        for sign in text
    )
    return strange * 200 <= len(text)


def _separator(text: str) -> tuple[str, str]:
    """The separator that splits most lines into the same number of cells; Excel's own line
    (`sep=;`) decides, and becomes an empty row so that row numbers stay.
    """
    first = text.partition("\n")[0].strip("\r\ufeff ")
    if first.lower().startswith("sep=") and len(first) == 5:
        return first[4], text.partition("\n")[2] and "\n" + text.partition("\n")[2]
    sample = "\n".join(text[:100_000].splitlines()[:_TRIED])
    return max(SEPARATORS, key=lambda one: _agreement(sample, one)), text


def _agreement(sample: str, separator: str) -> tuple[int, int]:
    try:
        rows = csv.reader(io.StringIO(sample, newline=""), delimiter=separator)
        widths = Counter(len(row) for row in rows if len(row) > 1)
    except csv.Error:
        return 0, 0
    width, times = max(widths.items(), key=lambda one: one[1], default=(0, 0))
    return times, width


def _lines(text: str, separator: str) -> list[Line]:
    csv.field_size_limit(LONGEST_CELL * 4)
    found: list[Line] = []
    cells_seen = 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    for number, row in enumerate(reader, start=1):
        cells_seen += len(row)
        if cells_seen > MOST_CELLS:
            raise TooLarge
        cells = trimmed([clean(cell) for cell in row])
        if cells:
            found.append(Line(number, cells))
        if len(cells) > MOST_COLUMNS:
            raise TooManyColumns
        if len(found) > MOST_ROWS:
            raise TooManyRows
    return found


def trimmed(cells: list[str]) -> tuple[str, ...]:
    """The cells without the empty ones at the end."""
    while cells and not cells[-1]:
        cells.pop()
    return tuple(cells)
