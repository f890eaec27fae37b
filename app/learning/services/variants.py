"""The shapes that a question has had in a course's editions, and what holds for each."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.courses.models import CourseEdition
from app.courses.types import Course, Item, ItemType
from app.learning.models import ItemCorrection
from app.learning.services.corrections import in_force, shape_of
from app.learning.services.editions import bank_of
from app.learning.services.results import key_of
from app.learning.types import Response, UnknownQuestion


@dataclass(frozen=True, slots=True)
class Variant:
    """A question in one shape: with the same possible answers and the same key.

    `editions` are the recorded ones, oldest first; `today` is today's key when it differs.
    """

    item: Item
    digest: str
    editions: tuple[CourseEdition, ...]
    is_today: bool
    today: Response | None
    correction: ItemCorrection | None


def variants_of(db: Session, course: Course, item_key: str) -> list[Variant]:
    """Every shape that a question has or had, today's first. Raises UnknownQuestion."""
    query = select(CourseEdition).where(CourseEdition.slug == course.slug)
    shapes: dict[str, Item] = {}
    editions: defaultdict[str, list[CourseEdition]] = defaultdict(list)
    present = next((item for item in course.items if item.key == item_key), None)
    if present is not None:
        shapes[shape_of(present)] = present
    for edition in db.scalars(query.order_by(CourseEdition.id)):
        item = bank_of(edition).items.get(item_key)
        if item is not None:
            shape = shape_of(item)
            shapes.setdefault(shape, item)
            editions[shape].append(edition)
    if not shapes:
        raise UnknownQuestion
    return [
        Variant(
            item,
            shape,
            tuple(editions[shape]),
            item is present,
            _key_of_today(item, present),
            in_force(db, course.slug, item_key, shape, editions[shape]),
        )
        for shape, item in shapes.items()
    ]


def _key_of_today(item: Item, present: Item | None) -> Response | None:
    """Today's key, when it differs and is an answer that could be given to the old question."""
    if present is None or present is item or without_key(present) != without_key(item):
        return None
    return key_of(present)


def without_key(item: Item) -> dict[str, Any]:
    """What may be answered to an item, whatever counts as right."""
    shape = item.model_dump(
        mode="json", include={"type", "options", "left", "right", "answer", "unit"}
    )
    del shape["answer"]
    if item.type is ItemType.NUMERIC:
        return shape | {"answer": item.answer.shape.value}
    return shape
