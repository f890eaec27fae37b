"""The page about limits says what the code does."""

from __future__ import annotations

import re
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from wtforms.validators import Length

from app.config import ROOT, Settings
from app.courses.library import library

PAGE = ROOT / "docs" / "limits.md"
UNITS = {"s": "seconds", "min": "minutes", "h": "hours", "day": "days", "days": "days"}
ROW = re.compile(r"^\| .* \| (?P<value>[^|]+) \| `(?P<place>[^`]+)` \|$", re.MULTILINE)
ROWS = [(row["place"], row["value"]) for row in ROW.finditer(PAGE.read_text(encoding="utf-8"))]


def found(place: str) -> Any:
    """What stands at "module:NAME", "module:NAME.key" or "course-slug:rule"."""
    module, _colon, names = place.partition(":")
    if "." not in module:
        return rule_of(module, names)
    name, _dot, key = names.partition(".")
    thing = getattr(import_module(module), name)
    if not key:
        return thing
    if thing is Settings:
        return getattr(Settings(), key)
    return thing[key] if isinstance(thing, dict) else longest(getattr(thing, key))


def rule_of(slug: str, name: str) -> int:
    """A rule of a course or of its assessment."""
    course = library().course(slug)
    value: int = getattr(course if name == "validity_months" else course.assessment, name)
    return value


def longest(field: Any) -> int:
    """The most characters that a form's field takes."""
    validators = field.kwargs.get("validators") or field.args[1]
    return next(one.max for one in validators if isinstance(one, Length))


def agrees(value: str, thing: Any) -> bool:
    """Whether the words of the page say the value of the code."""
    numbers = [int(number) for number in re.findall(r"\d+", value)]
    if isinstance(thing, timedelta):
        return timedelta(**{UNITS[value.rsplit(maxsplit=1)[-1]]: numbers[0]}) == thing
    if isinstance(thing, tuple):
        return numbers == [thing[-2], thing[-1] // 60]
    return numbers == [int(thing)]


@pytest.mark.parametrize(("place", "value"), ROWS, ids=[place for place, _value in ROWS])
def test_a_limit_stands_on_the_page_as_in_the_code(place: str, value: str) -> None:
    assert agrees(value, found(place)), f"{place} is {found(place)}"


def test_the_page_names_nearly_every_limit_by_its_place() -> None:
    assert len(ROWS) > 45
