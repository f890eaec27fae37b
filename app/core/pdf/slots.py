"""Where a laid-out page has its words: read from WeasyPrint's boxes, never set by hand.

Whatever is not understood here raises CannotSet, and the page is drawn by WeasyPrint itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from weasyprint.layout.replaced import replacedbox_layout

from app.core.pdf.fitting import FIT, TOLERANCE
from app.core.pdf.fonts import FAMILIES, WEIGHTS
from app.core.pdf.shaping import Shaped, shaped

CLOSE = 0.25  # CSS pixels, 0.07 mm: two places are the same
_INLINE = frozenset({"LineBox", "InlineBox", "TextBox"})
_CONTAINERS = frozenset({"BlockBox", "InlineBlockBox", "FlexBox", "TableCellBox"})
#: What a text must have for our shaping to be WeasyPrint's.
_PLAIN: dict[str, object] = {
    "font_family": tuple(FAMILIES),
    "font_style": "normal",
    "font_stretch": "normal",
    "font_kerning": "auto",
    "font_variant_ligatures": "normal",
    "font_variant_position": "normal",
    "font_variant_caps": "normal",
    "font_variant_numeric": "normal",
    "font_variant_alternates": "normal",
    "font_variant_east_asian": "normal",
    "font_feature_settings": "normal",
    "font_variation_settings": "normal",
    "font_language_override": "normal",
    "text_decoration_line": "none",
    "visibility": "visible",
    "direction": "ltr",
    "word_spacing": 0,
}
_SPACEABLE = frozenset({"Kapok Latin", "Kapok Han", "Kapok Han More"})
_TRANSFORMS: dict[str, Callable[[str], str]] = {"none": str, "uppercase": str.upper}


class CannotSet(Exception):
    """The page has something that the fast path does not know; WeasyPrint draws it."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """What changes with the size of a line. Distances in CSS pixels."""

    #: For each piece: its size, letter spacing, distance from what stands before, and baseline.
    sizes: tuple[float, ...]
    spacings: tuple[float, ...]
    gaps: tuple[float, ...]
    baselines: tuple[float, ...]
    tail: float


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of one style on a line."""

    #: Which of the page's words these are, and what stands round them on the line.
    node: int
    before: str
    after: str
    text: str
    transform: str
    weight: int
    language: str
    is_spaced: bool
    color: tuple[float, float, float]

    def with_words(self, words: str) -> str:
        """The piece's text with other words."""
        return f"{self.before}{_TRANSFORMS[self.transform](words)}{self.after}"

    def shaped(self, text: str) -> Shaped:
        """A text in this piece's style; raises MissingGlyph or CannotSet."""
        found = shaped(text, self.weight, self.language, is_spaced=self.is_spaced)
        if self.is_spaced and any(face.family not in _SPACEABLE for face in found.faces):
            raise CannotSet("letter spacing of a script with marks")
        return found


@dataclass(frozen=True, slots=True)
class Fit:
    """The element with `data-fit` that a line stands in."""

    #: Which one it is in the page, its size in CSS pixels, its smallest size in percent.
    number: int
    size: float
    allowed: float
    room: float
    is_one_line: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page and the room for it."""

    page: int
    pieces: tuple[Piece, ...]
    metrics: Metrics
    left: float
    room: float
    align: str
    #: Whether other words may stand here: the only line of its element.
    is_alone: bool
    fit: Fit | None
    indent: float

    def start(self, width: float) -> float:
        """Where a line of this width begins (WeasyPrint, `text_align`)."""
        free = max(self.room - width, 0.0)
        return self.left + {"start": 0.0, "center": free / 2, "end": free}[self.align]


@dataclass(frozen=True, slots=True)
class Picture:
    """Where a page's own picture stands, in CSS pixels."""

    page: int
    name: str
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Plan:
    """A laid-out page as places for words and pictures."""

    #: Width and height of each page.
    pages: tuple[tuple[float, float], ...]
    lines: tuple[Line, ...]
    pictures: tuple[Picture, ...]
    #: Left, top, width and height of every box that is no part of a line.
    geometry: tuple[float, ...]

    def has_same_frame(self, other: Plan) -> bool:
        """Whether all that is no text stands at the same places."""
        return len(self.geometry) == len(other.geometry) and all(
            abs(one - two) < CLOSE for one, two in zip(self.geometry, other.geometry, strict=True)
        )


