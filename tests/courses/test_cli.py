"""`kapok courses check`, as an author sees it."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from app.courses.cli import group
from tests.courses.planting import FIXTURE, copy_of_fixture


def _check(*arguments: str) -> Result:
    return CliRunner().invoke(group, ["check", *arguments])


def test_the_check_prints_file_line_language_and_what_to_do(tmp_path: Path) -> None:
    copy = copy_of_fixture(tmp_path)
    line = copy.replace("gloves/vi/bank.yaml", "30:2 là", "2:30 là")
    answer = _check("--root", str(tmp_path))
    wanted = f"{tmp_path}/courses/gloves/vi/bank.yaml:{line}: vi: The figures of"
    assert wanted in answer.output
    assert "the source has 30:2; this text has 2:30. Write the same figures as" in answer.output
    assert "Faults: 1. Notes: 2." in answer.output
    assert answer.exit_code == 1


def test_the_check_of_sound_files_ends_well() -> None:
    answer = _check("--root", str(FIXTURE))
    assert "Faults: 0." in answer.output
    assert answer.exit_code == 0


def test_the_check_takes_a_folder_of_courses_itself(tmp_path: Path) -> None:
    copy = copy_of_fixture(tmp_path)
    copy.remove("gloves/km/wear.md")
    answer = _check("gloves", "--root", str(tmp_path / "courses"))
    assert "gloves/km/wear.md:1: km: This file is missing. Write it." in answer.output


def test_one_course_is_checked_alone(tmp_path: Path) -> None:
    copy = copy_of_fixture(tmp_path)
    copy.remove("gloves/km/wear.md")
    assert _check("clean-hands", "--root", str(tmp_path)).exit_code == 0


def test_an_unknown_slug_is_a_fault() -> None:
    answer = _check("nothing", "--root", str(FIXTURE))
    assert "There is no such course folder." in answer.output
    assert answer.exit_code == 1
