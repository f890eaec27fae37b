"""Lao and Khmer lines end between words only; ranges stay whole; the text stays what it was."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from icu4py.breakers import LineBreaker

from app.core.breaking import (
    WORD_JOINER,
    ZERO_WIDTH_SPACE,
    break_places,
    breakable,
    unbroken,
    with_units,
)

LAO = "ວາງສົ້ນມືໃສ່ເຄິ່ງລຸ່ມຂອງກະດູກເອິກ"
KHMER = "ដាក់កែងបាតដៃលើពាក់កណ្ដាលខាងក្រោមនៃឆ្អឹងទ្រូង"
LETTERS = "\u0e80-\u0eff\u1780-\u17ff"
STARTS_NO_LINE = re.compile("[\u0eaf-\u0ebd\u0ec6\u0ec8-\u0ecd\u17b6-\u17d8\u17da\u17dd]")
SIGNS = " a15–“”<>&"
lao = st.text(LAO + "ເຮືອກນ້ຳຕານກລູໂຄສດັງໆ" + SIGNS, max_size=80)
khmer = st.text(KHMER + "ទីហ្វុងរថយន្តមករកភ្លាមៗ។៕៖" + SIGNS, max_size=80)
BARE = "[\u0e81-\u0eae\u0edc-\u0edf\u1780-\u17a2]"


def lines(text: str) -> list[str]:
    """The text cut at every place where a browser with a dictionary may end a line."""
    return [str(line) for line in LineBreaker(breakable(text), "en")]


def cut(text: str) -> str:
    """The text as it is shown, with | where a line may end."""
    return "|".join(unbroken(line) for line in lines(text))


@pytest.mark.parametrize("text", [LAO, KHMER])
def test_a_long_sentence_gets_break_opportunities(text: str) -> None:
    longest = max(breakable(text).split(ZERO_WIDTH_SPACE), key=len)
    assert breakable(text).count(ZERO_WIDTH_SPACE) >= 4
    assert len(longest) < 18


@pytest.mark.parametrize("text", ["Press 2-3 cm deep.", "胸外按压", "Ép tim ngoài lồng ngực", ""])
def test_other_scripts_stay_as_they_are(text: str) -> None:
    assert breakable(text) == text


def test_a_word_that_must_stay_whole_is_not_broken() -> None:
    assert "|ແມ່ນ້ຳຂອງ|" in cut("ຢູ່ແຄມແມ່ນ້ຳຂອງມີຄົນຈົມນ້ຳ")


@pytest.mark.parametrize(
    "words",
    [
        "ທີ່|ເຮືອກ",
        "ນ້ຳ|ຕານ|ກລູ|ໂຄສ",
        "ຂວ້ຳ|ໜ້າ",
        "ດາວ|ໂຫຼດ|ຂໍ້ຄວາມ",
        "ទី|ហ្វុង",
        "ម៉ា|ញ៉ី|ទុត",
        "ពីរថយន្ត|ទៅ",
        "ក្នុង|អគារ|ខ្ពស់",
        "មករក|ច្រាំង",
        "ប៉ូលីស។",
    ],
)
def test_a_consonant_stays_with_the_word_it_belongs_to(words: str) -> None:
    assert cut(words.replace("|", "")) == words


@pytest.mark.parametrize("text", ["ເວົ້າດັງໆໃສ່", "ទៅភ្លាមៗហើយ", "**ភ្លាម**ៗ", "ចប់។ ហើយ៕"])
def test_a_sign_of_repetition_and_a_stop_begin_no_line(text: str) -> None:
    assert not [line for line in lines(text) if line.lstrip(WORD_JOINER)[0] in "ໆៗ។៕"]


@pytest.mark.parametrize("text", ["100–120", "5–6\u00a0cm"])
def test_a_range_stays_on_one_line(text: str) -> None:
    assert lines(text) == [breakable(text)]
    assert break_places(text) == [0, len(text)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("press 5 cm deep", "press 5\u00a0cm deep"),
        ("2 min", "2\u00a0min"),
        ("2 minutes", "2 minutes"),
        ("5 người", "5 người"),
        ("10 m.", "10\u00a0m."),
    ],
)
def test_a_figure_keeps_its_unit(text: str, shown: str) -> None:
    assert with_units(text) == shown


@given(lao | khmer)
def test_breaking_adds_nothing_else_and_no_line_begins_or_ends_wrongly(text: str) -> None:
    assert unbroken(breakable(text)) == text
    found = [unbroken(line) for line in lines(text)]
    for before, line in zip(["", *found], found, strict=False):
        # A coeng after a stop is no spelling: it stands under a letter or nowhere.
        is_spelt = not re.search("[\u17d4-\u17da]\u17d2\\Z", before)
        if is_spelt and re.search(f"[{LETTERS}]\\Z", before) and re.match(f"[{LETTERS}]", line):
            assert not STARTS_NO_LINE.match(line)
            assert not before.endswith(("\u17d2", "ເ", "ແ", "ໂ", "ໃ", "ໄ"))
            lone = f"{BARE}[\u17d4-\u17da\u0ec6]*[^{LETTERS}]*"
            assert not (re.fullmatch(lone, line) and re.search(f"{BARE}[^{BARE}]*\\Z", before))


@given(lao | khmer)
@example("។្ក")
@example("។ា្ក")
@example("ហយោ្ក")
def test_a_browser_ends_a_line_only_where_we_say(text: str) -> None:
    places, at = set(), 0
    for line in lines(text):
        at += len(unbroken(line))
        places.add(at)
    assert places <= set(break_places(text))
