"""Drawings with their words filled in, ready to stand inside a page."""

from __future__ import annotations

import re
from functools import lru_cache
from xml.etree import ElementTree as ET

from app.core.breaking import WORD_JOINER, ZERO_WIDTH_SPACE, breakable
from app.courses.rendering.prose import NUMBER_MARKER
from app.courses.types import Course, FigureWords

SVG = "{http://www.w3.org/2000/svg}"
ET.register_namespace("", SVG[1:-1])
_NAMESPACE = f' xmlns="{SVG[1:-1]}"'
LONGEST_LINE = 14  # in widths of a Latin letter; longer words stand in two lines
_WIDE = re.compile("[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]")
_MARKS = re.compile("[\u0300-\u036f\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u17b4-\u17d3]")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")


def figure_svg(course: Course, name: str, language: str, place: str = "f") -> str:
    """The drawing as inline SVG with its words and its text for blind readers.

    `place` begins every id of it, so that two drawings of a page never clash.
    """
    words = course.words[language].figures[name]
    pairs = tuple((key, _with_numbers(course, text)) for key, text in _as_pairs(words))
    return _filled(course.drawings[name], pairs, place)


def _with_numbers(course: Course, text: str) -> str:
    """Emergency numbers in place of their markers: in a drawing the bare number, no link."""
    return NUMBER_MARKER.sub(lambda match: _bare_number(course, match[1]), text)


def _bare_number(course: Course, marker: str) -> str:
    found = course.numbers.get(marker)
    return "" if found is None else found[1].number


def _as_pairs(words: FigureWords) -> tuple[tuple[str, str], ...]:
    return (("", words.alt), *sorted(words.words.items()))


@lru_cache(maxsize=256)
def _filled(drawing: str, pairs: tuple[tuple[str, str], ...], place: str) -> str:
    words = dict(pairs)
    root = ET.fromstring(drawing)  # noqa: S314 (own files; the loader refuses DOCTYPE)
    root.set("role", "img")
    title = ET.Element(f"{SVG}title")
    title.text = words[""]
    root.insert(0, title)
    for element in root.iter():
        _leave_to_css(element)
        _place_ids(element, place)
        if "data-word" in element.attrib:
            _fill(element, words.get(element.attrib.pop("data-word"), ""))
    text = ET.tostring(root, encoding="unicode")
    return re.sub(r">\s+<", "><", text).replace(" />", "/>").replace(_NAMESPACE, "", 1)


def _leave_to_css(element: ET.Element) -> None:
    """Take out what figures.css says of the element's class; a drawing alone still has it."""
    for name in element.get("class", "").split():
        taken: tuple[str, ...] = ()
        if name == "fig-line":
            taken = ("stroke", "stroke-linecap", "stroke-linejoin")
        elif name.endswith("-line"):
            taken = ("fill", "stroke")
        elif name.startswith("fig-"):
            taken = ("fill",)
        for attribute in taken:
            element.attrib.pop(attribute, None)


def _place_ids(element: ET.Element, place: str) -> None:
    for name, value in element.attrib.items():
        if name == "id":
            element.set(name, f"{place}-{value}")
        elif name.endswith("href") and value.startswith("#"):
            element.set(name, f"#{place}-{value[1:]}")
        else:
            element.set(name, _REFERENCE.sub(rf"url(#{place}-\1)", value))


def _fill(element: ET.Element, text: str) -> None:
    lines = split_in_two(text)
    if len(lines) == 1:
        element.text = lines[0]
        return
    for line, shift in zip(lines, ("-0.6em", "1.2em"), strict=True):
        part = ET.SubElement(element, f"{SVG}tspan")
        part.set("x", element.get("x", "0"))
        part.set("dy", shift)
        part.text = line


def split_in_two(text: str) -> list[str]:
    """One line, or two of nearly equal width broken between words."""
    if width_of(text) <= LONGEST_LINE:
        return [text]
    places = _break_places(text)
    if not places:
        return [text]
    best = min(places, key=lambda place: abs(width_of(text[:place]) - width_of(text[place:])))
    return [text[:best].strip(), text[best:].strip()]


def _break_places(text: str) -> list[int]:
    """Where a line may end: after spaces, between Lao and Khmer words, between Chinese signs."""
    places: list[int] = []
    length = 0
    for piece in re.split(
        f"({ZERO_WIDTH_SPACE}|(?<=\\s))", breakable(text).replace(WORD_JOINER, "")
    ):
        if piece in ("", ZERO_WIDTH_SPACE):
            places.append(length)
            continue
        places += [length + at.start() for at in _WIDE.finditer(piece)]
        length += len(piece)
    return [place for place in places if 0 < place < len(text)]


def width_of(text: str) -> int:
    """Columns: two for a Chinese sign, none for a mark above or below."""
    return len(_MARKS.sub("", text)) + len(_WIDE.findall(text))
