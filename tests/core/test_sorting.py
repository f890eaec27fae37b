"""Words in the order of each language's dictionaries; `sorted/` holds lists that ICU has sorted."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.languages import LANGUAGES
from app.core.sorting import initial, sort_key

LISTS = Path(__file__).parent / "sorted"


@pytest.mark.parametrize("language", ["en", "vi", "lo", "km"])
def test_words_stand_in_the_order_of_icu(language: str) -> None:
    words = (LISTS / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    mixed = random.Random(1).sample(words, len(words))
    assert sorted(mixed, key=lambda word: sort_key(word, language)) == words


def test_chinese_stands_in_the_order_of_pinyin_and_its_tones() -> None:
    words = [
        ("安全", "ānquán"),
        ("急救", "jíjiù"),
        ("急救包", "jíjiùbāo"),
        ("集合点", "jíhédiǎn"),
        ("技能", "jìnéng"),
        ("路线", "lùxiàn"),
        ("绿色", "lǜsè"),
        ("心肺复苏", "xīnfèi fùsū"),
        ("无音", ""),
    ]
    mixed = random.Random(1).sample(words, len(words))
    assert sorted(mixed, key=lambda word: sort_key(word[0], "zh", word[1])) == words


def test_the_lao_subscript_l_stands_with_the_letter_it_is() -> None:
    words = ["ຫຍິບ", "ຫຼາຍ", "ຫລຽວ", "ຫວານ"]
    assert sorted({*words}, key=lambda word: sort_key(word, "lo")) == words


@pytest.mark.parametrize(
    ("word", "language", "reading", "letter"),
    [
        ("chest", "en", "", "C"),
        ("đuối nước", "vi", "", "Đ"),
        ("ép tim", "vi", "", "E"),
        ("ống nghe", "vi", "", "Ô"),
        ("伤员", "zh", "shāngyuán", "S"),
        ("ເລືອດ", "lo", "", "ລ"),
        ("ໜ້າ", "lo", "", "ຫ"),
        ("ឧបករណ៍", "km", "", "អ"),
        ("ម៉ាស៊ីន", "km", "", "ម"),
        ("…", "en", "", "–"),
    ],
)
def test_a_word_stands_under_its_first_letter(
    word: str, language: str, reading: str, letter: str
) -> None:
    assert initial(word, language, reading) == letter


@given(st.text(), st.sampled_from(list(LANGUAGES)), st.text())
def test_any_text_can_be_sorted(text: str, language: str, reading: str) -> None:
    assert sort_key(text, language, reading) == sort_key(text, language, reading)
    assert initial(text, language, reading)
