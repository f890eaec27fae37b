"""What an import would do, row by row; the confirmation does exactly this."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.cohorts.models import Cohort, RosterContent, RosterImport
from app.cohorts.services.roster.data import (
    CHOOSE_KEEP,
    CHOOSE_NEW,
    CHOOSE_OUT,
    CHOOSE_TAKE,
    Change,
    Entry,
    Problem,
)
from app.cohorts.services.roster.entries import entries_of
from app.cohorts.services.roster.matching import Match, matches_of
from app.cohorts.services.roster.people import Known, people_for
from app.cohorts.types import RosterField, RosterState, RowState
from app.core.errors import N_
from app.core.events import digest_of

SAME_ROW = N_("Row %(row)s is the same person. Delete one of them.")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the list and what becomes of it."""

    entry: Entry
    state: RowState
    person: Known | None = None
    #: What is written into the person's account.
    changes: Sequence[Change] = ()
    #: What could be: shown beside the choice.
    differences: Sequence[Change] = ()
    problems: Sequence[Problem] = ()
    #: Accounts that may be the same person, each with what the list would change.
    candidates: Sequence[tuple[Known, Sequence[Change]]] = ()
    choices: Sequence[str] = ()
    choice: str = ""
    #: An earlier row of the list with the same name.
    twin: int | None = None

    @property
    def number(self) -> int:
        """The row's number in the file."""
        return self.entry.number

    @property
    def joins(self) -> bool:
        """Whether a person who has an account comes into the cohort."""
        is_taken = self.state in {RowState.SAME, RowState.CHANGED}
        return is_taken and self.person is not None and not self.person.is_member


@dataclass(frozen=True, slots=True)
class Preview:
    """Every row, how many there are of each state, and a digest of all of it."""

    rows: Sequence[Row]
    columns: Mapping[int, RosterField]
    fingerprint: str
    counts: Mapping[RowState, int] = field(default_factory=dict)

    def of(self, state: RowState | None) -> list[Row]:
        """The rows of a state; all of them without one."""
        return [row for row in self.rows if state is None or row.state is state]

    @property
    def total(self) -> int:
        """How many rows there are."""
        return len(self.rows)

    @property
    def written(self) -> int:
        """How many rows the confirmation takes."""
        return sum(self.counts[state] for state in (RowState.NEW, RowState.SAME, RowState.CHANGED))

    @property
    def left_out(self) -> int:
        """How many rows it does not take."""
        return self.total - self.written


def columns_of(content: RosterContent) -> dict[int, RosterField]:
    """Which column holds what, as it is chosen now."""
    return {int(index): RosterField(name) for index, name in content.columns.items()}


def people_rows(content: RosterContent) -> list[tuple[int, Sequence[str]]]:
    """The rows below the headings."""
    return [(number, cells) for number, cells in content.rows if number > content.header]


def preview_of(db: Session, roster: RosterImport, content: RosterContent, by: User) -> Preview:
    """What a confirmation by this person would do now; reads only."""
    columns = columns_of(content)
    entries = entries_of(people_rows(content), columns, roster.cohort)
    people = people_for(
        db,
        by,
        roster.cohort,
        [one.student_number_key for one in entries if one.student_number_key],
        [one.passport_hash for one in entries if one.passport_hash],
    )
    matches = matches_of(entries, people, columns)
    rows = _each_once(_row(one, content.choices.get(str(one.entry.number), "")) for one in matches)
    counted = Counter(row.state for row in rows)
    counts = {state: counted[state] for state in RowState}
    return Preview(rows, columns, _fingerprint(rows, roster.cohort), counts)


def _each_once(rows: Iterable[Row]) -> list[Row]:
    """A person is written once: a later row that speaks of her too is a problem."""
    seen: dict[int, int] = {}
    found: list[Row] = []
    for row in rows:
        first = seen.setdefault(row.person.id, row.number) if row.person else row.number
        found.append(row if first == row.number else _doubled(row, first))
    return found


def _doubled(row: Row, first: int) -> Row:
    problem = Problem(None, SAME_ROW, (("row", first),))
    return replace(row, state=RowState.PROBLEM, person=None, changes=(), problems=(problem,))


def _fingerprint(rows: Sequence[Row], cohort: Cohort) -> str:
    told: list[Any] = [
        [
            row.number,
            row.state,
            row.person.key if row.person else "",
            row.joins,
            [(change.field, change.old, change.new) for change in row.changes],
            _written_anew(row.entry) if row.state is RowState.NEW else [],
        ]
        for row in rows
    ]
    return digest_of({"rows": told, "cohort": [course.slug for course in cohort.courses]})


