"""Every draw obeys the blueprint and carries every must."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.courses.types import (
    Assessment,
    BlueprintGroup,
    Item,
    ItemType,
    MatchingItem,
    OrderingItem,
    SingleItem,
)
from app.learning.services.drawing import draw, from_json, to_json
from app.learning.types import BankTooSmall

Bank = tuple[Assessment, list[Item]]


def single(key: str, group: str, must: str | None = None) -> SingleItem:
    return SingleItem(
        key=key,
        group=group,
        must=must,
        lesson="l",
        type=ItemType.SINGLE,
        options=("a", "b", "c", "d"),
        answer=("b",),
    )


def rules(groups: dict[str, int], musts: tuple[str, ...] = ()) -> Assessment:
    return Assessment(
        length=sum(groups.values()),
        pass_percent=80,
        free_attempts=2,
        wait_hours=24,
        blueprint=tuple(BlueprintGroup(group=g, count=n) for g, n in groups.items()),
        musts=musts,
    )


@st.composite
def banks(chosen: st.DrawFn) -> Bank:
    """Banks twice as large as their assessment; no group has more musts than places."""
    items: list[Item] = []
    groups: dict[str, int] = {}
    musts: list[str] = []
    for number in range(chosen(st.integers(1, 4))):
        group, count = f"g{number}", chosen(st.integers(1, 6))
        groups[group] = count
        own = [f"m{number}-{i}" for i in range(chosen(st.integers(0, count)))]
        musts += own
        carried = [must for must in own for _ in range(2)]
        carried += [None] * (2 * count - len(carried))  # type: ignore[list-item]
        items += [single(f"{group}-{i}", group, must) for i, must in enumerate(carried)]
    return rules(groups, tuple(musts)), items


@given(banks(), st.integers())
def test_every_draw_obeys_the_blueprint(bank: Bank, seed: int) -> None:
    assessment, items = bank
    drawn = draw(assessment, items, (), Random(seed))
    group_of = {item.key: item.group for item in items}
    assert Counter(group_of[one.key] for one in drawn) == {
        group.group: group.count for group in assessment.blueprint
    }


@given(banks(), st.integers())
def test_every_draw_has_the_length_and_no_item_twice(bank: Bank, seed: int) -> None:
    assessment, items = bank
    drawn = draw(assessment, items, (), Random(seed))
    assert len({one.key for one in drawn}) == len(drawn) == assessment.length


@given(banks(), st.integers())
def test_every_draw_carries_every_must(bank: Bank, seed: int) -> None:
    assessment, items = bank
    drawn = draw(assessment, items, (), Random(seed))
    assert {one.must for one in drawn if one.must} == set(assessment.musts)


@given(banks(), st.integers())
def test_the_next_attempt_has_other_items_where_the_bank_allows(bank: Bank, seed: int) -> None:
    assessment, items = bank
    first = draw(assessment, items, (), Random(seed))
    second = draw(assessment, items, [one.key for one in first], Random(seed + 1))
    assert not {one.key for one in first} & {one.key for one in second}


@given(banks(), st.integers())
def test_the_same_seed_draws_the_same_attempt(bank: Bank, seed: int) -> None:
    assessment, items = bank
    drawn = draw(assessment, items, (), Random(seed))
    assert drawn == draw(assessment, items, (), Random(seed))
    assert from_json(to_json(drawn)) == drawn


@given(st.permutations(["a", "b", "c"]), st.integers())
def test_an_ordering_is_never_shown_in_its_answer(answer: list[str], seed: int) -> None:
    item = OrderingItem(
        key="o",
        group="g",
        lesson="l",
        type=ItemType.ORDERING,
        options=("a", "b", "c"),
        answer=tuple(answer),
    )
    (shown,) = draw(rules({"g": 1}), [item], (), Random(seed))
    assert list(shown.options) != answer
    assert sorted(shown.options) == sorted(answer)


def test_options_come_in_different_orders() -> None:
    item = single("s", "g")
    orders = {draw(rules({"g": 1}), [item], (), Random(seed))[0].options for seed in range(50)}
    assert len(orders) > 10


def test_partners_of_a_matching_item_are_shuffled_and_its_lines_are_not() -> None:
    item = MatchingItem(
        key="m",
        group="g",
        lesson="l",
        type=ItemType.MATCHING,
        left=("x", "y"),
        right=("p", "q", "r"),
        answer={"x": "p", "y": "q"},
    )
    shown = [draw(rules({"g": 1}), [item], (), Random(seed))[0] for seed in range(20)]
    assert {one.options for one in shown} == {("x", "y")}
    assert len({one.right for one in shown}) > 3


def test_musts_that_share_a_small_group_are_placed_in_their_other_groups() -> None:
    items = [
        single("a1", "a", "m1"),
        single("a2", "a", "m2"),
        single("b1", "b", "m1"),
        single("b2", "b"),
        single("a3", "a"),
    ]
    for seed in range(20):
        drawn = draw(rules({"a": 1, "b": 1}, ("m1", "m2")), items, (), Random(seed))
        assert {one.key for one in drawn} == {"a2", "b1"}


def test_a_bank_that_is_too_small_is_refused() -> None:
    with pytest.raises(BankTooSmall):
        draw(rules({"g": 2}), [single("s", "g")], (), Random(1))


def test_a_must_without_an_item_is_refused() -> None:
    with pytest.raises(BankTooSmall):
        draw(rules({"g": 1}, ("m",)), [single("s", "g")], (), Random(1))
