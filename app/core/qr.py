"""QR codes as rectangles: exact on paper and on screens, and the same bytes for the same text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import segno
from segno.consts import MODE_ALPHANUMERIC, MODE_BYTE

QUIET_ZONE = 4  # modules of white on every side (ISO/IEC 18004)
# Any of the eight masks may be used; the search for the prettiest one takes longer than the rest.
MASK = 3


_DARK = re.compile(b"\x01+")

#: Parts of one content, each with the mode of its letters.
Segments = list[tuple[str, int]]


def in_two_modes(text: str, capitals: str) -> Segments:
    """Text, and then capital letters and digits, which take 5.5 bits each and not 8."""
    return [(text, MODE_BYTE), (capitals, MODE_ALPHANUMERIC)]


def rows(content: str | Segments) -> list[list[bool]]:
    """The modules of the code at error level M, without the quiet zone."""
    parts: Any = content  # segno takes several parts, but its types do not say so
    code = segno.make(parts, error="m", mask=MASK, micro=False)
    return [[bool(module) for module in row] for row in code.matrix]


def rectangles(matrix: list[list[bool]]) -> Iterator[tuple[int, int, int]]:
    """Runs of dark modules: column, row and length."""
    for y, row in enumerate(matrix):
        for run in _DARK.finditer(bytes(row)):
            yield run.start(), y, run.end() - run.start()


def svg(content: str | Segments, label: str = "", *, ground: bool = True) -> str:
    """An SVG picture of the code with its quiet zone, in modules. `label` is for screen readers.

    The ground stays white, also on dark pages; on light paper it can be left out.
    """
    matrix = rows(content)
    size = len(matrix) + 2 * QUIET_ZONE
    path = "".join(
        f"M{x + QUIET_ZONE} {y + QUIET_ZONE}h{length}v1h-{length}z"
        for x, y, length in rectangles(matrix)
    )
    role = f'role="img" aria-label="{_attribute(label)}"' if label else 'aria-hidden="true"'
    white = f'<rect width="{size}" height="{size}" fill="#fff"/>' if ground else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" {role}>'
        f'{white}<path d="{path}" fill="#000"/></svg>'
    )


def _attribute(text: str) -> str:
    for letter, name in (("&", "amp"), ("<", "lt"), (">", "gt"), ('"', "quot")):
        text = text.replace(letter, f"&{name};")
    return text
