"""The real course files have no fault; the same check as `kapok courses check`."""

from __future__ import annotations

from app.config import ROOT
from app.core.languages import LANGUAGES, SOURCE_LANGUAGE
from app.courses.library import GLOSSARY
from app.courses.loader import Places, check_content, load_content
from app.courses.types import Severity

PLACES = Places.at(ROOT, GLOSSARY)


def test_the_course_files_have_no_fault() -> None:
    faults = check_content(PLACES, tuple(LANGUAGES), SOURCE_LANGUAGE)
    assert [str(fault) for fault in faults if fault.severity is Severity.FAULT] == []


def test_every_course_is_there_in_every_language() -> None:
    content = load_content(PLACES, tuple(LANGUAGES), SOURCE_LANGUAGE)
    assert content.courses
    for course in content.courses.values():
        assert course.languages == tuple(LANGUAGES), course.slug
