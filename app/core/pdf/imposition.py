"""Where pages land on paper: a printer's offset, and cards side by side on two-sided sheets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import pikepdf

from app.core.pdf.document import RenderingFailed

MM = 72 / 25.4  # points
#: The cross of the test page, from the left and the upper edge of the paper: what a printer's
#: size is measured from, so that a new size leaves the cross where the offset has put it.
CROSS_MM = 20.0
#: A card of ISO/IEC 7810 ID-1, about 85.6 × 54 mm.
CARD_MM = (85.6, 54.0)
COLUMNS, ROWS = 2, 5
CARDS_ON_A_SHEET = COLUMNS * ROWS
SHEET_MM = (210.0, 297.0)
_LEFT_MM = (SHEET_MM[0] - COLUMNS * CARD_MM[0]) / 2
_TOP_MM = (SHEET_MM[1] - ROWS * CARD_MM[1]) / 2
_MARK_MM = (1.5, 6.0)  # a cutting mark begins and ends so far from the cards
_TOLERANCE_MM = 0.3


class Turning(StrEnum):
    """Along which edge a two-sided sheet is turned over."""

    LONG_EDGE = "long-edge"
    SHORT_EDGE = "short-edge"


@dataclass(frozen=True, slots=True)
class Shift:
    """What one printer needs: millimetres to the right and down, and its size in percent."""

    right_mm: float = 0.0
    down_mm: float = 0.0
    percent: float = 100.0

    @property
    def is_nothing(self) -> bool:
        """Whether pages stay as they are."""
        return (self.right_mm, self.down_mm, self.percent) == (0.0, 0.0, 100.0)


def shift_pages(pdf: pikepdf.Pdf, shift: Shift) -> None:
    """Move and size what is drawn on every page; the paper stays as it is."""
    if shift.is_nothing:
        return
    size = shift.percent / 100
    for page in pdf.pages:
        left, _bottom, _right, top = map(float, page.mediabox)
        across, up = left + CROSS_MM * MM, top - CROSS_MM * MM
        x = across * (1 - size) + shift.right_mm * MM
        y = up * (1 - size) - shift.down_mm * MM
        page.contents_add(
            f"q {size:.6f} 0 0 {size:.6f} {x:.4f} {y:.4f} cm\n".encode(), prepend=True
        )
        page.contents_add(b"\nQ")


def card_sheets(cards: pikepdf.Pdf, *, sides: int = 2, turning: Turning) -> pikepdf.Pdf:
    """A4 sheets with ten cards each, the fronts in rows from the upper left corner.

    `cards` has one page for each side of each card, in order. With two sides every sheet is
    followed by its back, mirrored so that each back lies behind its front. Raises RenderingFailed
    when the pages are no cards.
    """
    faces = list(cards.pages)
    if len(faces) % sides:
        raise RenderingFailed(reason=f"{len(faces)} pages are no cards of {sides} sides")
    for face in faces:
        _refuse_other_size(face)
    sheets = pikepdf.new()
    for begin in range(0, len(faces), CARDS_ON_A_SHEET * sides):
        ten = faces[begin : begin + CARDS_ON_A_SHEET * sides]
        _add_sheet(sheets, ten[::sides], None)
        if sides > 1:
            _add_sheet(sheets, ten[1::sides], turning)
    return sheets


def _refuse_other_size(face: pikepdf.Page) -> None:
    left, bottom, right, top = map(float, face.mediabox)
    found = ((right - left) / MM, (top - bottom) / MM)
    if any(abs(one - other) > _TOLERANCE_MM for one, other in zip(found, CARD_MM, strict=True)):
        size = " × ".join(f"{one:.1f}" for one in found)
        raise RenderingFailed(reason=f"a card of {size} mm")


def _add_sheet(sheets: pikepdf.Pdf, faces: Sequence[pikepdf.Page], turning: Turning | None) -> None:
    """One side of a sheet; `turning` is None for the fronts."""
    page = sheets.add_blank_page(page_size=(SHEET_MM[0] * MM, SHEET_MM[1] * MM))
    drawn = [b"q 0.25 w 0.5 G"]
    drawn += [_line(*mark) for mark in _marks()]
    drawn.append(b"Q")
    for place, face in enumerate(faces):
        form = sheets.copy_foreign(face.as_form_xobject())
        name = page.add_resource(form, pikepdf.Name.XObject, name=pikepdf.Name(f"/Card{place}"))
        left, bottom = _place_of(place, mirrored=turning is not None)
        box = f"{left:.4f} {bottom:.4f} {CARD_MM[0] * MM:.4f} {CARD_MM[1] * MM:.4f} re W n"
        x, y = left - float(face.mediabox[0]), bottom - float(face.mediabox[1])
        drawn.append(f"q {box} 1 0 0 1 {x:.4f} {y:.4f} cm {name} Do Q".encode())
    if turning is Turning.SHORT_EDGE:  # the same sheet upside down
        width, height = SHEET_MM[0] * MM, SHEET_MM[1] * MM
        drawn = [f"q -1 0 0 -1 {width:.4f} {height:.4f} cm".encode(), *drawn, b"Q"]
    page.contents_add(b"\n".join(drawn))


def _place_of(place: int, *, mirrored: bool) -> tuple[float, float]:
    """The lower left corner of a card in points; behind a front its column is the other one."""
    row, column = divmod(place, COLUMNS)
    if mirrored:
        column = COLUMNS - 1 - column
    top = SHEET_MM[1] - _TOP_MM - row * CARD_MM[1]
    return (_LEFT_MM + column * CARD_MM[0]) * MM, (top - CARD_MM[1]) * MM


def _marks() -> Iterator[tuple[float, float, float, float]]:
    """Where to cut: short lines outside the cards, in mm from the lower left corner."""
    near, far = _MARK_MM
    width, height = COLUMNS * CARD_MM[0], ROWS * CARD_MM[1]
    for column in range(COLUMNS + 1):
        x = _LEFT_MM + column * CARD_MM[0]
        for edge, away in ((_TOP_MM, -1), (_TOP_MM + height, 1)):
            yield x, edge + away * near, x, edge + away * far
    for row in range(ROWS + 1):
        y = _TOP_MM + row * CARD_MM[1]
        for edge, away in ((_LEFT_MM, -1), (_LEFT_MM + width, 1)):
            yield edge + away * near, y, edge + away * far, y


def _line(x: float, y: float, to_x: float, to_y: float) -> bytes:
    return f"{x * MM:.3f} {y * MM:.3f} m {to_x * MM:.3f} {to_y * MM:.3f} l S".encode()
