"""Differences that a language needs, each allowed by name and with its reason.

The file allowed.yaml of a course is a list of {language, place, code, why}: in this language the
text at this place may have faults of this code.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.courses.loader.reading import RawCourse
from app.courses.loader.staleness import lines_of
from app.courses.types import Fault, Severity

ALLOWABLE = frozenset({"figures", "glossary", "latin", "script", "untranslated"})


def without_allowed(course: RawCourse, faults: Iterable[Fault]) -> Iterator[Fault]:
    """The faults that no entry of allowed.yaml allows, and a note for each entry nobody needs."""
    if not course.allowed:
        yield from faults
        return
    wanted = {(each.language, each.place, each.code): each for each in course.allowed}
    lines = {each.language: lines_of(course, each.language) for each in course.allowed}
    used = set()
    for fault in faults:
        here = lines.get(fault.language, {}).get((fault.path, fault.line), [])
        keys = {(fault.language, place, fault.code) for place in here} & wanted.keys()
        if len(here) == 1 and keys and fault.code in ALLOWABLE:
            used |= keys
        else:
            yield fault
    document = course.documents["allowed"]
    for index, each in enumerate(course.allowed):
        if (each.language, each.place, each.code) not in used:
            yield Fault(
                document.name,
                document.line((index,)),
                each.language,
                "not-needed",
                f"“{each.place}” has no fault “{each.code}” that may be allowed.",
                "Take the entry out.",
                Severity.NOTE,
            )
