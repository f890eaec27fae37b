"""What course.yaml asks for before a certificate, and for renewing it, can be met."""

from __future__ import annotations

from collections.abc import Iterator

from app.courses.loader.documents import Document, Where
from app.courses.loader.reading import RawCourse
from app.courses.types import CourseStructure, Fault


def check_awarding(course: RawCourse) -> Iterator[Fault]:
    """Attendance fits into the practice there is; the renewal names lessons and a time before."""
    structure, document = course.structure, course.documents.get("course")
    if structure is None or document is None:
        return
    yield from _attendance(structure, document)
    yield from _renewal(structure, document)


def _fault(document: Document, where: Where, message: str, mend: str) -> Fault:
    return Fault(document.name, document.line(where), "-", "award", message, mend)


def _attendance(structure: CourseStructure, document: Document) -> Iterator[Fault]:
    wanted, practical = structure.attendance_minutes, structure.minutes.practical
    if wanted is not None and wanted > practical:
        message = f"{wanted} minutes of attendance are asked for, but practice has {practical}."
        yield _fault(document, ("attendance_minutes",), message, f"Ask for at most {practical}.")


def _renewal(structure: CourseStructure, document: Document) -> Iterator[Fault]:
    renewal = structure.renewal
    if renewal.months >= structure.validity_months:
        message = "The renewal would open before the certificate is given."
        mend = f"Use fewer than {structure.validity_months} months."
        yield _fault(document, ("renewal", "months"), message, mend)
    known = {lesson.key for lesson in structure.lessons}
    for key in renewal.lessons:
        if key not in known:
            message = f"The course has no lesson “{key}” to read again."
            yield _fault(document, ("renewal", "lessons"), message, "Correct the key.")
