"""The course files turned into frozen objects, or into the list of all their faults."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.courses.loader.building import Shared, build_course, build_shared
from app.courses.loader.cache import ParsedFiles, code_digest
from app.courses.loader.checks import check_structure, check_text
from app.courses.loader.reading import Places, RawContent, RawCourse, read_content
from app.courses.types import BrokenCourse, Course, Fault, Programme, Severity, TeamExercise

__all__ = ["Content", "Places", "check_content", "load_content", "newest_change"]


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that can be learnt. `faults` are those that kept a part from being shown."""

    programme: Programme
    courses: Mapping[str, Course]
    shared: Shared
    exercise: TeamExercise | None
    faults: tuple[Fault, ...]


def load_content(
    places: Places, languages: tuple[str, ...], source: str, parsed: ParsedFiles | None = None
) -> Content:
    """Load the content for showing it.

    A language with a faulty file is left out of its course, and a course that cannot be put
    together is left out of the content, so that one file does not close the site. Raises
    BrokenCourse when what all courses share cannot be read.
    """
    with _no_garbage_collection():
        return _load(read_content(places, languages, source, parsed=parsed), parsed)


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """All that is loaded stays: looking for garbage among it took a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _load(raw: RawContent, parsed: ParsedFiles | None) -> Content:
    if raw.programme is None or raw.numbers is None:
        raise BrokenCourse(tuple(raw.all_faults()))
    shared = build_shared(raw)
    courses: dict[str, Course] = {}
    faults = [fault for document in raw.documents.values() for fault in document.faults]
    for planned in raw.programme.courses:
        found = raw.courses.get(planned.slug)
        if found is None:
            continue
        own = _faults_of(raw, found, shared, parsed)
        faults += own
        course = build_course(found, _whole_languages(found, own), raw.source, shared)
        if course is not None:
            courses[planned.slug] = course
    return Content(raw.programme, courses, shared, raw.exercise, tuple(faults))


def _faults_of(
    raw: RawContent, course: RawCourse, shared: Shared, parsed: ParsedFiles | None
) -> list[Fault]:
    """The faults with which a part cannot be shown.

    Files in which none was found are not looked through again: the same bytes, looked at by the
    same code, have none again.
    """
    asked = f"{course.digest}{shared.digest}{code_digest()}{raw.source}{raw.languages}"
    key = hashlib.sha256(asked.encode()).hexdigest()
    if parsed is not None and parsed.get(key) is not None:
        return []
    every = [*course.all_faults(), *check_structure(raw, course)]
    found = [fault for fault in every if fault.severity is Severity.FAULT]
    if parsed is not None and not found:
        parsed.put(key, "")
    return found


def _whole_languages(course: RawCourse, faults: list[Fault]) -> tuple[str, ...]:
    """The languages without a fault; none when the structure itself has one."""
    faulty = {fault.language for fault in faults}
    return () if "-" in faulty else tuple(code for code in course.languages if code not in faulty)


def check_content(
    places: Places, languages: tuple[str, ...], source: str, slug: str | None = None
) -> list[Fault]:
    """Every fault of every file at once, sorted by file and line.

    With a slug: of this course only. A slug without a folder is a fault itself.
    """
    raw = read_content(places, languages, source, slug)
    faults = [*raw.all_faults(), *check_text(raw, None)]
    for course in raw.courses.values():
        faults += [*check_structure(raw, course), *check_text(raw, course)]
    if slug is not None and slug not in raw.courses:
        faults.append(_no_folder(raw, slug))
    return sorted(set(faults))


def _no_folder(raw: RawContent, slug: str) -> Fault:
    return Fault(
        f"{raw.places.courses}{slug}",
        1,
        "-",
        "missing-course",
        "There is no such course folder.",
        "Check the slug.",
    )


def newest_change(places: Places) -> float:
    """When a file or folder of the content last changed, in seconds since 1970."""
    folder = places.base / places.courses
    paths: list[Path] = [folder, *folder.rglob("*"), places.glossary]
    return max((path.stat().st_mtime for path in paths if path.exists()), default=0.0)
