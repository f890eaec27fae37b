"""Start pages, progress, releasing an attempt, the notice and one's own data."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.types import PRIVACY_VERSION
from app.core.clock import now
from app.core.events import new_event_id
from app.core.languages import LANGUAGES
from app.courses.library import library
from app.learning.models import AttemptRelease
from tests.browsing import CheckedClient
from tests.counting import statements_of
from tests.factories import (
    PASSWORD,
    make_administrator,
    make_attempt,
    make_cohort,
    make_instructor,
    make_learner,
    make_trainee,
)

SLUG = "cpr-aed-choking"
SignIn = Callable[[Any], CheckedClient]
EVERYTHING = range(1, 60)


@pytest.fixture
def instructor(db: Session) -> User:
    """Who leads the cohort."""
    return make_instructor(db)


@pytest.fixture
def blocked(db: Session, instructor: User) -> User:
    """A trainee of the cohort who has used up her attempts."""
    user = make_learner(db, lessons=True)
    make_cohort(db, instructor, user)
    for days in (9, 7):
        make_attempt(db, user, wrong=EVERYTHING, at=now() - timedelta(days=days))
    return user


def questions() -> int:
    """How many questions an attempt has."""
    return sum(group.count for group in library().course(SLUG).assessment.blueprint)


def progress_of(instructor: User, user: User, db: Session) -> str:
    """The address of a trainee's progress page."""
    from app.cohorts import services as cohorts

    return f"/en/cohorts/{cohorts.cohorts_of(db, instructor)[0].key}/members/{user.key}/progress"


# start pages


def test_a_visitor_reads_what_this_is(client: CheckedClient) -> None:
    page = client.get("/en/").text
    assert 'href="/en/sign-in"' in page
    assert 'href="/en/join"' in page


def test_a_visitor_is_sent_to_sign_in_and_back(client: CheckedClient) -> None:
    response = client.get("/km/start")
    assert response.status_code == 302
    assert response.headers["Location"] == "/km/sign-in?next=/km/start"


def test_a_trainee_sees_what_is_done_and_what_is_missing(sign_in: SignIn, db: Session) -> None:
    user = make_learner(db, lessons=True, names_confirmed=False)
    page = sign_in(user).get("/en/start").text
    total = len(library().course(SLUG).lessons)
    assert f"{total} of {total} lessons done" in page
    for missing in ("Assessment not passed", "Skill check not passed", "Names not confirmed"):
        assert missing in page
    assert 'href="/en/account/names"' in page


def test_a_trainee_without_a_course_is_told_whom_to_ask(sign_in: SignIn, db: Session) -> None:
    assert "Your instructor enrols you" in sign_in(make_trainee(db)).get("/en/start").text


def test_an_instructor_sees_her_cohorts_only(
    sign_in: SignIn, db: Session, instructor: User
) -> None:
    make_cohort(db, instructor, make_trainee(db), name="Vientiane autumn")
    make_cohort(db, make_instructor(db), name="Phnom Penh spring")
    page = sign_in(instructor).get("/en/start").text
    assert "Vientiane autumn" in page
    assert "1 trainee " in page
    assert "Phnom Penh spring" not in page


def test_an_administrator_sees_every_cohort(sign_in: SignIn, db: Session) -> None:
    for name in ("Vientiane autumn", "Phnom Penh spring"):
        make_cohort(db, make_instructor(db), name=name)
    page = sign_in(make_administrator(db)).get("/en/start").text
    assert "Vientiane autumn" in page
    assert "Phnom Penh spring" in page


def test_every_start_page_opens_in_every_language(sign_in: SignIn, db: Session) -> None:
    for make in (make_learner, make_instructor, make_administrator):
        browser = sign_in(make(db))
        seen = {browser.get(f"/{language}/start").status_code for language in LANGUAGES}
        assert seen == {200}, make.__name__


# progress


def test_progress_names_what_each_trainee_misses(
    sign_in: SignIn, db: Session, instructor: User
) -> None:
    user = make_learner(db, lessons=True, native_name="欧阳𠮷堃")
    cohort = make_cohort(db, instructor, user, make_trainee(db, names_confirmed=False))
    page = sign_in(instructor).get(f"/en/cohorts/{cohort.key}/progress").text
    assert "欧阳𠮷堃" in page
    assert "Assessment comes next" in page
    assert "Locked until this is passed" in page


def test_a_cohort_of_sixty_costs_no_more_queries_than_one_of_two(
    app: Flask, sign_in: SignIn, db: Session, instructor: User
) -> None:
    small = make_cohort(db, instructor, *(make_trainee(db) for _ in range(2)))
    large = make_cohort(db, instructor, *(make_trainee(db) for _ in range(60)))
    browser, counts = sign_in(instructor), []
    engine = app.extensions["kapok"].database.engine
    for address in [f"/en/cohorts/{cohort.key}/progress" for cohort in (small, large)]:
        with statements_of(engine) as statements:
            browser.get(address)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_one_trainees_progress_shows_her_score(
    sign_in: SignIn, db: Session, instructor: User, blocked: User
) -> None:
    page = sign_in(instructor).get(progress_of(instructor, blocked, db)).text
    total = questions()
    assert f"0 / {total}" in page
    assert "The attempts at" in page


# releasing


