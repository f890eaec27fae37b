"""Links lead inside, markers and terms are known, and there is no HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it.token import Token

from app.courses.loader.checks.units import Twins, Unit
from app.courses.loader.markdown import tokens_of
from app.courses.loader.reading import RawContent, RawCourse
from app.courses.types import Fault

_MARKER = re.compile(r"\{(\w+):([^}]*)\}")
_ADDRESS = re.compile(r"(?:https?:)?//\w|\bwww\.\w|\b(?:javascript|data|vbscript):", re.IGNORECASE)
_NEEDS_PARSER = re.compile(r"[<\[!]|&\w+;")


def check_markup(content: RawContent, course: RawCourse | None, twins: Twins) -> Iterator[Fault]:
    """Faults of links, markers and markup in every text."""
    for unit in twins.all():
        yield from _markers(content, unit)
        yield from _addresses(unit)
        if _NEEDS_PARSER.search(unit.text):
            yield from _tokens(content, course, unit)


def _markers(content: RawContent, unit: Unit) -> Iterator[Fault]:
    for match in _MARKER.finditer(unit.text):
        known = match[1] == "number" and _is_number(content, match[2])
        if not known:
            yield unit.fault(
                "unknown-number",
                f"The marker {match[0]} names no number.",
                "Name a country and service of data/emergency_numbers.yaml.",
                match.start(),
            )


def _is_number(content: RawContent, marker: str) -> bool:
    country, _, service = marker.partition(".")
    countries = content.numbers.countries if content.numbers else {}
    return country in countries and service in countries[country].services


def _addresses(unit: Unit) -> Iterator[Fault]:
    match = _ADDRESS.search(unit.text)
    if match is not None:
        yield unit.fault(
            "link",
            f"“{match[0]}” begins an address that does not belong in a course.",
            "Take it out: only term:, lesson: and # are links.",
            match.start(),
        )


def _tokens(content: RawContent, course: RawCourse | None, unit: Unit) -> Iterator[Fault]:
    for token in tokens_of(unit.text):
        for part in (token, *(token.children or ())):
            if part.type in ("html_block", "html_inline"):
                yield _html(unit, part)
            elif part.type == "image":
                yield unit.fault(
                    "image",
                    "Pictures in the text are not shown.",
                    "Use a .figure block.",
                    _offset(unit, "!["),
                )
            elif part.type == "link_open":
                yield from _link(content, course, unit, str(part.attrGet("href") or ""))


def _html(unit: Unit, token: Token) -> Fault:
    tag = token.content.strip().splitlines()[0][:40]
    return unit.fault("html", f"HTML is not allowed: {tag}", "Write Markdown.", _offset(unit, tag))


def _offset(unit: Unit, part: str) -> int:
    return max(0, unit.text.find(part))


def _link(content: RawContent, course: RawCourse | None, unit: Unit, href: str) -> Iterator[Fault]:
    kind, colon, key = href.partition(":")
    offset = _offset(unit, f"({href}")
    if kind == "term" and colon:
        if key not in content.glossary:
            message = f"The glossary has no term “{key}”."
            yield unit.fault("unknown-term", message, "Correct the key.", offset)
    elif kind == "lesson" and colon:
        if not _has_lesson(course, key):
            message = f"The course has no lesson “{key}”."
            yield unit.fault("unknown-lesson", message, "Correct the key.", offset)
    elif href.startswith("#"):
        if not _has_block(course, unit, href[1:]):
            message = f"The lesson has no block “{href[1:]}”."
            yield unit.fault("link", message, "Correct the id.", offset)
    else:
        message = f"The link to “{href}” leads nowhere."
        yield unit.fault("link", message, "Only term:, lesson: and # are links.", offset)


def _has_lesson(course: RawCourse | None, key: str) -> bool:
    structure = course.structure if course else None
    return structure is not None and any(lesson.key == key for lesson in structure.lessons)


def _has_block(course: RawCourse | None, unit: Unit, block: str) -> bool:
    if course is None or unit.where[0] != "lesson":
        return False
    lesson = course.languages[unit.language].lessons[unit.where[1]]
    return lesson.block(block) is not None
