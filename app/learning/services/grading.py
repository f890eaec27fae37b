"""Grading: exact, the same on every machine, from the stored answers and the edition's keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from app.courses.types import Item, ItemType, NumericAnswer
from app.learning.types import DrawnItem, Outcome


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
) -> Outcome:
    """Grade an attempt: passed with at least `pass_percent` of the items and every must right."""
    wrong = {
        position
        for position, one in enumerate(drawn, start=1)
        if not is_right(items[one.key], answers.get(position, {}))
    }
    musts = [one.must for at, one in enumerate(drawn, start=1) if at in wrong and one.must]
    score = len(drawn) - len(wrong)
    enough = score * 100 >= pass_percent * len(drawn)
    failed = tuple(sorted(set(musts)))
    return Outcome(score, len(drawn), enough and not failed, failed, frozenset(wrong))
