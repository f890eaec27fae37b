"""Cohorts, join codes and members, in a browser; and joining by a code."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import Consent, User
from app.accounts.types import Purpose
from app.cohorts import services
from app.cohorts.models import Cohort, CohortMember, JoinCode
from app.cohorts.views import joining
from app.config import Settings
from app.core.breaking import unbroken
from app.core.clock import now, programme_date
from app.core.events import new_event_id
from app.core.languages import LANGUAGES
from app.learning import services as learning
from tests.browsing import CheckedClient
from tests.factories import make_administrator, make_cohort, make_instructor, make_trainee

SLUG = "cpr-aed-choking"
SignIn = Callable[[Any], CheckedClient]
NEW = {
    "name": "ວຽງຈັນ, ພາກຮຽນ 1",
    "partner": "ມະຫາວິທະຍາໄລແຫ່ງຊາດລາວ",
    "country": "LA",
    "language": "lo",
    "courses": [SLUG],
}
JOINING = {
    "native_name": "ສົມສະໄໝ ແກ້ວມະນີ",
    "latin_name": "SOMSAMAI KEOMANY",
    "chinese_name": "宋赛美",
    "names_confirmed": "y",
    "nationality": "LA",
    "language": "lo",
    "second_language": "zh",
    "username": "somsamai",
    "password": "green tea at four",
    "password_again": "green tea at four",
    "training_record": "y",
    "public_verification": "y",
}


@pytest.fixture
def today() -> date:
    """The day in the programme's place."""
    return programme_date(now(), Settings().timezone)


@pytest.fixture
def instructor(db: Session) -> User:
    """Who leads the cohort."""
    return make_instructor(db)


@pytest.fixture
def trainee(db: Session) -> User:
    """Who is in it."""
    return make_trainee(db)


@pytest.fixture
def cohort(db: Session, instructor: User, trainee: User) -> Cohort:
    """The instructor's cohort."""
    return make_cohort(db, instructor, trainee)


@pytest.fixture
def browser(sign_in: SignIn, instructor: User) -> CheckedClient:
    """The instructor's browser."""
    return sign_in(instructor)


@pytest.fixture
def code(db: Session, cohort: Cohort, instructor: User, today: date) -> JoinCode:
    """An open code for two people."""
    last = today + timedelta(days=7)
    return services.create_join_code(db, cohort, last, 2, new_event_id(), instructor, now())


# cohorts


def test_a_new_cohort_is_led_by_who_made_it(
    browser: CheckedClient, db: Session, instructor: User
) -> None:
    response = browser.submit("/en/cohorts/new", NEW, "partner")
    assert response.status_code == 303
    page = browser.get(response.headers["Location"]).text
    assert "The cohort is created." in page
    assert instructor.display_name.split()[0] in unbroken(page)
    assert "Nobody has joined yet" in page


def test_a_form_sent_twice_makes_one_cohort(browser: CheckedClient, db: Session) -> None:
    given = {**NEW, "starts_on": "2026-03-02", "event_id": new_event_id()}
    answers = [browser.post("/en/cohorts/new", data=given) for _ in range(2)]
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert db.scalar(select(func.count()).select_from(Cohort)) == 1


def test_a_course_named_twice_is_one_course(browser: CheckedClient, db: Session) -> None:
    response = browser.submit("/en/cohorts/new", {**NEW, "courses": [SLUG, SLUG]}, "partner")
    assert response.status_code == 303
    courses = [course.slug for course in db.scalars(select(Cohort)).one().courses]
    assert courses == ["first-responder-role", SLUG]  # the one that it needs comes first


WRONG: list[tuple[str, Any, str]] = [
    ("name", "", "Fill in this field."),
    ("name", "a" * 121, "Use at most 120 characters."),
    ("partner", "a\x07b", "Remove the characters that cannot be seen."),
    ("country", "XX", "Choose one of the answers in the list."),
    ("language", "xx", "Choose one of the answers in the list."),
    ("courses", [], "Choose at least one course."),
    ("courses", ["psychological-first-aid"], "Choose one of the answers in the list."),
    ("starts_on", "31.3.2026", "This is not a date."),
    ("ends_on", "2020-01-01", "The last day is before the first day."),
]


def test_a_wrong_field_says_so_and_keeps_the_rest(browser: CheckedClient, db: Session) -> None:
    for field, wrong, sentence in WRONG:
        response = browser.submit("/en/cohorts/new", {**NEW, field: wrong}, "partner")
        kept = "partner" if field != "partner" else "name"
        assert response.status_code == 422, field
        assert sentence in response.text, field
        assert str(NEW[kept]) in response.text, field
    assert db.scalar(select(func.count()).select_from(Cohort)) == 0


def test_a_cohort_is_changed(browser: CheckedClient, db: Session, cohort: Cohort) -> None:
    given = {"name": "ភ្នំពេញ 2027", "ends_on": "2027-06-30"}
    assert browser.submit(f"/en/cohorts/{cohort.key}/edit", given, "partner").status_code == 303
    db.refresh(cohort)
    assert (cohort.name, cohort.ends_on) == ("ភ្នំពេញ 2027", date(2027, 6, 30))


