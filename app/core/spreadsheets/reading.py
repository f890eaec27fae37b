"""A file that somebody sent, as a table of text. What it is is told by its bytes, not its name."""

from __future__ import annotations

from app.core.spreadsheets.delimited import read_text
from app.core.spreadsheets.types import (
    MOST_BYTES,
    LockedWorkbook,
    NoRows,
    NoTable,
    OldWorkbook,
    Table,
    TooLarge,
)
from app.core.spreadsheets.workbooks import read_workbook

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
# Pictures, PDF, RTF, programs, archives: enough to name the ones that people pick by mistake.
_OTHERS = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"%PDF",
    b"{\\rtf",
    b"\x7fELF",
    b"\x1f\x8b",
    b"Rar!",
    b"7z\xbc\xaf",
    b"SQLite format",
    b"II*\0",
    b"MM\0*",
)


def read(content: bytes) -> Table:
    """The rows of an .xlsx, or of a CSV in UTF-8, UTF-16 or GB18030.

    Raises RefusedFile: each kind says what is wrong and what to do.
    """
    if len(content) > MOST_BYTES:
        raise TooLarge
    if not content.strip(b"\0 \r\n\t"):
        raise NoRows
    if content.startswith(_OLE):
        raise LockedWorkbook if _ENCRYPTED in content else OldWorkbook
    if content.startswith(_ZIP):
        table = read_workbook(content)
    elif content.startswith(_OTHERS):
        raise NoTable
    else:
        table = read_text(content)
    if not table.lines:
        raise NoRows
    return table
