"""QR codes: exact on paper and on screens, and the same for the same text."""

from __future__ import annotations

from typing import Any

import zxingcpp

from app.core.squares import Squares

QUIET_ZONE = 4  # modules of white on every side (ISO/IEC 18004)
#: Any of the eight masks may be used; the search for the prettiest one takes longer than the rest.
MASK = 3
#: At least this level of error correction, and a higher one where the code stays as small.
LEVELS = ("M", "Q", "H")
#: The side of version 4. What needs a larger code at level M fits no higher level of that version
#: (ISO/IEC 18004, table of capacities).
_MOST_WITH_ROOM = 33
_AS_DARK = bytes.maketrans(b"\x00\xff", b"\x01\x00")


def code(content: str) -> Squares:
    """The modules of the code, with a quiet zone round them.

    Runs of capitals and digits take fewer modules than other letters. Raises ValueError when the
    content is too long for a code.
    """
    found = _code(content, LEVELS[0])
    for level in LEVELS[1:]:
        if found.side > _MOST_WITH_ROOM:
            break
        better = _code(content, level)
        if better.side > found.side:
            break
        found = better
    return found


def _code(content: str, level: str) -> Squares:
    make: Any = zxingcpp.create_barcode  # the library's types do not name its options
    made = make(content, zxingcpp.BarcodeFormat.QRCode, ec_level=level, data_mask=MASK)
    picture: Any = zxingcpp.write_barcode_to_image(made, scale=1, add_quiet_zones=False)
    side: int = picture.shape[0]
    return Squares(side, bytes(picture).translate(_AS_DARK), QUIET_ZONE)


def svg(content: str, label: str = "", *, ground: bool = True) -> str:
    """The code with its quiet zone as an SVG picture; see `Squares.svg`."""
    return code(content).svg(label, ground=ground)
