"""Which translations are out of date, what a reader sees of it, and the files for translators."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polib
import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.languages import LANGUAGES, SOURCE_LANGUAGE
from app.courses.library import GLOSSARY
from app.courses.loader import Places, load_content
from app.courses.loader.cache import ParsedFiles
from app.courses.loader.exchange import export_po, import_po
from app.courses.loader.reading import RawContent, read_content
from app.courses.loader.record import Record
from app.courses.loader.rewriting import write_texts
from app.courses.loader.staleness import stale_of, texts_of
from app.courses.rendering import article, figure_svg, question_words
from app.courses.services import units_of
from app.courses.types import Course, ForeignFile, Report, Returned
from tests.courses.planting import Copy, copy_of_fixture

TWINS = [code for code in LANGUAGES if code != SOURCE_LANGUAGE]
INTRO = "lesson/wear/intro"


@pytest.fixture
def copy(tmp_path: Path, app: Flask) -> Copy:
    """The tiny programme, every translation recorded as made from the present source."""
    made = copy_of_fixture(tmp_path)
    for code in TWINS:
        run(app, made, "translated", "gloves", "--language", code)
    return made


def run(app: Flask, copy: Copy, *words: str) -> str:
    """Run `kapok courses …` on the copy; returns what it prints."""
    result = app.test_cli_runner().invoke(
        args=["courses", *words, "--root", str(copy.root)], catch_exceptions=False
    )
    return str(result.output)


def places(copy: Copy) -> Places:
    """Where the copy lies."""
    return Places.at(copy.root, GLOSSARY)


def raw(copy: Copy) -> RawContent:
    """The copy's files, read."""
    return read_content(places(copy), tuple(LANGUAGES), SOURCE_LANGUAGE)


def course(copy: Copy) -> Course:
    """The copy's second course as readers get it."""
    return course_of(copy, "gloves")


def course_of(copy: Copy, slug: str) -> Course:
    """A course of the copy as readers get it."""
    return load_content(places(copy), tuple(LANGUAGES), SOURCE_LANGUAGE).courses[slug]


def test_an_edited_source_paragraph_marks_exactly_its_four_twins(copy: Copy) -> None:
    copy.replace("gloves/en/wear.md", "Wash before", "Always wash before")
    stale = stale_of(raw(copy).courses["gloves"], SOURCE_LANGUAGE)
    assert {code: list(found) for code, found in stale.items()} == {code: [INTRO] for code in TWINS}


def test_a_change_in_spacing_of_a_translation_marks_nothing(copy: Copy) -> None:
    copy.replace("gloves/lo/wear.md", "{#dont .dont}", "\n{#dont .dont}")
    assert stale_of(raw(copy).courses["gloves"], SOURCE_LANGUAGE) == {}


def test_a_minor_edit_disturbs_nobody(copy: Copy, app: Flask) -> None:
    copy.replace("gloves/en/wear.md", "Wash before", "Wash first before")
    assert "4 translations stay good" in run(app, copy, "minor", "gloves", INTRO)
    assert stale_of(raw(copy).courses["gloves"], SOURCE_LANGUAGE) == {}


def test_a_minor_edit_leaves_a_language_out_of_date_that_was_so_before(
    copy: Copy, app: Flask
) -> None:
    copy.replace("gloves/en/wear.md", "Wash before", "Always wash before")
    run(app, copy, "translated", "gloves", "--language", "zh", INTRO)
    copy.replace("gloves/en/wear.md", "Always wash", "First wash")
    run(app, copy, "minor", "gloves", INTRO)
    record = Record.read(copy.root / "courses" / "gloves")
    assert set(record.sources[INTRO].values()) == {
        course(copy).lesson("wear").block("intro").texts["en"]
    }


def test_a_new_translation_is_current_again_once_somebody_says_so(copy: Copy, app: Flask) -> None:
    copy.replace("gloves/en/wear.md", "Wash before", "Always wash before")
    run(app, copy, "translated", "gloves", "--language", "vi", INTRO)
    assert set(stale_of(raw(copy).courses["gloves"], SOURCE_LANGUAGE)) == {"zh", "lo", "km"}


def test_the_status_names_lesson_language_and_place(copy: Copy, app: Flask) -> None:
    copy.replace("gloves/en/wear.md", "Wash before", "Always wash before")
    shown = run(app, copy, "status", "gloves")
    assert shown.count(f"out of date: {INTRO}") == 4
    assert "km  bank.yaml" in shown


