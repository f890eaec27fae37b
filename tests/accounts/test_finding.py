"""People found without accents and case by any form of the name, and sorted by a chosen one."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from app.accounts import services
from app.accounts.types import NameForm, Names, Role
from tests.factories import AT, make_administrator, make_trainee

TUYET = Names("Nguyễn Thị Ánh Tuyết", "NGUYEN THI ANH TUYET", "阮氏映雪")
KHAM = Names("ຄຳຫຼ້າ ແກ້ວມະນີ", "KHAMLA KEOMANY")
DARA = Names("ចាន់ ដារ៉ា", "CHAN DARA", "占达拉")


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("nguyen thi anh", TUYET),
        ("TUYẾT nguyễn", TUYET),
        ("映雪", TUYET),
        ("keo KHAM", KHAM),
        ("ຄໍາຫລ້າ", KHAM),  # ໍ and າ apart, ຫລ for ຫຼ
        ("ចាន់\u200bដារ៉ា", DARA),
        ("dara", DARA),
    ],
)
def test_any_form_finds_the_person_however_it_is_typed(
    db: Session, typed: str, names: Names
) -> None:
    everybody = []
    for one in (TUYET, KHAM, DARA):
        user = make_trainee(db)
        services.change_names(db, user, one, confirmed=False, by=user, at=AT)
        everybody.append(user)
    db.flush()
    found = services.find_users(db, typed, Role.TRAINEE).people
    assert [user.names for user in found] == [names]
    assert services.people_named(everybody, typed) == list(found)


@pytest.mark.parametrize("typed", ["%", "_", "—", "nguyen keomany", "zzz"])
def test_what_no_name_holds_finds_nobody(db: Session, typed: str) -> None:
    user = make_trainee(db)
    services.change_names(db, user, TUYET, confirmed=False, by=user, at=AT)
    db.flush()
    assert services.find_users(db, typed, Role.TRAINEE).total == 0
    assert services.people_named([user], typed) == []


def test_a_corrected_name_is_found_and_the_old_one_is_not(db: Session) -> None:
    user = make_trainee(db)
    services.change_names(db, user, KHAM, confirmed=True, by=user, at=AT)
    services.change_names(db, user, DARA, confirmed=False, by=make_administrator(db), at=AT)
    db.flush()
    assert services.find_users(db, "khamla", Role.TRAINEE).total == 0
    assert services.find_users(db, "dara", Role.TRAINEE).total == 1
    assert user.names_confirmed_at is None  # she is asked again


def test_each_form_gives_its_own_order(db: Session) -> None:
    people = []
    for names in (TUYET, KHAM, DARA):
        user = make_trainee(db)
        services.change_names(db, user, names, confirmed=False, by=user, at=AT)
        people.append(user)

    def order(form: NameForm) -> list[str]:
        return [user.latin_name.split()[0] for user in services.sorted_by_name(people, form)]

    assert order(NameForm.LATIN) == ["CHAN", "KHAMLA", "NGUYEN"]
    assert order(NameForm.NATIVE) == ["NGUYEN", "KHAMLA", "CHAN"]  # Latin, Lao, Khmer
    assert order(NameForm.CHINESE) == ["NGUYEN", "CHAN", "KHAMLA"]  # Ruǎn, Zhān, none
