"""Grading is exact."""

from __future__ import annotations

from typing import Any

import pytest

from app.courses.types import (
    Item,
    ItemType,
    MatchingItem,
    MultipleItem,
    NumericAnswer,
    NumericItem,
    OrderingItem,
    SingleItem,
    TrueFalseItem,
)
from app.learning.services.grading import grade, is_right
from app.learning.services.responses import is_complete, normalise
from app.learning.services.results import key_of
from app.learning.types import DrawnItem, NotANumber, UnreadableAnswer

BASE: dict[str, Any] = {"key": "k", "lesson": "l", "group": "g"}
SINGLE = SingleItem(**BASE, type=ItemType.SINGLE, options=("a", "b"), answer=("b",))
MULTIPLE = MultipleItem(**BASE, type=ItemType.MULTIPLE, options=("a", "b", "c"), answer=("a", "c"))
TRUTH = TrueFalseItem(**BASE, type=ItemType.TRUE_FALSE, answer=False)
ORDER = OrderingItem(
    **BASE, type=ItemType.ORDERING, options=("a", "b", "c"), answer=("c", "a", "b")
)
MATCH = MatchingItem(
    **BASE,
    type=ItemType.MATCHING,
    left=("x", "y"),
    right=("p", "q", "r"),
    answer={"x": "q", "y": "p"},
)
VALUE = NumericItem(**BASE, type=ItemType.NUMERIC, answer=NumericAnswer(value=2.5))
RANGE = NumericItem(**BASE, type=ItemType.NUMERIC, answer=NumericAnswer(range=(5, 6)))
RATIO = NumericItem(**BASE, type=ItemType.NUMERIC, answer=NumericAnswer(ratio=(30, 2)))
ALL = [SINGLE, MULTIPLE, TRUTH, ORDER, MATCH, VALUE, RANGE, RATIO]

WRONG = [
    (SINGLE, {"option": "a"}),
    (MULTIPLE, {"options": ["a"]}),
    (MULTIPLE, {"options": ["a", "b", "c"]}),
    (TRUTH, {"value": True}),
    (ORDER, {"places": {"a": 1, "b": 2, "c": 3}}),
    (ORDER, {"places": {"c": 1, "a": 2}}),
    (ORDER, {"places": {"c": 1, "a": 2, "b": 2}}),
    (MATCH, {"pairs": {"x": "q"}}),
    (MATCH, {"pairs": {"x": "q", "y": "q"}}),
    (VALUE, {"figures": ["2"]}),
    (RANGE, {"figures": ["5", ""]}),
    (RANGE, {"figures": ["6", "5"]}),
    (RATIO, {"figures": ["15", "1"]}),
    (RATIO, {"figures": ["2", "30"]}),
]


@pytest.mark.parametrize("item", ALL, ids=lambda item: item.type)
def test_the_key_is_right(item: Item) -> None:
    assert is_right(item, normalise(item, key_of(item)))


@pytest.mark.parametrize("item", ALL, ids=lambda item: item.type)
def test_no_answer_is_wrong(item: Item) -> None:
    assert not is_right(item, normalise(item, {}))


@pytest.mark.parametrize(("item", "response"), WRONG)
def test_anything_but_the_key_is_wrong(item: Item, response: dict[str, Any]) -> None:
    assert not is_right(item, normalise(item, response))


@pytest.mark.parametrize("figures", [["5.0", "6,0"], ["໕", "໖"], ["៥", "៦"], ["５", "６"]])
def test_a_number_counts_in_every_script(figures: list[str]) -> None:
    assert is_right(RANGE, normalise(RANGE, {"figures": figures}))


@pytest.mark.parametrize(
    ("item", "response"),
    [
        (SINGLE, {"option": "z"}),
        (SINGLE, {"option": ["a"]}),
        (MULTIPLE, {"options": ["a", "z"]}),
        (MULTIPLE, {"options": 3}),
        (TRUTH, {"value": "false"}),
        (ORDER, {"places": {"a": 9}}),
        (ORDER, {"places": ["a"]}),
        (MATCH, {"pairs": {"x": "z"}}),
        (MATCH, {"pairs": {"z": "p"}}),
        (VALUE, {"figures": ["1", "2"]}),
        (VALUE, {"figures": [1]}),
        (VALUE, {"figures": "1"}),
    ],
)
def test_what_is_no_answer_to_the_question_is_refused(item: Item, response: dict[str, Any]) -> None:
    with pytest.raises(UnreadableAnswer):
        normalise(item, response)


def test_a_wrong_number_names_its_field() -> None:
    with pytest.raises(NotANumber) as caught:
        normalise(RANGE, {"figures": ["5", "six"]})
    assert caught.value.field == 1


@pytest.mark.parametrize(
    ("item", "response"),
    [
        (ORDER, {"places": {"a": 1}}),
        (ORDER, {"places": {"a": 1, "b": 1, "c": 2}}),
        (MATCH, {"pairs": {"x": "p"}}),
        (RANGE, {"figures": ["", "6"]}),
    ],
)
def test_an_unfinished_answer_is_kept_and_known_as_unfinished(
    item: Item, response: dict[str, Any]
) -> None:
    assert normalise(item, response) == response
    assert not is_complete(item, response)


def outcome(right: int, of: int, must_at: int | None = None, percent: int = 84) -> Any:
    """Grade an attempt of single choices of which the first `right` are right."""
    drawn = [DrawnItem("k", "depth" if n == must_at else None) for n in range(1, of + 1)]
    answers = {n: {"option": "b" if n <= right else "a"} for n in range(1, of + 1)}
    return grade({"k": SINGLE}, drawn, answers, percent)


def test_the_pass_mark_itself_passes() -> None:
    assert outcome(21, 25).passed


def test_one_below_the_pass_mark_does_not_pass() -> None:
    assert not outcome(20, 25).passed


def test_a_wrong_must_fails_whatever_the_score() -> None:
    graded = outcome(24, 25, must_at=25)
    assert (graded.score, graded.passed, graded.musts_failed) == (24, False, ("depth",))


def test_a_right_must_passes() -> None:
    assert outcome(24, 25, must_at=1).passed