def test_a_reader_of_an_old_paragraph_sees_the_present_source_above_it(copy: Copy) -> None:
    copy.replace("gloves/en/wear.md", "- **20 s** time", "- **40 s** time")
    html = article(course(copy), "wear", "vi").html
    section = html[html.index('id="b-facts"') : html.index('id="b-dont"')]
    plain = section.replace("\u00a0", " ")
    assert plain.index("<strong>40 s</strong>") < plain.index("<strong>20 s</strong>")
    assert 'class="notice care newer"' in section
    assert '<div lang="en">' in section
    assert html.count("notice care newer") == 1


def test_a_reader_of_the_source_sees_no_notice(copy: Copy) -> None:
    copy.replace("gloves/en/wear.md", "Wash before", "Always wash before")
    assert "newer" not in article(course(copy), "wear", "en").html


def test_an_old_question_carries_the_present_source_beside_it(copy: Copy) -> None:
    line = copy.line_of("gloves/en/bank.yaml", "time-enter:")
    path = copy.root / "courses/gloves/en/bank.yaml"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    lines[line] = '  question: "A new question: how long? Enter s."\n'
    path.write_text("".join(lines), encoding="utf-8")
    found = course(copy)
    shown = question_words(found, found.item("time-enter"), "lo").question
    assert '<span class="newer">' in shown
    assert '<span lang="en">A new question: how long? Enter s.</span>' in shown
    assert "newer" not in question_words(found, found.item("time-enter"), "en").question


def test_an_old_word_in_a_drawing_gives_way_to_the_source(copy: Copy) -> None:
    copy.replace("gloves/en/figures.yaml", 'time: "20 s"', 'time: "40 s"')
    assert course(copy).words["km"].figures["hands"].words["time"] == "40 s"


def test_a_translation_of_unknown_source_is_noted_once_a_language(tmp_path: Path) -> None:
    copy = copy_of_fixture(tmp_path)
    copy.remove("gloves/translated.json")
    found = copy.faults()
    unknown = [fault for fault in found if fault.code == "not-recorded"]
    assert {fault.language for fault in unknown} == set(TWINS)


def exported(copy: Copy, code: str = "lo") -> polib.POFile:
    """The file a translator gets."""
    return polib.pofile(export_po(raw(copy), "gloves", code), wrapwidth=0)


def returned(copy: Copy, file: polib.POFile) -> Report:
    """The file comes back."""
    return import_po(places(copy), tuple(LANGUAGES), SOURCE_LANGUAGE, str(file))


def entry(file: polib.POFile, place: str) -> polib.POEntry:
    """The entry of a place."""
    return next(each for each in file if each.msgctxt == place)


def all_bytes(copy: Copy) -> dict[str, bytes]:
    """Every file of the copy."""
    return {
        str(path.relative_to(copy.root)): path.read_bytes()
        for path in copy.root.rglob("*")
        if path.is_file()
    }


def test_an_exported_file_that_comes_back_unchanged_changes_nothing(copy: Copy) -> None:
    before = all_bytes(copy)
    report = returned(copy, exported(copy))
    assert (report.changed, report.confirmed, dict(report.refused)) == ((), (), {})
    assert all_bytes(copy) == before


def test_a_translated_text_is_written_and_nothing_else(copy: Copy) -> None:
    before = all_bytes(copy)
    file = exported(copy)
    place = "bank/time-enter/feedback"
    entry(file, place).msgstr += " ດີ."
    report = returned(copy, file)
    assert report.changed == (place,)
    after = all_bytes(copy)
    changed = [name for name in before if before[name] != after[name]]
    assert changed == ["courses/gloves/lo/bank.yaml"]
    old, new = before[changed[0]].decode().splitlines(), after[changed[0]].decode().splitlines()
    assert sum(a != b for a, b in zip(old, new, strict=True)) == 1
    assert texts_of(raw(copy).courses["gloves"], "lo")[place] == entry(file, place).msgstr


def test_a_text_out_of_date_is_fuzzy_with_the_source_it_was_made_from(copy: Copy) -> None:
    copy.replace("gloves/en/wear.md", "Wash before", "Always wash before")
    found = entry(exported(copy), INTRO)
    assert found.fuzzy
    assert found.previous_msgid.startswith("Wash before")
    assert found.msgid.startswith("Always wash")


def test_a_fuzzy_text_that_its_translator_confirms_is_current_again(copy: Copy) -> None:
    copy.replace("gloves/en/wear.md", "Wash before", "Always wash before")
    file = exported(copy)
    assert returned(copy, file).waiting == 1
    entry(file, INTRO).flags.remove("fuzzy")
    assert returned(copy, file).confirmed == (INTRO,)
    assert "lo" not in stale_of(raw(copy).courses["gloves"], SOURCE_LANGUAGE)


