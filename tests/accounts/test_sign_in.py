"""Signing in and out in a browser: limits, replays, redirects, demo people, one-time codes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.accounts import services
from app.accounts.models import User
from app.accounts.services import throttling
from app.config import Settings
from app.core.clock import now
from tests.browsing import CheckedClient
from tests.factories import PASSWORD, make_administrator, make_instructor, make_trainee

SIGN_IN = "/en/sign-in"


def enter(client: Any, username: str, password: str = PASSWORD, address: str = SIGN_IN) -> Any:
    return client.post(address, data={"username": username, "password": password})


def another_browser(app: Flask, db: Session) -> Any:
    browser: Any = app.test_client()
    browser.db = db
    return browser


def is_in(client: CheckedClient) -> bool:
    return bool(client.get("/en/account").status_code == 200)


def test_the_right_password_leads_to_the_start_page_in_ones_own_language(
    client: CheckedClient, db: Session
) -> None:
    make_trainee(db, username="souk", language="lo")
    response = enter(client, "Souk")
    assert (response.status_code, response.location) == (303, "/lo/start")
    assert is_in(client)


def test_it_leads_on_to_the_page_one_wanted(client: CheckedClient, db: Session) -> None:
    make_trainee(db, username="souk")
    response = enter(client, "souk", address=f"{SIGN_IN}?next=/km/account")
    assert response.location == "/km/account"


@pytest.mark.parametrize(
    "evil",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/%09/evil.example",
        "javascript:alert(1)",
        "%0d%0aLocation:%20//evil.example",
        "evil.example",
    ],
)
def test_it_never_leads_off_the_site(client: CheckedClient, db: Session, evil: str) -> None:
    make_trainee(db, username="souk")
    response = enter(client, "souk", address=f"{SIGN_IN}?next={evil}")
    location = urlsplit(response.location)
    assert not location.netloc
    assert location.path.endswith("/start")


@pytest.mark.parametrize(("username", "password"), [("souk", "wrong"), ("nobody", PASSWORD)])
def test_a_wrong_sign_in_keeps_the_username_and_says_the_same(
    client: CheckedClient, db: Session, username: str, password: str
) -> None:
    make_trainee(db, username="souk")
    response = enter(client, username, password)
    assert response.status_code == 422
    assert "The username or the password is wrong." in response.text
    assert f'value="{username}"' in response.text
    assert f'value="{password}"' not in response.text


def test_an_empty_form_is_refused_beside_its_fields(client: CheckedClient) -> None:
    response = enter(client, "", "")
    assert response.status_code == 422
    assert response.text.count("Fill in this field.") >= 2


def test_a_disabled_person_is_kept_out(client: CheckedClient, db: Session) -> None:
    make_trainee(db, username="souk", disabled_at=now())
    assert enter(client, "souk").status_code == 403


def test_a_session_that_was_planted_is_not_taken_over(client: CheckedClient, db: Session) -> None:
    make_trainee(db, username="souk")
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
        session["_user_id"] = "chosen-by-somebody-else"
    enter(client, "souk")
    with client.session_transaction() as session:
        assert "planted" not in session
        assert session["_user_id"] != "chosen-by-somebody-else"


def cookie_of(client: CheckedClient) -> str:
    cookie = client.get_cookie("kapok")
    assert cookie is not None
    return cookie.value


@pytest.fixture
def stolen(app: Flask, client: CheckedClient, db: Session) -> Any:
    """A browser that holds a copy of the cookie of souk's session."""
    make_trainee(db, username="souk")
    enter(client, "souk")
    thief = another_browser(app, db)
    thief.set_cookie("kapok", cookie_of(client))
    assert is_in(thief)
    return thief


def test_a_copied_cookie_is_dead_after_sign_out(client: CheckedClient, stolen: Any) -> None:
    assert client.post("/en/sign-out").status_code == 303
    assert not is_in(client)
    assert not is_in(stolen)


def test_a_copied_cookie_is_dead_after_disabling(stolen: Any, db: Session) -> None:
    user = services.user_named(db, "souk")
    assert user is not None
    services.disable(db, user, make_administrator(db), now())
    assert not is_in(stolen)


def test_a_copied_cookie_is_dead_after_a_reset(stolen: Any, db: Session) -> None:
    user = services.user_named(db, "souk")
    assert user is not None
    code = services.create_reset_code(db, user, make_instructor(db), now())
    secret = services.prepare_password("another bowl of rice")
    services.redeem_reset_code(db, "souk", code, secret, now())
    assert not is_in(stolen)


def test_other_browsers_are_out_after_a_password_change(
    app: Flask, client: CheckedClient, db: Session
) -> None:
    make_trainee(db, username="souk")
    enter(client, "souk")
    other = another_browser(app, db)
    enter(other, "souk")
    new = "another bowl of rice"
    client.submit(
        "/en/account/password",
        {"current_password": PASSWORD, "password": new, "password_again": new},
    )
    assert (is_in(client), is_in(other)) == (True, False)


def test_signing_in_again_ends_the_former_session(
    app: Flask, client: CheckedClient, stolen: Any, db: Session
) -> None:
    make_trainee(db, username="second")
    enter(client, "second")
    assert not is_in(stolen)


