"""Who each row of a list is: found again, new, changed, or to be asked."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.types import Names
from app.cohorts import services
from app.cohorts.models import Cohort, RosterChange, RosterContent, RosterImport
from app.cohorts.services import roster
from app.cohorts.types import NothingToImport, RosterField, RowState
from app.learning.models import Enrollment
from tests.cohorts.lists import NAMES
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
from tests.factories import AT, make_administrator, make_cohort, make_instructor, make_trainee


def told(preview: roster.Preview) -> list[Any]:
    """Everything a preview says, without the account's random keys."""
    return [
        (
            *(row.number, row.state, row.entry.names, row.entry.nationality),
            *(row.entry.student_number_key, row.entry.passport_hash, tuple(row.problems)),
        )
        for row in preview.rows
    ]


def test_the_same_list_gives_the_same_preview_in_every_encoding(
    db: Session, cohort: Cohort, instructor: User
) -> None:
    previews = {
        kind: seen(db, start(db, cohort, instructor, FILES[kind]), instructor) for kind in FILES
    }
    first = previews["xlsx"]
    assert counts(first) == {"new": 30}
    assert [row.entry.names.latin for row in first.rows] == [latin for _n, latin, _c, _k in NAMES]
    assert {row.entry.nationality for row in first.rows} == {
        *("LA", "KH", "VN", "CN", "TH", "MY", "ID", "PH")
    }
    assert first.rows[23].entry.names == Names("李雷", "LI LEI", "李雷")
    assert first.rows[3].entry.student_number == "20260003"
    for kind, preview in previews.items():
        assert told(preview) == told(first), kind


def test_importing_makes_trainees_who_sign_in_later(
    db: Session, cohort: Cohort, instructor: User
) -> None:
    made = imported(db, cohort, instructor, FILES["utf-16"])
    members = {user.latin_name: user for user in services.members_of(db, cohort)}
    assert set(members) == {latin for _n, latin, _c, _k in NAMES}
    somsamai = members["SOMSAMAI KEOMANY"]
    assert somsamai.username.startswith("somsamai-")
    assert (somsamai.password_hash, somsamai.names_confirmed_at) == (None, None)
    assert (somsamai.student_number, somsamai.passport_last4) == ("20260000", "4500")
    assert accounts.needs_consent(db, somsamai)
    code = accounts.create_reset_code(db, somsamai, instructor, LATER)
    secret = accounts.prepare_password("green tea at four")
    assert accounts.redeem_reset_code(db, somsamai.username, code, secret, LATER) is somsamai
    enrolled = db.scalar(select(func.count()).where(Enrollment.user_id == somsamai.id))
    assert enrolled == len(cohort.courses)
    assert made.counts["new"] == 30
    assert db.get(RosterContent, made.id) is None, "the rows are deleted"


def test_a_passport_number_is_kept_only_as_a_keyed_hash(
    db: Session, cohort: Cohort, instructor: User
) -> None:
    imported(db, cohort, instructor, listed(["Name", "Passport"], ["SOUK", "p 1234-567"]))
    (souk,) = services.members_of(db, cohort)
    assert souk.passport_hash == accounts.passport_hash("P1234567")
    assert len(souk.passport_hash or "") == 64
    rows = [
        str(vars(row))
        for kind in (User, RosterImport, RosterChange)
        for row in db.scalars(select(kind))
    ]
    assert not any("1234567" in row for row in rows)


@pytest.mark.parametrize(
    ("typed", "again"),
    [
        ("ນ້ຳຝົນ ພົມມະຈັນ", "ນໍ້າຝົນ ພົມມະຈັນ"),
        ("ស្ត្រី រតនៈ", "ស្រ្តី រតនៈ"),
        ("Nguyễn Thị Ánh Tuyết", "Nguye\u0302\u0303n Thi\u0323 A\u0301nh Tuye\u0302\u0301t"),
        ("李雷", "李　雷"),
        ("SOUK VANNAVONG", "Souk Vannavong"),
    ],
)
def test_spellings_that_look_alike_are_one_person(
    db: Session, cohort: Cohort, instructor: User, typed: str, again: str
) -> None:
    imported(db, cohort, instructor, listed(["Name"], [typed]))
    preview = seen(db, start(db, cohort, instructor, listed(["Name"], [again])), instructor)
    assert counts(preview) == {"same": 1}


def test_the_same_list_again_changes_nobody(db: Session, cohort: Cohort, instructor: User) -> None:
    imported(db, cohort, instructor, FILES["xlsx"])
    again = start(db, cohort, instructor, FILES["gb18030"])
    assert counts(seen(db, again, instructor)) == {"same": 30}
    before = db.scalar(select(func.count()).select_from(User))
    confirmed(db, again, instructor)
    assert db.scalar(select(func.count()).select_from(User)) == before
    assert db.scalars(select(RosterChange).where(RosterChange.import_id == again.id)).all() == []


def test_people_who_are_not_in_the_list_stay_as_they_are(
    db: Session, cohort: Cohort, instructor: User
) -> None:
    absent = make_trainee(db)
    services.add_member(db, cohort, absent, AT)
    before = (absent.names, absent.nationality, absent.names_confirmed_at)
    imported(db, cohort, instructor, FILES["utf-8"])
    assert absent in services.members_of(db, cohort)
    assert (absent.names, absent.nationality, absent.names_confirmed_at) == before


