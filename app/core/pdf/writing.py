"""Pages as content streams: texts and codes over forms that all pages share."""

from __future__ import annotations

import zlib
from binascii import unhexlify
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import pikepdf
from pikepdf import Array, Dictionary, Name

from app.core.pdf import faces
from app.core.pdf.actualtext import INVISIBLE
from app.core.pdf.assembly import ART, Layer, packed
from app.core.pdf.fitting import POINTS
from app.core.pdf.setting import Placed
from app.core.pdf.shaping import Face, Glyph, Shaped
from app.core.pdf.slots import Picture
from app.core.squares import Squares

_QUICK = 3  # of zlib's levels: a tenth larger than the usual one in a third of the time
CODE = "/KapokCode"
#: Dots of a square's side: programs that smooth pictures then smooth a square's edge only.
_DOTS = 4
_AS_DOTS = bytes.maketrans(b"\0\1", b"f0")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page that is written here and not drawn by WeasyPrint."""

    #: Which page of its layers lies under it.
    number: int
    #: Width and height in CSS pixels.
    size: tuple[float, float]
    under: tuple[Layer, ...]
    #: Texts that many pages have in common, of all pages of the document: the same tuple for all.
    fixed: tuple[Placed, ...]
    texts: tuple[Placed, ...]
    #: Own pictures and their places.
    pictures: tuple[tuple[Picture, Squares], ...]


class Writer:
    """One file of pages."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        """Write into this file."""
        self.pdf = pdf
        self._fonts = self.pdf.make_indirect(Dictionary())
        #: Forms by what is drawn in them, which is kept so that its id stays its own.
        self._forms: dict[tuple[int, int], tuple[str, pikepdf.Object, object]] = {}
        self._glyphs: dict[Face, set[int]] = {}

    def add(self, page: Drawn) -> None:
        """Append a page."""
        width, height = (side * POINTS for side in page.size)
        box = Array([0, 0, round(width, 3), round(height, 3)])
        drawings = Dictionary()
        content = [self._laid_under(layer, page.number, drawings) for layer in page.under]
        if page.fixed:
            content.append(self._fixed(page, box, height, drawings))
        for place, picture in page.pictures:
            name = f"{CODE}{len(drawings)}"
            drawings[name] = self._code(picture)
            content.append(_in_the_middle(name, place, picture, height))
        content += [_text(text, height) for text in page.texts]
        self._use(page.texts)
        written = Dictionary(
            Type=Name.Page,
            MediaBox=box,
            Resources=Dictionary(Font=self._fonts, XObject=drawings),
            Contents=self.pdf.make_stream(_packed(content), Filter=Name.FlateDecode),
        )
        self.pdf.pages.append(pikepdf.Page(self.pdf.make_indirect(written)))

    def append(self, pages: Sequence[pikepdf.Page]) -> None:
        """Append pages of another file."""
        self.pdf.pages.extend(pages)

    def embed_fonts(self, *, is_part: bool = False) -> None:
        """Put in the fonts that the pages need, or a list of their glyphs."""
        for face, glyphs in self._glyphs.items():
            make = faces.listed if is_part else faces.embedded
            self._fonts[faces.resource(face)] = make(self.pdf, face, glyphs)

    def content(self, *, is_part: bool = False) -> bytes:
        """The file's bytes. As a part it only lists glyphs; `faces.join` brings the fonts."""
        self.embed_fonts(is_part=is_part)
        return packed(self.pdf)

    def _laid_under(self, layer: Layer, number: int, drawings: Dictionary) -> str:
        key = (id(layer), number)
        if key not in self._forms:
            self._add_form(key, layer, self.pdf.copy_foreign(layer.form(number)))
        drawn = self._form(key, drawings)
        return f"q {drawn} Q" if layer.is_text else f"/Artifact BMC q {drawn} Q EMC"

    def _fixed(self, page: Drawn, box: Array, height: float, drawings: Dictionary) -> str:
        key = (id(page.fixed), page.number)
        if key not in self._forms:
            self._use(page.fixed)
            form = self.pdf.make_stream(
                _content_of(page.fixed, page.number, height),
                Filter=Name.FlateDecode,
                Type=Name.XObject,
                Subtype=Name.Form,
                BBox=box,
                Resources=Dictionary(Font=self._fonts),
            )
            self._add_form(key, page.fixed, form)
        return self._form(key, drawings)

    def _add_form(self, key: tuple[int, int], kept: object, form: pikepdf.Object) -> None:
        self._forms[key] = (f"{ART}{len(self._forms)}", form, kept)

    def _form(self, key: tuple[int, int], drawings: Dictionary) -> str:
        """The operator that draws a form, which is put among the page's drawings."""
        name, form, _kept = self._forms[key]
        drawings[name] = form
        return f"{name} Do"

    def _code(self, code: Squares) -> pikepdf.Stream:
        """A picture whose dark dots are painted and whose others are left as they are."""
        side = code.side * _DOTS
        rows = [row.translate(_AS_DOTS) + b"f" * (code.side % 2) for row in code.rows()]
        dots = unhexlify(b"".join(row * _DOTS for row in rows))
        return self.pdf.make_stream(
            zlib.compress(dots, _QUICK),
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=side,
            Height=side,
            ImageMask=True,
            BitsPerComponent=1,
            Filter=Name.FlateDecode,
        )

    def _use(self, texts: Iterable[Placed]) -> None:
        """Remember the glyphs that the file's fonts must have."""
        for text in texts:
            for run in text.shaped.runs:
                used = self._glyphs.setdefault(run.face, set())
                used.update(glyph.number for glyph in run.glyphs)


