"""Whatever stands in a list, its counts add up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.cohorts import services
from app.cohorts.models import Cohort, RosterContent
from app.cohorts.services import roster
from app.cohorts.types import NothingToImport, RosterState, RowState
from tests.cohorts.rosters import confirmed, listed, seen, start

NAME = st.sampled_from(["SOUK", "Souk", "王 小玥", "王小玥", "ນ້ຳຝົນ", "ນໍ້າຝົນ", "", "=1", "Lê Anh"])
NUMBER = st.sampled_from(["", "1", "１", "2", "2001-02-03"])
PASSPORT = st.sampled_from(["", "P1234567", "p 1234567", "P7654321", "x"])
CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
ROWS = st.lists(
    st.tuples(
        NAME | CELL, NUMBER | CELL, PASSPORT | CELL, st.sampled_from(["", "new", "out", "take"])
    ),
    max_size=12,
)


def adds_up(db: Session, cohort: Cohort, by: User, rows: Sequence[Sequence[str]]) -> None:
    """Whatever the rows say: every row has one state, and the import does what the counts say."""
    made = start(db, cohort, by, listed(["Name", "Student ID", "Passport"], *(r[:3] for r in rows)))
    content = db.get(RosterContent, made.id)
    assert content is not None
    roster.set_choices(content, {str(n): row[3] for n, row in enumerate(rows, start=2)})
    preview = seen(db, made, by)
    assert sum(preview.counts.values()) == preview.total == len(roster.people_rows(content))
    assert preview.written + preview.left_out == preview.total
    people = select(func.count()).select_from(User)
    before, inside = db.scalar(people) or 0, len(services.members_of(db, cohort))
    joining = sum(row.joins for row in preview.rows)
    try:
        confirmed(db, made, by)
    except NothingToImport:
        assert preview.written == 0
        return
    assert db.scalar(people) == before + preview.counts[RowState.NEW]
    added = preview.counts[RowState.NEW] + joining
    assert len(services.members_of(db, cohort)) == inside + added
    assert made.state is RosterState.DONE


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(lists=st.lists(ROWS, min_size=1, max_size=2))
def test_counts_add_up(db: Session, cohort: Cohort, instructor: User, lists: list[Any]) -> None:
    with db.begin_nested() as point:
        for rows in lists:
            adds_up(db, cohort, instructor, rows)
        point.rollback()
    db.expire_all()


@pytest.mark.slow
@settings(
    max_examples=600, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(lists=st.lists(ROWS, min_size=1, max_size=3))
def test_counts_add_up_in_any_list(
    db: Session, cohort: Cohort, instructor: User, lists: list[Any]
) -> None:
    with db.begin_nested() as point:
        for rows in lists:
            adds_up(db, cohort, instructor, rows)
        point.rollback()
    db.expire_all()
