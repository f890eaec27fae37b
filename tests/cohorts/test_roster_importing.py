"""Importing a list: confirmed once, undone as it was, and what is forgotten when."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.types import Names
from app.cohorts import services
from app.cohorts.models import Cohort, CohortMember, RosterChange, RosterContent, RosterImport
from app.cohorts.services import roster
from app.cohorts.tasks import purge_lists
from app.cohorts.types import ListMoved, TooManyPeople, UndoTooLate
from app.core import audit
from app.core.db import Database, begin_write
from app.core.errors import EventConflict, NotFound
from app.core.events import new_event_id
from app.core.spreadsheets.reading import read
from app.core.spreadsheets.types import Line, Table
from app.learning.models import Enrollment
from app.practicals import models as practicals_models
from tests.cohorts.rosters import (
    FILES,
    LATER,
    choose,
    confirmed,
    counts,
    imported,
    listed,
    seen,
    start,
)
from tests.factories import (
    AT,
    make_administrator,
    make_cohort,
    make_instructor,
    make_trainee,
    pass_needs,
)

SLUG = "cpr-aed-choking"


def test_nothing_is_written_before_the_confirmation(
    db: Session, cohort: Cohort, instructor: User
) -> None:
    before = db.scalar(select(func.count()).select_from(User))
    made = start(db, cohort, instructor, FILES["xlsx"])
    seen(db, made, instructor)
    assert db.scalar(select(func.count()).select_from(User)) == before
    assert services.members_of(db, cohort) == []


def test_a_confirmation_sent_again_imports_once(
    db: Session, cohort: Cohort, instructor: User
) -> None:
    made, event = start(db, cohort, instructor, FILES["xlsx"]), new_event_id()
    mark = seen(db, made, instructor).fingerprint
    for one in (event, event, new_event_id()):
        roster.confirm_import(db, made, one, mark, instructor, LATER)
    assert len(services.members_of(db, cohort)) == 30
    with pytest.raises(EventConflict):
        roster.confirm_import(db, made, event, "another", instructor, LATER)


def test_two_confirmations_at_once_are_one(
    db: Session, database: Database, cohort: Cohort, instructor: User
) -> None:
    made = start(db, cohort, instructor, FILES["xlsx"])
    mark, together = seen(db, made, instructor).fingerprint, Barrier(3)
    by, number, key = instructor.id, made.id, cohort.id
    db.commit()

    def act(_number: int) -> str:
        with database.session() as one:
            together.wait()
            begin_write(one)
            user, row = one.get_one(User, by), one.get_one(RosterImport, number)
            made = roster.confirm_import(one, row, new_event_id(), mark, user, LATER)
            one.commit()
            return made.state.value

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(act, range(3))) == ["done"] * 3
    members = select(func.count()).where(CohortMember.cohort_id == key)
    assert db.scalar(members) == 30


def test_a_preview_that_is_no_longer_true_is_not_confirmed(
    db: Session, cohort: Cohort, instructor: User
) -> None:
    made = start(db, cohort, instructor, listed(["Name", "Student ID"], ["SOUK", "7"]))
    mark = seen(db, made, instructor).fingerprint
    imported(db, cohort, instructor, listed(["Name", "Student ID"], ["SOUK", "7"]))
    with pytest.raises(ListMoved):
        roster.confirm_import(db, made, new_event_id(), mark, instructor, LATER)


def test_the_same_upload_again_is_the_same_list(
    db: Session, cohort: Cohort, instructor: User
) -> None:
    table, event = read(FILES["xlsx"]), new_event_id()
    one = roster.start_import(db, cohort, table, ("a", "1" * 64), event, instructor, AT)
    again = roster.start_import(db, cohort, table, ("a", "1" * 64), event, instructor, AT)
    assert again is one
    with pytest.raises(EventConflict):
        roster.start_import(db, cohort, table, ("a", "2" * 64), event, instructor, AT)


def test_a_list_of_too_many_people_is_refused(
    db: Session, cohort: Cohort, instructor: User
) -> None:
    lines = (Line(1, ("Name",)), *(Line(n, ("SOUK",)) for n in range(2, 5_003)))
    with pytest.raises(TooManyPeople):
        roster.start_import(db, cohort, Table(lines, ""), ("a", ""), new_event_id(), instructor, AT)


def test_nobody_else_finds_a_list_that_waits(db: Session, cohort: Cohort, instructor: User) -> None:
    made = start(db, cohort, instructor, FILES["xlsx"])
    services.add_instructor(db, cohort, colleague := make_instructor(db), instructor, AT)
    for stranger in (make_instructor(db), colleague, make_administrator(db)):
        with pytest.raises(NotFound):
            roster.pending_of(db, stranger, cohort.key, made.key, AT)
    with pytest.raises(NotFound):
        roster.pending_of(db, instructor, cohort.key, made.key, AT + timedelta(hours=24))


def test_a_list_is_deleted_after_a_day(db: Session, cohort: Cohort, instructor: User) -> None:
    start(db, cohort, instructor, FILES["xlsx"])
    mend = listed(["Name", "Passport"], ["SOUK", ""], ["ANNA", "12"])
    done = confirmed(db, start(db, cohort, instructor, mend), instructor)
    db.commit()
    purge_lists(db, {}, AT + timedelta(hours=23))
    assert db.scalar(select(func.count()).select_from(RosterContent)) == 2
    headings, (row,) = roster.left_out_rows(db, done, instructor, LATER)
    assert (headings, row.number, row.problems[0].column) == (["Name", "Passport"], 3, 1)
    purge_lists(db, {}, AT + timedelta(hours=24))
    assert db.scalar(select(func.count()).select_from(RosterContent)) == 0
    assert db.scalars(select(RosterImport)).all() == [done]


def snapshot(db: Session) -> dict[str, Any]:
    """Every row of the tables that an import touches, but its own."""
    db.flush()
    db.expire_all()
    columns = [column for column in User.__table__.columns if column.name != "id"]
    return {
        "people": sorted(map(tuple, db.execute(select(*columns))), key=str),
        "members": sorted(
            map(tuple, db.execute(select(CohortMember.user_id, CohortMember.withdrawn_at))), key=str
        ),
        "enrollments": sorted(
            map(tuple, db.execute(select(Enrollment.user_id, Enrollment.course_slug))), key=str
        ),
    }


def test_undoing_gives_back_exactly_what_was_there(
    db: Session, cohort: Cohort, instructor: User
) -> None:
    other = make_cohort(db, instructor, name="other")
    gone, joins, changed = make_trainee(db), make_trainee(db), make_trainee(db)
    services.add_member(db, cohort, gone, AT)
    services.withdraw_member(db, cohort, gone, instructor, AT)
    services.add_member(db, other, joins, AT)
    services.add_member(db, cohort, changed, AT)
    for number, user in enumerate((gone, joins, changed)):
        values = {"student_number": str(number), "student_number_key": f"{number} {number}"}
        accounts.change_imported(db, user, values, instructor, AT)
    db.flush()
    before = snapshot(db)
    head = ["Name", "Name in passport", "Passport"]
    people = [
        [user.native_name, f"{user.latin_name} A", f"P000000{user.id}"]
        for user in (gone, joins, changed)
    ]
    made = start(db, cohort, instructor, listed(head, *people, ["ໃໝ່", "MAI", "P7654321"]))
    for row in seen(db, made, instructor).rows:
        takes = [choice for choice in row.choices if choice.startswith("take")]
        choose(db, made, **{f"r{row.number}": (takes or [""])[0]})
    assert counts(seen(db, made, instructor)) == {"new": 1, "changed": 3}
    confirmed(db, made, instructor)
    assert snapshot(db) != before
    plan = roster.undo_import(db, made, instructor, LATER)
    assert (len(plan.taken_back), plan.kept) == (4, [])
    assert snapshot(db) == before
    assert roster.undo_import(db, made, instructor, LATER).taken_back == ()
    acts = [event.action for event in audit.trail_of(db, "cohort", cohort.key)]
    assert acts[-2:] == ["cohorts.import-list", "cohorts.undo-list"]


def test_who_has_signed_in_learnt_or_changed_stays(
    db: Session, cohort: Cohort, instructor: User
) -> None:
    names = ["SOUK", "ANNA", "KIM", "MAI", "DARA"]
    made = imported(db, cohort, instructor, listed(["Name"], *([name] for name in names)))
    people = {user.latin_name: user for user in services.members_of(db, cohort)}
    accounts.open_session(db, people["SOUK"], "phone", LATER)
    pass_needs(db, people["ANNA"], SLUG, LATER)
    accounts.change_names(
        db, people["KIM"], Names("KIM", "KIM S", None), confirmed=True, by=people["KIM"], at=LATER
    )
    services.add_member(db, make_cohort(db, instructor, name="b"), people["MAI"], LATER)
    plan = roster.undo_import(db, made, instructor, LATER)
    assert {one.user.latin_name for one in plan.kept} == {"SOUK", "ANNA", "KIM S", "MAI"}
    assert set(services.members_of(db, cohort)) == set(people.values()) - {people["DARA"]}


def test_whatever_points_to_a_person_keeps_her(
    db: Session, cohort: Cohort, instructor: User
) -> None:
    """A table of a room above is asked too; here a skill check that she examined."""
    made = imported(db, cohort, instructor, listed(["Name"], ["SOUK"]))
    (souk,) = services.members_of(db, cohort)
    columns = practicals_models.SkillCheck.__table__.columns
    assert "examiner_id" in columns
    accounts.create_reset_code(db, souk, instructor, LATER)
    assert len(roster.undo_plan(db, made, LATER).kept) == 1


def test_after_a_week_an_import_stays_and_its_copies_are_emptied(
    db: Session, cohort: Cohort, instructor: User
) -> None:
    imported(db, cohort, instructor, listed(["Name", "ID No"], ["SOUK", "7"]))
    made = imported(
        db, cohort, instructor, listed(["Name", "ID No", "姓名 中文"], ["SOUK", "7", "苏"])
    )
    week = LATER + timedelta(days=7)
    with pytest.raises(UndoTooLate):
        roster.undo_import(db, made, instructor, week)
    (change,) = db.scalars(select(RosterChange).where(RosterChange.import_id == made.id))
    assert change.after == {"chinese_name": "苏"}
    roster.purge_expired(db, week)
    db.refresh(change)
    assert (change.before, change.after) == ({}, {})


def test_erasing_empties_numbers_and_what_an_import_kept(
    db: Session, cohort: Cohort, instructor: User
) -> None:
    head = ["Name", "ID No", "Passport"]
    imported(db, cohort, instructor, listed(head, ["SOUK", "7", ""]))
    imported(db, cohort, instructor, listed(head, ["SOUK", "7", "P1234567"]))
    (souk,) = services.members_of(db, cohort)
    assert accounts.export_account(db, souk)["passport_last_four"] == "4567"
    assert [user.id for user in accounts.find_users(db, "4567", souk.role).people] == [souk.id]
    accounts.erase_person(db, souk, make_administrator(db), LATER)
    assert (souk.student_number, souk.student_number_key) == (None, None)
    assert (souk.passport_hash, souk.passport_last4) == (None, None)
    db.expire_all()
    kept = db.scalars(select(RosterChange).where(RosterChange.user_id == souk.id)).all()
    assert kept
    assert all((one.before, one.after) == ({}, {}) for one in kept)
