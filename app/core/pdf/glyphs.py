"""The letters that glyphs stand for: read from a font's own tables, with HarfBuzz."""

from __future__ import annotations

import unicodedata

import uharfbuzz as hb
from fontTools import agl


class Letters:
    """The letter of each glyph of a font."""

    def __init__(self, face: hb.Face) -> None:
        """Read the font's code points.

        Ligature and radical code points are left out: they are no letters that anybody types.
        """
        self._font = hb.Font(face)
        self._by_glyph: dict[int, str] = {}
        for code in face.unicodes:
            if unicodedata.normalize("NFKC", chr(code)) == chr(code):
                self._by_glyph.setdefault(self._font.get_nominal_glyph(code) or 0, chr(code))

    def of(self, glyph: int) -> str:
        """The letter, or those that the glyph's name tells; empty when there is none."""
        known = self._by_glyph.get(glyph)
        return known or str(agl.toUnicode(self._font.glyph_to_string(glyph)))

    def is_of(self, glyph: int, text: str) -> bool:
        """Whether the glyph is the one of a single letter."""
        return len(text) == 1 and self._font.get_nominal_glyph(ord(text)) == glyph
