"""Spellings that look alike or mean the same give the same units."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.spelling import plain, units

ANY_TEXT = st.text(
    st.characters()
    | st.sampled_from("ກຂງນຫລມໜໝ່້ໍຳາເແັິີ ຼ\u200b")
    | st.sampled_from("កខងតដរស្ាេីំះ៉់ \u17d2")
    | st.sampled_from("aăâđêơư心肺 \u0301\u0303\n")
)


@pytest.mark.parametrize(
    "spellings",
    [
        ("ຫຼາຍ", "ຫລາຍ"),
        ("ເຫຼົ່າ", "ເຫລົ່າ"),
        ("ໜ້າ", "ຫນ້າ"),
        ("ໝໍ", "ຫມໍ"),
        ("ນ້ຳ", "ນໍ້າ", "ນ້ໍາ", "ນຳ້"),
        ("ສ\u200bະໝັກ", "ສະໝັກ"),
        ("ស្ដ្រី", "ស្ត្រី", "ស្រ្តី"),
        ("កណ្ដាល", "កណ្តាល"),
        ("ក្រោម", "ក្រេាម"),
        ("បើក", "បេីក"),
        ("30:2", "３０：２", "໓໐:໒", "៣០:២"),
        ("Đường", "đường", "ĐƯỜNG", "duong", "Du\u031bo\u031b\u0300ng"),
        ("hô hấp", "ho\u0302 ha\u0302\u0301p", "HO HAP", "hohap"),
        ("CPR", "cpr", "ＣＰＲ"),
        ("xīnfèi fùsū", "xinfei fusu", "xin fei fu su"),
        ("心肺复苏", "心肺 复苏", "心肺\u3000复苏"),
    ],
)
def test_spellings_of_one_look_or_word_are_equal(spellings: tuple[str, ...]) -> None:
    assert len({plain(each) for each in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("ກາ", "ກ່າ"), ("ສີ", "ສິ"), ("កា", "ការ"), ("ស្ដី", "សី"), ("心", "肺"), ("ma", "me")],
)
def test_other_words_stay_other_words(one: str, other: str) -> None:
    assert plain(one) != plain(other)


def test_a_unit_says_where_it_stands() -> None:
    text = "ກົດໜ້າເອິກ 5–6 cm"
    assert [text[unit.start : unit.end] for unit in units(text)][-3:] == ["5", "6", "cm"]


@given(ANY_TEXT)
def test_any_text_has_units_in_order(text: str) -> None:
    found = units(text)
    assert all(unit.form for unit in found)
    assert all(0 <= unit.start < unit.end <= len(text) for unit in found)
    assert all(a.start <= b.start and a.end <= b.end for a, b in pairwise(found))


@given(st.text(st.characters(categories=["L"], min_codepoint=0x41, max_codepoint=0x24F)))
def test_composed_and_decomposed_letters_are_equal(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    decomposed = unicodedata.normalize("NFD", text)
    assert plain(composed) == plain(decomposed)
