"""Accounts on the server's console."""

from __future__ import annotations

import re

from flask import Flask
from sqlalchemy.orm import Session

from app.accounts import services
from app.accounts.types import Role
from app.core.clock import now
from tests.factories import make_trainee

CREATE = ["accounts", "create-administrator", "office", "--native-name", "王小玥"]


def test_the_first_administrator_gets_a_code(app: Flask, db: Session) -> None:
    result = app.test_cli_runner().invoke(args=[*CREATE, "--latin-name", "Wang Xiaoyue"])
    user = services.user_named(db, "office")
    code = re.search(r"[A-Z0-9]{5}-[A-Z0-9]{5}", result.output)
    assert result.exit_code == 0, result.output
    assert "/en/reset" in result.output
    assert user is not None
    assert user.role is Role.ADMINISTRATOR
    assert code is not None
    assert services.check_reset_code(db, "office", code[0], now()) == user


def test_a_refused_name_is_one_sentence(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=[*CREATE, "--latin-name", "王"])
    assert result.exit_code == 1
    assert "Latin letters" in result.output


def test_a_person_is_erased_by_key(app: Flask, db: Session) -> None:
    user = make_trainee(db)
    key = user.key
    db.commit()
    result = app.test_cli_runner().invoke(args=["accounts", "erase", key, "--yes"])
    db.expire_all()
    assert result.exit_code == 0, result.output
    assert user.erased_at is not None