def read(laid_out: Any, words: Sequence[str], pictures: frozenset[str]) -> Plan:
    """The places on laid-out pages; raises CannotSet.

    `words` are the page's in order, `pictures` the names of files that each page has its own of.
    """
    reader = _Reader(words, pictures)
    sizes = []
    for number, page in enumerate(laid_out.pages):
        box = page._page_box  # noqa: SLF001 (WeasyPrint offers no other way)
        sizes.append((float(box.margin_width()), float(box.margin_height())))
        reader.read_page(number, box)
    if reader.next_word != len(words):
        raise CannotSet("words that are not drawn")
    return Plan(tuple(sizes), tuple(reader.lines), tuple(reader.pictures), tuple(reader.geometry))


def blank(laid_out: Any, pictures: frozenset[str]) -> None:
    """Take words and own pictures out of laid-out pages; what remains is the frame of all."""
    for page in laid_out.pages:
        for box, _above in _walk(page._page_box, ()):  # noqa: SLF001 (as above)
            if _kind(box) == "TextBox":
                box.text = ""
            elif _source(box) in pictures:
                box.width = 0


def _walk(box: Any, above: tuple[Any, ...]) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    box = getattr(box, "_box", box)
    yield box, above
    for child in getattr(box, "children", ()):
        yield from _walk(child, (*above, box))


def _kind(box: Any) -> str:
    return type(box).__name__


def _source(box: Any) -> str:
    if getattr(box, "replacement", None) is None or box.element is None:
        return ""
    return str(box.element.get("src") or "")


class _Reader:
    def __init__(self, words: Sequence[str], pictures: frozenset[str]) -> None:
        self.words, self.own_pictures = words, pictures
        self.next_word, self.begun = 0, ""
        self.lines: list[Line] = []
        self.pictures: list[Picture] = []
        self.geometry: list[float] = []
        self.fits: dict[int, int] = {}

    def read_page(self, number: int, page: Any) -> None:
        for box, above in _walk(page, ()):
            kind = _kind(box)
            if kind == "LineBox":
                self._read_line(number, box, above)
            elif _source(box) in self.own_pictures:
                width, height, left, top = map(float, replacedbox_layout(box))
                _refuse_unplain(above, (left, top, width, height))
                self.pictures.append(Picture(number, _source(box), left, top, width, height))
            if kind not in _INLINE:
                place = (box.position_x, box.position_y, box.width, box.height)
                self.geometry += [number, *map(float, place)]
                self._count_fit(box)

    def _count_fit(self, box: Any) -> None:
        element = getattr(box, "element", None)
        if element is not None and element.get(FIT) is not None:
            self.fits.setdefault(id(element), len(self.fits))

    def _read_line(self, number: int, line: Any, above: tuple[Any, ...]) -> None:
        texts = [(box, over) for box, over in _walk(line, above) if _kind(box) != "LineBox"]
        pieces, sizes, spacings, gaps, baselines = [], [], [], [], []
        holder, end = above[-1], float(line.position_x)
        left, room = float(holder.content_box_x()), float(holder.width)
        place = (left, float(line.position_y), room, float(line.height))
        for box, over in texts:
            if _kind(box) == "InlineBox":
                _refuse_decorated(box)
            elif _kind(box) != "TextBox":
                raise CannotSet(f"{_kind(box)} on a line")
            elif box.text.strip(" "):
                _refuse_unplain(over, place)
                piece = self._piece(box)
                begin, width = float(box.position_x), float(box.width)
                size, spacing = float(box.style["font_size"]), _spacing(box)
                if abs(piece.shaped(box.text).width_at(size, spacing) - width) > CLOSE:
                    raise CannotSet(f"another width of {box.text}")
                pieces.append(piece)
                sizes.append(size)
                spacings.append(spacing)
                gaps.append(begin - end)
                baselines.append(float(box.position_y + box.baseline))
                end = begin + width
        if not pieces:
            return
        tail = float(line.position_x + line.width) - end
        metrics = Metrics(tuple(sizes), tuple(spacings), tuple(gaps), tuple(baselines), tail)
        known = Line(
            number, tuple(pieces), metrics, left, room, _align(line, holder),
            len(holder.children) == 1, self._fit(above, holder), float(line.position_x) - left,
        )  # fmt: skip
        self.lines.append(known)

    def _piece(self, box: Any) -> Piece:
        style = box.style
        for name, value in _PLAIN.items():
            found = style[name]
            if (tuple(found) if name == "font_family" else found) != value:
                raise CannotSet(f"{name}: {found}")
        if style["font_weight"] not in WEIGHTS or style["text_transform"] not in _TRANSFORMS:
            raise CannotSet("weight or capitals")
        if style["white_space"] not in ("normal", "nowrap") or box.justification_spacing:
            raise CannotSet("white space")
        text = str(box.text)
        begin, end = len(text) - len(text.lstrip(" ")), len(text.rstrip(" "))
        return Piece(
            self._node(text, str(style["text_transform"])), text[:begin], text[end:], text,
            str(style["text_transform"]), int(style["font_weight"]), str(style["lang"] or "en"),
            style["letter_spacing"] != "normal" and style["letter_spacing"] != 0, _color(style),
        )  # fmt: skip

    def _node(self, text: str, transform: str) -> int:
        """Which of the page's words a box has; words on several lines have several boxes."""
        if self.next_word >= len(self.words):
            raise CannotSet("more words than were written")
        wanted = _TRANSFORMS[transform](self.words[self.next_word]).replace(" ", "")
        self.begun += text.replace(" ", "")
        found = self.next_word
        if not wanted.startswith(self.begun):
            raise CannotSet(f"other words than were written: {text}")
        if wanted == self.begun:
            self.next_word, self.begun = found + 1, ""
        return found

    def _fit(self, above: tuple[Any, ...], holder: Any) -> Fit | None:
        marked = [
            box
            for box in above
            if _kind(box) in _CONTAINERS
            and box.element is not None
            and box.element.get(FIT) is not None
        ]
        if not marked:
            return None
        if len({id(box.element) for box in marked}) > 1 or marked[-1].width != holder.width:
            raise CannotSet("fitted in two ways")
        box = marked[0]
        return Fit(
            self.fits[id(box.element)], float(box.style["font_size"]),
            float(box.element.get(FIT)), float(box.width),
            box.style["white_space"] == "nowrap" and _count_lines(box) == 1,
        )  # fmt: skip


