"""Drawing an attempt: which items, and in which order their options stand. Pure and seedable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from random import Random
from typing import Any

from app.courses.types import Assessment, Item, ItemType
from app.learning.types import BankTooSmall, DrawnItem


def draw(
    assessment: Assessment, items: Sequence[Item], avoid: Collection[str], chance: Random
) -> tuple[DrawnItem, ...]:
    """Draw an attempt by the blueprint, with an item of every must and none twice.

    Items of `avoid` (the attempt before) come only where the bank has no others, and a second
    item of a must that is already there only after that: one could give the other away. Raises
    BankTooSmall when the bank cannot fill the blueprint.
    """
    chosen = _choose_musts(assessment, items, avoid, chance)
    for group in assessment.blueprint:
        have = sum(item.group == group.group for item in chosen)
        chosen += _fill(group.group, group.count - have, items, chosen, avoid, chance)
    chance.shuffle(chosen)
    return tuple(_arrange(item, chance) for item in chosen)


def _choose_musts(
    assessment: Assessment, items: Sequence[Item], avoid: Collection[str], chance: Random
) -> list[Item]:
    room = Counter({group.group: group.count for group in assessment.blueprint})
    candidates = [
        sorted(
            _shuffled([i for i in items if i.must == must], chance), key=lambda i: i.key in avoid
        )
        for must in assessment.musts
    ]
    found = _one_of_each(candidates, room)
    if found is None:
        raise BankTooSmall
    return found


def _one_of_each(candidates: Sequence[Sequence[Item]], room: Counter[str]) -> list[Item] | None:
    """One item of each list, first ones first, so that no group holds more than its room."""
    if not candidates:
        return []
    for item in candidates[0]:
        group = item.group or ""
        if room[group] > 0:
            rest = _one_of_each(candidates[1:], room - Counter([group]))
            if rest is not None:
                return [item, *rest]
    return None


def _fill(
    group: str,
    count: int,
    items: Sequence[Item],
    chosen: Sequence[Item],
    avoid: Collection[str],
    chance: Random,
) -> list[Item]:
    taken = {item.key for item in chosen}
    musts = {item.must for item in chosen if item.must}
    pool = _shuffled([i for i in items if i.group == group and i.key not in taken], chance)
    pool.sort(key=lambda item: (item.key in avoid, item.must in musts))
    if len(pool) < count:
        raise BankTooSmall
    return pool[:count]


def _arrange(item: Item, chance: Random) -> DrawnItem:
    options: list[str] = []
    right: list[str] = []
    match item.type:
        case ItemType.SINGLE | ItemType.MULTIPLE:
            options = _shuffled(item.options, chance)
        case ItemType.ORDERING:
            options = _disordered(item.answer, chance)
        case ItemType.MATCHING:
            options, right = list(item.left), _shuffled(item.right, chance)
        case _:
            pass
    return DrawnItem(item.key, item.must, tuple(options), tuple(right))


def _shuffled(things: Sequence[Any], chance: Random) -> list[Any]:
    return chance.sample(list(things), len(things))


def _disordered(answer: Sequence[str], chance: Random) -> list[str]:
    """Another order than the answer's: nobody is right by changing nothing."""
    shown = _shuffled(answer, chance)
    if shown == list(answer):
        shown.append(shown.pop(0))
    return shown


def to_json(items: Sequence[DrawnItem]) -> list[dict[str, Any]]:
    """The drawn items as an attempt stores them."""
    return [
        {"key": i.key, "must": i.must, "options": list(i.options), "right": list(i.right)}
        for i in items
    ]


def from_json(stored: Sequence[Mapping[str, Any]]) -> tuple[DrawnItem, ...]:
    """The drawn items of a stored attempt."""
    return tuple(
        DrawnItem(s["key"], s["must"], tuple(s["options"]), tuple(s["right"])) for s in stored
    )
