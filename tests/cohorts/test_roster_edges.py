"""Lists at their edges: what an undo leaves alone, whom a list may touch, what came in between."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.cohorts import services
from app.cohorts.models import Cohort, RosterContent
from app.cohorts.services import roster
from app.cohorts.types import NoNameColumn, RowState
from app.core.db import Database
from app.core.events import new_event_id
from tests.cohorts.rosters import LATER, choose, confirmed, imported, listed, seen, start
from tests.counting import statements_of
from tests.factories import AT, make_administrator, make_cohort, make_trainee


def test_an_undo_leaves_names_confirmed_that_the_list_never_touched(
    db: Session, cohort: Cohort, instructor: User
) -> None:
    imported(db, cohort, instructor, listed(["Name", "ID No"], ["SOUK", "7"]))
    newer = listed(["Name", "ID No", "Passport"], ["SOUK", "7", "P1234567"])
    made = imported(db, cohort, instructor, newer)
    (souk,) = services.members_of(db, cohort)
    accounts.confirm_names(db, souk, souk.names, LATER)
    roster.undo_import(db, made, instructor, LATER)
    assert (souk.passport_last4, souk.names_confirmed_at) == (None, LATER)


def test_an_undo_closes_a_place_again_as_it_was(
    db: Session, cohort: Cohort, instructor: User
) -> None:
    to, day = make_cohort(db, instructor, name="ວຽງຈັນ 2"), timedelta(days=1)
    trainee = make_trainee(db, latin_name="SOUK", native_name="SOUK")
    services.add_member(db, cohort, trainee, AT)
    services.move_member(db, cohort, trainee, to, instructor, AT + day)
    (place,) = services.former_members_of(db, cohort)
    place.withdrawn_reason = "Went home for a year."
    made = start(db, cohort, instructor, listed(["Name"], ["SOUK"]))
    choose(db, made, r2=f"same:{trainee.key}")
    confirmed(db, made, instructor)
    assert (place.joined_at, place.withdrawn_at) == (LATER, None), "she is back from now on"
    db.flush()
    roster.undo_import(db, made, instructor, LATER)
    db.expire_all()
    assert (place.joined_at, place.withdrawn_at) == (AT, AT + day)
    assert (place.withdrawn_reason, place.moved_to) == ("Went home for a year.", to)


def test_a_list_finds_no_account_that_was_merged_into_another(
    db: Session, cohort: Cohort, instructor: User
) -> None:
    kept, closed = (make_trainee(db, latin_name="SOUK", native_name="SOUK") for _ in range(2))
    for trainee in (kept, closed):
        services.add_member(db, cohort, trainee, AT)
    accounts.merge_people(db, kept, closed, AT)
    (row,) = seen(db, start(db, cohort, instructor, listed(["Name"], ["SOUK"])), instructor).rows
    assert row.person is not None
    assert row.person.id == kept.id


def test_a_cohort_that_changed_after_the_preview_asks_for_another_look(
    db: Session, cohort: Cohort, instructor: User
) -> None:
    made = start(db, cohort, instructor, listed(["Name", "ID No"], ["SOUK", "7"]))
    mark = seen(db, made, instructor).fingerprint
    for name, value in (("partner", "RUPP"), ("countries", ["KH"]), ("language", "km")):
        before = getattr(cohort, name)
        setattr(cohort, name, value)
        assert seen(db, made, instructor).fingerprint != mark, name
        setattr(cohort, name, before)
    assert seen(db, made, instructor).fingerprint == mark


def test_another_heading_row_is_taken_even_when_its_guess_finds_no_name(
    db: Session, cohort: Cohort, instructor: User
) -> None:
    rows = (["Name", "Passport"], ["Who", "Passport"], ["SOUK", "P1234567"])
    content = db.get_one(RosterContent, start(db, cohort, instructor, listed(*rows)).id)
    assert content.header == 1
    roster.set_columns(content, 2, roster.columns_of(content))
    assert (content.header, content.columns) == (2, {"1": "passport"})
    with pytest.raises(NoNameColumn):
        roster.set_columns(content, 2, roster.columns_of(content))


def test_a_list_touches_no_trainee_whom_the_instructor_leads_no_more(
    db: Session, cohort: Cohort, instructor: User
) -> None:
    other = make_cohort(db, instructor, name="ວຽງຈັນ 2")
    rows = (["Name", "Passport"], ["ສຸກ", "P1234567"])
    imported(db, cohort, instructor, listed(*rows))
    (souk,) = services.members_of(db, cohort)
    services.withdraw_member(db, cohort, souk, instructor, LATER)

    def states(into: Cohort) -> list[RowState]:
        made = start(db, into, instructor, listed(*rows))
        return [row.state for row in seen(db, made, instructor).rows]

    assert states(other) == [RowState.PROBLEM], "a stranger's number by now"
    assert states(cohort) == [RowState.SAME], "she may come back"


def test_who_waits_and_comes_in_by_a_list_waits_no_more_until_it_is_taken_back(
    db: Session, cohort: Cohort, instructor: User
) -> None:
    last = AT.date() + timedelta(days=7)
    code = services.create_join_code(
        db, cohort, last, 9, new_event_id(), instructor, AT, needs_approval=True
    )
    trainee = make_trainee(db, latin_name="SOUK", native_name="SOUK")
    services.join_again(db, code.code, trainee, AT.date(), AT)
    made = start(db, cohort, make_administrator(db), listed(["Name"], ["SOUK"]))
    choose(db, made, r2=f"same:{trainee.key}")
    confirmed(db, made, made.by)
    assert services.queue_of(db, cohort) == []
    assert services.news_for(db, trainee, "en").waiting == ()
    roster.undo_import(db, made, made.by, LATER)
    assert [one.user for one in services.queue_of(db, cohort)] == [trainee]
    services.add_member(db, cohort, trainee, LATER)
    assert services.queue_of(db, cohort) == [], "however she comes in"


def test_an_import_locks_the_cohort_before_its_people_as_everybody_does(
    db: Session, database: Database, cohort: Cohort, instructor: User
) -> None:
    """Two orders would stop an import and somebody who joins, each waiting for the other."""
    head = ["Name", "Student ID"]
    imported(db, cohort, instructor, listed(head, ["SOUK", ""]))
    made = start(db, cohort, instructor, listed(head, ["SOUK", "7"]))
    mark = seen(db, made, instructor).fingerprint
    with statements_of(database.engine) as statements:
        roster.confirm_import(db, made, new_event_id(), mark, instructor, LATER)
    locks = [one for one in statements if "FOR UPDATE" in one]
    tables = [one.partition("FROM ")[2].split()[0] for one in locks]
    assert database.is_sqlite or tables[:2] == ["cohort", "user_account"]


def test_an_undo_leaves_a_number_whose_old_one_is_somebody_elses_by_now(
    db: Session, cohort: Cohort, instructor: User
) -> None:
    head = ["Name", "Student ID"]
    imported(db, cohort, instructor, listed(head, ["SOUK", "7"], ["KIM", "8"]))
    souk, kim = sorted(services.members_of(db, cohort), key=lambda one: one.student_number or "")
    made = start(db, cohort, instructor, listed(head, ["SOUK", "17"], ["KIM", "18"]))
    choose(db, made, r2=f"take:{souk.key}", r3=f"take:{kim.key}")
    confirmed(db, made, instructor)
    key = accounts.student_number_key(cohort.partner, "7")
    values = {"student_number": "7", "student_number_key": key}
    accounts.change_imported(db, make_trainee(db), values, instructor, LATER)
    plan = roster.undo_import(db, made, instructor, LATER)
    assert ([one.user for one in plan.numbers_kept], len(plan.taken_back)) == ([souk], 2)
    assert (souk.student_number, kim.student_number) == ("17", "8")