def _count_lines(box: Any) -> int:
    return sum(_kind(inner) == "LineBox" for inner, _above in _walk(box, ()))


def _align(line: Any, holder: Any) -> str:
    align, last = line.style["text_align_all"], line.style["text_align_last"]
    align = align if last == "auto" else last
    known = {"start": "start", "left": "start", "justify": "start", "center": "center"}
    known |= {"end": "end", "right": "end"}
    indent = holder.style["text_indent"]
    if align not in known or getattr(indent, "value", indent):
        raise CannotSet("alignment")
    return known[align]


def _spacing(box: Any) -> float:
    found = box.style["letter_spacing"]
    return 0.0 if found == "normal" else float(found)


def _color(style: Any) -> tuple[float, float, float]:
    color = style["color"]
    if color.alpha != 1 or color.space not in ("srgb", "hsl", "hwb"):
        raise CannotSet("a colour one can see through")
    red, green, blue = color.to("srgb").coordinates
    return float(red), float(green), float(blue)


def _refuse_unplain(above: tuple[Any, ...], place: tuple[float, float, float, float]) -> None:
    """Raise CannotSet where something above a place would change how it is drawn."""
    for box in above:
        style = box.style
        if style["opacity"] < 1 or getattr(box, "transformation_matrix", None):
            raise CannotSet("opacity or transform")
        if style["clip"] or getattr(box, "block_ellipsis", "none") != "none":
            raise CannotSet("clip")
        if style["overflow"] != "visible" and _kind(box) != "PageBox" and not _holds(box, place):
            raise CannotSet("overflow")


def _holds(box: Any, place: tuple[float, float, float, float]) -> bool:
    """Whether nothing of a place (left, top, width, height) is cut off at the box."""
    left, top, width, height = place
    right = box.padding_box_x() + box.padding_width() + TOLERANCE
    bottom = box.padding_box_y() + box.padding_height() + TOLERANCE
    return bool(
        box.padding_box_x() - TOLERANCE <= left
        and box.padding_box_y() - TOLERANCE <= top
        and left + width <= right
        and top + height <= bottom
    )


def _refuse_decorated(box: Any) -> None:
    borders = (box.style[f"border_{side}_width"] for side in ("top", "right", "bottom", "left"))
    if any(borders) or (box.background is not None and box.background.layers):
        raise CannotSet("a box drawn on a line")
