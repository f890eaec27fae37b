"""The items and rules of a recorded edition: an attempt is graded by them, not by today's files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import TypeAdapter

from app.courses.models import CourseEdition
from app.courses.types import Assessment, Item

_ITEMS: TypeAdapter[tuple[Item, ...]] = TypeAdapter(tuple[Item, ...])
_CACHED = 16  # editions in use at once; reading one takes about 2 ms
_banks: dict[str, EditionBank] = {}


@dataclass(frozen=True, slots=True)
class EditionBank:
    """The assessment of one edition: its rules, and its items by key."""

    assessment: Assessment
    items: Mapping[str, Item]


def bank_of(edition: CourseEdition) -> EditionBank:
    """The bank of an edition; the same digest has the same bank, so it is read once a process."""
    bank = _banks.get(edition.digest)
    if bank is None:
        bank = _read(edition)
        if len(_banks) >= _CACHED:
            _banks.clear()
        _banks[edition.digest] = bank
    return bank


def _read(edition: CourseEdition) -> EditionBank:
    stored = edition.structure
    items = _ITEMS.validate_json(json.dumps(stored["items"]))
    assessment = Assessment.model_validate_json(json.dumps(stored["assessment"]))
    return EditionBank(assessment, {item.key: item for item in items})
