"""What `kapok doctor` asks the rooms: each says what is wrong with its own rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from sqlalchemy.orm import Session

Check = Callable[[Session], Iterable[str]]
_CHECKS: list[Check] = []


def health_check(function: Check) -> Check:
    """Register a function that names each fault in a sentence; importing its module is enough."""
    if function not in _CHECKS:
        _CHECKS.append(function)
    return function


def faults_of_rooms(db: Session) -> Iterator[str]:
    """Every fault that a room has found; reads only."""
    for check in _CHECKS:
        yield from check(db)
