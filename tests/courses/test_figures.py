"""Figures in text, made comparable between languages."""

from __future__ import annotations

import pytest

from app.courses.loader.figures import figures_of


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Press 5–6 cm deep, 100–120 per min.", ["5–6 cm", "100–120"]),
        ("按压深度5至6 cm，每分钟100～120次", ["5–6 cm", "100–120"]),
        ("sâu 5 đến 6 cm", ["5–6 cm"]),
        ("30:2", ["30:2"]),
        ("30 : 2", ["30:2"]),
        ("2:30", ["2:30"]),
        ("30：2", ["30:2"]),
        ("Under 1: 5 blows", ["1", "5"]),
        ("a 30-min refresher, 10s, 7–10 %", ["30 min", "10 s", "7–10 %"]),
        ("119 mới gọi", ["119"]),
        ("2 × and ≈ 5 cm", ["2", "5 cm"]),
        ("1. first\n2. second with 3", ["3"]),
        ("CO2 and L5 are names", []),
        ("[2 min](lesson:part-9) {number:cn.fire}", ["2 min", "{number:cn.fire}"]),
        ("1,5 h or 1.5 h", ["1.5 h", "1.5 h"]),
    ],
)
def test_figures_are_read_with_their_units(text: str, tokens: list[str]) -> None:
    assert [figure.token for figure in figures_of(text)] == tokens


def test_a_lone_number_is_plain_and_a_counted_one_is_not() -> None:
    assert [figure.is_plain for figure in figures_of("Call 120. Press 120 per min, 120 次.")] == [
        True,
        False,
        False,
    ]