def test_a_changed_row_says_old_and_new_and_may_be_kept_out(
    db: Session, cohort: Cohort, instructor: User
) -> None:
    first = ["Name", "Name in passport", "Student ID", "Chinese name"]
    imported(db, cohort, instructor, listed(first, ["ສຸກ ວັນນະວົງ", "SOUK VANAVONG", "7", ""]))
    newer = listed(first, ["ສຸກ ວັນນະວົງ", "SOUK VANNAVONG", "7", "苏"])
    made = start(db, cohort, instructor, newer)
    (row,) = seen(db, made, instructor).rows
    assert [(one.field, one.old, one.new) for one in row.changes] == [
        (RosterField.LATIN_NAME, "SOUK VANAVONG", "SOUK VANNAVONG"),
        (RosterField.CHINESE_NAME, "", "苏"),
    ]
    choose(db, made, r2="keep")
    assert counts(seen(db, made, instructor)) == {"same": 1}
    choose(db, made, r2="take")
    confirmed(db, made, instructor)
    (souk,) = services.members_of(db, cohort)
    assert (souk.latin_name, souk.chinese_name) == ("SOUK VANNAVONG", "苏")


def test_names_that_the_trainee_has_confirmed_are_kept_unless_asked(
    db: Session, cohort: Cohort, instructor: User
) -> None:
    imported(db, cohort, instructor, listed(["Name", "MSSV"], ["Trần Đức Lương", "7"]))
    (luong,) = services.members_of(db, cohort)
    accounts.confirm_names(db, luong, luong.names, LATER)
    made = start(db, cohort, instructor, listed(["Name", "MSSV"], ["Trần Đức Lượng", "7"]))
    (row,) = seen(db, made, instructor).rows
    assert (row.state, row.choice, len(row.differences)) == (RowState.SAME, "keep", 1)


def test_a_number_with_another_name_asks_before_anything_is_written_over(
    db: Session, cohort: Cohort, instructor: User
) -> None:
    imported(db, cohort, instructor, listed(["Name", "学号"], ["王小玥", "20260001"]))
    made = start(db, cohort, instructor, listed(["Name", "学号"], ["覃秋月", "２０２６０００１"]))
    (row,) = seen(db, made, instructor).rows
    assert row.state is RowState.QUESTION
    assert "new" not in row.choices
    with pytest.raises(NothingToImport):
        confirmed(db, made, instructor)


def test_one_name_in_another_cohort_asks_who_it_is(
    db: Session, cohort: Cohort, instructor: User
) -> None:
    other = make_cohort(db, instructor, name="ភ្នំពេញ 2026")
    imported(db, other, instructor, listed(["Name"], ["គឹម ស្រីមុំ"]))
    (known,) = services.members_of(db, other)
    made = start(db, cohort, instructor, listed(["Name"], ["គឹម ស្រីមុំ"]))
    assert counts(seen(db, made, instructor)) == {"question": 1}
    choose(db, made, r2=f"same:{known.key}")
    (row,) = seen(db, made, instructor).rows
    assert (row.state, row.joins) == (RowState.SAME, True)
    confirmed(db, made, instructor)
    assert services.members_of(db, cohort) == [known]


def test_two_rows_with_one_name_are_two_people_only_by_number_or_by_word(
    db: Session, cohort: Cohort, instructor: User
) -> None:
    by_number = listed(["Tên", "MSSV"], ["Lê Anh", "1"], ["Lê Anh", "2"])
    assert counts(seen(db, start(db, cohort, instructor, by_number), instructor)) == {"new": 2}
    made = start(db, cohort, instructor, listed(["Tên"], ["Lê Anh"], ["Lê Anh"]))
    assert counts(seen(db, made, instructor)) == {"new": 1, "question": 1}
    choose(db, made, r3="new")
    assert counts(seen(db, made, instructor)) == {"new": 2}
    choose(db, made, r3="out")
    assert counts(seen(db, made, instructor)) == {"new": 1, "left_out": 1}


def test_one_person_cannot_be_spoken_of_twice(
    db: Session, cohort: Cohort, instructor: User
) -> None:
    imported(db, cohort, instructor, listed(["Name", "ID No"], ["SOUK", "7"]))
    made = start(db, cohort, instructor, listed(["Name", "ID No"], ["SOUK", "7"], ["Souk", ""]))
    (known,) = services.members_of(db, cohort)
    choose(db, made, r3=f"same:{known.key}")
    assert counts(seen(db, made, instructor)) == {"same": 1, "problem": 1}


def test_a_number_of_somebody_elses_trainee_is_a_problem_that_names_nobody(
    db: Session, cohort: Cohort, instructor: User
) -> None:
    colleague = make_instructor(db)
    theirs = make_cohort(db, colleague)
    imported(db, theirs, colleague, listed(["Name", "Passport"], ["ສຸກ", "P1234567"]))
    made = start(db, cohort, instructor, listed(["Name", "Passport"], ["ສຸກ", "P1234567"]))
    (row,) = seen(db, made, instructor).rows
    assert (row.state, row.problems[0].column) == (RowState.PROBLEM, 1)
    assert row.candidates == ()
    office = make_administrator(db)
    assert counts(
        seen(
            db, start(db, cohort, office, listed(["Name", "Passport"], ["ສຸກ", "P1234567"])), office
        )
    ) == {"same": 1}


def test_a_student_number_belongs_to_its_partner(
    db: Session, cohort: Cohort, instructor: User
) -> None:
    other = make_cohort(db, instructor, partner="RUPP")
    imported(db, other, instructor, listed(["Name", "Student ID"], ["SOK CHANDARA", "0007"]))
    imported(db, cohort, instructor, listed(["Name", "Student ID"], ["SOUK VANNAVONG", "0007"]))
    assert len(services.members_of(db, cohort)) == 1
