"""What reaches the database while something is done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event


@contextmanager
def statements_of(engine: Any) -> Iterator[list[str]]:
    """The statements on this engine, in order, while the block runs.

    Tests share engines: whoever listens must stop, also when the block fails.
    """
    statements: list[str] = []

    def note(*given: Any) -> None:
        statements.append(given[2])

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
