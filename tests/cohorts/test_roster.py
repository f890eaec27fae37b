"""A list of people into a cohort: what the preview says, what is done, and what is undone."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.types import Names
from app.cohorts import services
from app.cohorts.models import Cohort, CohortMember, RosterChange, RosterContent, RosterImport
from app.cohorts.services import roster
from app.cohorts.services.roster.data import Entry
from app.cohorts.services.roster.entries import entries_of
from app.cohorts.services.roster.headers import guess_columns, guess_header
from app.cohorts.tasks import purge_lists
from app.cohorts.types import (
    ListMoved,
    NoNameColumn,
    NothingToImport,
    RosterField,
    RosterState,
    RowState,
    TooManyPeople,
    TwoColumns,
    UndoTooLate,
)
from app.core import audit
from app.core.db import Database, begin_write
from app.core.errors import DomainError, EventConflict, NotFound
from app.core.events import new_event_id
from app.core.spreadsheets.reading import read
from app.core.spreadsheets.types import Line, Table
from app.learning.models import Enrollment
from app.practicals import models as practicals_models
from tests.cohorts.lists import NAMES, delimited, every_file
from tests.factories import (
    AT,
    make_administrator,
    make_cohort,
    make_instructor,
    make_trainee,
    pass_needs,
)

SLUG = "cpr-aed-choking"
FILES = every_file()
LATER = AT + timedelta(hours=1)


@pytest.fixture
def instructor(db: Session) -> User:
    """Who imports."""
    return make_instructor(db)


@pytest.fixture
def cohort(db: Session, instructor: User) -> Cohort:
    """Into which the list goes."""
    return make_cohort(db, instructor)


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


PROBLEMS = [
    ({"Passport": "12"}, 1, "passport number"),
    ({"Passport": "1.2E+09"}, 1, "shortened"),
    ({"Student ID": "2001-02-03"}, 1, "made a date"),
    ({"Country": "Atlantis"}, 1, "do not know this country"),
    ({"Language": "Klingon"}, 1, "Write English"),
    ({"Chinese name": "SOUK"}, 1, "Chinese characters"),
    ({"Name in passport": "ສຸກ"}, 1, "Latin letters"),
    ({"Student ID": "=A1"}, 1, "formula"),
    ({"Country": "#REF!"}, 1, "Excel shows an error"),
]


@pytest.mark.parametrize(("cells", "column", "message"), PROBLEMS)
def test_a_problem_names_its_row_column_and_cure(
    db: Session, cohort: Cohort, instructor: User, cells: dict[str, str], column: int, message: str
) -> None:
    content = listed([], ["Name", *cells], ["SOUK", *cells.values()])
    (row,) = seen(db, start(db, cohort, instructor, content), instructor).rows
    assert (row.number, row.state) == (3, RowState.PROBLEM)
    assert row.problems[0].column == column
    assert message in row.problems[0].message


def test_a_row_without_a_name_and_a_number_that_comes_twice_are_problems(
    db: Session, cohort: Cohort, instructor: User
) -> None:
    content = listed(["Name", "Student ID"], ["", "1"], ["SOUK", "2"], ["SOMSAMAI", "２"])
    preview = seen(db, start(db, cohort, instructor, content), instructor)
    assert [row.state.value for row in preview.rows] == ["problem", "new", "problem"]
    assert preview.rows[2].problems[0].values == (("row", 3),)


def entry(cohort: Cohort, **given: str) -> Entry:
    """One row of these fields."""
    columns = {index: RosterField(name) for index, name in enumerate(given)}
    (made,) = entries_of([(2, list(given.values()))], columns, cohort)
    return made


def test_names_that_are_missing_are_derived_where_that_is_certain(cohort: Cohort) -> None:
    viet = entry(cohort, native_name="Đặng Quốc Hưng")
    assert viet.names == Names("Đặng Quốc Hưng", "DANG QUOC HUNG", None)
    khmer = entry(cohort, native_name="សុខ ចាន់ដារ៉ា")
    assert (khmer.names.latin, khmer.needs_latin, khmer.problems) == ("សុខ ចាន់ដារ៉ា", True, [])
    chinese = entry(cohort, native_name="王 小玥")
    assert chinese.names == Names("王小玥", "王小玥", "王小玥")
    assert entry(cohort, latin_name="SOUK", chinese_name="无").names == Names("SOUK", "SOUK", None)


def test_in_a_mixed_cohort_everybody_gets_the_language_of_home(cohort: Cohort) -> None:
    cohort.language = "zh"  # for those of its own country
    assert entry(cohort, native_name="ສຸກ ວັນນະວົງ", nationality="Laos").language == "zh"
    assert entry(cohort, native_name="គឹម ស្រីមុំ", nationality="Cambodia").language == "km"
    assert entry(cohort, native_name="宋猜", nationality="Thailand").language == "zh"
    said = entry(cohort, native_name="គឹម ស្រីមុំ", nationality="Cambodia", language="English")
    assert said.language == "en"


def test_a_trainee_without_a_latin_name_has_to_write_it(
    db: Session, cohort: Cohort, instructor: User
) -> None:
    imported(db, cohort, instructor, listed(["ឈ្មោះ"], ["សុខ ចាន់ដារ៉ា"]))
    (user,) = services.members_of(db, cohort)
    assert not user.names.has_latin
    assert user.username.startswith("trainee-")
    with pytest.raises(DomainError):
        accounts.confirm_names(db, user, user.names, LATER)


@pytest.mark.parametrize(
    ("headings", "wanted"),
    [
        (
            ["STT", "Họ và tên", "", "MSSV"],
            {1: "native_name", 2: "native_name", 3: "student_number"},
        ),
        (
            ["Surname", "Given names", "Passport No."],
            {0: "latin_name", 1: "latin_name", 2: "passport"},
        ),
        (
            ["序号", "姓名（英文）", "姓名", "国籍"],
            {1: "latin_name", 2: "native_name", 3: "nationality"},
        ),
        (["ລ/ດ", "ຊື່", "ນາມສະກຸນ", "ສັນຊາດ"], {1: "native_name", 2: "native_name", 3: "nationality"}),
        (["ល.រ", "គោត្តនាម និងនាម", "អក្សរឡាតាំង"], {1: "native_name", 2: "latin_name"}),
        (["Name", "Full name", "Note"], {0: "native_name"}),
        (["Name (passport)", "姓名 Name"], {0: "latin_name", 1: "native_name"}),
    ],
)
def test_headings_of_every_language_are_understood(
    headings: list[str], wanted: dict[int, str]
) -> None:
    rows = [
        (1, ["List of students 2026"]),
        (3, headings),
        (4, ["1", "Trần", "An", "B"][: len(headings)]),
    ]
    assert guess_header(rows) == 3
    assert guess_columns(rows, 3) == wanted


def test_columns_are_corrected_by_the_person(db: Session, cohort: Cohort, instructor: User) -> None:
    made = start(db, cohort, instructor, listed(["a", "b"], ["SOUK", "苏"], ["ANNA", ""]))
    content = db.get(RosterContent, made.id)
    assert content is not None
    assert (content.header, content.columns) == (0, {})
    with pytest.raises(NoNameColumn):
        roster.set_columns(content, 0, {0: RosterField.PASSPORT})
    fields = {0: RosterField.PASSPORT, 1: RosterField.PASSPORT, 2: RosterField.LATIN_NAME}
    with pytest.raises(TwoColumns):
        roster.set_columns(content, 0, fields)
    roster.set_columns(content, 1, {0: RosterField.LATIN_NAME, 1: RosterField.CHINESE_NAME})
    assert counts(seen(db, made, instructor)) == {"new": 2}


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
