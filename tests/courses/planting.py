"""A copy of course files in which a test plants faults."""

from __future__ import annotations

import shutil
from pathlib import Path

from app.config import ROOT
from app.core.languages import LANGUAGES, SOURCE_LANGUAGE
from app.courses.library import GLOSSARY
from app.courses.loader import Places, check_content
from app.courses.types import Fault

FIXTURE = Path(__file__).parent / "fixture"


class Copy:
    """A copy of a folder with `courses/` in it."""

    def __init__(self, origin: Path, root: Path) -> None:
        shutil.copytree(origin / "courses", root / "courses")
        self.root = root

    def replace(self, name: str, old: str, new: str) -> int:
        """Change the first place where `old` stands; returns its line."""
        path = self.root / "courses" / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{name} has no {old!r}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return text[: text.index(old)].count("\n") + 1

    def line_of(self, name: str, part: str) -> int:
        """The line on which `part` stands first."""
        text = (self.root / "courses" / name).read_text(encoding="utf-8")
        return text[: text.index(part)].count("\n") + 1

    def remove(self, name: str) -> None:
        """Delete a file or folder."""
        path = self.root / "courses" / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()

    def faults(self) -> list[Fault]:
        """What the check says of the copy."""
        return check_content(Places.at(self.root, GLOSSARY), tuple(LANGUAGES), SOURCE_LANGUAGE)

    def found(self) -> set[tuple[str, int, str, str]]:
        """The faults as (file below courses/, line, language, code)."""
        return {
            (fault.path.removeprefix("courses/"), fault.line, fault.language, fault.code)
            for fault in self.faults()
        }


def copy_of_fixture(root: Path) -> Copy:
    """A copy of the tiny programme of the tests."""
    return Copy(FIXTURE, root)


def copy_of_real_courses(root: Path) -> Copy:
    """A copy of the real courses."""
    return Copy(ROOT, root)
