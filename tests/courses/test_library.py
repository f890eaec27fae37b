"""The library: what can be learnt, and the record of its editions."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import now
from app.core.languages import LANGUAGES, SOURCE_LANGUAGE
from app.courses import library as door
from app.courses.library import GLOSSARY, Library, library, open_library, record_edition
from app.courses.loader import Places, load_content
from app.courses.loader.cache import ParsedFiles
from app.courses.models import CourseEdition
from app.courses.types import BrokenCourse, Course, UnknownCourse, UnknownTerm
from tests.courses.planting import FIXTURE, copy_of_fixture


def test_a_course_without_a_folder_is_in_preparation(tiny: Library) -> None:
    outline = tiny.outlines("lo")[2]
    assert (outline.slug, outline.course, outline.title) == ("not-written", None, "ຍັງບໍ່ທັນຂຽນ")
    with pytest.raises(UnknownCourse):
        tiny.course("not-written")


def test_the_outline_gives_minutes_and_size(tiny: Library) -> None:
    outline = tiny.outlines("vi")[1]
    assert outline.title == "Găng tay"
    assert outline.minutes == outline.lessons[0].minutes == 6  # 1 reading, 1 figure, 2 checks, 2 do
    assert 500 < outline.size < 15_000


def test_a_course_has_all_five_languages(gloves: Course) -> None:
    assert gloves.languages == tuple(LANGUAGES)
    assert gloves.needs == ("clean-hands", "not-written")


def test_a_faulty_language_is_left_out_and_the_others_stay(tmp_path: Path) -> None:
    copy = copy_of_fixture(tmp_path)
    copy.replace("gloves/km/wear.md", "{#dont .dont}", "{#do .dont}")
    content = _load(copy.root)
    assert content.courses["gloves"].languages == ("en", "zh", "vi", "lo")
    assert {fault.language for fault in content.faults} == {"km"}


def test_a_faulty_structure_leaves_the_course_out(tmp_path: Path) -> None:
    copy = copy_of_fixture(tmp_path)
    copy.replace("gloves/bank.yaml", "answer: [b]", "answer: [z]")
    assert set(_load(copy.root).courses) == {"clean-hands"}


def test_a_programme_that_cannot_be_read_is_a_named_error(tmp_path: Path) -> None:
    copy = copy_of_fixture(tmp_path)
    copy.replace("programme.yaml", "timezone:", "time zone:")
    with pytest.raises(BrokenCourse):
        _load(copy.root)


def _load(root: Path, parsed: ParsedFiles | None = None) -> door.Content:
    return load_content(Places.at(root, GLOSSARY), tuple(LANGUAGES), SOURCE_LANGUAGE, parsed)


def test_a_kept_parse_gives_the_same_courses(tmp_path: Path) -> None:
    kept = tmp_path / "cache" / "courses.json"
    first = ParsedFiles(kept)
    plain = _load(FIXTURE, first)
    first.save()
    assert kept.is_file()
    assert _load(FIXTURE, ParsedFiles(kept)).courses == plain.courses


def test_a_spoilt_cache_is_only_slow(tmp_path: Path) -> None:
    kept = tmp_path / "courses.json"
    kept.write_text('{"version": "1", "files": [', encoding="utf-8")
    assert set(_load(FIXTURE, ParsedFiles(kept)).courses) == {"clean-hands", "gloves"}


def test_a_changed_word_changes_the_digest(tmp_path: Path) -> None:
    copy = copy_of_fixture(tmp_path)
    before = _load(copy.root).courses
    copy.replace("gloves/vi/wear.md", "Rửa tay", "Hãy rửa tay")
    after = _load(copy.root).courses
    assert before["gloves"].digest != after["gloves"].digest
    assert before["clean-hands"].digest == after["clean-hands"].digest


def test_a_watched_library_reads_a_changed_file_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = copy_of_fixture(tmp_path)
    monkeypatch.setattr(door, "SECONDS_BETWEEN_LOOKS", 0)
    open_library(copy.root / "courses", watches=True)
    first = library()
    assert library() is first
    name = "gloves/en/course.yaml"
    copy.replace(name, '"Gloves"', '"Better gloves"')
    later = time.time() + 5
    os.utime(copy.root / "courses" / name, (later, later))
    assert library().course("gloves").title("en") == "Better gloves"
    copy.replace("programme.yaml", "timezone:", "time zone:")
    os.utime(copy.root / "courses" / "programme.yaml", (later + 5, later + 5))
    assert library().course("gloves").title("en") == "Better gloves"


def test_an_unknown_term_is_a_named_error(tiny: Library) -> None:
    with pytest.raises(UnknownTerm):
        tiny.term("nothing")


def test_an_edition_is_recorded_once(db: Session, gloves: Course) -> None:
    first = record_edition(db, gloves, now())
    db.commit()
    again = record_edition(db, gloves, now())
    assert again.id == first.id
    assert db.scalars(select(CourseEdition)).one().structure["items"][0]["answer"] == ["b"]


def test_a_changed_edition_is_another_row(db: Session, tiny: Library, tmp_path: Path) -> None:
    copy = copy_of_fixture(tmp_path)
    copy.replace("gloves/vi/wear.md", "Rửa tay", "Hãy rửa tay")
    record_edition(db, tiny.course("gloves"), now())
    record_edition(db, _load(copy.root).courses["gloves"], now())
    db.commit()
    assert len(db.scalars(select(CourseEdition)).all()) == 2
