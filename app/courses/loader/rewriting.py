"""Writing new texts into course files, and changing nothing else in them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

from app.courses.loader.lessons import read_lesson
from app.courses.loader.record import Place
from app.courses.loader.saving import save_text


def write_texts(base: Path, folder: str, language: str, texts: Mapping[Place, str]) -> list[str]:
    """Put texts at their places in a language folder; returns the files that changed.

    `folder` is the language folder relative to `base`. Raises KeyError for a place that no file
    has.
    """
    by_file: dict[str, dict[tuple[str, ...], str]] = {}
    for place, text in texts.items():
        kind, *steps = place.split("/")
        name = f"{steps[0]}.md" if kind == "lesson" else f"{kind}.yaml"
        where = tuple(steps[1:]) if kind == "lesson" else tuple(steps)
        by_file.setdefault(f"{folder}{name}", {})[where] = text
    changed = []
    for name, changes in by_file.items():
        path = base / name
        old = path.read_text(encoding="utf-8")
        new = (
            _lesson(base, name, language, changes) if name.endswith(".md") else _yaml(old, changes)
        )
        if new != old:
            save_text(path, new)
            changed.append(name)
    return changed


def _yaml(text: str, changes: Mapping[tuple[str, ...], str]) -> str:
    """The file with some of its texts replaced, last ones first so that the offsets hold."""
    root = YAML(typ="safe", pure=True).compose(text)
    spans = []
    for where, new in changes.items():
        node = _at(root, where)
        if node.value != new:
            start, end = node.start_mark.index, node.end_mark.index
            # A block text ends where the next key begins: what parts the two stays.
            spans.append((start, start + len(text[start:end].rstrip()), new))
    for start, end, new in sorted(spans, reverse=True):
        text = f"{text[:start]}{json.dumps(new, ensure_ascii=False)}{text[end:]}"
    return text


def _at(root: Node, where: tuple[str, ...]) -> ScalarNode:
    node: Node | None = root
    for step in where:
        pairs = node.value if isinstance(node, MappingNode) else ()
        node = next((value for key, value in pairs if key.value == step), None)
    if not isinstance(node, ScalarNode):
        raise KeyError("/".join(where))
    return node


def _lesson(base: Path, name: str, language: str, changes: Mapping[tuple[str, ...], str]) -> str:
    lesson = read_lesson(base, name, language)
    lines = (base / name).read_text(encoding="utf-8").splitlines(keepends=True)
    blocks = {block.id: block for block in lesson.blocks} if lesson else {}
    for (block_id,), new in sorted(
        changes.items(), key=lambda change: blocks[change[0][0]].body_line, reverse=True
    ):
        block = blocks[block_id]
        first = block.body_line - 1
        last = first + block.text.count("\n")
        if block.text == new.strip():
            continue
        ending = "\n" if lines[last].endswith("\n") else ""
        lines[first : last + 1] = [new.strip() + ending]
    return "".join(lines)