def test_a_text_with_a_wrong_figure_is_refused_and_the_others_are_taken(copy: Copy) -> None:
    file = exported(copy)
    entry(file, "lesson/wear/facts").msgstr = "- **25 s** ເວລາ"
    entry(file, "course/title").msgstr += " ໃໝ່"
    report = returned(copy, file)
    assert report.refused == {"lesson/wear/facts": Returned.FAULTY}
    assert report.changed == ("course/title",)
    assert [fault.code for fault in report.faults] == ["figures"]


def test_a_text_whose_source_changed_since_the_export_is_refused(copy: Copy) -> None:
    file = exported(copy)
    entry(file, INTRO).msgstr += " ດີ."
    copy.replace("gloves/en/wear.md", "Wash before", "Always wash before")
    assert returned(copy, file).refused == {INTRO: Returned.SOURCE_CHANGED}


def test_a_text_of_no_place_is_refused(copy: Copy) -> None:
    file = exported(copy)
    file.append(polib.POEntry(msgctxt="course/../../x", msgid="x", msgstr="x"))
    assert returned(copy, file).refused == {"course/../../x": Returned.UNKNOWN}


@pytest.mark.parametrize("text", ["", "nonsense", 'msgid ""\nmsgstr ""\n"Language: lo\\n"\n'])
def test_a_foreign_file_is_refused(copy: Copy, text: str) -> None:
    with pytest.raises(ForeignFile):
        import_po(places(copy), tuple(LANGUAGES), SOURCE_LANGUAGE, text)


