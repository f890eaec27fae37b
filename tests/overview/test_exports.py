"""Tables to take away: whole, of one's own cohorts only, and noted in the trail."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date, time
from io import BytesIO, StringIO
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.types import GrantKind
from app.certificates import services as certificates
from app.certificates.services import desk
from app.cohorts.models import Cohort
from app.core.audit import AuditEvent
from app.core.events import new_event_id
from app.courses.library import library
from app.learning import services as learning
from app.overview.services.demo import check_of_one
from app.overview.services.tables import TABLES, TableKind
from app.practicals import services as practicals
from app.practicals.types import AcknowledgedBy
from app.practicals.types.sessions import Presence
from tests.browsing import CheckedClient
from tests.factories import (
    AT,
    PASSWORD,
    make_administrator,
    make_attempt,
    make_cohort,
    make_examiner,
    make_instructor,
    make_learner,
)
from tests.practicals.days import NINE, enter, make_session

SLUG = "cpr-aed-choking"
TODAY = date(2026, 3, 2)  # the day of AT in the programme's zone
SignIn = Callable[[Any], CheckedClient]
NOT_FOR_INSTRUCTORS = (
    TableKind.ITEMS,
    TableKind.CERTIFICATES,
    TableKind.SHEETS,
    TableKind.STAFF,
    TableKind.TRAIL,
)


@pytest.fixture
def instructor(db: Session) -> User:
    """Who leads the cohort."""
    return make_instructor(db)


@pytest.fixture
def trainee(db: Session) -> User:
    """A trainee who has passed the assessment, named like a formula."""
    user = make_learner(db, lessons=True)
    user.native_name = "=ນ້ຳຝົນ ແກ້ວມະນີ"
    make_attempt(db, user, at=AT)
    return user


def certify(db: Session, trainee: User) -> None:
    """Pass every skill sheet of the course, issue the certificate and print it."""
    examiner, course = make_examiner(db, TODAY), library().course(SLUG)
    make_cohort(db, examiner, trainee)
    for sheet in course.sheets:
        draft = check_of_one(course, sheet.key, trainee, new_event_id(), TODAY)
        check = practicals.record_check(db, draft, examiner, TODAY, AT)
        result = practicals.result_in(check, trainee.id)
        practicals.acknowledge(db, result, AcknowledgedBy.OWN_SIGN_IN, new_event_id(), AT)
    administrator = make_administrator(db)
    issued = certificates.issue(
        db, [trainee], course, administrator, new_event_id(), AT, "https://kapok.example.org"
    )
    run = desk.RunDraft()
    desk.send_to_print(db, issued, run, None, administrator, new_event_id(), AT)


@pytest.fixture
def cohort(db: Session, instructor: User, trainee: User) -> Cohort:
    """The trainee's cohort."""
    return make_cohort(db, instructor, trainee)


def take(client: CheckedClient, kind: str, file: str = "csv", **query: str) -> Any:
    form = {"kind": file, "language": "lo", "current_password": PASSWORD}
    answer = client.post(f"/en/exports/{kind}", data=form, query_string=query)
    answer.get_data()  # to the end, as a browser does
    return answer