def release_address(instructor: User, user: User, db: Session) -> str:
    """The address of the form that releases one more attempt."""
    return progress_of(instructor, user, db).replace("/progress", f"/release/{SLUG}")


def test_an_instructor_releases_one_more_attempt_with_a_reason(
    sign_in: SignIn, db: Session, instructor: User, blocked: User
) -> None:
    browser = sign_in(instructor)
    address = release_address(instructor, blocked, db)
    given = {"reason": "ອ່ານບົດທີ 3 ຄືນແລ້ວ"}
    response = browser.submit(address, given, "reason")
    assert response.status_code == 303
    page = browser.get(response.headers["Location"]).text
    assert "Another attempt is released." in page
    assert "Release another attempt" not in page
    assert db.scalars(select(AttemptRelease.reason)).all() == ["ອ່ານບົດທີ 3 ຄືນແລ້ວ"]


@pytest.mark.parametrize("reason", ["", "  ", "a" * 501])
def test_a_release_needs_a_reason_of_fitting_length(
    sign_in: SignIn, db: Session, instructor: User, blocked: User, reason: str
) -> None:
    address = release_address(instructor, blocked, db)
    response = sign_in(instructor).submit(address, {"reason": reason}, "reason")
    assert response.status_code == 422
    assert reason.strip() in response.text
    assert db.scalars(select(AttemptRelease)).all() == []


def test_a_release_sent_twice_is_one(
    sign_in: SignIn, db: Session, instructor: User, blocked: User
) -> None:
    browser, address = sign_in(instructor), release_address(instructor, blocked, db)
    given = {"reason": "She has read it again.", "event_id": new_event_id()}
    answers = [browser.post(address, data=given).status_code for _ in range(2)]
    assert answers == [303, 303]
    assert len(db.scalars(select(AttemptRelease)).all()) == 1


def test_who_is_not_blocked_needs_no_release(
    sign_in: SignIn, db: Session, instructor: User
) -> None:
    user = make_learner(db, lessons=True)
    make_cohort(db, instructor, user)
    address = release_address(instructor, user, db)
    response = sign_in(instructor).submit(address, {"reason": "To be kind."}, "reason")
    assert response.status_code == 409


def test_nobody_releases_for_a_strangers_trainee(
    sign_in: SignIn, db: Session, instructor: User, blocked: User
) -> None:
    address = release_address(instructor, blocked, db)
    assert sign_in(make_instructor(db)).get(address).status_code == 404
    given = {"reason": "To be kind.", "event_id": new_event_id()}
    assert sign_in(make_instructor(db)).post(address, data=given).status_code == 404


@pytest.mark.parametrize("slug", ["no-such-course", "psychological-first-aid"])
def test_a_course_that_is_not_there_has_no_release(
    sign_in: SignIn, db: Session, instructor: User, blocked: User, slug: str
) -> None:
    address = release_address(instructor, blocked, db).replace(SLUG, slug)
    assert sign_in(instructor).get(address).status_code == 404


# the notice and one's own data


def test_the_privacy_notice_names_its_version(client: CheckedClient) -> None:
    pages = [client.get(f"/{language}/privacy").text for language in LANGUAGES]
    assert all(PRIVACY_VERSION in page for page in pages)


def test_the_export_holds_what_is_kept_about_a_trainee(
    sign_in: SignIn, db: Session, instructor: User
) -> None:
    user = make_learner(db, lessons=True)
    cohort = make_cohort(db, instructor, user)
    make_attempt(db, user)
    response = sign_in(user).get("/en/account/export.json")
    told = json.loads(response.get_data(as_text=True))
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert told["account"]["names"]["native"] == user.native_name
    assert {one["purpose"] for one in told["account"]["consents"]} == {
        "training-record",
        "public-verification",
    }
    assert [one["name"] for one in told["cohorts"]] == [cohort.name]
    course = next(one for one in told["learning"] if one["course"] == SLUG)
    assert len(course["lessons"]) == len(library().course(SLUG).lessons)
    assert course["attempts"][0]["passed"] is True
    assert len(course["attempts"][0]["answers"]) == questions()
    assert told["skill_checks"] == told["certificates"] == []
    assert "accounts.create" in {one["action"] for one in told["trail"]}


def test_the_export_holds_no_secret_and_nobody_else(
    sign_in: SignIn, db: Session, instructor: User
) -> None:
    other = make_trainee(db, native_name="ຄົນອື່ນ ທີ່ບໍ່ກ່ຽວ")
    user = make_learner(db)
    accounts.set_pin(db, user, accounts.prepare_pin("482913"), now())
    make_cohort(db, instructor, user, other)
    text = sign_in(user).get("/en/account/export.json").get_data(as_text=True)
    told = json.dumps(json.loads(text), ensure_ascii=False)
    for secret in ("argon2", "hash", PASSWORD, "482913", other.native_name, other.key):
        assert secret not in told, secret


@pytest.mark.parametrize("make", [make_instructor, make_administrator])
def test_staff_take_their_own_data_too(
    sign_in: SignIn, db: Session, make: Callable[[Session], User]
) -> None:
    user = make(db)
    told = json.loads(sign_in(user).get("/en/account/export.json").get_data(as_text=True))
    assert told["account"]["username"] == user.username
