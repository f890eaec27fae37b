"""Lao and Khmer get break opportunities; nothing else changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.breaking import WORD_JOINER, ZERO_WIDTH_SPACE, breakable, unbroken

LAO = "ວາງສົ້ນມືໃສ່ເຄິ່ງລຸ່ມຂອງກະດູກເອິກ"
KHMER = "ដាក់កែងបាតដៃលើពាក់កណ្ដាលខាងក្រោមនៃឆ្អឹងទ្រូង"
MARKS = "\u0ec6\u17d7\u17d4"
MARKS += "\u0eb1\u0eb4\u0eb5\u0eb6\u0eb7\u0eb8\u0eb9\u0ebb\u0ebc\u0ec8\u0ec9\u17b6\u17c6\u17d2"


@pytest.mark.parametrize("text", [LAO, KHMER])
def test_a_long_sentence_gets_break_opportunities(text: str) -> None:
    longest = max(breakable(text).split(ZERO_WIDTH_SPACE), key=len)
    assert breakable(text).count(ZERO_WIDTH_SPACE) >= 4
    assert len(longest) < 18


@pytest.mark.parametrize("text", ["Press 5–6 cm deep.", "胸外按压", "Ép tim ngoài lồng ngực", ""])
def test_other_scripts_stay_as_they_are(text: str) -> None:
    assert breakable(text) == text


def test_a_word_that_must_stay_whole_is_not_broken() -> None:
    broken = breakable("ຢູ່ແຄມແມ່ນ້ຳຂອງມີຄົນຈົມນ້ຳ")
    assert "ແມ່ນ້ຳຂອງ" in broken.replace(WORD_JOINER, "")
    assert f"ແມ່{WORD_JOINER}ນ້ຳ{WORD_JOINER}ຂ" in broken, "no browser breaks it either"


@pytest.mark.parametrize("word", ["ទីហ្វុង", "ម៉ាញ៉ីទុត", "ເຮືອກ", "ນ້ຳຕານກລູໂຄສ"])
def test_no_letter_is_cut_off_a_word_that_the_dictionary_does_not_know(word: str) -> None:
    parts = breakable(word).replace(WORD_JOINER, "").split(ZERO_WIDTH_SPACE)
    assert min(len(part) for part in parts) > 1


@pytest.mark.parametrize("text", ["ຊ້າໆ", "ດັງໆ ແລ້ວ", "ផ្សេងៗ", "ដកដង្ហើម។"])
def test_a_sign_of_repetition_or_of_an_end_never_begins_a_line(text: str) -> None:
    sign = next(letter for letter in text if letter in "ໆៗ។")
    assert f"{WORD_JOINER}{sign}" in breakable(text)


@given(st.text(alphabet=LAO + KHMER + " a1“”<>&", max_size=80))
def test_breaking_adds_nothing_else_and_no_line_starts_with_a_mark(text: str) -> None:
    broken = breakable(text)
    assert unbroken(broken) == text
    lines = broken.split(ZERO_WIDTH_SPACE)
    assert not any(line[:1] in MARKS for line in lines[1:] if line)
    assert not any(line.endswith("\u17d2") for line in lines[:-1])
