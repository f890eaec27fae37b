"""The rows and columns of a list: problems with their cure, names that are derived, headings."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.types import Names
from app.cohorts import services
from app.cohorts.models import Cohort, RosterContent
from app.cohorts.services import roster
from app.cohorts.services.roster.data import Entry
from app.cohorts.services.roster.entries import entries_of
from app.cohorts.services.roster.headers import guess_columns, guess_header
from app.cohorts.types import NoNameColumn, RosterField, RowState, TwoColumns
from app.core.errors import DomainError
from tests.cohorts.rosters import LATER, counts, imported, listed, seen, start

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
