"""The two small courses of the course tests: `gloves` needs `clean-hands`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.config import ROOT, Settings
from app.courses.library import open_library
from tests.libraries import show

FIXTURE = Path(__file__).parents[1] / "courses" / "fixture" / "courses"


@pytest.fixture(scope="package", autouse=True)
def small_courses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Read the courses from the small folder, and give the real ones back afterwards."""
    cache = tmp_path_factory.mktemp("parsed") / "courses.json"
    open_library(FIXTURE, cache)
    yield cache
    show(ROOT / "courses")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Settings that name the small courses too."""
    return replace(settings, courses_dir=FIXTURE)
