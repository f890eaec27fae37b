"""One YAML file: its data, and the line on which each part of it stands.

ruamel.yaml's C parser composes nodes with their lines about ten times faster than its
round-trip loader (30 ms instead of 300 ms for 500 items), so every file keeps its lines.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.tag import Tag

from app.courses.loader.cache import ParsedFiles
from app.courses.types import Fault

Where = tuple[str | int, ...]

_QUOTED = ("'", '"', "|", ">")
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\.[0-9]+\Z")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


class _NoTags(VersionedResolver):
    """Gives no node a tag: `_scalar` reads the values, and tags were half of a cold start."""

    def resolve(self, kind: type[Node], value: str | None, implicit: Any) -> Tag:  # noqa: ARG002
        """The same tag for every node."""
        return _TAG


_TAG = Tag(suffix="tag:yaml.org,2002:str")


def _parser() -> YAML:
    parser = YAML(typ="safe")
    parser.Resolver = _NoTags
    return parser


@dataclass
class Document:
    """A YAML file of the content. `name` is its path relative to the content's root."""

    name: str
    text: str
    language: str = "-"
    faults: list[Fault] = field(default_factory=list)
    parsed: ParsedFiles | None = None

    @classmethod
    def read(
        cls, root: Path, name: str, language: str = "-", parsed: ParsedFiles | None = None
    ) -> Document | None:
        """Read a file; None when it is not there."""
        path = root / name
        if not path.is_file():
            return None
        content = path.read_bytes()
        try:
            return cls(name, content.decode("utf-8"), language, parsed=parsed)
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            document = cls(name, "", language)
            document.add(line, "encoding", "This file is not UTF-8.", "Save it as UTF-8.")
            return document

    @classmethod
    def of_data(cls, name: str, data: Any, language: str) -> Document:
        """A document of plain data that stands in no file."""
        return cls(name, json.dumps(data, ensure_ascii=False), language)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @cached_property
    def data(self) -> Any:
        """The file as plain data: mappings, lists, texts, numbers, truth values."""
        return json.loads(self.json)

    @cached_property
    def json(self) -> str:
        """The data as JSON, which pydantic's strict mode reads with lists as tuples."""
        kept = self.parsed.get(self.digest) if self.parsed else None
        if kept is not None:
            return kept
        data = None if self._root is None else self._plain(self._root)
        text = json.dumps(data, ensure_ascii=False)
        if self.parsed is not None and not self.faults:
            self.parsed.put(self.digest, text)
        return text

    @cached_property
    def _root(self) -> Node | None:
        try:
            root: Node | None = _parser().compose(self.text)
        except MarkedYAMLError as error:
            mark = error.problem_mark
            line = mark.line + 1 if mark is not None else 1
            self.add(line, "yaml", f"This is not YAML: {error.problem}.", "Mend this line.")
            return None
        except YAMLError as error:
            self.add(1, "yaml", f"This is not YAML: {error}.", "Mend the file.")
            return None
        return root

    def line(self, where: Where = ()) -> int:
        """The line of a part; of the nearest part around it where it does not exist."""
        node, line = self._root, 1
        for step in where:
            found = _child(node, step)
            if found is not None:
                line, node = found
        return line

    def add(self, line: int, code: str, message: str, mend: str) -> None:
        """Remember a fault of this file."""
        self.faults.append(Fault(self.name, line, self.language, code, message, mend))

    def add_at(self, where: Where, code: str, message: str, mend: str) -> None:
        """Remember a fault of a part of this file."""
        self.add(self.line(where), code, message, mend)

    def texts(self) -> Iterator[tuple[Where, int, str]]:
        """Every text with its place and line, in the file's order."""
        if self._root is not None:
            yield from _texts(self._root, (), self._root.start_mark.line + 1)

    def _plain(self, node: Node) -> Any:
        if isinstance(node, MappingNode):
            return self._mapping(node)
        if isinstance(node, SequenceNode):
            return [self._plain(child) for child in node.value]
        return _scalar(node) if isinstance(node, ScalarNode) else None

    def _mapping(self, node: MappingNode) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value in node.value:
            key = str(key_node.value)
            if key in found:
                self.add(
                    key_node.start_mark.line + 1,
                    "duplicate",
                    f"“{key}” stands twice.",
                    "Keep one of the two.",
                )
            found[key] = self._plain(value)
        return found


def _scalar(node: ScalarNode) -> str | int | float | bool | None:
    """YAML 1.2's values only: `30:2`, `08`, `no` and dates stay texts."""
    text = str(node.value)
    if node.style in _QUOTED:  # plain is None to the Python parser and "" to the C parser
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.match(text):
        return int(text)
    return float(text) if _FLOAT.match(text) else text


def _child(node: Node | None, step: str | int) -> tuple[int, Node] | None:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return key.start_mark.line + 1, value
    if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        child = node.value[step]
        return child.start_mark.line + 1, child
    return None


def _texts(node: Node, where: Where, line: int) -> Iterator[tuple[Where, int, str]]:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            yield from _texts(value, (*where, str(key.value)), key.start_mark.line + 1)
    elif isinstance(node, SequenceNode):
        for index, child in enumerate(node.value):
            yield from _texts(child, (*where, index), child.start_mark.line + 1)
    elif isinstance(node, ScalarNode) and isinstance(_scalar(node), str):
        yield where, line, str(node.value)
