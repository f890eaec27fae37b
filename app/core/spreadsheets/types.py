"""A table as plain text, its limits, and why a file is refused."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.errors import N_, DomainError

#: A file on its way in. 5,000 people in UTF-16, the widest encoding, take 1.5 MB.
MOST_BYTES = 4_000_000
#: All parts of an .xlsx unpacked. 5,000 rows of ten columns take 3 MB.
MOST_UNPACKED_BYTES = 24_000_000
#: A part that unpacks to more times its size is no list; real ones reach 20.
MOST_RATIO = 150
MOST_ENTRIES = 500
#: Rows with something in them.
MOST_ROWS = 5_500
MOST_COLUMNS = 60
MOST_CELLS = 200_000
#: What one cell may hold: Excel's own limit.
LONGEST_CELL = 32_767


class RefusedFile(DomainError):
    """A file that is no table, or none that we open."""

    status = 422
    message = N_("This file cannot be read.")


class NoRows(RefusedFile):
    """Nothing stands in it."""

    message = N_("This file has no rows. Send the file with the list.")


class NoTable(RefusedFile):
    """A picture, a document, a program: whatever its name says."""

    message = N_("This is no table, whatever its name says. Send an .xlsx or .csv file.")


class OldWorkbook(RefusedFile):
    """Excel's format until 2003."""

    message = N_(
        "This file is in the old Excel format (.xls). Open it in Excel, choose Save as, and "
        "take .xlsx."
    )


class LockedWorkbook(RefusedFile):
    """Encrypted with a password."""

    message = N_(
        "This file is locked with a password. Open it in Excel, remove the password, and save it "
        "again."
    )


class MacroWorkbook(RefusedFile):
    """A workbook that carries programs."""

    message = N_(
        "This file contains macros, and we do not open those. In Excel choose Save as, and take "
        ".xlsx without macros."
    )


class DamagedFile(RefusedFile):
    """Cut off, or written by a faulty program."""

    message = N_("This file is damaged. Open it in Excel, save it again, and send the new file.")


class TooLarge(RefusedFile):
    """More bytes, packed or unpacked, than a list can need."""

    message = N_("This file is too large for a list. Copy only the list into a new file.")


class TooManyRows(RefusedFile):
    """More rows than one list may have."""

    message = N_("This list has too many rows. Split it into files of at most 5000 people.")


class TooManyColumns(RefusedFile):
    """More columns than one list may have."""

    message = N_("This list has too many columns. Copy only the needed columns into a new file.")


class UnknownEncoding(RefusedFile):
    """Text in an encoding that we do not read."""

    message = N_(
        "We cannot read the letters of this file. In Excel choose Save as, and take .xlsx or "
        "“CSV UTF-8”."
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One row with something in it: its number as Excel shows it, from 1, and its cells."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file. `source` says how it was read: an encoding, or the sheet's name."""

    lines: tuple[Line, ...]
    source: str

    @property
    def width(self) -> int:
        """How many columns hold something."""
        return max((len(line.cells) for line in self.lines), default=0)
