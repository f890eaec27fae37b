"""Drawings are plain SVG: shapes and words, nothing that runs, loads or styles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.parsers import expat

from app.courses.loader.reading import RawCourse
from app.courses.types import Fault

_SHAPES = {"path", "circle", "ellipse", "rect", "line", "polyline", "polygon", "text", "tspan"}
_PAINT = {"linearGradient", "radialGradient", "stop", "pattern", "clipPath", "mask", "marker"}
_ELEMENTS = _SHAPES | _PAINT | {"svg", "g", "defs", "use", "title"}
_BARRED = re.compile(r"on\w+\Z|style\Z|src\Z|(?:xlink:)?href\Z", re.IGNORECASE)
_MEND = "Draw with shapes, classes and <text data-word> only."


def check_drawings(course: RawCourse) -> Iterator[Fault]:
    """Faults of every drawing of a course."""
    for name, drawing in course.drawings.items():
        for line, message in _faults(drawing):
            path = f"{course.folder}figures/{name}.svg"
            yield Fault(path, line, "-", "drawing", message, _MEND)


def _faults(drawing: str) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    parser = expat.ParserCreate()

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag not in _ELEMENTS:
            found.append((parser.CurrentLineNumber, f"<{tag}> is not allowed in a drawing."))
        for name, value in attributes.items():
            inside = name.endswith("href") and value.startswith("#")
            if (_BARRED.match(name) and not inside) or "url(" in value.replace("url(#", ""):
                message = f"The attribute {name} is not allowed in a drawing."
                found.append((parser.CurrentLineNumber, message))

    def doctype(*_: object) -> None:
        found.append((parser.CurrentLineNumber, "A drawing has no DOCTYPE."))

    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = doctype
    if "\ufffd" in drawing:
        found.append((drawing[: drawing.index("\ufffd")].count("\n") + 1, "This is not UTF-8."))
    try:
        parser.Parse(drawing, True)
    except expat.ExpatError as error:
        found.append((error.lineno, "The drawing is not well-formed XML."))
    return found
