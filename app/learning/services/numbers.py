"""Reading a number as people type it, in any of the programme's scripts."""

from __future__ import annotations

import re
from decimal import Decimal

from app.learning.types import NotANumber

_ZEROS = "\u0ed0\u17e0\uff10"  # Lao, Khmer and full-width nought; nine more follow each
_MEANS: dict[int, str | None] = {
    ord(zero) + digit: str(digit) for zero in _ZEROS for digit in range(10)
}
_MEANS |= {ord(sign): "." for sign in ",\uff0c\uff0e\u3002"}
_MEANS |= {ord(sign): "-" for sign in "\u2212\uff0d"}
_MEANS |= dict.fromkeys(map(ord, " \t\u00a0\u202f\u2009\u3000\u200b\u200c\u200d\u2060\ufeff"))
_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{0,6})?|-?\.[0-9]{1,6}")


def parse_number(text: str) -> Decimal | None:
    """The number in the text; None when it is empty. Raises NotANumber for anything else.

    Western, Lao, Khmer and full-width digits; a comma or a point before decimals; spaces between.
    """
    plain = text.translate(_MEANS)
    if not plain:
        return None
    if not _NUMBER.fullmatch(plain):
        raise NotANumber
    return Decimal(plain)


def plain_number(value: Decimal) -> str:
    """The shortest way to write a number, so that 5, 5.0 and ໕ are stored alike."""
    whole = value.to_integral_value()
    return str(int(whole)) if value == whole else format(value.normalize(), "f")
