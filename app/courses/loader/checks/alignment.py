"""The same blocks, in the same order, in every language."""

from __future__ import annotations

from collections.abc import Iterator

from app.courses.loader.lessons import LessonFile, RawBlock
from app.courses.loader.reading import RawContent, RawCourse
from app.courses.types import REFERENCES, Fault


def check_alignment(content: RawContent, course: RawCourse) -> Iterator[Fault]:
    """Faults of every translated lesson beside its source."""
    source = course.languages.get(content.source)
    if source is None:
        return
    for raw in course.languages.values():
        for key, file in raw.lessons.items():
            if raw is not source and key in source.lessons:
                yield from _compare(source.lessons[key], file)


def _fault(file: LessonFile, line: int, code: str, message: str, mend: str) -> Fault:
    return Fault(file.name, line, file.language, code, message, mend)


def _compare(source: LessonFile, file: LessonFile) -> Iterator[Fault]:
    known = {block.id for block in source.blocks}
    for index, block in enumerate(source.blocks):
        twin = file.block(block.id)
        if twin is None:
            line = _line_after(source, index, file)
            message = f"The block “{block.id}” is missing."
            yield _fault(file, line, "missing-block", message, "Translate it.")
        else:
            yield from _same_kind(file, block, twin)
    for block in file.blocks:
        if block.id not in known:
            message = f"The source has no block “{block.id}”."
            yield _fault(file, block.line, "unknown-block", message, "Take it out or rename it.")
    yield from _order(source, file)


def _line_after(source: LessonFile, index: int, file: LessonFile) -> int:
    """The line where the missing block belongs: before the next one that is there."""
    for later in source.blocks[index + 1 :]:
        twin = file.block(later.id)
        if twin is not None:
            return twin.line
    return file.lines


def _same_kind(file: LessonFile, block: RawBlock, twin: RawBlock) -> Iterator[Fault]:
    if block.kind is not twin.kind:
        yield _fault(
            file,
            twin.line,
            "block-kind",
            f"The block “{block.id}” is of another kind than in the source.",
            f"Write {{#{block.id}{' .' if block.kind else ''}{block.kind}}}.",
        )
    elif block.kind in REFERENCES and block.text != twin.text:
        yield _fault(
            file,
            twin.body_line,
            "block-reference",
            f"The source shows “{block.text}” here, not “{twin.text}”.",
            f"Write {block.text}.",
        )


def _order(source: LessonFile, file: LessonFile) -> Iterator[Fault]:
    there = {block.id for block in file.blocks}
    wanted = [block.id for block in source.blocks if block.id in there]
    known = set(wanted)
    found = [block for block in file.blocks if block.id in known]
    for expected, block in zip(wanted, found, strict=True):
        if expected != block.id:
            yield _fault(
                file,
                block.line,
                "block-order",
                f"The source has “{expected}” here, not “{block.id}”.",
                "Put the blocks in the source's order.",
            )
            return
