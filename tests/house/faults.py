"""What is wrong with an answer to bad input."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.core.languages import LANGUAGES


def quick_first(names: Iterable[str], quick: Collection[str]) -> list[Any]:
    """Parameters: those outside `quick` are marked slow."""
    slow = pytest.mark.slow
    return [name if name in quick else pytest.param(name, marks=slow) for name in names]


TEXT_OF_A_FAULT = (
    'role="alert"',
    'class="error"',
    'class="oops"',
    "notice danger",
    "verdict unknown",
)


@contextmanager
def gathered(faults: list[str], what: str) -> Iterator[None]:
    """Note an exception instead of stopping at the first one."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 (every kind of crash is what this looks for)
        faults.append(f"{what}: {type(error).__name__}: {str(error)[:150]}")


def language_of(html: str) -> str:
    """The language tag of a page."""
    return html.partition('<html lang="')[2].partition('"')[0]


def faults_of(response: TestResponse, language: str = "en") -> list[str]:
    """What is wrong with an answer to bad input."""
    html = response.get_data().decode(errors="replace")  # a workbook is no text
    if response.status_code >= 500:
        return [f"status {response.status_code}"]
    if response.mimetype == "application/pdf":
        return []
    if "<script>alert(1)" in html:
        return ["a script that was typed stands in the page"]
    if response.status_code < 400 or response.mimetype != "text/html":
        return []
    if language_of(html) != LANGUAGES[language].html:
        return ["a page in another language"]
    return [] if any(mark in html for mark in TEXT_OF_A_FAULT) else ["no message"]


def listed(faults: list[str]) -> str:
    """All faults, one a line."""
    return f"{len(faults)} faults\n" + "\n".join(faults)
