"""A list that waits for its confirmation: taken in, mapped, chosen from, forgotten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Text, cast, delete, or_, select, update
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.cohorts.models import Cohort, RosterChange, RosterContent, RosterImport
from app.cohorts.services.leading import cohort_of
from app.cohorts.services.roster.headers import guess_columns, guess_header
from app.cohorts.services.roster.preview import columns_of, people_rows
from app.cohorts.types import (
    NAME_FIELDS,
    CohortArchived,
    NoNameColumn,
    RosterField,
    RosterState,
    TooManyPeople,
    TwoColumns,
)
from app.core import audit, jobs
from app.core.db import insert_or_get
from app.core.errors import EventConflict, NotFound
from app.core.spreadsheets.types import Table

#: A list that nobody confirms is deleted after this time, and what is left of a confirmed one.
KEPT = timedelta(hours=24)
#: What stood in an account before is kept this long, so that the import can be undone.
UNDO_KEPT = timedelta(days=7)
MOST_PEOPLE = 5_000
FILE_NAME_LENGTH = 120


def start_import(
    db: Session,
    cohort: Cohort,
    table: Table,
    file: tuple[str, str],
    event_id: str,
    by: User,
    at: datetime,
) -> RosterImport:
    """Keep a list until it is confirmed; `file` is its name and digest.

    The same event again gives the same import. Raises CohortArchived, TooManyPeople, and
    EventConflict when the event came with another file.
    """
    if cohort.archived_at is not None:
        raise CohortArchived
    purge_expired(db, at)  # where no worker runs, the next list cleans up
    name, digest = file
    rows = [(line.number, line.cells) for line in table.lines]
    header = guess_header(rows)
    if sum(number > header for number, _cells in rows) > MOST_PEOPLE:
        raise TooManyPeople
    values = {
        "event_id": event_id,
        "digest": digest,
        "cohort_id": cohort.id,
        "by_id": by.id,
        "file_name": name[:FILE_NAME_LENGTH],
        "source": table.source[:FILE_NAME_LENGTH],
        "state": RosterState.PENDING,
        "uploaded_at": at,
        "expires_at": at + KEPT,
        "counts": {},
    }
    roster, created = insert_or_get(db, RosterImport, values, ("event_id",))
    if not created:
        if (roster.digest, roster.cohort_id, roster.by_id) != (digest, cohort.id, by.id):
            raise EventConflict
        return roster
    columns = guess_columns(rows, header)
    db.add(
        RosterContent(
            import_id=roster.id,
            rows=[[number, list(cells)] for number, cells in rows],
            header=header,
            columns={str(index): field.value for index, field in columns.items()},
            choices={},
        )
    )
    jobs.enqueue(db, "cohorts.purge-lists", {"import": roster.key}, not_before=at + KEPT)
    db.flush()
    return roster


def import_of(db: Session, person: User, cohort_key: str, key: str) -> RosterImport:
    """An import into one of the person's cohorts; a pending one only for who uploaded it.

    Raises NotFound for any other.
    """
    cohort = cohort_of(db, person, cohort_key)
    query = select(RosterImport).where(RosterImport.key == key, RosterImport.cohort_id == cohort.id)
    roster = db.scalars(query).one_or_none()
    if roster is None or (roster.state is RosterState.PENDING and roster.by_id != person.id):
        raise NotFound
    return roster


def pending_of(
    db: Session, person: User, cohort_key: str, key: str, at: datetime
) -> tuple[RosterImport, RosterContent]:
    """A list of the person's that waits for her; raises NotFound when it is old or not hers."""
    roster = import_of(db, person, cohort_key, key)
    content = db.get(RosterContent, roster.id)
    if roster.state is not RosterState.PENDING or roster.expires_at <= at or content is None:
        raise NotFound
    return roster, content


def imports_of(db: Session, person: User, cohort: Cohort, at: datetime) -> Sequence[RosterImport]:
    """The cohort's imports, newest first; waiting ones only for who uploaded them."""
    query = select(RosterImport).where(
        RosterImport.cohort_id == cohort.id,
        (RosterImport.state != RosterState.PENDING)
        | ((RosterImport.by_id == person.id) & (RosterImport.expires_at > at)),
    )
    return db.scalars(query.order_by(RosterImport.id.desc()).limit(20)).all()


def set_columns(content: RosterContent, header: int, columns: Mapping[int, RosterField]) -> None:
    """Take the person's word for what the columns hold; another heading row is guessed anew.

    A guess is kept as it is, to be corrected on the next page. Raises TwoColumns, NoNameColumn and
    TooManyPeople.
    """
    numbers = {number for number, _cells in content.rows}
    guessed: Mapping[int, RosterField] = {}
    if header != content.header and header in {0, *numbers}:
        guessed = guess_columns([(number, cells) for number, cells in content.rows], header)
        content.header = header
    if len(people_rows(content)) > MOST_PEOPLE:
        raise TooManyPeople
    if not guessed:
        _check_columns(columns)
    columns = guessed or columns
    if columns_of(content) != dict(columns):
        content.columns = {str(index): field.value for index, field in columns.items()}
        content.choices = {}


def _check_columns(columns: Mapping[int, RosterField]) -> None:
    fields = list(columns.values())
    if any(fields.count(field) > 1 for field in fields if field not in NAME_FIELDS):
        raise TwoColumns
    if not set(fields) & set(NAME_FIELDS):
        raise NoNameColumn


def set_choices(content: RosterContent, choices: Mapping[str, str]) -> None:
    """Remember what was chosen for some rows; an empty choice takes an earlier one back."""
    kept = {**content.choices, **choices}
    content.choices = {number: choice for number, choice in kept.items() if choice}


def discard_import(db: Session, roster: RosterImport, by: User, at: datetime) -> None:
    """Delete a list that waits; nothing else was written."""
    _delete(db, [roster.id])
    audit.record(db, "cohorts.discard-list", by.key, at, "cohort", roster.cohort.key)


def purge_expired(db: Session, at: datetime) -> None:
    """Delete lists that nobody confirmed, what is left of confirmed ones, and old names."""
    expired = select(RosterImport.id).where(RosterImport.expires_at <= at)
    db.execute(delete(RosterContent).where(RosterContent.import_id.in_(expired)))
    db.execute(
        delete(RosterImport).where(
            RosterImport.expires_at <= at, RosterImport.state == RosterState.PENDING
        )
    )
    past = select(RosterImport.id).where(RosterImport.confirmed_at <= at - UNDO_KEPT)
    is_full = [cast(one, Text) != "{}" for one in (RosterChange.before, RosterChange.after)]
    db.execute(
        update(RosterChange)
        .where(RosterChange.import_id.in_(past), or_(*is_full))
        .values(before={}, after={})
    )


def _delete(db: Session, ids: Sequence[int]) -> None:
    db.execute(delete(RosterContent).where(RosterContent.import_id.in_(ids)))
    db.execute(delete(RosterImport).where(RosterImport.id.in_(ids)))
