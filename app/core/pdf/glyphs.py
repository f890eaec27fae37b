"""The letters that glyphs stand for: read from a font's own tables, with HarfBuzz."""

from __future__ import annotations

import unicodedata
from array import array

import uharfbuzz as hb
from fontTools import agl


class Letters:
    """The letter of each glyph of a font."""

    def __init__(self, face: hb.Face) -> None:
        """Read the font's code points.

        Ligature and radical code points are left out: they are no letters that anybody types.
        """
        self._font = hb.Font(face)
        self._codes = array("L", [0]) * face.glyph_count
        for code in face.unicodes:
            glyph = self._font.get_nominal_glyph(code) or 0
            if not self._codes[glyph] and unicodedata.is_normalized("NFKC", chr(code)):
                self._codes[glyph] = code

    def of(self, glyph: int) -> str:
        """The letter, or those that the glyph's name tells; empty when there is none."""
        code = self._codes[glyph] if glyph < len(self._codes) else 0
        return chr(code) if code else str(agl.toUnicode(self._font.glyph_to_string(glyph)))

    def is_of(self, glyph: int, text: str) -> bool:
        """Whether the glyph is the one of a single letter."""
        return len(text) == 1 and self._font.get_nominal_glyph(ord(text)) == glyph
