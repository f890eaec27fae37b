"""Login cards: made once, found by what they say, used, killed, replaced."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from app.accounts import services
from app.accounts.models import LoginCard, User
from app.accounts.services import FirstUse
from app.accounts.types import (
    CardEnded,
    CardInUse,
    CardPinLocked,
    ConsentMissing,
    Consents,
    NoCardForStaff,
    Role,
    UnknownCard,
    WeakPassword,
)
from app.core import passwords
from app.core.db import Database, begin_write
from tests.accounts.test_at_once import TOGETHER, at_once
from tests.factories import AT, make_administrator, make_instructor, make_trainee

PIN = "482915"
LATER = AT + timedelta(hours=1)


@pytest.fixture
def instructor(db: Session) -> User:
    """Who hands the cards out."""
    return make_instructor(db)


@pytest.fixture
def trainee(db: Session) -> User:
    """Somebody who came by a list: names in three forms, nothing else."""
    return make_trainee(db, username="souk", password_hash=None)


@pytest.fixture
def card(db: Session, trainee: User, instructor: User) -> LoginCard:
    """The trainee's card."""
    services.make_cards(db, [trainee], instructor, AT)
    return services.cards_of(db, [trainee])[trainee.id]


def first_use(language: str = "lo", *, agrees: bool = True, pin: str = PIN) -> FirstUse:
    return FirstUse(services.prepare_pin(pin), Consents(agrees, True, language), language)


def test_a_card_is_found_by_everything_that_is_printed_on_it(
    db: Session, card: LoginCard, trainee: User
) -> None:
    face = services.face_of(card.key)
    said = [
        face.token,
        f"https://kapok.example.org/card/{face.token}",
        f" HTTP://127.0.0.1:8000/card/{face.token.upper()}/?from=wechat#top ",
        face.code,
        face.code.lower().replace("-", " "),
    ]
    assert {services.card_holder(db, one) for one in said} == {trainee}


def test_a_card_holds_128_random_bits_and_a_code_of_nine(card: LoginCard) -> None:
    face = services.face_of(card.key)
    assert (len(face.token), len(face.code)) == (26, 11)
    assert not set(face.code) & set("01OILU")


@pytest.mark.parametrize(
    "said", ["", "/", "2345-6789", "a" * 26, "234567892", "၁၂၃၄၅၆၇၈၉", "x" * 9000]
)
def test_what_is_on_no_card_is_unknown(db: Session, card: LoginCard, said: str) -> None:
    with pytest.raises(UnknownCard):
        services.card_holder(db, said)


def test_the_database_alone_prints_no_card(db: Session, card: LoginCard) -> None:
    face = services.face_of(card.key)
    stored = " ".join(str(value) for value in vars(card).values())
    assert face.token not in stored
    assert face.code.replace("-", "") not in stored


