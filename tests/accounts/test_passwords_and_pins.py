"""Passwords, sessions, reset codes and PINs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.accounts import services
from app.accounts.types import (
    AccountDisabled,
    NoPin,
    PinLocked,
    Role,
    StaffCode,
    WeakPassword,
    WrongResetCode,
    WrongSignIn,
)
from app.core import audit
from app.core.errors import NotFound
from tests.factories import (
    AT,
    PASSWORD,
    hashed_password,
    make_administrator,
    make_instructor,
    make_trainee,
)


def test_the_right_password_signs_in_whatever_the_capitals(db: Session) -> None:
    user = make_trainee(db, username="Chandara")
    assert services.authenticate(db, "CHANDARA", PASSWORD, AT) == user


@pytest.mark.parametrize(("username", "password"), [("nobody", PASSWORD), ("chandara", "wrong")])
def test_a_wrong_username_and_a_wrong_password_are_one_refusal(
    db: Session, username: str, password: str
) -> None:
    make_trainee(db, username="chandara")
    with pytest.raises(WrongSignIn):
        services.authenticate(db, username, password, AT)


def test_staff_without_a_password_cannot_sign_in(db: Session) -> None:
    make_instructor(db, username="teacher", password_hash=None)
    with pytest.raises(WrongSignIn):
        services.authenticate(db, "teacher", "", AT)


def test_a_disabled_person_is_told_after_the_right_password(db: Session) -> None:
    make_trainee(db, username="chandara", disabled_at=AT)
    with pytest.raises(AccountDisabled):
        services.authenticate(db, "chandara", PASSWORD, AT)


def test_a_session_ends_at_its_latest_time(db: Session) -> None:
    user = make_administrator(db)
    token = services.open_session(db, user, "Chrome", AT)
    assert services.person_of_token(db, token, AT + timedelta(hours=23)) == user
    assert services.person_of_token(db, token, AT + timedelta(hours=25)) is None


def test_the_database_does_not_know_the_token(db: Session) -> None:
    user = make_trainee(db)
    token = services.open_session(db, user, "Chrome", AT)
    assert token not in services.live_sessions(db, user, AT)[0].token_hash


def test_disabling_ends_every_session(db: Session) -> None:
    user, by = make_trainee(db), make_administrator(db)
    token = services.open_session(db, user, "Chrome", AT)
    services.disable(db, user, by, AT)
    services.enable(db, user, by, AT)
    assert services.person_of_token(db, token, AT) is None


def test_changing_the_password_ends_the_other_sessions(db: Session) -> None:
    user = make_trainee(db)
    here, there = (services.open_session(db, user, name, AT) for name in ("here", "there"))
    services.change_password(db, user, hashed_password(), here, AT)
    assert services.person_of_token(db, here, AT) == user
    assert services.person_of_token(db, there, AT) is None


def test_a_strangers_session_is_not_found(db: Session) -> None:
    user, other = make_trainee(db), make_trainee(db)
    services.open_session(db, other, "Chrome", AT)
    key = services.live_sessions(db, other, AT)[0].key
    with pytest.raises(NotFound):
        services.end_session_by_key(db, user, key, AT)


def test_a_reset_code_sets_a_new_password_once(db: Session) -> None:
    user, by = make_trainee(db, username="souk"), make_instructor(db)
    code = services.create_reset_code(db, user, by, AT)
    new = services.prepare_password("another bowl of rice")
    services.redeem_reset_code(db, "souk", code.lower().replace("-", " "), new, AT)
    assert services.password_matches(user, "another bowl of rice")
    with pytest.raises(WrongResetCode):
        services.redeem_reset_code(db, "souk", code, new, AT)


def test_a_reset_code_dies_after_a_day(db: Session) -> None:
    user = make_trainee(db, username="souk")
    code = services.create_reset_code(db, user, make_instructor(db), AT)
    with pytest.raises(WrongResetCode):
        services.check_reset_code(db, "souk", code, AT + timedelta(hours=24))


def test_only_an_administrator_makes_a_reset_code_for_staff(db: Session) -> None:
    by, instructor = make_administrator(db), make_instructor(db)
    promoted = make_trainee(db)
    services.change_role(db, promoted, Role.ADMINISTRATOR, by, AT)
    for colleague in (promoted, instructor):
        with pytest.raises(StaffCode):
            services.create_reset_code(db, colleague, make_instructor(db), AT)
        assert services.create_reset_code(db, colleague, by, AT)


def test_a_newer_reset_code_replaces_the_older(db: Session) -> None:
    user, by = make_trainee(db, username="souk"), make_instructor(db)
    old = services.create_reset_code(db, user, by, AT)
    new = services.create_reset_code(db, user, by, AT)
    with pytest.raises(WrongResetCode):
        services.check_reset_code(db, "souk", old, AT)
    assert services.check_reset_code(db, "souk", new, AT) == user


def test_a_reset_ends_every_session_and_is_recorded(db: Session) -> None:
    user, by = make_trainee(db, username="souk"), make_instructor(db)
    token = services.open_session(db, user, "Chrome", AT)
    code = services.create_reset_code(db, user, by, AT)
    services.redeem_reset_code(db, "souk", code, hashed_password(), AT)
    assert services.person_of_token(db, token, AT) is None
    actions = [event.action for event in audit.trail_of(db, "user", user.key)]
    assert actions[-2:] == ["accounts.reset-code", "accounts.reset-password"]


@pytest.mark.parametrize(
    "pin", ["12345", "1234567", "abcdef", "123456", "654321", "000000", "໑໒໓໔໕໖"]
)
def test_a_pin_has_six_digits_and_is_not_easy(pin: str) -> None:
    with pytest.raises(WeakPassword):
        services.prepare_pin(pin)


def test_the_pin_locks_after_five_wrong_tries(db: Session) -> None:
    user = make_trainee(db)
    services.set_pin(db, user, "482915", AT)
    assert [services.pin_matches(db, user, "111112", AT) for _ in range(5)] == [False] * 5
    with pytest.raises(PinLocked):
        services.pin_matches(db, user, "482915", AT)


def test_a_right_pin_forgets_the_wrong_tries(db: Session) -> None:
    user = make_trainee(db)
    services.set_pin(db, user, "482915", AT)
    services.pin_matches(db, user, "111112", AT)
    assert services.pin_matches(db, user, "482915", AT)
    assert user.pin_tries == 0


def test_an_instructor_unlocks_a_pin(db: Session) -> None:
    user = make_trainee(db, pin_tries=5, pin_hash=services.prepare_pin("482915").hash)
    services.unlock_pin(db, user, make_instructor(db), AT)
    assert services.pin_matches(db, user, "482915", AT)


def test_without_a_pin_nothing_matches(db: Session) -> None:
    with pytest.raises(NoPin):
        services.pin_matches(db, make_trainee(db), "", AT)