def test_the_sixth_wrong_try_from_one_device_waits(client: CheckedClient, db: Session) -> None:
    make_trainee(db, username="souk")
    codes = [enter(client, "souk", "wrong").status_code for _ in range(6)]
    assert codes == [422] * 5 + [429]
    assert enter(client, "souk").status_code == 429


def test_another_device_of_the_same_person_still_gets_in(
    app: Flask, client: CheckedClient, db: Session
) -> None:
    make_trainee(db, username="souk")
    for _ in range(6):
        enter(client, "souk", "wrong")
    other = another_browser(app, db)
    assert enter(other, "souk").status_code == 303


def test_many_devices_together_are_stopped_per_account(app: Flask, db: Session) -> None:
    make_trainee(db, username="souk")
    codes = [enter(another_browser(app, db), "souk", "wrong").status_code for _ in range(21)]
    assert codes == [422] * 20 + [429]


def test_the_right_password_forgets_the_wrong_tries(client: CheckedClient, db: Session) -> None:
    make_trainee(db, username="souk")
    for _ in range(3):
        for _ in range(4):
            enter(client, "souk", "wrong")
        assert enter(client, "souk").status_code == 303


def test_the_limit_says_when_to_try_again(client: CheckedClient) -> None:
    responses = [enter(client, "nobody", "wrong") for _ in range(6)]
    assert int(responses[-1].headers["Retry-After"]) > 600


def test_a_campus_of_a_thousand_signs_in_from_one_address(app: Flask) -> None:
    with app.app_context():
        for number in range(1000):
            throttling.begin_try(f"trainee{number}", f"device{number}", "10.0.0.1")
            throttling.forgive(f"trainee{number}", f"device{number}")


def test_three_hundred_wrong_tries_close_an_address(app: Flask) -> None:
    with app.app_context():
        for number in range(300):
            throttling.begin_try(f"guess{number}", "device", "10.0.0.1")
            throttling.count_wrong("10.0.0.1")
        with pytest.raises(throttling.TooMany):
            throttling.begin_try("guess300", "device", "10.0.0.1")
        throttling.begin_try("guess300", "device", "10.0.0.2")


def test_the_sign_in_needs_its_token(client: CheckedClient, db: Session) -> None:
    make_trainee(db, username="souk")
    data = {"username": "souk", "password": PASSWORD}
    assert client.post(SIGN_IN, data=data, csrf=False).status_code == 400


def test_sign_out_is_no_link(client: CheckedClient) -> None:
    assert client.get("/en/sign-out").status_code == 405


def test_there_are_no_demo_people_outside_demo_mode(client: CheckedClient, db: Session) -> None:
    user = make_trainee(db, is_demo=True)
    assert user.display_name not in client.get(SIGN_IN).text
    assert client.post(f"{SIGN_IN}/demo", data={"person": user.key}).status_code == 404


class TestDemo:
    """The same pages in demo mode."""

    @pytest.fixture
    def settings(self, database_url: str, tmp_path: Path) -> Iterator[Settings]:
        """Settings with demo people."""
        return replace(Settings(), database_url=database_url, data_dir=tmp_path, demo=True)

    def test_a_demo_person_is_one_tap_away(self, client: CheckedClient, db: Session) -> None:
        user = make_trainee(db, is_demo=True, language="km")
        assert user.key in client.get(SIGN_IN).text
        response = client.submit(SIGN_IN, {"person": user.key})
        assert response.location == "/km/start"

    def test_other_people_are_no_demo_people(self, client: CheckedClient, db: Session) -> None:
        user: User = make_trainee(db)
        assert client.post(f"{SIGN_IN}/demo", data={"person": user.key}).status_code == 404


def test_a_one_time_code_sets_a_new_password(client: CheckedClient, db: Session) -> None:
    user = make_trainee(db, username="souk")
    code = services.create_reset_code(db, user, make_instructor(db), now())
    new = {"password": "another bowl of rice", "password_again": "another bowl of rice"}
    response = client.submit("/lo/reset", {"username": "SOUK", "code": code.lower(), **new})
    assert (response.status_code, response.location) == (303, "/lo/sign-in")
    assert enter(client, "souk", "another bowl of rice").status_code == 303


def test_a_wrong_code_keeps_what_was_typed(client: CheckedClient, db: Session) -> None:
    make_trainee(db, username="souk")
    new = {"password": "another bowl of rice", "password_again": "another bowl of rice"}
    response = client.post("/en/reset", data={"username": "souk", "code": "AAAAA-AAAAA", **new})
    assert response.status_code == 422
    assert 'value="souk"' in response.text
    assert "another bowl of rice" not in response.text


def test_a_weak_new_password_does_not_use_up_the_code(client: CheckedClient, db: Session) -> None:
    user = make_trainee(db, username="souk")
    code = services.create_reset_code(db, user, make_instructor(db), now())
    weak = {"password": "password", "password_again": "password"}
    response = client.post("/en/reset", data={"username": "souk", "code": code, **weak})
    assert response.status_code == 422
    assert services.check_reset_code(db, "souk", code, now()) == user


def test_guessing_codes_is_throttled_like_signing_in(client: CheckedClient) -> None:
    data = {"username": "souk", "code": "A", "password": PASSWORD, "password_again": PASSWORD}
    codes = [client.post("/en/reset", data=data).status_code for _ in range(6)]
    assert codes == [422] * 5 + [429]
