"""Searching: every language, every name of a term, every spelling of one look."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.config import Settings
from app.core.breaking import unbroken
from app.core.languages import LANGUAGES
from app.courses.library import Library, library, open_library
from app.courses.services import Group, SearchPage, find_terms, indexing, search, searching
from app.courses.services.documents import KINDS, Document
from app.courses.types import Course
from tests.courses.planting import copy_of_fixture
from tests.libraries import show

SLUG = "cpr-aed-choking"


def lessons(page: SearchPage) -> Group:
    """The lessons and blocks among what was found."""
    return next(group for group in page.groups if group.kind.key == "lesson")


def blocks(page: SearchPage) -> list[str]:
    """The lessons and blocks found, as `lesson#block`."""
    groups = [group for group in page.groups if group.kind.key == "lesson"]
    places = [each.place for group in groups for each in group.found]
    return [f"{place['key']}#{place.get('_anchor', '')}" for place in places]


def terms(page: SearchPage) -> list[str]:
    """The keys of the terms found."""
    return [term.key for term in page.terms]


def marks(page: SearchPage) -> list[str]:
    """What is marked in the first result."""
    first = lessons(page).found[0]
    return [unbroken(part.text) for part in (*first.title, *first.snippet) if part.is_match]


@pytest.mark.parametrize(
    ("language", "query", "block"),
    [
        ("en", "firm flat surface", "compressions-breaths#b-surface"),
        ("en", "BREASTBONE", "compressions-breaths#b-hands"),
        ("en", "compress", "compressions-breaths#b-recoil"),
        ("en", "30:2", "compressions-breaths#b-ratio"),
        ("en", "child breaths", "child-infant-drowning#b-intro"),
        ("en", "abdominal thrusts", "choking-recovery#b-abdominal-thrusts"),
        ("zh", "按压", "compressions-breaths#b-rate"),
        ("zh", "胸外按压", "compressions-breaths#b-depth"),
        ("zh", "心肺复苏", "compressions-breaths#b-intro"),
        ("zh", "按压 大声", "compressions-breaths#b-rate"),
        ("zh", "１００–１２０", "compressions-breaths#b-rate"),
        ("vi", "nguoi bi thuong", "compressions-breaths#b-surface"),
        ("vi", "người bị thương", "compressions-breaths#b-surface"),
        ("vi", "NGUOI BI THUONG", "compressions-breaths#b-surface"),
        ("vi", "hoi suc tim phoi", "compressions-breaths#b-intro"),
        ("vi", "dien cuc", "aed#b-steps"),
        ("lo", "ໜ້າເອິກ", "compressions-breaths#b-hands"),
        ("lo", "ຫນ້າເອິກ", "compressions-breaths#b-hands"),
        ("lo", "ກົດໜ້າເອິກ", "compressions-breaths#b-compressions-heading"),
        ("lo", "ຫາຍໃຈ", "recognise-act#b-gasping"),
        ("lo", "ອັດຕາສ່ວນ ໓໐:໒", "compressions-breaths#b-ratio"),
        ("km", "ដង្ហើម", "recognise-act#b-breathing-check"),
        ("km", "ចាប់ផ្តើម", "recognise-act#b-chain"),
        ("km", "ចាប់ផ្ដើម", "recognise-act#b-chain"),
        ("km", "សង្កត់ទ្រូង", "child-infant-drowning#b-drowning-steps"),
        ("km", "សមាមាត្រ", "child-infant-drowning#b-compare-table"),
    ],
)
def test_a_lesson_is_found_by_its_words(language: str, query: str, block: str) -> None:
    found = blocks(search(library(), query, language))
    found += blocks(search(library(), query, language, page=2))
    assert block in found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "query", ["心肺复苏", "CPR", "cardiopulmonary resuscitation", "xinfei fusu", "hồi sức tim phổi"]
)
def test_a_term_is_found_in_lessons_by_any_of_its_names(language: str, query: str) -> None:
    page = search(library(), query, language)
    assert terms(page)[0] == "cpr"
    assert "compressions-breaths#b-intro" in blocks(page)


@pytest.mark.parametrize("query", ["ການກູ້ຊີບ", "ការធ្វើចលនាបេះដូង", "xin fei fu su", "tim phoi"])
def test_a_term_is_found_by_a_part_of_a_name(query: str) -> None:
    assert "cpr" in terms(search(library(), query, "en"))


def test_a_synonym_in_brackets_is_a_name() -> None:
    assert terms(search(library(), "broken bone", "zh"))[0] == "fracture"


def test_the_term_is_marked_in_the_readers_language() -> None:
    assert "ການກູ້ຊີບ (CPR)" in marks(search(library(), "心肺复苏", "lo"))


def test_a_result_leads_to_the_very_block_and_names_its_course() -> None:
    found = lessons(search(library(), "breastbone", "en")).found[0]
    assert found.place["slug"] == SLUG
    assert found.place["_anchor"].startswith("b-")
    assert found.above == library().course(SLUG).title("en")


def test_a_word_typed_with_accents_comes_before_its_look_alikes() -> None:
    page = search(library(), "thở", "vi")
    first = lessons(page).found[0]
    assert "thở" in "".join(part.text for part in (*first.title, *first.snippet)).casefold()


def test_a_question_is_found_without_its_answer(gloves: Course, tiny: Library) -> None:
    course = tiny.course("gloves")
    feedback = next(iter(course.words["en"].checks.values())).feedback
    assert blocks(search(tiny, feedback, "en")) == []


@pytest.mark.parametrize("query", ["", "   ", "…!?", "\u200b", "ๆ\u0301"])
def test_a_query_without_a_word_finds_nothing(query: str) -> None:
    page = search(library(), query, "en")
    assert (page.total, page.groups, page.terms) == (0, (), ())


def test_a_query_that_is_too_long_says_so() -> None:
    page = search(library(), "a" * (searching.LONGEST_QUERY + 1), "en")
    assert page.is_too_long
    assert not page.is_asked
    assert len(page.query) == searching.LONGEST_QUERY


@pytest.mark.parametrize("query", ['"', "a OR b", "NEAR(a b)", "title:a", "a*", "(", "-a", "{a}:b"])
def test_the_signs_of_a_query_language_are_only_signs(query: str) -> None:
    search(library(), query, "en")


def test_pages_hold_twenty_results_and_the_last_one_the_rest() -> None:
    first = search(library(), "ໜ້າເອິກ", "lo")
    last = search(library(), "ໜ້າເອິກ", "lo", page=99)
    assert len(blocks(first)) == searching.PAGE_SIZE
    assert first.last == last.number > 1
    assert not last.terms
    total = lessons(first).total
    assert len(blocks(last)) == total - searching.PAGE_SIZE * (last.last - 1)


def test_a_course_without_the_language_is_found_in_english(tmp_path: Path) -> None:
    copy = copy_of_fixture(tmp_path)
    copy.replace("gloves/km/wear.md", "{#dont .dont}", "{#do .dont}")
    open_library(copy.root / "courses")
    try:
        page = search(library(), "gloves", "km")
        found = [each for group in page.groups for each in group.found]
        assert {each.language for each in found if each.place["slug"] == "gloves"} == {"en"}
    finally:
        show(Settings().courses_dir)


def test_a_closed_language_is_searched_in_an_open_one(tiny: Library) -> None:
    def only_english(course: Course, language: str) -> bool:
        return language == "en"

    page = search(tiny, "gloves", "lo", only_english)
    assert {each.language for group in page.groups for each in group.found} == {"en"}


def test_a_course_closed_in_every_language_is_not_found(tiny: Library) -> None:
    def closed(course: Course, language: str) -> bool:
        return course.slug != "gloves"

    found = search(tiny, "gloves", "en", closed)
    assert all(each.place["slug"] != "gloves" for group in found.groups for each in group.found)


def test_an_index_is_built_once_when_many_ask_at_once(
    tiny: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = indexing._Shelf()
    made: list[str] = []

    class Counted(indexing.Index):
        def __init__(self, language: str, documents: object) -> None:
            made.append(language)
            super().__init__(language, documents)  # type: ignore[arg-type]

    monkeypatch.setattr(indexing, "Index", Counted)
    threads = [threading.Thread(target=shelf.index, args=(tiny, "vi")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == ["vi"]


def test_many_threads_may_search_at_once() -> None:
    faults: list[BaseException] = []

    def ask() -> None:
        try:
            for query in ("心肺复苏", "ໜ້າເອິກ", "press", "ដង្ហើម"):
                assert search(library(), query, "lo").query == query
        except BaseException as error:  # noqa: BLE001
            faults.append(error)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


# The tokens

SCRIPTS = st.text(
    st.sampled_from("abcđăé \n")
    | st.sampled_from("ກຂຄນຫລໜໝ່້ໍຳາເແ ຼ໑")
    | st.sampled_from("កខងតដរស្ាេី ះ១")
    | st.sampled_from("心肺复苏，。 12:-")
    | st.characters(),
    max_size=40,
)


@given(SCRIPTS, SCRIPTS)
def test_every_word_of_a_document_finds_it(text: str, other: str) -> None:
    pages = [Document("en", "", each, {}) for each in (other, text)]
    index = indexing.Index("en", [(KINDS[0], page) for page in pages])
    for word in re.split(r"\s+", text):
        for is_open in (False, True):
            asked = indexing.phrase(word, is_open=is_open)
            if asked is not None:
                found = [document for _kind, document in index.find(asked.match)]
                assert pages[1] in found


@given(SCRIPTS)
def test_what_is_found_is_marked(text: str) -> None:
    from app.courses.rendering.snippets import matches

    for word in text.split():
        asked = indexing.phrase(word, is_open=True)
        if asked is not None:
            assert matches(text, [asked.pattern])


@settings(deadline=None)
@given(st.text())
def test_any_text_can_be_searched(text: str) -> None:
    search(library(), text[: searching.LONGEST_QUERY], "en")


# Terms


@pytest.mark.parametrize("query", ["CASUALTY", "伤员", "shangyuan", "nguoi bi thuong", "ຜູ້ບາດເຈັບ"])
def test_the_glossary_finds_a_term_by_any_of_its_names(tiny: Library, query: str) -> None:
    assert "casualty" in [term.key for term in find_terms(tiny, query, "en")]


def test_the_glossary_is_sorted_in_the_readers_language(tiny: Library) -> None:
    names = [term.names["en"].casefold() for term in find_terms(tiny, "", "en")]
    assert names == sorted(names)
    assert len(names) == len(tiny.terms)
