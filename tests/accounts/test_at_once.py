"""Two requests at the same moment: the database decides, and nobody gets an accident page."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

from sqlalchemy.orm import Session

from app.accounts import services
from app.accounts.types import GrantKind, UsernameTaken, WrongResetCode
from app.core.db import Database, begin_write
from app.core.errors import DomainError
from tests.accounts.test_services import BOTH, PROFILE
from tests.factories import AT, hashed_password, make_administrator, make_instructor, make_trainee

TOGETHER = 4


def at_once(database: Database, act: Callable[[Session], Any]) -> list[object]:
    """What each of several sessions got from the same act: True, or its refusal's class."""
    start = Barrier(TOGETHER)

    def one(_number: int) -> object:
        with database.session() as db:
            start.wait()
            try:
                act(begin_write(db))
                db.commit()
            except DomainError as refusal:
                return type(refusal)
            return True

    with ThreadPoolExecutor(TOGETHER) as pool:
        return sorted(pool.map(one, range(TOGETHER)), key=str)


def test_one_of_several_gets_the_username(database: Database) -> None:
    secret = hashed_password()
    results = at_once(database, lambda db: services.create_trainee(db, PROFILE, secret, BOTH, AT))
    assert results.count(True) == 1
    assert results.count(UsernameTaken) == TOGETHER - 1


def test_a_reset_code_works_once(db: Session, database: Database) -> None:
    user = make_trainee(db, username="souk")
    code = services.create_reset_code(db, user, make_instructor(db), AT)
    db.commit()
    secret = hashed_password()
    results = at_once(database, lambda db: services.redeem_reset_code(db, "souk", code, secret, AT))
    assert results.count(True) == 1
    assert results.count(WrongResetCode) == TOGETHER - 1


def test_codes_and_consents_and_grants_at_once_leave_one_in_force(
    db: Session, database: Database
) -> None:
    make_instructor(db, username="teacher")
    make_administrator(db, username="office")
    db.commit()

    def act(one: Session) -> None:
        user, by = services.user_named(one, "teacher"), services.user_named(one, "office")
        assert user is not None
        services.create_reset_code(one, user, by, AT)
        services.record_consents(one, user, BOTH, AT)
        day, kind = date(2026, 12, 31), GrantKind.PRACTICALS_EXAMINE
        services.give_grant(one, user, kind, "cpr/adult", day, by, AT)

    assert at_once(database, act) == [True] * TOGETHER
    user = services.user_named(db, "teacher")
    assert user is not None
    assert len(services.consents_of(db, user)) == 2
    assert len(services.grants_of(db, user)) == 1


def test_guesses_of_a_pin_at_once_are_all_counted(db: Session, database: Database) -> None:
    make_trainee(db, username="souk", pin_hash=services.prepare_pin("482915").hash)
    db.commit()

    def guess(one: Session) -> None:
        user = services.user_named(one, "souk")
        assert user is not None
        assert not services.pin_matches(one, user, "111112", AT)

    at_once(database, guess)
    user = services.user_named(db, "souk")
    assert user is not None
    assert user.pin_tries == TOGETHER


def test_two_administrators_cannot_close_each_other(db: Session, database: Database) -> None:
    make_administrator(db, username="one")
    make_administrator(db, username="two")
    db.commit()
    pairs = iter([("one", "two"), ("two", "one")] * TOGETHER)

    def close(session: Session) -> None:
        own, other = next(pairs)
        user, by = services.user_named(session, other), services.user_named(session, own)
        assert user is not None
        assert by is not None
        services.disable(session, user, by, AT)

    at_once(database, close)
    left = [services.user_named(db, name) for name in ("one", "two")]
    assert [user is not None and user.disabled_at is None for user in left].count(True) == 1
