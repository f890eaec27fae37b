"""The piece of a text that a search shows."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.breaking import break_places, breakable, unbroken
from app.courses.rendering.snippets import LENGTH, Part, Pattern, matches, snippet
from app.courses.services.indexing import phrase

LAO = "ກົດໜ້າເອິກດ້ວຍສົ້ນມືຂອງທ່ານແລ້ວປ່ອຍໃຫ້ໜ້າເອິກຄືນຂຶ້ນຈົນສຸດ"
KHMER = "បើកផ្លូវដង្ហើមហើយពិនិត្យដង្ហើមមិនឱ្យលើសពីដប់វិនាទី"


def shown(parts: tuple[Part, ...]) -> str:
    """The words of a snippet."""
    return unbroken("".join(part.text for part in parts))


def patterns_of(query: str) -> tuple[Pattern, ...]:
    """What a query marks."""
    made = phrase(query, is_open=True)
    return (made.pattern,) if made else ()


def marked(text: str, query: str) -> list[str]:
    """What is marked in the snippet of a text."""
    parts = snippet(text, matches(text, patterns_of(query)))
    return [unbroken(part.text) for part in parts if part.is_match]


@pytest.mark.parametrize(
    ("text", "query", "found"),
    [
        ("Press the chest.", "chest", ["chest"]),
        ("Many compressions.", "compress", ["compressions"]),
        ("Người bị thương", "thuong", ["thương"]),
        ("开始心肺复苏。", "心肺复苏", ["心肺复苏"]),
        ("ໜ້າເອິກ", "ຫນ້າເອິກ", ["ໜ້າເອິກ"]),
        (KHMER, "ដង្ហើម", ["ដង្ហើម", "ដង្ហើម"]),
        ("Ratio ３０：２", "30:2", ["３０：２"]),
    ],
)
def test_what_was_found_is_marked_as_it_is_written(text: str, query: str, found: list[str]) -> None:
    assert marked(text, query) == found


@pytest.mark.parametrize(
    ("text", "query"),
    [(LAO, "ສົ້ນມື"), (KHMER, "ពិនិត្យ"), ("Chậm mà chắc. ", "chac"), ("心肺复苏很重要，", "复苏")],
)
def test_a_long_text_is_cut_between_words(text: str, query: str) -> None:
    long = f"{text} " * 40
    spans = matches(long, patterns_of(query))[8:9]
    parts = snippet(long, spans)
    words = shown(parts[1:-1])
    assert parts[0].text == parts[-1].text == "…"
    start = long.index(words)
    assert {start, start + len(words)} <= {
        *break_places(long),
        *(place - 1 for place in break_places(long)),
    }
    assert len(words) <= LENGTH


def test_a_snippet_has_the_breaks_of_the_whole_text() -> None:
    parts = snippet(LAO, matches(LAO, patterns_of("ໜ້າເອິກ")))
    assert "".join(part.text for part in parts) == breakable(LAO)


@given(st.text(st.sampled_from("ກົດໜ້າເອິກ ຳເ່ដង្ហើមិះ៉ ab,心。")), st.text(st.sampled_from("ກໜ້ដង្a心")))
def test_no_part_begins_with_a_mark_and_nothing_is_lost(text: str, query: str) -> None:
    parts = snippet(text, matches(text, patterns_of(query)))
    inner = [part.text for part in parts if part.text != "…"]
    assert unbroken("".join(inner)) in text
    for before, part in pairwise(inner):
        if not re.search(r"\s$", before):
            assert unicodedata.category(part[0]) not in {"Mn", "Mc"}
