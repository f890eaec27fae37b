"""Keys that course.yaml and bank.yaml give or refer to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.courses.loader.documents import Document, Where
from app.courses.loader.reading import RawCourse
from app.courses.types import CourseStructure, Fault, Item


def check_names(course: RawCourse) -> Iterator[Fault]:
    """Every key once; every reference names something that is there."""
    structure = course.structure
    document = course.documents.get("course")
    if structure is None or document is None:
        return
    yield from _slug(course, structure, document)
    yield from _course_keys(structure, document)
    yield from _lesson_references(structure, document)
    yield from _sheet_lessons(structure, document)
    yield from _card_references(course, structure, document)
    yield from _item_references(course, structure.checks, document, "checks")
    bank = course.documents.get("bank")
    if course.bank is not None and bank is not None:
        yield from _duplicates(bank, ("items",), [item.key for item in course.bank.items])
        yield from _item_references(course, course.bank.items, bank, "items")


def _fault(document: Document, where: Where, code: str, message: str, mend: str) -> Fault:
    return Fault(document.name, document.line(where), "-", code, message, mend)


def _slug(course: RawCourse, structure: CourseStructure, document: Document) -> Iterator[Fault]:
    if structure.slug != course.slug:
        yield _fault(
            document,
            ("slug",),
            "slug",
            f"The slug “{structure.slug}” is not the folder's name.",
            f"Write {course.slug}.",
        )


def _course_keys(structure: CourseStructure, document: Document) -> Iterator[Fault]:
    lists: dict[str, list[str]] = {
        "sources": [source.key for source in structure.sources],
        "objectives": list(structure.objectives),
        "lessons": [lesson.key for lesson in structure.lessons],
        "checks": [check.key for check in structure.checks],
        "sheets": [sheet.key for sheet in structure.sheets],
        "cards": [card.key for card in structure.cards],
    }
    for name, keys in lists.items():
        yield from _duplicates(document, (name,), keys)
    for index, sheet in enumerate(structure.sheets):
        steps = [step.key for step in sheet.steps]
        yield from _duplicates(document, ("sheets", index, "steps"), steps)
        for part in ("critical_fails", "equipment", "limits"):
            yield from _duplicates(document, ("sheets", index, part), getattr(sheet, part))


def _duplicates(document: Document, where: Where, keys: Iterable[str]) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, key in enumerate(keys):
        if key in seen:
            yield _fault(
                document, (*where, index), "duplicate", f"“{key}” stands twice.", "Rename one."
            )
        seen.add(key)


def _lesson_references(structure: CourseStructure, document: Document) -> Iterator[Fault]:
    known = {source.key for source in structure.sources}
    for index, lesson in enumerate(structure.lessons):
        for source in lesson.sources:
            if source not in known:
                yield _fault(
                    document,
                    ("lessons", index, "sources"),
                    "unknown-source",
                    f"The source “{source}” is not in the list of sources.",
                    "Correct the key or add the source.",
                )


def _sheet_lessons(structure: CourseStructure, document: Document) -> Iterator[Fault]:
    lessons = {lesson.key for lesson in structure.lessons}
    for index, sheet in enumerate(structure.sheets):
        for named in (sheet.lesson, *(step.lesson for step in sheet.steps)):
            if named is not None and named not in lessons:
                yield _unknown_lesson(document, ("sheets", index), named)


def _card_references(
    course: RawCourse, structure: CourseStructure, document: Document
) -> Iterator[Fault]:
    lessons = {lesson.key for lesson in structure.lessons}
    for index, card in enumerate(structure.cards):
        where: Where = ("cards", index)
        if card.lesson not in lessons:
            yield _unknown_lesson(document, where, card.lesson)
        for part in ("steps", "dont"):
            yield from _duplicates(document, (*where, part), getattr(card, part))
        yield from _figure_reference(course, document, where, card.figure)


def _unknown_lesson(document: Document, where: Where, lesson: str) -> Fault:
    return _fault(
        document,
        (*where, "lesson"),
        "unknown-lesson",
        f"The course has no lesson “{lesson}”.",
        "Name a lesson of this course.",
    )


def _figure_reference(
    course: RawCourse, document: Document, where: Where, figure: str | None
) -> Iterator[Fault]:
    if figure is not None and figure not in course.drawings:
        yield _fault(
            document,
            (*where, "figure"),
            "unknown-figure",
            f"There is no drawing figures/{figure}.svg.",
            "Correct the name or add the drawing.",
        )


def _item_references(
    course: RawCourse, items: Iterable[Item], document: Document, part: str
) -> Iterator[Fault]:
    lessons = {lesson.key for lesson in course.structure.lessons} if course.structure else set()
    for item in items:
        where: Where = (part, _index(document, part, item.key))
        if item.lesson not in lessons:
            yield _unknown_lesson(document, where, item.lesson)
        elif item.block is not None and not _has_block(course, item.lesson, item.block):
            yield _fault(
                document,
                (*where, "block"),
                "unknown-block",
                f"The lesson “{item.lesson}” has no block “{item.block}”.",
                "Name the block to read again.",
            )
        yield from _figure_reference(course, document, where, item.figure)


def _index(document: Document, part: str, key: str) -> int:
    """Where in the file the item stands (faulty items before it were left out)."""
    raw = document.data.get(part, [])
    return next((i for i, item in enumerate(raw) if item.get("key") == key), 0)


def _has_block(course: RawCourse, lesson: str, block: str) -> bool:
    files = [raw.lessons[lesson] for raw in course.languages.values() if lesson in raw.lessons]
    return not files or any(file.block(block) is not None for file in files)
