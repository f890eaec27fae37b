"""Figures in text, made comparable between languages.

A figure is a number, a range or a ratio with its unit. The signs that languages write between two
numbers of a range are made one; the order within a ratio is kept, so 30:2 is not 2:30.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

UNITS = "cm|mm|km/h|km|m/s|m|min|ms|s|h|°C|%|L|ml|kg|mg|g|ppm|kPa|hPa|kV|V"  # curriculum, section 0
_RANGE_SIGN = r"(?:\s*(?:–|-|—|~|～|〜|至|到|đến|ຫາ|ដល់)\s*|\s+(?:to|tới|ເຖິງ|ទៅ)\s+)"
_LATIN = "[A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ]"
_NUMBER = r"\d+(?:[.,]\d+)?"
_FIGURE = re.compile(
    r"(?P<marker>\{number:[^}]*\})"
    rf"|(?<![A-Za-z\d])(?P<first>{_NUMBER})(?P<unit1>[\s-]?(?:{UNITS})(?!{_LATIN}))?"
    rf"(?:(?P<range>{_RANGE_SIGN})(?P<last>{_NUMBER})|(?:[:：]| : )(?P<other>{_NUMBER}))?"
    rf"(?P<unit2>[\s-]?(?:{UNITS})(?!{_LATIN}))?"
)
_LIST_NUMBER = re.compile(r"^(\s*)\d+(?=[.)]\s)", re.MULTILINE)
_TARGET = re.compile(r"\]\([^)\s]*\)")
_COUNTED = re.compile(
    r"\s*(?:per\b|/|times\b|compressions\b|次|下|回|lần|nhịp|ຄັ້ງ|ເທື່ອ|ដង|ភ្លែត|percent)"
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a text: its comparable form and where it stands."""

    token: str
    offset: int
    is_plain: bool  # a lone number that counts or measures nothing visible
    ends: tuple[str, ...] = ()  # the two numbers of a range or ratio


def figures_of(text: str) -> list[Figure]:
    """Every figure of a text in order; the numbers of a numbered list are none."""
    text = _LIST_NUMBER.sub(lambda match: " " * len(match[0]), text)
    text = _TARGET.sub(lambda match: "]" + " " * (len(match[0]) - 1), text)
    return [_figure(text, match) for match in _FIGURE.finditer(text)]


def _figure(text: str, match: re.Match[str]) -> Figure:
    if match["marker"]:
        return Figure(match["marker"], match.start(), is_plain=False)
    unit = (match["unit2"] or match["unit1"] or "").strip(" -\u00a0\n")
    token = _number(match["first"])
    if match["last"]:
        token += f"–{_number(match['last'])}"
    if match["other"]:
        token += f":{_number(match['other'])}"
    second = match["last"] or match["other"]
    alone = not (second or unit)
    is_plain = alone and not _COUNTED.match(text, match.end())
    return Figure(
        f"{token} {unit}".strip(),
        match.start(),
        is_plain,
        (match["first"], second) if second else (),
    )


def _number(text: str) -> str:
    return text.replace(",", ".")
