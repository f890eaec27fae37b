"""Reading a document as a strict object, with every fault of it on its line.

A faulty element of a list or mapping is left out and the rest is read, so that one typing
error does not hide the faults behind it.
"""

from __future__ import annotations

import copy
import json
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from app.courses.loader.documents import Document

M = TypeVar("M")

_MESSAGES = {
    "missing": ("“{name}” is missing.", "Add it."),
    "extra_forbidden": ("“{name}” is not known here.", "Correct the spelling or take it out."),
    "string_type": ("“{name}” must be a text.", 'Write it in "double quotes".'),
    "string_too_short": ("“{name}” is empty.", "Write the text."),
    "int_type": ("“{name}” must be a whole number.", "Write digits without quotes."),
    "bool_type": ("“{name}” must be true or false.", "Write true or false without quotes."),
    "string_pattern_mismatch": (
        "“{name}” is no key: {input}.",
        "Use small Latin letters, digits and hyphens.",
    ),
    "union_tag_invalid": (
        "This type of question is not known.",
        "Use single, multiple, truefalse, ordering, matching or numeric.",
    ),
    "union_tag_not_found": (
        "The question has no type.",
        "Add a type: single, multiple, truefalse, ordering, matching or numeric.",
    ),
    "answer-key": ("The answer key is wrong: {message}.", "Name one of the options."),
    "answer-shape": ("The answer has the wrong shape: {message}.", "Correct the answer."),
    "duplicate": ("Something stands twice: {message}.", "Keep one of the two."),
}
_CODES = {"answer-key": "answer-key", "answer-shape": "answer-shape", "duplicate": "duplicate"}
_ANSWER_RULES = {"answer-key", "answer-shape"}
_ANSWER_PLACES = {"answer", "options", "left", "right"}


def read_as(document: Document, shape: type[M] | TypeAdapter[M]) -> M | None:
    """The document's data as an object; its faults are added to the document.

    Returns None when too much is wrong to make any object.
    """
    adapter = shape if isinstance(shape, TypeAdapter) else TypeAdapter(shape)
    if document.json == "null":
        if not document.faults:
            document.add(1, "shape", "This file is empty.", "Write its content.")
        return None
    try:
        return adapter.validate_json(document.json)
    except ValidationError as error:
        details = error.errors(include_url=False)
    for detail in details:
        _report(document, detail)
    return _salvage(document.data, details, adapter)


def _report(document: Document, detail: ErrorDetails) -> None:
    where = detail["loc"]
    message, mend = _MESSAGES.get(detail["type"], ("“{name}” is wrong: {message}.", "Correct it."))
    values = {
        "name": _name(where),
        "message": detail["msg"].rstrip("."),
        "input": str(detail["input"])[:60],
    }
    if detail["type"] in _ANSWER_RULES and "answer" not in where:
        where = (*where, "answer")  # a rule of the whole item points at its answer
    document.add_at(where, _code(detail), message.format(**values), mend)


def _code(detail: ErrorDetails) -> str:
    kind = detail["type"]
    if kind in _CODES:
        return _CODES[kind]
    if kind != "extra_forbidden" and any(step in _ANSWER_PLACES for step in detail["loc"]):
        return "answer-shape"
    return "shape"


def _name(where: tuple[int | str, ...]) -> str:
    names = [step for step in where if isinstance(step, str) and step != "[key]"]
    return names[-1] if names else "The file"


def _salvage(data: Any, details: list[ErrorDetails], adapter: TypeAdapter[M]) -> M | None:
    """Leave the faulty elements out and read again; give up when a part itself is faulty."""
    rest = copy.deepcopy(data)
    for place in sorted({_element(rest, detail["loc"]) for detail in details}, reverse=True):
        if not place or not _remove(rest, place):
            return None
    try:
        return adapter.validate_json(json.dumps(rest, ensure_ascii=False))
    except ValidationError:
        return None


def _element(data: Any, where: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """The place of the nearest list element, or first-level entry of a file of words."""
    for length, step in enumerate(where, start=1):
        if isinstance(step, int):
            return where[:length]
    if isinstance(data, dict) and all(isinstance(value, dict) for value in data.values()):
        return where[:1]
    return ()


def _remove(data: Any, place: tuple[int | str, ...]) -> bool:
    try:
        for step in place[:-1]:
            data = data[step]
        del data[place[-1]]
    except (KeyError, IndexError, TypeError):
        return False
    return True
