"""Grading: exact, the same on every machine, from the stored answers and the edition's keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from app.courses.types import Item, ItemType, NumericAnswer
from app.learning.types import DrawnItem, Outcome, Response


@dataclass(frozen=True, slots=True)
class Corrected:
    """What corrections say about an edition's questions, by their keys.

    `accepted` are the right responses instead of the edition's key; `dropped` do not count.
    """

    accepted: Mapping[str, tuple[Response, ...]] = field(default_factory=dict)
    dropped: frozenset[str] = frozenset()


AS_IN_THE_FILE = Corrected()


def counts_as_right(item: Item, response: Mapping[str, Any], corrected: Corrected) -> bool:
    """Whether a stored response is right by the edition's key or by what stands in its place."""
    accepted = corrected.accepted.get(item.key)
    if accepted is None:
        return is_right(item, response)
    return any(is_right(with_key(item, key), response) for key in accepted)


def with_key(item: Item, key: Mapping[str, Any]) -> Item:
    """The item with another right response, which must be a whole one."""
    return item.model_copy(update={"answer": _answer(item, key)})


def _answer(item: Item, key: Mapping[str, Any]) -> Any:
    """A whole response in the form in which an item holds its key."""
    match item.type:
        case ItemType.SINGLE:
            return (key["option"],)
        case ItemType.MULTIPLE:
            return tuple(key["options"])
        case ItemType.TRUE_FALSE:
            return key["value"]
        case ItemType.ORDERING:
            return tuple(sorted(key["places"], key=lambda one: key["places"][one]))
        case ItemType.MATCHING:
            return dict(key["pairs"])
        case ItemType.NUMERIC:
            figures = tuple(float(figure) for figure in key["figures"])
            value: Any = figures if len(figures) > 1 else figures[0]
            return item.answer.model_copy(update={item.answer.shape.value: value})


def is_right(item: Item, response: Mapping[str, Any]) -> bool:
    """Whether a stored response is right; all or nothing, and no answer is wrong."""
    return bool(response) and _matches(item, response)


def _matches(item: Item, response: Mapping[str, Any]) -> bool:
    match item.type:
        case ItemType.SINGLE:
            return (response.get("option"),) == item.answer
        case ItemType.MULTIPLE:
            return set(response.get("options", ())) == set(item.answer)
        case ItemType.TRUE_FALSE:
            return response.get("value") is item.answer
        case ItemType.ORDERING:
            return response.get("places") == _places(item.answer)
        case ItemType.MATCHING:
            return bool(response.get("pairs") == dict(item.answer))
        case ItemType.NUMERIC:
            return _figures_are_right(item.answer, response.get("figures", ()))


def _places(answer: Sequence[str]) -> dict[str, int]:
    return {key: place for place, key in enumerate(answer, start=1)}


def _figures_are_right(answer: NumericAnswer, figures: Sequence[str]) -> bool:
    """A value, both ends of a range, or both terms of a ratio in order (15:1 is not 30:2)."""
    wanted = [Decimal(str(figure)) for figure in answer.figures]
    return all(figures) and [Decimal(figure) for figure in figures] == wanted


def grade(
    items: Mapping[str, Item],
    drawn: Sequence[DrawnItem],
    answers: Mapping[int, Mapping[str, Any]],
    pass_percent: int,
    corrected: Corrected = AS_IN_THE_FILE,
) -> Outcome:
    """Grade an attempt: passed with at least `pass_percent` of the items and every must right.

    Items that a correction dropped count neither for the score nor as a must; an attempt of which
    nothing counts is not passed.
    """
    counted = {at: one for at, one in enumerate(drawn, 1) if one.key not in corrected.dropped}
    wrong = {
        position
        for position, one in counted.items()
        if not counts_as_right(items[one.key], answers.get(position, {}), corrected)
    }
    failed = tuple(sorted({one.must for at, one in counted.items() if at in wrong and one.must}))
    score = len(counted) - len(wrong)
    enough = bool(counted) and score * 100 >= pass_percent * len(counted)
    dropped = frozenset(range(1, len(drawn) + 1)) - counted.keys()
    return Outcome(score, len(counted), enough and not failed, failed, frozenset(wrong), dropped)
