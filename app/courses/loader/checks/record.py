"""Translations that are out of date, and those whose source nobody has named."""

from __future__ import annotations

from collections.abc import Iterator

from app.courses.loader.reading import RawContent, RawCourse
from app.courses.loader.staleness import place_in_files, stale_of, unsaid_of
from app.courses.types import Fault, Severity


def check_record(content: RawContent, course: RawCourse) -> Iterator[Fault]:
    """Translations that are out of date, and those of which nobody has said their source."""
    for language, places in stale_of(course, content.source).items():
        for place in places:
            path, line = place_in_files(course, language, place)
            yield Fault(
                path,
                line,
                language,
                "out-of-date",
                f"The source of “{place}” has changed since this was translated.",
                f"Translate the change, then: kapok courses translated {course.slug} "
                f"--language {language} {place}",
                Severity.NOTE,
            )
    for language, unsaid in unsaid_of(course, content.source).items():
        path, line = place_in_files(course, language, unsaid[0])
        yield Fault(
            path,
            line,
            language,
            "not-recorded",
            f"Of {len(unsaid)} texts nobody has said from which source they were translated.",
            f"Compare them, then: kapok courses translated {course.slug} --language {language}",
            Severity.NOTE,
        )
