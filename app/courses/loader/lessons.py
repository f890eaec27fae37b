"""A lesson file: a list of blocks, each begun by a line `{#id}` or `{#id .kind}`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from app.courses.types import BlockKind, Fault

_HEAD = re.compile(r"\{#([a-z0-9][a-z0-9-]*)(?:[ ]+\.([a-z]+))?\}\s*\Z")
_KINDS = frozenset(BlockKind)
_NEW_HEAD = "Write {#id} or {#id .kind} with small letters, digits and hyphens."


@dataclass(frozen=True, slots=True)
class RawBlock:
    """A block as it stands in a file; `line` is its head's, `body_line` its first text's."""

    id: str
    kind: BlockKind
    line: int
    body_line: int
    text: str


@dataclass
class LessonFile:
    """A lesson in one language. `name` is the path relative to the content's root."""

    name: str
    language: str
    lines: int = 1
    blocks: list[RawBlock] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    _by_id: dict[str, RawBlock] = field(default_factory=dict)

    def add(self, line: int, code: str, message: str, mend: str) -> None:
        """Remember a fault of this file."""
        self.faults.append(Fault(self.name, line, self.language, code, message, mend))

    def block(self, block_id: str) -> RawBlock | None:
        """The block of an id, if there is one."""
        return self._by_id.get(block_id)

    def take(self, block: RawBlock) -> None:
        """Add a block that none of this id stands before."""
        self.blocks.append(block)
        self._by_id[block.id] = block


def read_lesson(root: Path, name: str, language: str) -> LessonFile | None:
    """Read a lesson file; None when it is not there."""
    path = root / name
    if not path.is_file():
        return None
    lesson = LessonFile(name, language)
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        lesson.add(1, "encoding", "This file is not UTF-8.", "Save it as UTF-8.")
        return lesson
    lines = text.splitlines()
    lesson.lines = max(1, len(lines))
    _split(lesson, lines)
    return lesson


def _split(lesson: LessonFile, lines: list[str]) -> None:
    heads = [index for index, line in enumerate(lines) if line.startswith("{#")]
    stray = next((i for i, line in enumerate(lines[: heads[0] if heads else None]) if line), None)
    if stray is not None:
        lesson.add(stray + 1, "block", "This text belongs to no block.", "Put {#id} above it.")
    for index, end in zip(heads, [*heads[1:], len(lines)], strict=True):
        _take(lesson, index, lines[index], lines[index + 1 : end])


def _take(lesson: LessonFile, index: int, head: str, body: list[str]) -> None:
    line = index + 1
    match = _HEAD.match(head)
    if match is None:
        lesson.add(line, "block", f"“{head}” does not begin a block.", _NEW_HEAD)
        return
    block_id, kind = match[1], match[2] or ""
    if kind not in _KINDS:
        lesson.add(
            line, "block", f"The kind “.{kind}” is not known.", "Use a kind of the course format."
        )
        return
    if lesson.block(block_id) is not None:
        lesson.add(line, "duplicate", f"The block “{block_id}” stands twice.", "Rename one.")
        return
    skipped = next((number for number, text in enumerate(body) if text.strip()), 0)
    text = "\n".join(body[skipped:]).strip()
    if not text:
        lesson.add(line, "block", f"The block “{block_id}” is empty.", "Write its text.")
    lesson.take(RawBlock(block_id, BlockKind(kind), line, line + 1 + skipped, text))
