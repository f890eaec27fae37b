"""Numbers as people type them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.learning.services.numbers import parse_number, plain_number
from app.learning.types import NotANumber

DIGITS = {
    "western": "0123456789",
    "lao": "໐໑໒໓໔໕໖໗໘໙",
    "khmer": "០១២៣៤៥៦៧៨៩",
    "full-width": "０１２３４５６７８９",
}
numbers = st.decimals(0, 999_999, places=3)


@given(numbers, st.sampled_from(sorted(DIGITS)), st.sampled_from([".", ",", "，", "．"]))
def test_digits_of_every_script_and_both_decimal_signs_are_read(
    number: Decimal, script: str, sign: str
) -> None:
    western = str(number)
    typed = western.translate(str.maketrans("0123456789", DIGITS[script])).replace(".", sign)
    assert parse_number(typed) == number


@given(numbers, st.sampled_from([" ", "\u00a0", "\u3000", "\u200b"]))
def test_spaces_around_a_number_do_not_matter(number: Decimal, space: str) -> None:
    assert parse_number(f"{space}{number}{space}") == number


@given(numbers)
def test_a_number_is_stored_in_its_shortest_form(number: Decimal) -> None:
    assert Decimal(plain_number(number)) == number
    assert plain_number(number) == plain_number(Decimal(f"{number}0"))


@given(st.text())
def test_any_text_is_a_number_or_empty_or_refused(text: str) -> None:
    try:
        number = parse_number(text)
    except NotANumber:
        return
    assert number is None or number == Decimal(plain_number(number))


@pytest.mark.parametrize(
    "text", ["five", "5 cm", "5-6", "5–6", "30:2", "1,000.5", "1.2.3", "1e3", "٥", "∞", "nan", "-"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(NotANumber):
        parse_number(text)


def test_an_empty_field_holds_no_number() -> None:
    assert parse_number(" \u3000 ") is None