def test_an_archived_cohort_leaves_the_list_and_closes_its_codes(
    browser: CheckedClient, cohort: Cohort, code: JoinCode
) -> None:
    assert browser.submit(f"/en/cohorts/{cohort.key}/archive", {}, "archive").status_code == 303
    assert cohort.key not in browser.get("/en/cohorts").text
    assert browser.get(f"/en/join?code={code.code}").status_code == 422


def test_an_administrator_lets_one_more_instructor_lead(
    sign_in: SignIn, db: Session, cohort: Cohort
) -> None:
    other = make_instructor(db, native_name="韦志强")
    office = sign_in(make_administrator(db))
    address = f"/en/cohorts/{cohort.key}/instructors"
    assert office.submit(address, {"instructor": other.key}, "instructors").status_code == 303
    assert "韦志强" in office.get(address).text
    assert sign_in(other).get(f"/en/cohorts/{cohort.key}").status_code == 200


def test_a_trainee_is_nobody_who_leads(sign_in: SignIn, db: Session, cohort: Cohort) -> None:
    office, person = sign_in(make_administrator(db)), make_trainee(db)
    given = {"instructor": person.key}
    response = office.post(f"/en/cohorts/{cohort.key}/instructors", data=given)
    assert response.status_code == 422


# join codes


def test_a_join_code_is_made_and_shown(browser: CheckedClient, db: Session, cohort: Cohort) -> None:
    response = browser.submit(f"/en/cohorts/{cohort.key}/join-code", {"capacity": "40"}, "capacity")
    page = browser.get(response.headers["Location"]).text
    made = db.scalars(select(JoinCode)).one()
    assert f"{made.code[:4]}-{made.code[4:]}" in page
    assert "Used 0 of 40" in page


def test_a_code_is_for_one_to_a_thousand_people(browser: CheckedClient, cohort: Cohort) -> None:
    address, typed = f"/en/cohorts/{cohort.key}/join-code", ["0", "-1", "1001", "x", "1.5", ""]
    answers = [browser.submit(address, {"capacity": one}, "capacity") for one in typed]
    assert {answer.status_code for answer in answers} == {422}


def test_a_withdrawn_code_lets_nobody_in(
    browser: CheckedClient, cohort: Cohort, code: JoinCode
) -> None:
    response = browser.submit(f"/en/cohorts/{cohort.key}", {}, "withdraw")
    assert response.status_code == 303
    assert browser.get(f"/en/join?code={code.code}").status_code == 422


def test_a_code_of_another_cohort_is_not_withdrawn(
    browser: CheckedClient, db: Session, cohort: Cohort, code: JoinCode, instructor: User
) -> None:
    other = make_cohort(db, instructor)
    response = browser.post(f"/en/cohorts/{other.key}/join-code/{code.code}/withdraw")
    assert response.status_code == 404


# members


def test_an_instructor_makes_a_one_time_code_that_works(
    browser: CheckedClient, client: CheckedClient, db: Session, cohort: Cohort, trainee: User
) -> None:
    response = browser.submit(f"/en/cohorts/{cohort.key}/members/{trainee.key}", {}, "reset")
    found = re.search(r"\b[A-Z0-9]{5}-[A-Z0-9]{5}\b", response.text)
    assert found is not None
    assert response.headers["Cache-Control"] == "no-store"
    given = {"password": "green tea at four", "password_again": "green tea at four"}
    reset = {"username": trainee.username, "code": found[0], **given}
    assert client.submit("/en/reset", reset, "code").status_code == 303
    assert accounts.authenticate(db, trainee.username, "green tea at four", now()) == trainee


def test_an_instructor_unlocks_a_pin(
    browser: CheckedClient, db: Session, cohort: Cohort, trainee: User
) -> None:
    trainee.pin_tries = 5
    browser.submit(f"/en/cohorts/{cohort.key}/members/{trainee.key}", {}, "unlock")
    db.refresh(trainee)
    assert trainee.pin_tries == 0


def test_a_withdrawn_trainee_is_in_the_cohort_no_more(
    browser: CheckedClient, db: Session, cohort: Cohort, trainee: User
) -> None:
    address = f"/en/cohorts/{cohort.key}/members/{trainee.key}"
    assert browser.submit(f"{address}/withdraw", {}, "withdraw").status_code == 303
    assert browser.get(address).status_code == 404
    assert db.scalars(select(CohortMember)).one().withdrawn_at is not None


def test_a_member_of_another_cohort_is_not_found(
    browser: CheckedClient, db: Session, cohort: Cohort
) -> None:
    stranger = make_trainee(db)
    make_cohort(db, make_instructor(db), stranger)
    address = f"/en/cohorts/{cohort.key}/members/{stranger.key}"
    assert browser.get(address).status_code == 404
    for act in ("reset-password", "unlock-pin", "withdraw"):
        assert browser.post(f"{address}/{act}").status_code == 404