def rows_of(answer: Any) -> list[list[str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.reader(StringIO(answer.data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("kind", TABLES)
def test_each_table_has_a_cell_for_each_header(
    db: Session, sign_in: SignIn, cohort: Cohort, trainee: User, kind: TableKind
) -> None:
    certify(db, trainee)
    administrator = make_administrator(db)
    enter(db, make_session(db, cohort, administrator), trainee, administrator, at=NINE)
    course = library().course(SLUG)
    counts = learning.count_analysis(db, course, learning.ALL_TIME)
    learning.store_analysis(db, course, learning.ALL_TIME, counts, AT)
    db.commit()
    client = sign_in(administrator)
    assert client.get(f"/km/exports/{kind}").status_code == 200
    rows = rows_of(take(client, kind))
    assert len(rows) > 1
    assert {len(row) for row in rows} == {len(TABLES[kind].headers)}
    assert not set(rows[0]) & set(TABLES[kind].headers), "headers in Lao"
    sheet = load_workbook(BytesIO(take(client, kind, "xlsx").data)).worksheets[0]
    read = list(sheet.iter_rows(values_only=True))
    assert len(read) >= len(rows)  # the trail has one more: the first file
    assert list(read[0]) == rows[0]


def test_a_name_like_a_formula_is_text(
    db: Session, sign_in: SignIn, instructor: User, cohort: Cohort
) -> None:
    db.commit()
    client = sign_in(instructor)
    assert rows_of(take(client, "members"))[1][1] == "'=ນ້ຳຝົນ ແກ້ວມະນີ"
    sheet = load_workbook(BytesIO(take(client, "members", "xlsx").data)).worksheets[0]
    assert (sheet["B2"].value, sheet["B2"].data_type) == ("=ນ້ຳຝົນ ແກ້ວມະນີ", "s")


def test_an_instructor_takes_her_own_cohorts_only(
    db: Session, sign_in: SignIn, cohort: Cohort
) -> None:
    other = make_instructor(db)
    db.commit()
    client = sign_in(other)
    for kind in TABLES:
        wanted = 404 if kind in NOT_FOR_INSTRUCTORS else 200
        assert client.get(f"/en/exports/{kind}").status_code == wanted, kind
        if wanted == 200:
            assert len(rows_of(take(client, kind))) == 1, kind
            if TABLES[kind].has_cohort:
                assert take(client, kind, cohort=cohort.key).status_code == 404
        else:
            assert take(client, kind).status_code == 404


def test_without_the_password_nothing_is_taken(
    db: Session, sign_in: SignIn, instructor: User, cohort: Cohort
) -> None:
    db.commit()
    form = {"kind": "csv", "language": "en", "current_password": "not this one"}
    answer = sign_in(instructor).post("/en/exports/members", data=form)
    assert answer.status_code == 422
    assert "ນ້ຳຝົນ" not in answer.text
    assert db.scalars(select(AuditEvent).where(AuditEvent.action == "overview.export")).all() == []


def test_the_trail_says_who_took_which_table(
    db: Session, sign_in: SignIn, instructor: User, cohort: Cohort
) -> None:
    db.commit()
    take(sign_in(instructor), "checks", cohort=cohort.key)
    noted = db.scalars(select(AuditEvent).where(AuditEvent.action == "overview.export")).one()
    assert (noted.by_key, noted.object_key, noted.detail) == (
        instructor.key,
        cohort.key,
        {"table": "checks"},
    )


def test_the_table_of_attendance_says_the_newest_entry_of_each_day(
    db: Session, sign_in: SignIn, instructor: User, cohort: Cohort, trainee: User
) -> None:
    day = make_session(db, cohort, instructor)
    enter(db, day, trainee, instructor, Presence.ABSENT)
    enter(db, day, trainee, instructor, Presence.LATE, clock=time(10, 30), note="ລົດເສຍ")
    cancelled = make_session(db, cohort, instructor, place="Nanning")
    enter(db, cancelled, trainee, instructor)
    cancelled.cancelled_at = NINE
    db.commit()
    client = sign_in(instructor)
    _headers, row = rows_of(take(client, "attendance"))
    assert (row[1], row[7:9], row[-1]) == ("2026-03-02", ["10:30", "330"], "ລົດເສຍ")
    days = rows_of(take(client, "sessions", cohort=cohort.key))[1:]
    assert [day[-2] for day in days] == ["1", "1"]


def test_statistics_of_questions_need_the_grant_to_write_a_course(
    db: Session, sign_in: SignIn, instructor: User, cohort: Cohort
) -> None:
    other = "bleeding-burns-fractures"
    accounts.give_grant(
        db, instructor, GrantKind.COURSES_AUTHOR, other, None, make_administrator(db), AT
    )
    course = library().course(SLUG)
    counts = learning.count_analysis(db, course, learning.ALL_TIME)
    learning.store_analysis(db, course, learning.ALL_TIME, counts, AT)
    db.commit()
    client = sign_in(instructor)
    assert len(rows_of(take(client, "items"))) == 1, "another course's questions are not hers"
