"""Which courses the process shows. A library that was read before is not read again."""

from __future__ import annotations

from pathlib import Path

from app.courses import library as shelf
from app.courses.library import Library, library, open_library

_READ: dict[Path, Library] = {}


def show(courses: Path) -> None:
    """Show the courses of a folder whose files nobody changes; reading ours takes a second."""
    open_library(courses)
    known = _READ.get(courses)
    if known is None:
        _READ[courses] = library()
    else:
        shelf._shelf.library = known
