"""Gender: said by the person or by the list that makes her account, seen by her and the office."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.types import Gender
from app.cohorts.models import RosterContent
from app.cohorts.services import roster
from app.cohorts.services.roster.headers import field_of
from app.cohorts.services.roster.values import gender_of
from app.cohorts.types import RosterField
from app.core import audit
from app.core.events import new_event_id
from app.core.spreadsheets.reading import read
from app.overview import services as overview
from tests.browsing import CheckedClient
from tests.cohorts.lists import delimited
from tests.factories import AT, make_administrator, make_cohort, make_instructor, make_trainee

SignIn = Callable[[Any], CheckedClient]


def test_a_trainee_says_it_changes_it_and_takes_it_back(db: Session, sign_in: SignIn) -> None:
    trainee = make_trainee(db)
    db.commit()
    client = sign_in(trainee)
    assert "I would rather not say" in client.get("/en/account/gender").text
    for said, kept in (("female", Gender.FEMALE), ("other", Gender.OTHER), ("", None)):
        client.post("/lo/account/gender", data={"gender": said})
        db.refresh(trainee)
        assert trainee.gender is kept
    assert client.post("/en/account/gender", data={"gender": "F"}).status_code == 422
    acts = [one for one in audit.trail_of(db, "user", trainee.key) if "gender" in one.action]
    assert len(acts) == 3
    assert not any(one.detail for one in acts), "the trail does not say what was said"


def test_she_and_the_office_see_it_and_her_instructor_does_not(
    db: Session, sign_in: SignIn
) -> None:
    instructor, trainee = make_instructor(db), make_trainee(db, gender=Gender.FEMALE)
    cohort = make_cohort(db, instructor, trainee)
    office = make_administrator(db)
    db.commit()
    assert overview.export_person(db, trainee, AT)["account"]["gender"] == "female"
    assert "Female" in sign_in(trainee).get("/en/account").text
    assert "Female" in sign_in(office).get(f"/en/people/staff/{trainee.key}").text
    client = sign_in(instructor)
    for page in (f"{cohort.key}", f"{cohort.key}/members/{trainee.key}", f"{cohort.key}/names"):
        text = client.get(f"/en/cohorts/{page}").text
        assert trainee.latin_name in text
        assert "Female" not in text


def test_erasing_and_merging_empty_it(db: Session) -> None:
    office = make_administrator(db)
    erased, kept, other = (make_trainee(db, gender=one) for one in (Gender.MALE, None, Gender.MALE))
    accounts.erase_person(db, erased, office, AT)
    assert erased.gender is None
    overview.merge_people(db, kept, other, office, AT + timedelta(days=1))
    assert (kept.gender, other.gender) == (None, None), "an empty answer may be her answer"


@pytest.mark.parametrize(
    "heading", ["Gender", "Sex (M/F)", "性别", "Giới tính", "Nam/Nữ", "ເພດ", "ភេទ", "ເພດ / Gender"]
)
def test_its_column_is_known_in_five_languages(heading: str) -> None:
    assert field_of(heading) == (RosterField.GENDER, 2)


@pytest.mark.parametrize(
    ("gender", "words"),
    [
        (Gender.FEMALE, "F f. Female 女 Nữ ຍິງ ស្រី 2"),
        (Gender.MALE, "M male 男 nam ຊາຍ ប្រុស 1"),
        (Gender.OTHER, "other 其他 Khác ອື່ນໆ ផ្សេងទៀត"),
        (None, "0 9 X 不详"),
    ],
)
def test_its_words_are_known_in_five_languages(gender: Gender | None, words: str) -> None:
    assert {gender_of(word) for word in words.split()} == {(gender, True)}
    assert gender_of("17") == (None, False)


def test_a_list_gives_it_to_new_accounts_and_touches_no_answer(db: Session) -> None:
    instructor, known = make_instructor(db), make_trainee(db, latin_name="SOUK VANNAVONG")
    known.native_name, known.gender = "ສຸກ ວັນນະວົງ", Gender.OTHER
    cohort = make_cohort(db, instructor, known)
    rows = [
        ("ຊື່", "ເພດ"),
        ("ສຸກ ວັນນະວົງ", "ຍິງ"),
        ("ນ້ຳຝົນ ແກ້ວມະນີ", "ຍິງ"),
        ("ບຸນມີ ສີສຸກ", "17"),
    ]
    table = read(delimited(rows).encode())
    file = ("a.csv", "0" * 64)
    made = roster.start_import(db, cohort, table, file, new_event_id(), instructor, AT)
    content = db.get_one(RosterContent, made.id)
    preview = roster.preview_of(db, made, content, instructor)
    assert [row.state for row in preview.rows] == ["same", "new", "problem"]
    assert not any(row.changes or row.differences for row in preview.rows)
    assert preview.rows[2].problems[0].message.startswith("Write F or M")
    roster.confirm_import(db, made, new_event_id(), preview.fingerprint, instructor, AT)
    new = db.scalars(select(User).where(User.native_name == "ນ້ຳຝົນ ແກ້ວມະນີ")).one()
    assert (new.gender, known.gender) == (Gender.FEMALE, Gender.OTHER)
