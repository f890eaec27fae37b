"""My account in a browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.accounts import services
from app.accounts.models import Consent
from app.accounts.types import Purpose
from app.core.clock import now
from tests.browsing import CheckedClient
from tests.factories import PASSWORD, make_instructor, make_trainee

SignIn = Callable[[Any], CheckedClient]
PAGES = ["", "/names", "/languages", "/password", "/pin", "/consent"]


@pytest.mark.parametrize("language", ["en", "zh", "vi", "lo", "km"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens(sign_in: SignIn, db: Session, page: str, language: str) -> None:
    client = sign_in(make_trainee(db))
    assert client.get(f"/{language}/account{page}").status_code == 200


@pytest.mark.parametrize("page", [*PAGES, "/export.json"])
def test_a_visitor_is_sent_to_sign_in(client: CheckedClient, page: str) -> None:
    response = client.get(f"/lo/account{page}")
    assert response.status_code in {302, 303}
    assert response.location.startswith("/lo/sign-in?next=")


def test_a_trainee_confirms_her_names(sign_in: SignIn, db: Session) -> None:
    user = make_trainee(db, names_confirmed=False)
    sign_in(user).submit("/lo/account/names", {"names_confirmed": "y", "latin_name": "SOUK V"})
    assert user.names_confirmed_at is not None
    assert user.latin_name == "SOUK V"


def test_a_wrong_name_is_shown_beside_its_field_with_everything_typed(
    sign_in: SignIn, db: Session
) -> None:
    client = sign_in(make_trainee(db))
    typed = {"native_name": "ສຸກ", "latin_name": "ສຸກ", "chinese_name": "Souk"}
    response = client.post("/en/account/names", data=typed)
    assert response.status_code == 422
    assert "Use the Latin letters of the passport" in response.text
    assert "Use Chinese characters only" in response.text
    assert response.text.count('value="ສຸກ"') == 2


def test_the_page_follows_the_new_language(sign_in: SignIn, db: Session) -> None:
    user = make_trainee(db, language="lo")
    client = sign_in(user)
    response = client.submit("/lo/account/languages", {"language": "km", "second_language": "zh"})
    assert response.location == "/km/account"
    assert (user.language, user.second_language) == ("km", "zh")


def test_an_unknown_language_is_refused(sign_in: SignIn, db: Session) -> None:
    client = sign_in(make_trainee(db))
    data = {"language": "fr", "second_language": ""}
    assert client.post("/en/account/languages", data=data).status_code == 422


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"current_password": "wrong"}, "This password is wrong."),
        ({"password": "password1", "password_again": "password1"}, "Many people use"),
        ({"password_again": "something else"}, "not the same"),
    ],
)
def test_a_bad_password_change_changes_nothing(
    sign_in: SignIn, db: Session, given: dict[str, str], message: str
) -> None:
    user = make_trainee(db)
    new = "another bowl of rice"
    data = {"current_password": PASSWORD, "password": new, "password_again": new, **given}
    response = sign_in(user).post("/en/account/password", data=data)
    assert response.status_code == 422
    assert message in response.text
    assert services.password_matches(user, PASSWORD)


def test_white_space_belongs_to_a_password(sign_in: SignIn, db: Session) -> None:
    user = make_trainee(db)
    new = " another bowl of rice "
    data = {"current_password": PASSWORD, "password": new, "password_again": new}
    assert sign_in(user).post("/en/account/password", data=data).status_code == 303
    assert services.password_matches(user, new)


def test_the_password_asked_again_is_throttled(sign_in: SignIn, db: Session) -> None:
    client = sign_in(make_trainee(db))
    data = {"current_password": "wrong", "pin": "482915", "pin_again": "482915"}
    codes = [client.post("/en/account/pin", data=data).status_code for _ in range(6)]
    assert codes == [422] * 5 + [429]


def test_a_new_pin_unlocks(sign_in: SignIn, db: Session) -> None:
    user = make_trainee(db, pin_tries=5)
    data = {"current_password": PASSWORD, "pin": "482915", "pin_again": "482915"}
    assert sign_in(user).post("/en/account/pin", data=data).status_code == 303
    assert services.pin_matches(db, user, "482915", now())


def test_one_session_can_be_ended(sign_in: SignIn, db: Session) -> None:
    user = make_trainee(db)
    token = services.open_session(db, user, "lost phone", now())
    client = sign_in(user)
    key = next(s.key for s in services.live_sessions(db, user, now()) if s.device == "lost phone")
    assert client.post(f"/en/account/sessions/{key}/end").status_code == 303
    assert services.person_of_token(db, token, now()) is None


def test_a_strangers_session_is_not_found(sign_in: SignIn, db: Session) -> None:
    other = make_trainee(db)
    services.open_session(db, other, "phone", now())
    key = services.live_sessions(db, other, now())[0].key
    assert sign_in(make_trainee(db)).post(f"/en/account/sessions/{key}/end").status_code == 404


def test_all_other_sessions_can_be_ended(sign_in: SignIn, db: Session) -> None:
    user = make_trainee(db)
    services.open_session(db, user, "lost phone", now())
    client = sign_in(user)
    client.post("/en/account/sessions/end-others")
    assert len(services.live_sessions(db, user, now())) == 1
    assert client.get("/en/account").status_code == 200


def test_who_lacks_the_present_consent_is_asked_after_signing_in(
    client: CheckedClient, db: Session
) -> None:
    user = make_trainee(db, username="souk", language="lo")
    db.query(Consent).filter(Consent.user_id == user.id).update({"version": "2025-01"})
    address = "/lo/sign-in?next=/lo/account"
    response = client.post(address, data={"username": "souk", "password": PASSWORD})
    assert response.location == "/lo/account/consent?next=/lo/account"
    response = client.submit(response.location, {"training_record": "y"})
    assert response.location == "/lo/account"
    assert not services.needs_consent(db, user)


def test_an_empty_consent_is_refused(sign_in: SignIn, db: Session) -> None:
    client = sign_in(make_trainee(db))
    assert client.post("/en/account/consent", data={}).status_code == 422


def test_public_verification_is_given_later_and_taken_back(sign_in: SignIn, db: Session) -> None:
    user = make_trainee(db, public_verification=False)
    client = sign_in(user)
    client.submit("/en/account/consent", {"training_record": "y", "public_verification": "y"})
    assert services.has_consent(db, user, Purpose.PUBLIC_VERIFICATION)
    client.post("/en/account/consent/withdraw", data={"purpose": "public-verification"})
    assert not services.has_consent(db, user, Purpose.PUBLIC_VERIFICATION)


def test_ones_own_data_come_as_a_file(sign_in: SignIn, db: Session) -> None:
    user = make_trainee(db)
    response = sign_in(user).get("/en/account/export.json")
    assert json.loads(response.text)["account"]["names"]["native"] == user.native_name
    assert "attachment" in response.headers["Content-Disposition"]


@pytest.mark.parametrize("path", ["staff", "staff/new", "audit"])
def test_people_are_for_administrators(sign_in: SignIn, db: Session, path: str) -> None:
    assert sign_in(make_instructor(db)).get(f"/en/people/{path}").status_code == 403
