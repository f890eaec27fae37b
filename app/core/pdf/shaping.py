"""Text into glyphs with HarfBuzz, in the fonts and with the choices that WeasyPrint's Pango makes.

A letter is set in the first family that has it. Spaces and invisible letters take the font of
what they follow, or at the begin of a script or of upright letters of what follows (Pango,
`itemize_state_process_run`); letters of no script of their own take that of what they
follow. HarfBuzz is told the language, which chooses forms in some fonts.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby
from typing import NamedTuple

import uharfbuzz as hb
from fontTools import unicodedata as scripts

from app.core.pdf.document import MissingGlyph
from app.core.pdf.fonts import FAMILIES, WEIGHTS, file_of

#: The script of each language we print, and the language that a script has in other languages'
#: text (Pango, `pango_script_get_sample_language`).
_SCRIPTS = {"zh": "Hani", "vi": "Latn", "lo": "Laoo", "km": "Khmr", "en": "Latn"}
_SAMPLES = {"Hani": "zh-cn", "Latn": "en", "Laoo": "lo", "Khmr": "km"}
_OF_NO_SCRIPT = frozenset({"Zyyy", "Zinh", "Zzzz"})
#: Letters that never choose a font: control, format, space, variation selectors.
_CHOOSE_NO_FONT = frozenset({"Cc", "Cf", "Zs"})
_FONTLESS, _NONE = -1, -2
_NO_LIGATURES = {"liga": False, "clig": False, "dlig": False}


class Glyph(NamedTuple):
    """One glyph; distances in em."""

    number: int
    #: Its width in thousandths of an em, as a file says it.
    units: int
    advance: float
    right: float
    up: float
    #: Whether a group of letters that belong together begins here.
    begins: bool


@dataclass(frozen=True, slots=True)
class Run:
    """Glyphs of one face."""

    face: Face
    glyphs: tuple[Glyph, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Shaped:
    """A text on one line."""

    runs: tuple[Run, ...]
    #: Its width in em, and how many times letter spacing is added to it.
    width: float
    spacings: int

    @property
    def faces(self) -> frozenset[Face]:
        """The faces that it is set in."""
        return frozenset(run.face for run in self.runs)

    def width_at(self, size: float, spacing: float) -> float:
        """How wide the line is, in the unit of size and letter spacing."""
        return self.width * size + self.spacings * spacing


class Face:
    """A font file: one family and weight."""

    def __init__(self, family: str, weight: int) -> None:
        """Open the file; it is read as it is needed."""
        self.family, self.weight = family, weight
        self.name = file_of(family, weight).stem
        self.face = hb.Face(hb.Blob.from_file_path(str(file_of(family, weight))))
        self.font = hb.Font(self.face)
        self.em: int = self.face.upem
        self._units: dict[int, int] = {}

    def has(self, letter: str) -> bool:
        """Whether it has a letter."""
        return bool(self.font.get_nominal_glyph(ord(letter)))

    def units(self, glyph: int) -> int:
        """The width of a glyph as a file says it, in thousandths of an em."""
        if glyph not in self._units:
            self._units[glyph] = round(self.font.get_glyph_h_advance(glyph) * 1000 / self.em)
        return self._units[glyph]


@cache
def face_of(family: str, weight: int) -> Face:
    """The face of a family and weight, opened once."""
    return Face(family, weight)


@cache
def stack(weight: int) -> tuple[Face, ...]:
    """All faces of a weight in order of preference."""
    return tuple(face_of(family, weight) for family in FAMILIES)


@lru_cache(maxsize=600)
def shaped(text: str, weight: int, language: str, *, is_spaced: bool = False) -> Shaped:
    """The text on one line. Raises MissingGlyph with the letters that no font has.

    `is_spaced`: it has letter spacing, and so no ligatures.
    """
    runs = tuple(
        Run(face, tuple(_glyphs(part, face, script, language, is_spaced=is_spaced)))
        for face, script, part in _items(text, stack(weight))
    )
    glyphs = [glyph for run in runs for glyph in run.glyphs]
    spacings = sum(glyph.begins for glyph in glyphs) if is_spaced else 0
    return Shaped(runs, sum(glyph.advance for glyph in glyphs), spacings)


@lru_cache(maxsize=2_000)
def families(text: str) -> tuple[str, ...]:
    """The families that a text is set in, in order of preference. Raises MissingGlyph."""
    used = set(_faces(text, _scripts(text), stack(WEIGHTS[0])))
    return tuple(face.family for face in stack(WEIGHTS[0]) if face in used)


def _items(text: str, faces: tuple[Face, ...]) -> Iterator[tuple[Face, str, str]]:
    """Parts of the text with one face and one script each."""
    known = _scripts(text)
    chosen = list(zip(_faces(text, known, faces), known, text, strict=True))
    begin = 0
    for place in range(1, len(chosen) + 1):
        if place == len(chosen) or chosen[place][:2] != chosen[begin][:2]:
            yield (*chosen[begin][:2], text[begin:place])
            begin = place


def _faces(text: str, known: list[str], faces: tuple[Face, ...]) -> list[Face]:
    places = [_place(letter) for letter in text]
    if missing := [letter for letter, place in zip(text, places, strict=True) if place == _NONE]:
        raise MissingGlyph(letters=" ".join(dict.fromkeys(missing)))
    found: list[Face] = []
    before = 0
    kinds = zip(known, map(_is_upright, text), places, strict=True)
    for _kind, part in groupby(kinds, key=lambda kind: kind[:2]):
        some = [place for _script, _upright, place in part]
        before = next((place for place in some if place != _FONTLESS), before)
        for place in some:
            before = before if place == _FONTLESS else place
            found.append(faces[before])
    return found


@lru_cache(maxsize=50_000)
def _is_upright(letter: str) -> bool:
    """Whether the letter stands upright in vertical text: there Pango begins another item.

    About: where it matters, a line's width is compared with Pango's.
    """
    return unicodedata.east_asian_width(letter) in "WF"


@lru_cache(maxsize=50_000)
def _place(letter: str) -> int:
    """Which family of the stack a letter is set in; _FONTLESS for that of what it follows."""
    if unicodedata.category(letter) in _CHOOSE_NO_FONT or "\ufe00" <= letter <= "\ufe0f":
        return _FONTLESS
    for place, faces in enumerate(zip(*map(stack, WEIGHTS), strict=True)):
        if all(face.has(letter) for face in faces):
            return place
    return _NONE


def _scripts(text: str) -> list[str]:
    found: list[str] = []
    for letter in text:
        script = _script(letter)
        found.append((found[-1] if found else "") if script in _OF_NO_SCRIPT else script)
    first = next((script for script in found if script), "Zyyy")
    return [script or first for script in found]


@lru_cache(maxsize=50_000)
def _script(letter: str) -> str:
    return str(scripts.script(letter))


def _glyphs(
    text: str, face: Face, script: str, language: str, *, is_spaced: bool
) -> Iterator[Glyph]:
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.direction = "ltr"
    buffer.script = script
    buffer.language = _language(script, language)
    hb.shape(face.font, buffer, _NO_LIGATURES if is_spaced else {})
    before = -1
    for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        if info.codepoint == 0:
            raise MissingGlyph(letters=text[info.cluster])
        yield Glyph(
            info.codepoint,
            face.units(info.codepoint),
            position.x_advance / face.em,
            position.x_offset / face.em,
            position.y_offset / face.em,
            info.cluster != before,
        )
        before = info.cluster


def _language(script: str, language: str) -> str:
    if _SCRIPTS.get(language.partition("-")[0]) == script:
        return language
    return _SAMPLES.get(script, language)
