"""Text that can be found: each line carries its own text, and glyphs map to single letters.

WeasyPrint gives a glyph the text of the cluster in which it is first seen, for the whole
document. That loses Khmer, Lao and some Vietnamese on copy and search. Two of its functions are
wrapped here (WeasyPrint 70): one puts /ActualText (ISO 32000-1, 14.9.4) round each line, the
other repairs /ToUnicode. It also writes empty strings between kernings, and pdfium (Chrome,
Edge, Android) then forgets the last kerning of a line: Lao marks slide onto the letter before.
The strings are written without them. `tests/core/test_pdf.py` reads hard names back, looks at
their picture, and fails if a new version of WeasyPrint moves these functions.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import uharfbuzz as hb
from weasyprint import pdf as weasyprint_pdf
from weasyprint.draw import text as weasyprint_text

from app.core.pdf.glyphs import Letters

INVISIBLE = str.maketrans("", "", "\u200b\u2060\u00ad")
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?")
#: What stands between two strings that are not empty.
_KERNINGS = re.compile(rb"(?<=[\[>])(?:-?\d+(?:\.\d+)?|<>|\s)+(?=[<\]])(?!<>)")
_letters: dict[str, Letters] = {}


def install() -> None:
    """Wrap WeasyPrint's two functions; a second call changes nothing."""
    if getattr(weasyprint_text.draw_first_line, "kapok", False):
        return
    draw_line = weasyprint_text.draw_first_line
    build_fonts = weasyprint_pdf.build_fonts_dictionary

    def draw_with_text(stream: Any, textbox: Any, *rest: Any, **named: Any) -> Any:
        text = textbox.text.translate(INVISIBLE)
        start = len(stream.stream)
        result = draw_line(stream, textbox, *rest, **named)
        drawn = [_without_empty_strings(operation) for operation in stream.stream[start:]]
        stream.stream[start:] = drawn if text.isascii() else _with_text(text, drawn)
        return result

    def build_with_letters(pdf: Any, fonts: Any, *rest: Any, **named: Any) -> Any:
        for font in fonts.values():
            _repair(font)
        return build_fonts(pdf, fonts, *rest, **named)

    draw_with_text.kapok = True  # type: ignore[attr-defined]
    weasyprint_text.draw_first_line = draw_with_text
    weasyprint_pdf.build_fonts_dictionary = build_with_letters


def _with_text(text: str, drawn: list[Any]) -> list[Any]:
    content = text.encode("utf-16-be").hex().upper()
    return [f"/Span<</ActualText<FEFF{content}>>>BDC".encode(), *drawn, b"EMC"]


def _without_empty_strings(operation: Any) -> Any:
    """A line's operation; in `[…] TJ` empty strings go and kernings side by side become one."""
    if not isinstance(operation, bytes) or not operation.endswith(b"] TJ"):
        return operation
    return _KERNINGS.sub(_sum, operation)


def _sum(match: re.Match[bytes]) -> bytes:
    total = sum(float(number) for number in _NUMBER.findall(match[0]))
    return f"{total:.2f}".encode() if total else b""


def _repair(font: Any) -> None:
    letters = _letters_of(font)
    for glyph, text in font.to_unicode.items():
        if letters.is_of(glyph, text):
            continue
        letter = letters.of(glyph)
        if not text or unicodedata.normalize("NFKC", letter) != text:
            font.to_unicode[glyph] = letter or text or "\u200b"


def _letters_of(font: Any) -> Letters:
    if font.hash not in _letters:
        _letters[font.hash] = Letters(hb.Face(font.file_content, font.index))
    return _letters[font.hash]
