"""The fonts of every PDF: whole static files from `build/fonts`, under names of our own.

Split web fonts (several files in one family, chosen by `unicode-range`) print wrong glyphs in
WeasyPrint without a warning, so each family and weight is one whole file. The Latin font comes
first: the Lao and Khmer fonts hold Latin letters without the Vietnamese ones.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

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
def printable() -> frozenset[int]:
    """Code points that can be printed at every weight by some family."""
    return frozenset().union(*(_letters_of(family) for family in FAMILIES))


def _letters_of(family: str) -> frozenset[int]:
    covered = [_cmap(file_of(family, weight)) for weight in WEIGHTS]
    return frozenset.intersection(*covered)


def _cmap(path: Path) -> frozenset[int]:
    with _opened(path) as font:
        return frozenset(font.getBestCmap())


def _opened(path: Path) -> TTFont:
    """The font with numbers for the names of its glyphs: making up 65,000 names takes a second."""
    font = TTFont(path, lazy=True)
    font.setGlyphOrder(range(font["maxp"].numGlyphs))
    return font


@cache
def _advances(family: str, weight: int) -> dict[int, float]:
    """The width of each letter of a font, in em."""
    with _opened(file_of(family, weight)) as font:
        metrics, em = font["hmtx"].metrics, font["head"].unitsPerEm
        return {code: metrics[name][0] / em for code, name in font.getBestCmap().items()}


def width_of(text: str, weight: int = 400) -> float:
    """About how wide the text is on one line, in em: the sum of its letters, unshaped."""
    return sum(_advance(ord(letter), weight) for letter in text if letter not in _INVISIBLE)


def _advance(code: int, weight: int) -> float:
    for family in FAMILIES:
        if (width := _advances(family, weight).get(code)) is not None:
            return width
    return 1.0


def missing_letters(text: str) -> str:
    """The letters of the text that no font has, each once; empty when all can be printed."""
    composed = unicodedata.normalize("NFC", text)
    letters = dict.fromkeys(composed)
    return "".join(
        letter
        for letter in letters
        if letter not in _INVISIBLE and not letter.isspace() and ord(letter) not in printable()
    )