def test_a_new_secret_of_the_server_voids_every_card(
    db: Session, card: LoginCard, trainee: User, instructor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = services.face_of(card.key)
    monkeypatch.setattr(passwords, "_pepper", b"another secret of the server")
    with pytest.raises(UnknownCard):
        services.card_holder(db, old.token)
    assert services.cards_of(db, [trainee]) == {}
    assert services.make_cards(db, [trainee], instructor, LATER) == 1
    new = services.cards_of(db, [trainee])[trainee.id]
    assert services.card_holder(db, services.face_of(new.key).token) == trainee


def test_making_cards_again_makes_none(
    db: Session, card: LoginCard, trainee: User, instructor: User
) -> None:
    other = make_trainee(db)
    assert services.make_cards(db, [trainee, other], instructor, LATER) == 1
    assert services.cards_of(db, [trainee])[trainee.id] is card


def test_two_at_once_make_one_card(db: Session, database: Database, trainee: User) -> None:
    make_instructor(db, username="teacher")
    db.commit()

    def make(one: Session) -> None:
        user, by = services.user_named(one, "souk"), services.user_named(one, "teacher")
        assert user is not None
        assert by is not None
        services.make_cards(one, [user], by, AT)

    assert at_once(database, make) == [True] * TOGETHER
    assert db.scalar(select(func.count()).select_from(LoginCard)) == 1


def test_a_card_that_ends_while_somebody_enters_lets_nobody_in(
    db: Session, database: Database, card: LoginCard, instructor: User
) -> None:
    key, by_id, ended = card.key, instructor.id, list[bool]()
    db.commit()

    def end(*_given: Any) -> None:
        """Before the statement, in a session of its own; once."""
        if not ended:
            ended.append(True)
            with database.session() as other:
                user = services.card_by_key(begin_write(other), key).user
                services.end_card(other, user, key, other.get_one(User, by_id), LATER)
                other.commit()

    def before(*given: Any) -> None:
        if "FOR UPDATE" in given[2]:
            end()

    if database.is_sqlite:  # one writer after the other: it can only have ended before
        end()
    event.listen(database.engine, "before_cursor_execute", before)
    try:
        with database.session() as own, pytest.raises(CardEnded):
            services.claim_card(begin_write(own), key, first_use(), LATER)
    finally:
        event.remove(database.engine, "before_cursor_execute", before)
    assert ended


def test_staff_get_no_card(db: Session, instructor: User) -> None:
    with pytest.raises(NoCardForStaff):
        services.make_cards(db, [instructor], instructor, AT)


def test_a_trainee_who_becomes_staff_loses_her_card(
    db: Session, card: LoginCard, trainee: User
) -> None:
    services.change_role(db, trainee, Role.INSTRUCTOR, make_administrator(db), LATER)
    with pytest.raises(CardEnded):
        services.card_holder(db, services.face_of(card.key).token)


def test_the_first_use_sets_consent_language_and_pin(
    db: Session, card: LoginCard, trainee: User
) -> None:
    services.claim_card(db, card.key, first_use("km"), LATER)
    assert not services.needs_consent(db, trainee)
    assert (trainee.language, card.first_used_at) == ("km", LATER)
    assert services.enter_by_card(db, card.key, PIN, LATER) == trainee


def test_nothing_is_set_without_consent(db: Session, card: LoginCard, trainee: User) -> None:
    with pytest.raises(ConsentMissing):
        services.claim_card(db, card.key, first_use(agrees=False), LATER)
    assert (trainee.pin_hash, card.first_used_at) == (None, None)


def test_of_two_first_uses_at_once_one_chooses_the_pin(
    db: Session, database: Database, card: LoginCard
) -> None:
    key, said = card.key, first_use()
    db.commit()
    results = at_once(database, lambda one: services.claim_card(one, key, said, LATER))
    assert results.count(True) == 1
    assert results.count(CardInUse) == TOGETHER - 1


def test_the_sixth_wrong_pin_is_locked_until_the_instructor_unlocks(
    db: Session, card: LoginCard, trainee: User, instructor: User
) -> None:
    services.claim_card(db, card.key, first_use(), LATER)
    tries = [services.enter_by_card(db, card.key, "482916", LATER) for _ in range(5)]
    assert tries == [None] * 5
    with pytest.raises(CardPinLocked):
        services.enter_by_card(db, card.key, PIN, LATER)
    services.unlock_pin(db, trainee, instructor, LATER)
    assert services.enter_by_card(db, card.key, PIN, LATER) == trainee


@pytest.mark.parametrize(
    "pin", ["000000", "123456", "112211", "123123", "123321", "112233", "200408"]
)
def test_easy_pins_are_refused(pin: str) -> None:
    with pytest.raises(WeakPassword):
        services.prepare_pin(pin)


def test_a_lost_card_dies_at_once_with_every_session(
    db: Session, card: LoginCard, trainee: User, instructor: User
) -> None:
    token = services.open_session(db, trainee, "phone", AT)
    face = services.face_of(card.key)
    assert services.end_card(db, trainee, card.key, instructor, LATER)
    assert services.person_of_token(db, token, LATER) is None
    for said in (face.token, face.code):
        with pytest.raises(CardEnded):
            services.card_holder(db, said)
    with pytest.raises(CardEnded):
        services.enter_by_card(db, card.key, PIN, LATER)


def test_pressing_lost_twice_spares_the_next_card(
    db: Session, card: LoginCard, trainee: User, instructor: User
) -> None:
    services.end_card(db, trainee, card.key, instructor, LATER)
    services.make_cards(db, [trainee], instructor, LATER)
    assert not services.end_card(db, trainee, card.key, instructor, LATER)
    new = services.cards_of(db, [trainee])[trainee.id]
    assert services.card_holder(db, services.face_of(new.key).code) == trainee


def test_a_new_card_keeps_the_pin_and_a_new_start_does_not(
    db: Session, card: LoginCard, trainee: User, instructor: User
) -> None:
    services.claim_card(db, card.key, first_use(), LATER)
    services.end_card(db, trainee, card.key, instructor, LATER)
    services.make_cards(db, [trainee], instructor, LATER)
    second = services.cards_of(db, [trainee])[trainee.id]
    assert services.enter_by_card(db, second.key, PIN, LATER) == trainee
    services.start_anew(db, trainee, second.key, instructor, LATER)
    third = services.cards_of(db, [trainee])[trainee.id]
    assert (trainee.pin_hash, third.first_used_at) == (None, None)
    services.start_anew(db, trainee, second.key, instructor, LATER)
    assert services.cards_of(db, [trainee])[trainee.id] is third


def test_erasing_a_person_deletes_her_cards(db: Session, card: LoginCard, trainee: User) -> None:
    exported = services.export_account(db, trainee)["login_cards"]
    assert [one["made_at"] for one in exported] == [AT.isoformat()]
    services.erase_person(db, trainee, make_administrator(db), LATER)
    assert db.scalar(select(func.count()).select_from(LoginCard)) == 0
