"""What a lesson needs: known figures and checks, a "do not", check questions, a fair length."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.courses.loader.building import build_regional, minutes_of
from app.courses.loader.lessons import LessonFile, RawBlock
from app.courses.loader.markdown import kinds_of, plain_words
from app.courses.loader.reading import RawContent, RawCourse
from app.courses.types import BlockKind, Fault, LessonStructure, Severity

FEWEST_WORDS, MOST_WORDS = 400, 1000
FEWEST_CHECKS, MOST_CHECKS = 2, 4
MOST_TIMES_PLANNED = 1.25  # a lesson may take a little longer than the curriculum plans
_STRONG_FIRST = re.compile(r"\s*[-*] \*\*.+?\*\*")
_ONE_BLOCK = {"paragraph_open", "bullet_list_open", "ordered_list_open", "table_open"}
_ONE_BLOCK |= {"heading_open"}


def check_references(content: RawContent, course: RawCourse) -> Iterator[Fault]:
    """What a lesson shows by its key is there: without it the lesson cannot be shown."""
    regional = build_regional(content)
    for lesson, file in _files(course):
        for block in file.blocks:
            if block.kind is BlockKind.FIGURE and block.text not in course.drawings:
                yield _unknown_figure(file, block)
            elif block.kind is BlockKind.DATA and not regional.has(block.text):
                yield _unknown_data(file, block)
            elif block.kind is BlockKind.CHECK:
                yield from _check_reference(course, lesson, file, block)


def check_lessons(content: RawContent, course: RawCourse) -> Iterator[Fault]:
    """Faults of every lesson file's form: blocks of one part, a "do not", checks, activities."""
    for lesson, file in _files(course):
        for block in file.blocks:
            yield from _block(file, block)
        if not any(block.kind is BlockKind.DONT for block in file.blocks):
            yield _fault(
                file, 1, "no-dont", "The lesson has no .dont block.", "Say what one must not do."
            )
        yield from _checks(course, lesson, file)
        yield from _activities(lesson, file)
        if file.language == content.source:
            yield from _length(file)
            yield from _reading_time(lesson, file)


def _files(course: RawCourse) -> Iterator[tuple[LessonStructure, LessonFile]]:
    """Every lesson of course.yaml with its file in every language that has it."""
    if course.structure is None:
        return
    for raw in course.languages.values():
        for lesson in course.structure.lessons:
            file = raw.lessons.get(lesson.key)
            if file is not None:
                yield lesson, file


def _fault(file: LessonFile, line: int, code: str, message: str, mend: str) -> Fault:
    return Fault(file.name, line, file.language, code, message, mend)


def _block(file: LessonFile, block: RawBlock) -> Iterator[Fault]:
    if block.kind is BlockKind.PROSE and not _is_one(block.text):
        yield _fault(
            file,
            block.line,
            "block",
            f"The block “{block.id}” has more than one part.",
            "Keep one paragraph, list, table or heading, and begin a new block for the rest.",
        )
    if block.kind is BlockKind.FACTS:
        yield from _facts(file, block)


def _unknown_figure(file: LessonFile, block: RawBlock) -> Fault:
    return _fault(
        file,
        block.body_line,
        "unknown-figure",
        f"There is no drawing figures/{block.text}.svg.",
        "Correct the name or add the drawing.",
    )


def _unknown_data(file: LessonFile, block: RawBlock) -> Fault:
    return _fault(
        file,
        block.body_line,
        "unknown-data",
        f"There is no shared table “{block.text}”.",
        "Write numbers.all, numbers.<country>, warnings.<table> or phrases.<key>.",
    )


def _check_reference(
    course: RawCourse, lesson: LessonStructure, file: LessonFile, block: RawBlock
) -> Iterator[Fault]:
    own = (
        [check.key for check in course.structure.checks if check.lesson == lesson.key]
        if (course.structure)
        else []
    )
    if block.text not in own:
        yield _fault(
            file,
            block.body_line,
            "unknown-check",
            f"course.yaml has no check “{block.text}” for this lesson.",
            "Correct the key or add the check.",
        )


def _is_one(text: str) -> bool:
    kinds = kinds_of(text)
    return not text or (len(kinds) == 1 and kinds[0] in _ONE_BLOCK)


def _facts(file: LessonFile, block: RawBlock) -> Iterator[Fault]:
    for number, line in enumerate(block.text.splitlines()):
        if line.strip() and not _STRONG_FIRST.match(line):
            yield _fault(
                file,
                block.body_line + number,
                "block",
                "A key fact begins with its figure in ** **.",
                "Write “- **5–6 cm** what it is”.",
            )


def _checks(course: RawCourse, lesson: LessonStructure, file: LessonFile) -> Iterator[Fault]:
    used = [block.text for block in file.blocks if block.kind is BlockKind.CHECK]
    if not FEWEST_CHECKS <= len(used) <= MOST_CHECKS:
        yield _fault(
            file,
            file.lines,
            "checks",
            f"The lesson has {len(used)} check questions.",
            f"End it with {FEWEST_CHECKS} to {MOST_CHECKS}.",
        )
    for check in course.structure.checks if course.structure else ():
        if check.lesson == lesson.key and check.key not in used:
            yield _fault(
                file,
                file.lines,
                "checks",
                f"The check “{check.key}” stands nowhere in its lesson.",
                "Add a .check block with this key.",
            )


def _activities(lesson: LessonStructure, file: LessonFile) -> Iterator[Fault]:
    named = {activity.key for activity in lesson.activities}
    written = {block.id: block for block in file.blocks if block.kind is BlockKind.ACTIVITY}
    for key in sorted(written.keys() - named):
        yield _fault(
            file,
            written[key].line,
            "activity",
            f"course.yaml has no activity “{key}” in this lesson.",
            "Add it with its minutes, or correct the id.",
        )
    for key in sorted(named - written.keys()):
        yield _fault(
            file,
            file.lines,
            "activity",
            f"The activity “{key}” of course.yaml is missing.",
            "Add an .activity block with this id.",
        )


def _length(file: LessonFile) -> Iterator[Fault]:
    words = sum(plain_words(block.kind, block.text) for block in file.blocks)
    if not FEWEST_WORDS <= words <= MOST_WORDS:
        yield Fault(
            file.name,
            1,
            file.language,
            "length",
            f"The lesson has {words} words.",
            f"Aim at {FEWEST_WORDS} to {MOST_WORDS}.",
            Severity.NOTE,
        )


def _reading_time(lesson: LessonStructure, file: LessonFile) -> Iterator[Fault]:
    words = sum(plain_words(block.kind, block.text) for block in file.blocks)
    minutes = minutes_of(lesson, [block.kind for block in file.blocks], words)
    if minutes > MOST_TIMES_PLANNED * lesson.curriculum_minutes:
        yield Fault(
            file.name,
            1,
            file.language,
            "reading-time",
            f"The lesson takes {minutes} min; the curriculum plans {lesson.curriculum_minutes}.",
            "Shorten it, or correct the planned minutes.",
            Severity.NOTE,
        )
