"""programme.yaml agrees with the courses; titles keep to the rules for titles."""

from __future__ import annotations

from collections.abc import Iterator

from app.courses.loader.documents import Document, Where
from app.courses.loader.reading import RawContent, RawCourse
from app.courses.types import CourseStructure, Fault, Programme, ProgrammeCourse

# product.md, "The words on the certificate": Chinese rules for training certificates.
BARRED = ("中华人民共和国", "中国", "国家", "职业资格", "执业资格")
_SAME = ("key", "minutes", "validity_months", "needs")


def check_programme(content: RawContent) -> Iterator[Fault]:
    """Faults of programme.yaml, beside the courses that are there."""
    document = content.documents.get("programme.yaml")
    if content.programme is None or document is None:
        return
    yield from _references(content.programme, document)
    yield from _barred(document, "zh", ("title", "zh"), content.programme.title.zh)
    for index, planned in enumerate(content.programme.courses):
        where: Where = ("courses", index)
        yield from _barred(document, "zh", (*where, "title", "zh"), planned.title.zh)
        course = content.courses.get(planned.slug)
        if course is not None and course.structure is not None:
            yield from _agreement(document, where, planned, course.structure)
    yield from _course_titles(content)


def _fault(document: Document, where: Where, code: str, message: str, mend: str) -> Fault:
    return Fault(document.name, document.line(where), document.language, code, message, mend)


def _references(programme: Programme, document: Document) -> Iterator[Fault]:
    known: list[str] = []
    slugs = {course.slug for course in programme.courses}
    for index, course in enumerate(programme.courses):
        where: Where = ("courses", index)
        if course.slug in known:
            message = f"The course “{course.slug}” stands twice."
            yield _fault(document, where, "duplicate", message, "Keep one of the two.")
        if course.slug == programme.key:
            message = f"“{course.slug}” is the programme's key: its certificates bear it."
            yield _fault(document, where, "duplicate", message, "Choose another slug.")
        known.append(course.slug)
        for need in course.needs:
            if need not in slugs or need == course.slug:
                message = f"The programme has no course “{need}” to need."
                yield _fault(document, (*where, "needs"), "needs", message, "Correct the slug.")


def _agreement(
    document: Document, where: Where, planned: ProgrammeCourse, course: CourseStructure
) -> Iterator[Fault]:
    for name in _SAME:
        if getattr(planned, name) != getattr(course, name):
            message = f"“{name}” of {planned.slug} is not what its course.yaml says."
            yield _fault(document, (*where, name), "programme", message, "Make the two equal.")


def _course_titles(content: RawContent) -> Iterator[Fault]:
    known = {course.slug for course in content.programme.courses} if content.programme else set()
    for course in content.courses.values():
        if course.slug not in known:
            yield _unplanned(course)
        words = course.languages["zh"].words if "zh" in course.languages else None
        if words is not None:
            document = course.languages["zh"].documents["course"]
            yield from _barred(document, "zh", ("title",), words.course.title)


def _unplanned(course: RawCourse) -> Fault:
    return Fault(
        f"{course.folder}course.yaml",
        1,
        "-",
        "programme",
        f"programme.yaml has no course “{course.slug}”.",
        "Add it to the programme.",
    )


def _barred(document: Document, language: str, where: Where, title: str) -> Iterator[Fault]:
    for word in BARRED:
        if word in title:
            yield Fault(
                document.name,
                document.line(where),
                language,
                "barred-word",
                f"A title may not contain {word}.",
                "Choose other words.",
            )
