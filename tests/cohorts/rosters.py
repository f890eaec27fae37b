"""What the tests of lists share: a small list, its preview, and importing it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.cohorts.models import Cohort, RosterContent, RosterImport
from app.cohorts.services import roster
from app.core.events import new_event_id
from app.core.spreadsheets.reading import read
from tests.cohorts.lists import delimited, every_file
from tests.factories import AT

FILES = every_file()
LATER = AT + timedelta(hours=1)


def start(db: Session, cohort: Cohort, by: User, content: bytes) -> RosterImport:
    """A list that waits."""
    table, event = read(content), new_event_id()
    return roster.start_import(db, cohort, table, ("list.csv", "0" * 64), event, by, AT)


def listed(*rows: Sequence[str]) -> bytes:
    """A small list as a file."""
    return delimited(rows).encode()


def seen(db: Session, made: RosterImport, by: User) -> roster.Preview:
    """The preview now."""
    content = db.get(RosterContent, made.id)
    assert content is not None
    return roster.preview_of(db, made, content, by)


def choose(db: Session, made: RosterImport, **choices: str) -> None:
    """Answer for rows: `choose(db, made, r2="new")`."""
    content = db.get(RosterContent, made.id)
    assert content is not None
    roster.set_choices(content, {row[1:]: choice for row, choice in choices.items()})


def confirmed(db: Session, made: RosterImport, by: User) -> RosterImport:
    """The list imported as its preview says."""
    mark = seen(db, made, by).fingerprint
    return roster.confirm_import(db, made, new_event_id(), mark, by, LATER)


def imported(db: Session, cohort: Cohort, by: User, content: bytes) -> RosterImport:
    """Uploaded and imported."""
    return confirmed(db, start(db, cohort, by, content), by)


def counts(preview: roster.Preview) -> dict[str, int]:
    """The states that there are."""
    return {state.value: number for state, number in preview.counts.items() if number}