def _packed(operators: Sequence[str]) -> bytes:
    return zlib.compress("\n".join(operators).encode(), _QUICK)


@lru_cache(maxsize=32)
def _content_of(texts: tuple[Placed, ...], page: int, height: float) -> bytes:
    """The operators for those of the texts that stand on a page."""
    return _packed([_text(text, height) for text in texts if text.page == page])


def _text(text: Placed, height: float) -> str:
    before, after = _operators(text.shaped, text.text, text.size, text.spacing)
    red, green, blue = text.color
    left, up = text.left * POINTS, height - text.baseline * POINTS
    color = f"{red:.4g} {green:.4g} {blue:.4g} rg"
    return f"{before} {color} 1 0 0 1 {left:.3f} {up:.3f} Tm\n{after}"


@lru_cache(maxsize=500)
def _operators(shaped: Shaped, text: str, size: float, spacing: float) -> tuple[str, str]:
    """What stands before and after a text's colour and place."""
    said = text.translate(INVISIBLE).encode("utf-16-be").hex().upper()
    lines, pen = [], _Pen()
    for run in shaped.runs:
        lines.append(f"{faces.resource(run.face)} {size * POINTS:.3f} Tf")
        lines += pen.shown(run.glyphs, spacing / size, size * POINTS)
    lines.append("ET EMC")
    return f"/Span<</ActualText<FEFF{said}>>>BDC BT", "\n".join(lines)


class _Pen:
    """Where the next glyph is drawn, and where it should be, in thousandths of an em."""

    def __init__(self) -> None:
        self.at, self.wanted, self.rise = 0, 0.0, 0.0

    def shown(self, glyphs: Sequence[Glyph], spacing: float, size: float) -> Iterator[str]:
        """The operators for some glyphs of one face; text rise in points."""
        row: list[str] = []
        ends = [following.begins for _glyph, following in pairwise(glyphs)]
        for glyph, is_end in zip(glyphs, [*ends, True], strict=True):
            if glyph.up != self.rise:
                yield from _row(row)
                row, self.rise = [], glyph.up
                yield f"{glyph.up * size:.3f} Ts"
            back = round(self.at - self.wanted - glyph.right * 1000)
            if back:
                row.append(f"{back}")
                self.at -= back
            row.append(f"<{glyph.number:04x}>")
            self.at += glyph.units
            self.wanted += (glyph.advance + (spacing if is_end else 0)) * 1000
        yield from _row(row)
        if self.rise:
            yield "0 Ts"
            self.rise = 0.0


def _row(parts: Iterable[str]) -> Iterator[str]:
    if text := "".join(f" {part} " if part[0] != "<" else part for part in parts):
        yield f"[{text.replace('><', '')}]TJ"


def _in_the_middle(name: str, place: Picture, picture: Squares, height: float) -> str:
    """A square picture in the middle of its place, without its margins."""
    whole = min(place.width, place.height) * POINTS
    side = whole * picture.side / picture.whole
    left = (place.left + place.width / 2) * POINTS - side / 2
    bottom = height - (place.top + place.height / 2) * POINTS - side / 2
    placed = f"{side:.3f} 0 0 {side:.3f} {left:.3f} {bottom:.3f} cm"
    return f"/Artifact BMC q 0 g {placed} {name} Do Q EMC"
