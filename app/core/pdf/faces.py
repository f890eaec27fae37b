"""Faces in a file: one subset each, whatever the number of pages and parts."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import pikepdf
import uharfbuzz as hb
from pikepdf import Array, Dictionary, Name

from app.core.pdf.fonts import FAMILIES
from app.core.pdf.glyphs import Letters
from app.core.pdf.shaping import Face, face_of

#: How the names of faces begin among a page's fonts.
PREFIX = "/KapokFace-"
_UNUSED = (b"GSUB", b"GPOS", b"GDEF", b"BASE", b"vhea", b"vmtx", b"VORG")
_CMAP = """/CIDInit /ProcSet findresource begin 12 dict begin begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def /CMapType 2 def
1 begincodespacerange <0000> <FFFF> endcodespacerange
{letters}
endcmap CMapName currentdict /CMap defineresource pop end end"""


def resource(face: Face) -> str:
    """The name of a face among a page's fonts."""
    return f"{PREFIX}{face.family.replace(' ', '')}-{face.weight}"


def listed(pdf: pikepdf.Pdf, _face: Face, glyphs: Iterable[int]) -> pikepdf.Object:
    """What stands for a font in a part of a file, which `join` takes: the glyphs that it needs."""
    return pdf.make_indirect(Dictionary(Type=Name.Font, Glyphs=Array(sorted(set(glyphs)))))


def embedded(pdf: pikepdf.Pdf, face: Face, glyphs: Iterable[int]) -> pikepdf.Object:
    """The font of these glyphs. Each keeps its number, so that subsets can be joined later."""
    used = sorted(set(glyphs))
    content = _subset(face, used)
    stream = pdf.make_stream(content, Length1=len(content))
    tag = "".join(chr(65 + byte % 26) for byte in zlib.crc32(content).to_bytes(4, "big") + b"KP")
    name = Name(f"/{tag}+{face.name}")
    extents = face.font.get_font_extents("ltr")
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=name,
        Flags=4,
        FontBBox=[-1000, -500, 2000, 1300],
        ItalicAngle=0,
        Ascent=round(extents.ascender * 1000 / face.em),
        Descent=round(extents.descender * 1000 / face.em),
        CapHeight=700,
        StemV=80,
        FontFile2=stream,
    )
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=name,
        CIDSystemInfo=Dictionary(Registry=b"Adobe", Ordering=b"Identity", Supplement=0),
        FontDescriptor=pdf.make_indirect(descriptor),
        W=Array([part for glyph in used for part in (glyph, Array([face.units(glyph)]))]),
        CIDToGIDMap=Name.Identity,
    )
    font = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type0,
        BaseFont=name,
        Encoding=Name("/Identity-H"),
        DescendantFonts=[pdf.make_indirect(descendant)],
        ToUnicode=pdf.make_stream(_to_unicode(face, used)),
    )
    return pdf.make_indirect(font)


def join(pdf: pikepdf.Pdf, all_pages: Iterable[Any]) -> None:
    """One subset of each face for all of these pages' fonts in place of one for each part, and of
    what stands for one.
    """
    places: dict[str, list[Any]] = {}
    for fonts in all_pages:
        for name in [name for name in fonts if name.startswith(PREFIX)]:
            places.setdefault(name, []).append(fonts)
    for name, all_fonts in places.items():
        if len(all_fonts) > 1 or "/Glyphs" in all_fonts[0][name]:
            glyphs = {glyph for fonts in all_fonts for glyph in _glyphs(fonts[name])}
            whole = embedded(pdf, _face(name), glyphs)
            for fonts in all_fonts:
                fonts[name] = whole


def _glyphs(font: Any) -> Iterator[int]:
    numbers = font.get("/Glyphs")
    for glyph in list(font.DescendantFonts[0].W)[::2] if numbers is None else numbers:
        yield int(glyph)


def _face(name: str) -> Face:
    family, _hyphen, weight = name.removeprefix(PREFIX).rpartition("-")
    known = {one.replace(" ", ""): one for one in FAMILIES}
    return face_of(known[family], int(weight))


def _subset(face: Face, glyphs: Iterable[int]) -> bytes:
    wanted = hb.SubsetInput()
    wanted.sets(hb.SubsetInputSets.GLYPH_INDEX).update(glyphs)
    unused = (int.from_bytes(tag, "big") for tag in _UNUSED)
    wanted.sets(hb.SubsetInputSets.DROP_TABLE_TAG).update(unused)
    wanted.flags = (
        hb.SubsetFlags.RETAIN_GIDS | hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NOTDEF_OUTLINE
    )
    return bytes(hb.subset(face.face, wanted).blob.data)


def _to_unicode(face: Face, glyphs: list[int]) -> bytes:
    """/ToUnicode: each glyph maps to one letter; a line's own text says the rest."""
    known = _letters_of(face)
    pairs = [(glyph, known.of(glyph) or "\u200b") for glyph in glyphs]
    blocks = []
    for begin in range(0, len(pairs), 100):
        some = pairs[begin : begin + 100]
        rows = (f"<{glyph:04x}> <{text.encode('utf-16-be').hex()}>" for glyph, text in some)
        blocks.append("\n".join((f"{len(some)} beginbfchar", *rows, "endbfchar")))
    return _CMAP.format(letters="\n".join(blocks)).encode()


@cache
def _letters_of(face: Face) -> Letters:
    return Letters(face.face)
