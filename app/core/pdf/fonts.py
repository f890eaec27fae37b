"""The fonts of every PDF: whole static files from `build/fonts`, under names of our own.

Split web fonts (several files in one family, chosen by `unicode-range`) print wrong glyphs in
WeasyPrint without a warning, so each family and weight is one whole file. The Latin font comes
first: the Lao and Khmer fonts hold Latin letters without the Vietnamese ones.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from itertools import filterfalse
from pathlib import Path

import uharfbuzz as hb

from app.config import ROOT

FOLDER = ROOT / "build" / "fonts"
WEIGHTS = (400, 700)
#: Our name of each family and the beginning of its files' names, in order of preference. The
#: last one holds rare characters of Chinese names that the one before lacks, such as 𠮷.
FAMILIES = {
    "Kapok Latin": "NotoSerif",
    "Kapok Lao": "NotoSansLao",
    "Kapok Khmer": "NotoSansKhmer",
    "Kapok Han": "NotoSansSC",
    "Kapok Han More": "NotoSansJP",
}
STACK = ", ".join(f'"{family}"' for family in FAMILIES)
#: Joiners and break opportunities shape a line and leave no mark of their own.
_INVISIBLE = frozenset("\u200b\u200c\u200d\u2060\u00ad")


class FontsMissing(Exception):
    """`build/fonts` is not complete: run `make assets`."""


def file_of(family: str, weight: int) -> Path:
    """The file of a family and weight; raises FontsMissing."""
    path = FOLDER / f"{FAMILIES[family]}-{weight}.ttf"
    if not path.is_file():
        raise FontsMissing(f"{path} is missing: run `make assets`.")
    return path


def files() -> dict[str, Path]:
    """Every font file by its name."""
    paths = [file_of(family, weight) for family in FAMILIES for weight in WEIGHTS]
    return {path.name: path for path in paths}


def font_faces(base: str) -> str:
    """The @font-face rules, with addresses that begin with `base`."""
    return "\n".join(
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; '
        f'src: url("{base}{file_of(family, weight).name}"); }}'
        for family in FAMILIES
        for weight in WEIGHTS
    )


@cache
def _letters() -> hb.Set:
    """Code points that can be printed at every weight by some family."""
    found = hb.Set()
    for family in FAMILIES:
        in_all, *others = (_font(family, weight).face.unicodes for weight in WEIGHTS)
        for one in others:
            in_all.intersection_update(one)
        found.update(in_all)
    return found


@cache
def _font(family: str, weight: int) -> hb.Font:
    """The font, read from its file as it is needed."""
    return hb.Font(hb.Face(hb.Blob.from_file_path(str(file_of(family, weight)))))


def width_of(text: str, weight: int = 400) -> float:
    """About how wide the text is on one line, in em: the sum of its letters, unshaped."""
    return sum(_advance(ord(letter), weight) for letter in text if letter not in _INVISIBLE)


@lru_cache(maxsize=20_000)
def _advance(code: int, weight: int) -> float:
    for family in FAMILIES:
        font = _font(family, weight)
        if glyph := font.get_nominal_glyph(code):
            return float(font.get_glyph_h_advance(glyph) / font.face.upem)
    return 1.0


def missing_letters(text: str) -> str:
    """The letters of the text that no font has, each once; empty when all can be printed."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(filterfalse(_is_printable, dict.fromkeys(composed)))


@lru_cache(maxsize=20_000)
def _is_printable(letter: str) -> bool:
    return letter in _INVISIBLE or letter.isspace() or ord(letter) in _letters()
