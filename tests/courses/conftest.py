"""The tiny programme of the tests in place of the real one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.config import Settings
from app.courses.library import Library, library
from app.courses.types import Course
from tests.courses.planting import FIXTURE
from tests.libraries import show


@pytest.fixture
def tiny() -> Iterator[Library]:
    """The library of the tiny programme."""
    show(FIXTURE / "courses")
    yield library()
    show(Settings().courses_dir)


@pytest.fixture
def gloves(tiny: Library) -> Course:
    """Its second course, which needs the first."""
    return tiny.course("gloves")