# joining


def joined(client: CheckedClient, code: JoinCode, **changes: Any) -> Any:
    """The answer to a filled-in form of a code."""
    return client.submit(f"/en/join?code={code.code}", {**JOINING, **changes}, "join")


def test_a_code_leads_to_an_account_in_the_cohort(
    client: CheckedClient, db: Session, cohort: Cohort, code: JoinCode
) -> None:
    response = joined(client, code)
    assert (response.status_code, response.headers["Location"]) == (303, "/lo/start")
    user = accounts.user_named(db, "somsamai")
    assert user is not None
    assert user in services.members_of(db, cohort)
    assert learning.enrolled_in(db, [user.id], SLUG) == {user.id}
    assert (user.names_confirmed_at is not None, user.chinese_name) == (True, "宋赛美")
    assert client.get("/lo/start").status_code == 200
    db.refresh(code)
    assert code.used == 1


def test_both_agreements_are_kept_apart_with_version_and_language(
    client: CheckedClient, db: Session, code: JoinCode
) -> None:
    joined(client, code, public_verification=[])
    newest = select(func.max(Consent.user_id)).scalar_subquery()
    own = db.scalars(select(Consent).where(Consent.user_id == newest)).all()
    assert [one.purpose for one in own] == [Purpose.TRAINING_RECORD]
    assert own[0].version
    assert own[0].language == "en"


WRONG_IN_JOINING: list[tuple[str, Any, str]] = [
    ("native_name", "", "Fill in this field."),
    ("latin_name", "ສົມ", ""),
    ("username", "a", ""),
    ("username", "so m", ""),
    ("password", "short", "At least 8"),
    ("password_again", "another one", "The two passwords are not the same."),
    ("nationality", "", ""),
    ("language", "fr", "Choose one of the answers in the list."),
    ("training_record", [], ""),
]


def test_a_wrong_field_is_named_and_the_rest_kept(
    client: CheckedClient, db: Session, code: JoinCode
) -> None:
    for field, wrong, sentence in WRONG_IN_JOINING:
        given = {**JOINING, field: wrong}
        if field == "password":
            given["password_again"] = wrong
        response = client.submit(f"/en/join?code={code.code}", given, "join")
        assert response.status_code == 422, field
        assert sentence in response.text, field
        assert 'class="error"' in response.text, field
        assert "宋赛美" in response.text, field
        assert "green tea at four" not in response.text, "a password never comes back"
    assert accounts.user_named(db, "somsamai") is None
    db.refresh(code)
    assert code.used == 0


def test_a_taken_username_takes_no_place(
    client: CheckedClient, db: Session, code: JoinCode
) -> None:
    make_trainee(db, username="somsamai")
    response = joined(client, code)
    assert response.status_code == 422
    assert 'href="#username"' in response.text
    db.refresh(code)
    assert code.used == 0


def test_the_form_sent_twice_makes_one_account(
    client: CheckedClient, db: Session, code: JoinCode
) -> None:
    assert joined(client, code).status_code == 303
    again = client.post("/en/join", data={**JOINING, "code": code.code})
    assert again.status_code == 422
    assert "Then it is ready." in again.text
    db.refresh(code)
    assert code.used == 1


def test_a_trainee_with_an_account_joins_one_more_cohort_and_takes_one_place(
    sign_in: SignIn, db: Session, code: JoinCode
) -> None:
    trainee = make_trainee(db)
    browser = sign_in(trainee)
    for _ in range(2):
        assert browser.submit(f"/lo/join?code={code.code}", {}, "code").status_code == 303
    assert services.cohorts_joined(db, trainee) == [code.cohort]
    assert code.used == 1
    assert learning.enrollment_of(db, trainee, SLUG)


def test_a_full_code_says_so(client: CheckedClient, db: Session, code: JoinCode) -> None:
    code.used = code.capacity
    response = client.get(f"/en/join?code={code.code}")
    assert response.status_code == 422
    assert 'class="error"' in response.text


def test_a_wrong_code_is_asked_again_in_every_language(client: CheckedClient) -> None:
    for language in LANGUAGES:
        for typed in ("ABCD-2345", "", "x" * 41, "a\x01b"):
            response = client.get(f"/{language}/join", query_string={"code": typed})
            assert (response.status_code, 'class="error"' in response.text) == (422, True), typed


def test_codes_cannot_be_guessed(client: CheckedClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "JOIN_TRIES", (5, 600))
    codes = [f"{number:08}" for number in range(7)]
    seen = [client.get(f"/en/join?code={code}").status_code for code in codes]
    assert (seen[0], seen[-1]) == (422, 429)


def test_a_code_is_read_whatever_case_and_hyphens(client: CheckedClient, code: JoinCode) -> None:
    typed = f" {code.code[:4].lower()}-{code.code[4:].lower()} "
    assert client.get("/en/join", query_string={"code": typed}).status_code == 200
