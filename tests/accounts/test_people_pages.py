"""The administrator's pages about people, in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.accounts import services
from app.accounts.types import Role
from app.core.clock import now
from tests.browsing import CheckedClient
from tests.factories import PASSWORD, make_administrator, make_instructor, make_trainee

SignIn = Callable[[Any], CheckedClient]
STAFF = "/en/people/staff"
NEW = {
    "native_name": "王小玥",
    "latin_name": "WANG XIAOYUE",
    "chinese_name": "王小玥",
    "username": "xiaoyue",
    "role": "instructor",
    "language": "zh",
}


@pytest.fixture
def office(sign_in: SignIn, db: Session) -> CheckedClient:
    """An administrator's browser."""
    return sign_in(make_administrator(db, username="office"))


@pytest.mark.parametrize("language", ["en", "zh", "vi", "lo", "km"])
@pytest.mark.parametrize("page", ["", "/names", "/role", "/grants/new", "/erase"])
def test_every_page_of_a_person_opens(
    office: CheckedClient, db: Session, page: str, language: str
) -> None:
    user = make_trainee(db)
    assert office.get(f"/{language}/people/staff/{user.key}{page}").status_code == 200


@pytest.mark.parametrize("path", ["staff", "staff/new", "audit", "staff?q=a&role=trainee&page=9"])
def test_every_list_opens(office: CheckedClient, db: Session, path: str) -> None:
    make_trainee(db)
    assert office.get(f"/en/people/{path}").status_code == 200


def test_nobody_is_a_404(office: CheckedClient) -> None:
    assert office.get(f"{STAFF}/7d444840-9dc0-11d1-b245-5ffdce74fad2").status_code == 404


def test_a_new_instructor_gets_a_code_and_no_password(office: CheckedClient, db: Session) -> None:
    response = office.submit(f"{STAFF}/new", NEW)
    code = re.search(r"\b[A-Z0-9]{5}-[A-Z0-9]{5}\b", response.text)
    user = services.user_named(db, "xiaoyue")
    assert code is not None
    assert user is not None
    assert user.password_hash is None
    assert services.check_reset_code(db, "xiaoyue", code[0], now()) == user


def test_a_taken_username_keeps_what_was_typed(office: CheckedClient, db: Session) -> None:
    make_trainee(db, username="XiaoYue")
    response = office.submit(f"{STAFF}/new", NEW)
    assert response.status_code == 422
    assert "This username is taken." in response.text
    assert response.text.count('value="王小玥"') == 2


def test_a_role_changes_after_ones_own_password(office: CheckedClient, db: Session) -> None:
    user = make_instructor(db)
    data = {"role": "administrator", "current_password": "wrong"}
    assert office.post(f"{STAFF}/{user.key}/role", data=data).status_code == 422
    assert user.role is Role.INSTRUCTOR
    data["current_password"] = PASSWORD
    assert office.post(f"{STAFF}/{user.key}/role", data=data).status_code == 303
    assert user.role is Role.ADMINISTRATOR


def test_ones_own_role_stays(office: CheckedClient, db: Session) -> None:
    me = services.user_named(db, "office")
    assert me is not None
    data = {"role": "trainee", "current_password": PASSWORD}
    assert office.post(f"{STAFF}/{me.key}/role", data=data).status_code == 422


def test_closing_and_opening_an_account(office: CheckedClient, db: Session) -> None:
    user = make_instructor(db)
    office.post(f"{STAFF}/{user.key}/disable")
    assert user.disabled_at is not None
    office.post(f"{STAFF}/{user.key}/enable")
    assert user.disabled_at is None


def test_closing_oneself_is_refused(office: CheckedClient, db: Session) -> None:
    me = services.user_named(db, "office")
    assert me is not None
    assert office.post(f"{STAFF}/{me.key}/disable").status_code == 422


def test_an_examiner_is_granted_sheets(office: CheckedClient, db: Session) -> None:
    user = make_instructor(db)
    data = {
        "kind": "practicals:examine",
        "sheet": "cpr-aed-choking/adult",
        "ends_on": "2099-12-31",
        "current_password": PASSWORD,
    }
    assert office.post(f"{STAFF}/{user.key}/grants/new", data=data).status_code == 303
    assert services.may_examine(db, user, "cpr-aed-choking", "adult", date(2099, 12, 31))


def test_a_translator_gets_one_grant_per_language(office: CheckedClient, db: Session) -> None:
    user = make_instructor(db)
    data = {
        "kind": "courses:translate",
        "languages": ["lo", "km"],
        "current_password": PASSWORD,
    }
    office.post(f"{STAFF}/{user.key}/grants/new", data=data)
    assert {grant.scope for grant in services.grants_of(db, user)} == {"lo", "km"}


@pytest.mark.parametrize(
    "data",
    [
        {"kind": "practicals:examine", "sheet": "a/b"},
        {"kind": "practicals:examine", "sheet": "a/b", "ends_on": "31.12.2099"},
        {"kind": "practicals:examine", "ends_on": "2099-12-31"},
        {"kind": "practicals:examine", "sheet": "nonsense", "ends_on": "2099-12-31"},
        {"kind": "courses:translate"},
        {"kind": "courses:translate", "languages": "fr"},
        {"kind": "root"},
    ],
)
def test_a_bad_grant_is_refused(office: CheckedClient, db: Session, data: dict[str, str]) -> None:
    user = make_instructor(db)
    given = {**data, "current_password": PASSWORD}
    assert office.post(f"{STAFF}/{user.key}/grants/new", data=given).status_code == 422
    assert not services.grants_of(db, user)


def test_a_person_is_erased_after_a_tick_and_a_password(office: CheckedClient, db: Session) -> None:
    user = make_trainee(db, native_name="ពេជ្រ សុខា")
    address = f"{STAFF}/{user.key}/erase"
    assert office.post(address, data={"current_password": PASSWORD}).status_code == 422
    data = {"current_password": PASSWORD, "sure": "y"}
    assert office.post(address, data=data).status_code == 303
    assert user.erased_at is not None
    assert "ពេជ្រ" not in office.get(f"{STAFF}/{user.key}").text


def test_corrected_names_have_to_be_confirmed_again(office: CheckedClient, db: Session) -> None:
    user = make_trainee(db)
    office.submit(f"{STAFF}/{user.key}/names", {"latin_name": "CORRECTED NAME"})
    assert (user.latin_name, user.names_confirmed_at) == ("CORRECTED NAME", None)


def test_the_trail_shows_who_did_what(office: CheckedClient, db: Session) -> None:
    user = make_instructor(db, native_name="Đặng Quốc Hưng")
    office.post(f"{STAFF}/{user.key}/disable")
    text = office.get("/en/people/audit").text
    assert "Account closed" in text
    assert "Đặng Quốc Hưng" in text


def test_the_trail_has_pages(office: CheckedClient, db: Session) -> None:
    by = make_administrator(db)
    for _ in range(60):
        services.unlock_pin(db, by, by, now())
    older = re.search(r"/en/people/audit\?before=\d+", office.get("/en/people/audit").text)
    assert older is not None
    assert office.get(older[0]).status_code == 200
