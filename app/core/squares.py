"""Pictures that are nothing but black squares in rows, such as QR codes: small, drawn exactly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_DARK = re.compile(b"\x01+")


@dataclass(frozen=True, slots=True)
class Squares:
    """A square picture: a byte for each square, row by row from the top; 1 is dark."""

    side: int
    dark: bytes
    #: How many squares of nothing are on every side of it.
    margin: int = 0

    @property
    def whole(self) -> int:
        """The side of the picture with its margins."""
        return self.side + 2 * self.margin

    def rows(self) -> Iterator[bytes]:
        """Each row of the picture."""
        for begin in range(0, len(self.dark), self.side):
            yield self.dark[begin : begin + self.side]

    def svg(self, label: str = "", *, ground: bool = True) -> str:
        """As an SVG picture in units of a square. `label` is for screen readers.

        The ground stays white, also on dark pages; on light paper it can be left out.
        """
        size = self.whole
        path = "".join(
            f"M{begin + self.margin} {y}h{end - begin}v1h-{end - begin}z"
            for y, row in enumerate(self.rows(), self.margin)
            for begin, end in (run.span() for run in _DARK.finditer(row))
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
