"""Signing in with a card in a browser: scanning, typing, the first use, the PIN, the limits."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.accounts import services
from app.accounts.models import User
from app.accounts.services import throttling
from app.accounts.types import Purpose
from app.accounts.views import cards
from app.core.clock import now
from tests.browsing import CheckedClient
from tests.factories import make_instructor, make_trainee

PIN = "482915"
FIRST = {"training_record": "y", "public_verification": "y", "pin": PIN, "pin_again": PIN}


@pytest.fixture
def trainee(db: Session) -> User:
    """A Lao trainee who came by a list: no password, names not confirmed, no consent."""
    changes: dict[str, Any] = {"password_hash": None, "language": "lo", "native_name": "ສຸກ ວັນນະວົງ"}
    user = make_trainee(db, names_confirmed=False, public_verification=False, **changes)
    services.withdraw_consent(db, user, Purpose.TRAINING_RECORD, now())
    return user


@pytest.fixture
def face(db: Session, trainee: User) -> services.CardFace:
    """What her card says."""
    return new_face(db, trainee)


def new_face(db: Session, user: User) -> services.CardFace:
    services.make_cards(db, [user], make_instructor(db), now())
    return services.face_of(services.cards_of(db, [user])[user.id].key)


def with_pin(db: Session, user: User) -> None:
    services.set_pin(db, user, PIN, now())


def is_in(client: CheckedClient) -> bool:
    return bool(client.get("/en/account").status_code == 200)


def test_the_first_scan_leads_to_consent_and_pin_and_then_to_the_names(
    client: CheckedClient, db: Session, trainee: User, face: services.CardFace
) -> None:
    scanned = client.get(f"/card/{face.token}")
    assert (scanned.status_code, scanned.location) == (303, "/lo/card/first-use")
    assert trainee.latin_name in client.get(scanned.location).text
    sent = client.submit(scanned.location, {**FIRST, "language": "zh"})
    assert (sent.status_code, sent.location) == (303, "/zh/account/names")
    assert trainee.latin_name in client.get(sent.location).text
    assert not services.needs_consent(db, trainee)
    assert trainee.language == "zh"


def test_the_token_leaves_the_address_at_once_and_nobody_keeps_the_page(
    client: CheckedClient, face: services.CardFace
) -> None:
    scanned = client.get(f"/card/{face.token}")
    shown = client.get(scanned.location)
    for response in (scanned, shown):
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Referrer-Policy"] == "no-referrer"
    assert face.token not in scanned.text + shown.text + scanned.location
    with client.session_transaction() as session:
        assert face.token not in str(dict(session))


def test_without_consent_no_pin_is_kept(
    client: CheckedClient, trainee: User, face: services.CardFace
) -> None:
    client.get(f"/card/{face.token}")
    page = client.submit("/en/card/first-use", {"pin": PIN, "pin_again": PIN})
    assert page.status_code == 422
    assert "You need to agree" in page.text
    assert trainee.pin_hash is None
    assert not is_in(client)


def test_an_easy_pin_is_refused_beside_its_field(
    client: CheckedClient, trainee: User, face: services.CardFace
) -> None:
    client.get(f"/card/{face.token}")
    easy = {"pin": "123123", "pin_again": "123123"}
    page = client.submit("/en/card/first-use", {**FIRST, **easy})
    assert page.status_code == 422
    assert "This PIN is easy to guess." in page.text
    assert trainee.pin_hash is None


def test_later_the_card_and_the_pin_are_enough(
    client: CheckedClient, db: Session, trainee: User, face: services.CardFace
) -> None:
    with_pin(db, trainee)
    scanned = client.get(f"/card/{face.token}")
    assert scanned.location == "/lo/card/pin"
    assert not is_in(client)
    client.submit(scanned.location, {"pin": PIN})
    assert is_in(client)


def test_the_typed_code_does_the_same(
    client: CheckedClient, db: Session, trainee: User, face: services.CardFace
) -> None:
    with_pin(db, trainee)
    typed = client.submit("/vi/card", {"code": f" {face.code.lower().replace('-', ' ')} "})
    assert typed.location == "/lo/card/pin"


def test_five_wrong_pins_lock_and_the_page_says_who_unlocks(
    client: CheckedClient, db: Session, trainee: User, face: services.CardFace
) -> None:
    with_pin(db, trainee)
    client.get(f"/card/{face.token}")
    for _ in range(5):
        assert "This PIN is wrong." in client.post("/en/card/pin", data={"pin": "482916"}).text
    page = client.post("/en/card/pin", data={"pin": PIN})
    assert page.status_code == 422
    assert "Ask your instructor to unlock it." in page.text
    services.unlock_pin(db, trainee, make_instructor(db), now())
    client.post("/en/card/pin", data={"pin": PIN})
    assert is_in(client)


def test_a_killed_card_says_so_also_to_the_browser_that_has_just_shown_it(
    client: CheckedClient, db: Session, trainee: User, face: services.CardFace
) -> None:
    with_pin(db, trainee)
    client.get(f"/card/{face.token}")
    card = services.cards_of(db, [trainee])[trainee.id]
    services.end_card(db, trainee, card.key, make_instructor(db), now())
    scanned = client.get(f"/card/{face.token}?lang=en")
    assert scanned.status_code == 404
    assert "This card is no longer valid. Ask your instructor for a new one." in scanned.text
    assert client.post("/en/card/pin", data={"pin": PIN}).location == "/en/card"
    assert not is_in(client)


def test_a_card_shown_too_long_ago_is_asked_for_again(
    client: CheckedClient, db: Session, trainee: User, face: services.CardFace
) -> None:
    with_pin(db, trainee)
    client.get(f"/card/{face.token}")
    with client.session_transaction() as session:
        session["card"][1] -= int(cards.SHOWN_FOR.total_seconds()) + 1
        session.modified = True
    assert client.get("/en/card/pin").location == "/en/card"


def test_a_person_without_a_password_changes_her_pin_by_the_present_one(
    client: CheckedClient, db: Session, trainee: User, face: services.CardFace
) -> None:
    client.get(f"/card/{face.token}")
    client.submit("/en/card/first-use", FIRST)
    other = {"pin": "908172", "pin_again": "908172"}
    wrong = client.submit("/en/account/pin", {"present_pin": "111119", **other})
    assert wrong.status_code == 422
    assert client.submit("/en/account/pin", {"present_pin": PIN, **other}).status_code == 303
    assert services.pin_matches(db, trainee, "908172", now())


def test_unknown_cards_of_one_address_are_counted_and_right_ones_are_not(
    client: CheckedClient, face: services.CardFace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttling, "CARD_MISSES", ("card-miss", 3, 600))
    for _ in range(5):
        assert client.get(f"/card/{face.token}").status_code == 303
    codes = [client.get(f"/card/{'a' * 26}").status_code for _ in range(4)]
    assert codes == [404, 404, 404, 429]


def test_a_campus_of_a_thousand_enters_by_card_from_one_address(app: Flask) -> None:
    with app.app_context():
        for number in range(1000):
            throttling.check_card_misses("10.0.0.1")
            throttling.begin_card_try(f"card{number}", "10.0.0.1")
            throttling.forgive_card(f"card{number}")


def test_one_card_is_throttled_wherever_it_is_tried(app: Flask) -> None:
    with app.app_context():
        for number in range(20):
            throttling.begin_card_try("card", f"10.0.0.{number}")
        with pytest.raises(throttling.TooMany):
            throttling.begin_card_try("card", "10.0.1.1")