@settings(deadline=None, max_examples=40)
@given(text=st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1).filter(str.strip))
def test_any_text_that_is_written_is_read_back_and_its_neighbours_stay(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    copy = copy_of_fixture(tmp_path_factory.mktemp("any"))
    before = texts_of(raw(copy).courses["gloves"], "vi")
    write_texts(copy.root, "courses/gloves/vi/", "vi", {"bank/time-enter/feedback": text})
    after = texts_of(raw(copy).courses["gloves"], "vi")
    assert after["bank/time-enter/feedback"] == text
    assert {k: v for k, v in after.items() if v != text} == {
        k: v for k, v in before.items() if k != "bank/time-enter/feedback" and v != text
    }


def test_an_allowed_difference_is_no_fault_and_one_nobody_needs_is_noted(copy: Copy) -> None:
    copy.replace("gloves/vi/wear.md", "- **20 s**", "- **25 s**")
    path = copy.root / "courses/gloves/allowed.yaml"
    one = '- {language: vi, place: lesson/wear/%s, code: figures, why: "Tested"}\n'
    path.write_text(one % "facts" + one % "dont", encoding="utf-8")
    codes = {(fault.language, fault.code) for fault in copy.faults()}
    assert ("vi", "figures") not in codes
    assert ("vi", "not-needed") in codes


def test_a_new_course_is_whole_in_its_source_language(tmp_path: Path, app: Flask) -> None:
    copy = copy_of_fixture(tmp_path)
    run(app, copy, "new", "boats", "--title", "Boats", "--key", "t9")
    found = {fault.code for fault in copy.faults() if "boats" in fault.path}
    assert found == {"programme", "missing-language", "length"}


def test_a_new_course_never_writes_over_one(tmp_path: Path, app: Flask) -> None:
    copy = copy_of_fixture(tmp_path)
    before = all_bytes(copy)
    shown = run(app, copy, "new", "gloves", "--title", "Gloves", "--key", "t9")
    assert "already something" in shown
    assert all_bytes(copy) == before


def test_two_files_returned_at_once_are_both_taken(copy: Copy) -> None:
    """Each file knows only its own change: the other's text is older in it, and stays."""

    def give_back(place: str) -> Report:
        file = polib.pofile(before, wrapwidth=0)
        entry(file, place).msgstr += " ດີ."
        return returned(copy, file)

    before = str(exported(copy))
    wanted = [f"bank/{key}/feedback" for key in ("time-enter", "time-choose")]
    with ThreadPoolExecutor() as pool:
        reports = list(pool.map(give_back, wanted))
    assert [report.changed for report in reports] == [(place,) for place in wanted]
    own = texts_of(raw(copy).courses["gloves"], "lo")
    assert all(own[place].endswith(" ດີ.") for place in wanted)
    assert not list((copy.root / "courses").rglob(".*.yaml.*"))


def test_a_text_that_somebody_else_changed_since_the_export_is_refused(copy: Copy) -> None:
    place = "bank/time-enter/feedback"
    file = exported(copy)
    write_texts(copy.root, "courses/gloves/lo/", "lo", {place: "ຄຳຕອບໃໝ່ 20 s."})
    entry(file, place).msgstr += " ດີ."
    assert returned(copy, file).refused == {place: Returned.TRANSLATION_CHANGED}
    assert texts_of(raw(copy).courses["gloves"], "lo")[place] == "ຄຳຕອບໃໝ່ 20 s."


@pytest.mark.parametrize("text", ["x\n\n{#evil .dont}\n- x", "{#"])
def test_a_returned_text_never_begins_a_block(copy: Copy, text: str) -> None:
    file = exported(copy)
    entry(file, INTRO).msgstr = text
    assert returned(copy, file).refused == {INTRO: Returned.FAULTY}
    assert course(copy).has_language("lo")


def test_a_wrong_figure_is_found_where_words_share_a_line(copy: Copy) -> None:
    for code in ("en", "lo"):
        name = f"gloves/{code}/figures.yaml"
        copy.replace(name, 'time: "20 s"', 'rate: "7 cm", time: "20 s"')
    copy.replace("gloves/figures/hands.svg", "</svg>", '<text data-word="rate"/></svg>')
    file = exported(copy)
    entry(file, "figures/hands/words/time").msgstr = "99 km"
    before = all_bytes(copy)
    assert returned(copy, file).refused == {"figures/hands/words/time": Returned.FAULTY}
    assert all_bytes(copy) == before


@pytest.mark.parametrize("style", ["|", ">", "|-"])
def test_a_text_in_block_style_is_written_as_yaml(copy: Copy, style: str) -> None:
    place = "bank/time-enter/question"
    line = copy.line_of("gloves/lo/bank.yaml", "time-enter:")
    path = copy.root / "courses/gloves/lo/bank.yaml"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    lines[line] = f"  question: {style}\n    ດົນປານໃດ?\n    ຈັກ s?\n"
    path.write_text("".join(lines), encoding="utf-8")
    write_texts(copy.root, "courses/gloves/lo/", "lo", {place: "ດົນ “ປານໃດ”: ຈັກ s?"})
    own = texts_of(raw(copy).courses["gloves"], "lo")
    assert own[place] == "ດົນ “ປານໃດ”: ຈັກ s?"
    assert own["bank/time-enter/feedback"]


def test_a_record_is_not_written_while_a_source_file_cannot_be_read(copy: Copy, app: Flask) -> None:
    record = copy.root / "courses/gloves/translated.json"
    before = record.read_bytes()
    copy.replace("gloves/en/bank.yaml", "time-enter:", "time-enter: [")
    assert "not YAML" in run(app, copy, "translated", "gloves", "--language", "lo", INTRO)
    assert record.read_bytes() == before


def test_a_record_that_is_not_ours_is_never_written_over(copy: Copy, app: Flask) -> None:
    record = copy.root / "courses/gloves/translated.json"
    record.write_text("<<<<<<< HEAD\n", encoding="utf-8")
    assert "not as kapok writes it" in run(app, copy, "minor", "gloves", INTRO)
    assert record.read_text(encoding="utf-8") == "<<<<<<< HEAD\n"


def test_a_marker_that_names_no_number_leaves_a_drawing_without_it(copy: Copy) -> None:
    copy.replace("gloves/en/figures.yaml", 'time: "20 s"', 'time: "{number:xx.yy}"')
    assert "xx.yy" not in figure_svg(course(copy), "hands", "en")


def test_a_language_more_is_asked_for_although_the_files_are_known(
    copy: Copy, tmp_path: Path
) -> None:
    cache = tmp_path / "parsed.json"
    for languages in (("en", "zh"), tuple(LANGUAGES)):
        copy.remove("gloves/km") if len(languages) == 2 else None
        parsed = ParsedFiles(cache)
        content = load_content(places(copy), languages, SOURCE_LANGUAGE, parsed)
        parsed.save()
    assert content.courses["gloves"].languages == ("en", "zh", "vi", "lo")


def test_an_edited_source_is_pending_in_every_language_that_shows_it(copy: Copy) -> None:
    before = {code: units_of(course(copy), code).digests[INTRO] for code in LANGUAGES}
    copy.replace("gloves/en/wear.md", "Wash before", "Always wash before")
    after = {code: units_of(course(copy), code).digests[INTRO] for code in LANGUAGES}
    assert all(before[code] != after[code] for code in LANGUAGES)


def test_a_new_day_of_checking_the_numbers_makes_nothing_pending(copy: Copy) -> None:
    before = units_of(course_of(copy, "clean-hands"), "lo").digests
    path = "data/emergency_numbers.yaml"
    line = copy.line_of(path, "checked_on")
    text = (copy.root / "courses" / path).read_text(encoding="utf-8").splitlines()
    copy.replace(path, text[line - 1], 'checked_on: "2026-12-24"')
    assert units_of(course_of(copy, "clean-hands"), "lo").digests == before