def _written_anew(entry: Entry) -> list[str | None]:
    """What a new account gets, from the row or from the cohort."""
    names = entry.names
    return [
        *(names.native, names.latin, names.chinese, entry.nationality, entry.language),
        *(entry.student_number_key, entry.passport_hash, entry.gender),
    ]


def _row(match: Match, choice: str) -> Row:
    """The state of a row after what was chosen for it."""
    entry, person = match.entry, match.person
    if match.problems:
        return Row(entry, RowState.PROBLEM, problems=match.problems)
    if match.candidates or match.twin is not None:
        return _questioned(match, choice)
    if person is None:
        return Row(entry, RowState.NEW)
    if not match.differences:
        return Row(entry, RowState.SAME, person)
    default = CHOOSE_KEEP if _overwrites_confirmed(person, match.differences) else CHOOSE_TAKE
    choice = choice if choice in {CHOOSE_TAKE, CHOOSE_KEEP} else default
    taken = match.differences if choice == CHOOSE_TAKE else ()
    return Row(
        entry,
        RowState.CHANGED if taken else RowState.SAME,
        person,
        taken,
        match.differences,
        choices=(CHOOSE_TAKE, CHOOSE_KEEP),
        choice=choice,
    )


def _overwrites_confirmed(person: Known, differences: Sequence[Change]) -> bool:
    """Whether the list would change a name that the trainee has confirmed herself."""
    names = {RosterField.NATIVE_NAME, RosterField.LATIN_NAME, RosterField.CHINESE_NAME}
    return person.names_confirmed_at is not None and any(
        change.field in names for change in differences
    )


def _questioned(match: Match, choice: str) -> Row:
    entry = match.entry
    choices = [
        f"{kind}:{known.key}"
        for known, differences in match.candidates
        for kind in (("same", "take") if differences else ("same",))
    ]
    choices += [CHOOSE_NEW] if match.may_be_new else []
    choices.append(CHOOSE_OUT)
    row = Row(
        entry,
        RowState.QUESTION,
        candidates=match.candidates,
        choices=choices,
        choice=choice if choice in choices else "",
        twin=match.twin,
    )
    return _answered(row) if row.choice else row


def _answered(row: Row) -> Row:
    kind, _colon, key = row.choice.partition(":")
    known, differences = next(
        ((one, changes) for one, changes in row.candidates if one.key == key), (None, ())
    )
    changes = differences if kind == "take" else ()
    state = {CHOOSE_OUT: RowState.LEFT_OUT, CHOOSE_NEW: RowState.NEW}.get(
        kind, RowState.CHANGED if changes else RowState.SAME
    )
    return Row(
        row.entry,
        state,
        known,
        changes,
        candidates=row.candidates,
        choices=row.choices,
        choice=row.choice,
        twin=row.twin,
    )


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that is not taken, with its cells as they were, to take away and mend."""

    number: int
    cells: Sequence[str]
    problems: Sequence[Problem]


def left_out_of(content: RosterContent, preview: Preview) -> list[LeftOut]:
    """The rows that a confirmation of this preview does not take."""
    taken = {RowState.NEW, RowState.SAME, RowState.CHANGED}
    left = {row.number: row.problems for row in preview.rows if row.state not in taken}
    return [
        LeftOut(number, cells, left[number]) for number, cells in content.rows if number in left
    ]


def left_out_rows(
    db: Session, roster: RosterImport, by: User, at: datetime
) -> tuple[Sequence[str], list[LeftOut]]:
    """The headings, and the rows that are not taken; none when they are deleted by now."""
    content = db.get(RosterContent, roster.id)
    if content is None or roster.expires_at <= at:
        return (), []
    headings = next((row[1] for row in content.rows if row[0] == content.header), ())
    if roster.state is RosterState.PENDING:
        return headings, left_out_of(content, preview_of(db, roster, content, by))
    kept = [row for row in content.rows if row[0] != content.header]
    return headings, [
        LeftOut(number, cells, [_stored(one) for one in problems])
        for number, cells, problems in kept
    ]


def _stored(problem: Sequence[Any]) -> Problem:
    column, message, values = problem
    return Problem(column, message, tuple((name, value) for name, value in values))
