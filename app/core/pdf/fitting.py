"""Lines that shrink until they fit, which CSS cannot do; and a check that nothing overflows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.core.pdf.document import DoesNotFit

FIT, BOX = "data-fit", "data-box"
TOLERANCE = 0.5  # CSS pixels; rounding of the layout
POINTS = 0.75  # of a CSS pixel
_CONTAINERS = {"BlockBox", "InlineBlockBox", "FlexBox", "TableCellBox"}
_SLACK = 0.995  # the measured ratio, a little less, so that the second layout surely fits


@dataclass(frozen=True, slots=True)
class Size:
    """A size of letters: in percent of the size before, and in points, as the style says it."""

    percent: float
    points: str

    @property
    def style(self) -> str:
        """What sets this size on an element."""
        return f"font-size: {self.points}pt"

    @property
    def pixels(self) -> float:
        """The size in CSS pixels."""
        return float(self.points) / POINTS


def smaller(pixels: float, room: float, width: float) -> Size:
    """The size at which a line of this width, at this size of letters, fits into the room."""
    scale = room / width * _SLACK
    return Size(scale * 100, f"{pixels * scale * POINTS:.3f}")


def shrink_to_fit(page: Any) -> bool:
    """Set a smaller size on each line that is too long; whether anything was changed.

    Raises DoesNotFit when the line would fall below its smallest size.
    """
    changed = False
    for box, allowed in _marked(page, FIT):
        width = max((line.width for line in _lines(box)), default=0.0)
        if width <= box.width + TOLERANCE:
            continue
        size = smaller(box.style["font_size"], box.width, width)
        if size.percent < float(allowed):
            raise _does_not_fit(box)
        box.element.set("style", size.style)
        changed = True
    return changed


def resize(root: Any, number: int, pixels: float) -> None:
    """Set a size on one of the elements with `data-fit`, counted from 0."""
    marked = [element for element in root.iter() if element.get(FIT) is not None]
    marked[number].set("style", f"font-size: {pixels * POINTS:.3f}pt")


def refuse_overflow(page: Any) -> None:
    """Raise DoesNotFit when something leaves its box or a fitted line is still too long."""
    for box, _allowed in _marked(page, BOX):
        bottom = box.content_box_y() + box.height + TOLERANCE
        right = box.content_box_x() + box.width + TOLERANCE
        for line in _lines(box):
            if line.position_y + line.height > bottom or line.position_x + line.width > right:
                raise _does_not_fit(box)
    for box, _allowed in _marked(page, FIT):
        if any(line.width > box.width + TOLERANCE for line in _lines(box)):
            raise _does_not_fit(box)


def has_own_places(laid_out: Any) -> bool:
    """Whether it is one page and each element in <body> stands at a place of its own."""
    if len(laid_out.pages) != 1:
        return False
    page = laid_out.pages[0]._page_box  # noqa: SLF001 (WeasyPrint offers no other way)
    body = next(box for box in page.descendants() if box.element_tag == "body")
    return all(getattr(box, "_box", box).style["position"] == "absolute" for box in body.children)


def _marked(page: Any, attribute: str) -> Iterator[tuple[Any, str]]:
    for box in page._page_box.descendants(placeholders=True):  # noqa: SLF001 (WeasyPrint offers no other way)
        element = getattr(box, "element", None)
        if element is None or _kind(box) not in _CONTAINERS:
            continue
        allowed = element.get(attribute)
        if allowed is not None:
            yield box, allowed


def _kind(box: Any) -> str:
    # A box taken out of the flow stands behind a placeholder that passes everything on.
    return type(getattr(box, "_box", box)).__name__


def _lines(box: Any) -> Iterator[Any]:
    for inner in box.descendants(placeholders=True):
        if _kind(inner) == "LineBox":
            yield inner


def _does_not_fit(box: Any) -> DoesNotFit:
    """The refusal, with the beginning of the text and the name of its place, if it has one."""
    text = " ".join("".join(box.element.itertext()).split())[:80]
    return DoesNotFit(text=text, slot=box.element.get("data-slot") or "")
