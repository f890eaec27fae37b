"""Every kind of fault is found in its file, on its line."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from app.config import ROOT
from app.courses.types import Severity
from tests.courses.planting import Copy, copy_of_fixture, copy_of_real_courses


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """A copy of the tiny programme."""
    return copy_of_fixture(tmp_path)


class Planted(NamedTuple):
    """One change of one file and the fault it must give on the changed line."""

    code: str
    file: str
    old: str
    new: str
    shift: int = 0  # lines from the change to the fault


def _language_of(name: str) -> str:
    part = name.split("/")[1] if name.count("/") > 1 else "-"
    return part if part in {"en", "zh", "vi", "lo", "km"} else "-"


def _assert_found(copy: Copy, planted: Planted) -> None:
    line = copy.replace(planted.file, planted.old, planted.new) + planted.shift
    wanted = (planted.file, line, _language_of(planted.file), planted.code)
    assert wanted in copy.found(), [str(fault) for fault in copy.faults()]


#: File below courses/, line, language, code.
Found = tuple[str, int, str, str]

VALIDITY = "validity_months: 12"
IN_THE_FIXTURE = [
    Planted("yaml", "gloves/vi/bank.yaml", "time-enter:", "time-enter: [", 2),
    Planted("shape", "gloves/course.yaml", "validity_months: 12", 'validity_months: "12"'),
    Planted("shape", "gloves/course.yaml", "validity_months: 12", "valid_months: 12"),
    Planted("shape", "gloves/zh/bank.yaml", "  feedback: ", "  feed_back: "),
    Planted("award", "gloves/course.yaml", VALIDITY, f"{VALIDITY}\nattendance_minutes: 21", 1),
    Planted("award", "gloves/course.yaml", VALIDITY, f"{VALIDITY}\nrenewal: {{months: 12}}", 1),
    Planted("award", "gloves/course.yaml", VALIDITY, f"{VALIDITY}\nrenewal: {{lessons: [x]}}", 1),
    Planted("duplicate", "gloves/lo/wear.md", "{#drawing .figure}", "{#facts .figure}"),
    Planted("duplicate", "gloves/bank.yaml", "key: time-enter", "key: time-choose"),
    Planted("duplicate", "gloves/km/bank.yaml", "time-enter:", "time-choose:"),
    Planted("unknown-block", "gloves/km/wear.md", "{#dont .dont}", "{#do-not .dont}"),
    Planted("missing-block", "gloves/km/wear.md", "{#dont .dont}", "{#do-not .dont}", 3),
    Planted("block-kind", "gloves/zh/wear.md", "{#dont .dont}", "{#dont .rule}"),
    Planted("block", "gloves/zh/wear.md", "{#dont .dont}", "{#dont .donut}"),
    Planted("block", "gloves/en/wear.md", ". For help", ".\n\nFor help", -1),
    Planted("block", "gloves/en/wear.md", "- **20 s** time", "- 20 s time"),
    Planted("block-reference", "gloves/lo/wear.md", "\ncheck-time", "\ncheck-water", 1),
    Planted("unknown-check", "gloves/en/wear.md", "\ncheck-time", "\ncheck-tide", 1),
    Planted("unknown-figure", "gloves/en/wear.md", "\nhands", "\nfeet", 1),
    Planted("unknown-figure", "gloves/bank.yaml", "figure: hands", "figure: feet"),
    Planted("activity", "gloves/en/wear.md", "{#try-it .activity}", "{#try .activity}"),
    Planted("no-dont", "gloves/en/wear.md", "{#dont .dont}", "{#dont}", -9),
    Planted("figures", "gloves/vi/wear.md", "- **20 s**", "- **25 s**"),
    Planted("figures", "gloves/vi/bank.yaml", "30:2 là", "2:30 là"),
    Planted("figures", "gloves/zh/bank.yaml", "20–30 s 是", "20–30 min 是"),
    Planted("figures", "gloves/zh/sheets.yaml", "洗手 20 s", "洗手 2 次"),
    Planted("figures", "gloves/km/figures.yaml", 'time: "20 s"', 'time: "20 min"'),
    Planted("answer-key", "gloves/bank.yaml", "answer: [b]", "answer: [d]"),
    Planted("answer-shape", "gloves/bank.yaml", "answer: [b]", "answer: [a, b]"),
    Planted("answer-shape", "gloves/bank.yaml", "{value: 20}", "{value: twenty}"),
    Planted("answer-shape", "gloves/bank.yaml", "[20, 30]", "[30, 20]"),
    Planted("answer-shape", "gloves/bank.yaml", "answer: true", 'answer: "yes"'),
    Planted("answer-shape", "gloves/bank.yaml", "answer: [wet, soap, rinse]", "answer: [wet]"),
    Planted(
        "unknown-data", "clean-hands/en/wash.md", "\nwarnings.cn-rain", "\nwarnings.cn-snow", 1
    ),
    Planted("block-reference", "clean-hands/lo/wash.md", "\nphrases.hello", "\nphrases.bye", 1),
    Planted("missing-words", "clean-hands/lo/cards.yaml", "rinse:", "rinsed:", -3),
    Planted("unknown-words", "clean-hands/lo/cards.yaml", "rinse:", "rinsed:"),
    Planted("figures", "clean-hands/vi/cards.yaml", "20 s", "25 s"),
    Planted("card-length", "clean-hands/en/cards.yaml", "Take soap.", "Take soap. " * 12),
    Planted("unknown-figure", "clean-hands/course.yaml", "figure: hands", "figure: feet"),
    Planted(
        "unknown-lesson",
        "clean-hands/course.yaml",
        "{key: wash-card, lesson: wash",
        "{key: wash-card, lesson: dry",
    ),
    Planted("missing-words", "gloves/lo/bank.yaml", "time-enter:", "time-entered:", -100),
    Planted("unknown-words", "gloves/lo/bank.yaml", "time-enter:", "time-entered:"),
    Planted("unknown-words", "gloves/lo/figures.yaml", "time: ", "tide: "),
    Planted("unknown-term", "gloves/lo/wear.md", "term:casualty", "term:casuality"),
    Planted("unknown-lesson", "gloves/lo/wear.md", "term:casualty", "lesson:nowhere"),
    Planted("unknown-number", "gloves/lo/wear.md", "{number:cn.ambulance}", "{number:cn.taxi}"),
    Planted("unknown-source", "gloves/course.yaml", "sources: [test]", "sources: [tale]"),
    Planted("unknown-group", "gloves/bank.yaml", "group: order, lesson", "group: other, lesson"),
    Planted("unknown-must", "gloves/bank.yaml", "must: time", "must: tide"),
    Planted("unknown-block", "gloves/bank.yaml", "block: facts", "block: fax"),
    Planted("service-number", "gloves/en/wear.md", "{number:cn.ambulance}", "120"),
    Planted("service-number", "gloves/zh/bank.yaml", "时间的范围", "119 的范围"),
    Planted("link", "gloves/en/wear.md", "term:casualty", "https://example.org/a"),
    Planted("link", "gloves/en/wear.md", "term:casualty", "javascript:alert(1)"),
    Planted("link", "gloves/en/wear.md", "term:casualty", "#nowhere"),
    Planted("link", "gloves/en/wear.md", "term:casualty", "other.md"),
    Planted("html", "gloves/vi/wear.md", "Rửa tay trước", "<b>Rửa</b> tay trước"),
    Planted("html", "gloves/vi/bank.yaml", "Bạn cần gì?", "Bạn <script>x</script> cần gì?"),
    Planted("image", "gloves/vi/wear.md", "[người", "![người"),
    Planted("digits", "gloves/lo/wear.md", "20 s", "໒໐ s"),
    Planted("digits", "gloves/km/bank.yaml", '"20 s"', '"២០ s"'),
    Planted("nfc", "gloves/vi/wear.md", "Rửa", "Rử\u0061\u0301"),
    Planted("invisible", "gloves/km/wear.md", "លាងដៃមុន", "លាងដៃ\u200bមុន"),
    Planted("lao-spelling", "gloves/lo/wear.md", "ນ້ຳ", "ນໍ້າ"),
    Planted("lao-spelling", "gloves/lo/wear.md", "ຊ່ວຍເຫຼືອ", "ຊ່ວຍເຫລືອ"),
    Planted("script", "gloves/km/wear.md", "លាងដៃមុន", "ລ້າງមុន"),
    Planted("latin", "gloves/zh/bank.yaml", "你需要什么", "What do you need"),
    Planted("untranslated", "gloves/vi/bank.yaml", "Bạn cần gì?", "What do you need?"),
    Planted("glossary", "gloves/zh/wear.md", "[伤员]", "[病人]"),
    Planted("bank-size", "gloves/bank.yaml", "count: 2}, {", "count: 3}, {"),
    Planted("blueprint", "gloves/bank.yaml", "count: 2}, {", "count: 3}, {"),
    Planted("bank-size", "gloves/bank.yaml", "length: 4", "length: 5"),
    Planted("must-variants", "gloves/bank.yaml", "musts: [time]", "musts: [time, ratio]"),
    Planted("programme", "programme.yaml", "validity_months: 24", "validity_months: 36"),
    Planted("needs", "programme.yaml", "[clean-hands, not-written]", "[dirty-hands]"),
    Planted("drawing", "gloves/figures/hands.svg", "<defs>", "<script/><defs>"),
    Planted("drawing", "gloves/figures/hands.svg", 'cx="170"', 'onclick="x" cx="170"'),
]


@pytest.mark.parametrize("planted", IN_THE_FIXTURE, ids=lambda planted: planted.code)
def test_a_planted_fault_is_found_on_its_line(copy: Copy, planted: Planted) -> None:
    if planted.shift == -100:
        planted = planted._replace(shift=1 - copy.line_of(planted.file, planted.old))
    _assert_found(copy, planted)


def test_the_fixture_has_notes_only(copy: Copy) -> None:
    assert [str(fault) for fault in copy.faults() if fault.severity is Severity.FAULT] == []


def test_a_missing_language_folder_is_found(copy: Copy) -> None:
    copy.remove("gloves/km")
    assert ("gloves/km", 1, "km", "missing-language") in copy.found()


@pytest.mark.parametrize("name", ["wear.md", "bank.yaml", "figures.yaml"])
def test_a_missing_language_file_is_found(copy: Copy, name: str) -> None:
    copy.remove(f"gloves/km/{name}")
    assert (f"gloves/km/{name}", 1, "km", "missing-file") in copy.found()


def test_blocks_in_another_order_are_found(copy: Copy) -> None:
    name = "gloves/vi/wear.md"
    copy.replace(name, "{#check-1 .check}\ncheck-time", "{#check-2 .check}\ncheck-water")
    line = copy.replace(
        name,
        "{#check-2 .check}\ncheck-water\n\n{#check-2 .check}\ncheck-water",
        "{#check-2 .check}\ncheck-water\n\n{#check-1 .check}\ncheck-time",
    )
    assert (name, line, "vi", "block-order") in copy.found()


def test_a_barred_word_in_a_title_is_found(copy: Copy) -> None:
    line = copy.replace("programme.yaml", "测试项目", "国家项目")
    assert ("programme.yaml", line, "zh", "barred-word") in copy.found()


def test_pinyin_beside_a_chinese_phrase_is_no_fault(copy: Copy) -> None:
    for language, old in (("en", "Do not use"), ("km", "កុំប្រើ")):
        copy.replace(f"gloves/{language}/wear.md", old, f"我叫 Wǒ jiào … {old}")
    codes = {code for path, _, _, code in copy.found() if path == "gloves/km/wear.md"}
    assert not codes & {"latin", "script"}


def test_a_single_check_question_is_too_few(copy: Copy) -> None:
    line = copy.replace("gloves/en/wear.md", "\n{#check-2 .check}\ncheck-water\n", "")
    found = copy.found()
    assert any(code == "checks" and path == "gloves/en/wear.md" for path, _, _, code in found), line


def test_numbers_of_a_range_are_no_service_numbers(copy: Copy) -> None:
    copy.replace("gloves/en/wear.md", "time of washing", "time, 100–120 or 110–119 cm, 120 s")
    assert not any(code == "service-number" for _, _, _, code in copy.found())


@pytest.mark.parametrize("written", ["20-30 s", "20—30 s", "20~30 s", "20 đến 30 s"])
def test_any_sign_between_two_numbers_makes_the_same_range(copy: Copy, written: str) -> None:
    copy.replace("gloves/vi/bank.yaml", "20–30 s", written)
    assert not any(code == "figures" for _, _, _, code in copy.found())


def test_a_term_of_low_confidence_gives_a_note(copy: Copy) -> None:
    copy.replace("gloves/en/wear.md", "[casualty](term:casualty)", "[helper](term:first_responder)")
    notes = [fault for fault in copy.faults() if fault.code == "glossary"]
    assert notes
    assert {fault.severity for fault in notes} == {Severity.NOTE}


def test_one_faulty_item_hides_no_other_fault(copy: Copy) -> None:
    first = copy.replace("gloves/bank.yaml", "answer: [b]", "answer: [z]")
    second = copy.replace("gloves/bank.yaml", "answer: [soap, water]", "answer: [soup]")
    third = copy.replace("gloves/zh/bank.yaml", "time-enter:", "time-entered:")
    found = copy.found()
    assert ("gloves/bank.yaml", first, "-", "answer-key") in found
    assert ("gloves/bank.yaml", second, "-", "answer-key") in found
    assert ("gloves/zh/bank.yaml", third, "zh", "unknown-words") in found


CPR = "cpr-aed-choking"
IN_THE_REAL_COURSE = [
    Planted("missing-block", f"{CPR}/lo/aed.md", "{#pads}", "{#pad}", 3),
    Planted("figures", f"{CPR}/vi/compressions-breaths.md", "30:2", "2:30"),
    Planted("figures", f"{CPR}/km/sheets.yaml", "5–6 cm", "6–7 cm"),
    Planted("answer-key", f"{CPR}/bank.yaml", "answer: [c]", "answer: [q]"),
    Planted("unknown-term", f"{CPR}/zh/aed.md", "term:aed", "term:aeb"),
    Planted("service-number", f"{CPR}/en/recognise-act.md", "{number:cn.ambulance}", "120"),
    Planted("link", f"{CPR}/vi/aed.md", "term:aed", "https://example.org"),
    Planted("unknown-lesson", f"{CPR}/km/aed.md", "lesson:compressions-breaths", "lesson:no"),
    Planted("html", f"{CPR}/en/aed.md", "The pads must", "<img src=x> The pads must"),
]


@pytest.fixture(scope="module")
def found_in_real_courses(tmp_path_factory: pytest.TempPathFactory) -> set[Found]:
    """What one check of the real courses finds when all of it is planted together."""
    real = copy_of_real_courses(tmp_path_factory.mktemp("courses"))
    for planted in IN_THE_REAL_COURSE:
        real.replace(planted.file, planted.old, planted.new)
    real.remove(f"{CPR}/lo/choking-recovery.md")
    return real.found()


@pytest.mark.parametrize("planted", IN_THE_REAL_COURSE, ids=lambda planted: planted.code)
def test_a_fault_planted_in_the_real_course_is_found(
    found_in_real_courses: set[Found], planted: Planted
) -> None:
    language = _language_of(planted.file)
    line = _line_in_real_courses(planted)
    assert (planted.file, line, language, planted.code) in found_in_real_courses


def _line_in_real_courses(planted: Planted) -> int:
    text = (ROOT / "courses" / planted.file).read_text(encoding="utf-8")
    return text[: text.index(planted.old)].count("\n") + 1 + planted.shift


def test_a_missing_file_of_the_real_course_is_found(found_in_real_courses: set[Found]) -> None:
    assert (f"{CPR}/lo/choking-recovery.md", 1, "lo", "missing-file") in found_in_real_courses


def test_a_figure_of_the_warning_tables_is_the_same_in_every_language(copy: Copy) -> None:
    line = copy.replace("data/warnings.yaml", "Lượng mưa", "Lượng mưa 50 mm")
    assert ("data/warnings.yaml", line, "vi", "figures") in copy.found()


def test_a_lesson_that_takes_longer_than_planned_is_noted(copy: Copy) -> None:
    copy.replace("gloves/course.yaml", "curriculum_minutes: 10", "curriculum_minutes: 2")
    assert ("gloves/en/wear.md", 1, "en", "reading-time") in copy.found()
