"""What the tests of people share: the day, a course, and acts at the same time."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread

from sqlalchemy.orm import Session

from app.core.db import Database, begin_write
from app.core.errors import DomainError
from tests.factories import AT

TODAY = AT.date()
SLUG = "cpr-aed-choking"


def at_once(database: Database, *acts: Callable[[Session], object]) -> list[type[DomainError]]:
    """Do the acts at the same time, each in a session of its own; what was refused."""
    barrier, refused = Barrier(len(acts)), []

    def one(act: Callable[[Session], object]) -> None:
        with database.session() as own:
            barrier.wait()
            begin_write(own)
            try:
                act(own)
                own.commit()
            except DomainError as error:
                refused.append(type(error))

    threads = [Thread(target=one, args=(act,)) for act in acts]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return refused
