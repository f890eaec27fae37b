"""What stands in one cell, as clean text, and the name of its column."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time
from string import ascii_uppercase

from app.core.spreadsheets.types import LONGEST_CELL
from app.core.spreadsheets.writing import plain

# Full-width letters and digits as a Chinese keyboard types them. The rest of NFKC would change
# how Lao names are spelt (ຳ), so it is not used.
_WIDE = {
    code: code - 0xFEE0
    for first, last in ((0xFF10, 0xFF19), (0xFF21, 0xFF3A), (0xFF41, 0xFF5A))
    for code in range(first, last + 1)
}
_WIDE |= {0xFF0D: ord("-"), 0xFF0E: ord("."), 0xFF0F: ord("/"), 0xFF3F: ord("_"), 0xFF20: ord("@")}
_UNSEEN = re.compile("[\u00ad\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff]")
_AT_THE_ENDS = " \u200b\u200c\u200d"
_ZEROS = re.compile(r"0{2,30}")


def clean(text: str) -> str:
    """The text on one line: no marks of direction, no control characters, single spaces."""
    text = plain(text)  # as `blank.csv_file` writes it
    if text.isascii() and text.isprintable():
        return " ".join(text[:LONGEST_CELL].split())
    seen = _UNSEEN.sub("", text[:LONGEST_CELL].translate(_WIDE))
    spaced = "".join(" " if unicodedata.category(one) in _SPACES else one for one in seen)
    return " ".join(spaced.split()).strip(_AT_THE_ENDS)


_SPACES = {"Cc", "Cs", "Zs", "Zl", "Zp"}


def text_of(value: object, number_format: str = "General") -> str:
    """A workbook's value as the text that a person sees there; formulas stay as written.

    A number of zeros as its format (`00000000`) keeps the zeros before it.
    """
    match value:
        case None | str():
            return clean(value or "")
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            return _number(value, number_format)
        case datetime() | date() | time():
            return _moment(value)
        case _:
            return clean(str(value))


def _moment(value: date | time) -> str:
    if isinstance(value, datetime):
        is_day = (value.hour, value.minute, value.second) == (0, 0, 0)
        return value.date().isoformat() if is_day else value.isoformat(" ", "minutes")
    return value.isoformat()


def _number(value: float, number_format: str) -> str:
    # Beyond 15 digits Excel has lost the rest: better to show that than to make up digits.
    if abs(value) < 10**15 and value == int(value):
        digits = str(int(value))
        return digits.zfill(len(number_format)) if _ZEROS.fullmatch(number_format) else digits
    return f"{value:.15G}"


def column_name(index: int) -> str:
    """The letters of a column as Excel shows them; `index` counts from 0."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = ascii_uppercase[rest] + name
    return name
