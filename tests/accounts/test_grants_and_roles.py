"""Grants, roles, and what an erased person leaves."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from app.accounts import services
from app.accounts.models import Consent, User
from app.accounts.types import (
    Erased,
    GrantKind,
    GrantNeedsEnd,
    ImproperGrant,
    LastAdministrator,
    OwnAccount,
    Role,
    WrongSignIn,
)
from tests.factories import AT, PASSWORD, make_administrator, make_instructor, make_trainee

DAY = date(2026, 3, 2)


def examiner(db: Session, ends_on: date | None = DAY) -> User:
    user = make_instructor(db)
    by = make_administrator(db)
    services.give_grant(db, user, GrantKind.PRACTICALS_EXAMINE, "cpr/adult", ends_on, by, AT)
    return user


def test_an_examiner_may_sign_until_the_last_day(db: Session) -> None:
    user = examiner(db)
    assert services.may_examine(db, user, "cpr", "adult", DAY)
    assert not services.may_examine(db, user, "cpr", "adult", DAY + timedelta(days=1))


def test_a_grant_is_for_one_sheet(db: Session) -> None:
    assert not services.may_examine(db, examiner(db), "cpr", "infant", DAY)


def test_an_examiner_needs_a_last_day(db: Session) -> None:
    with pytest.raises(GrantNeedsEnd):
        examiner(db, None)


def test_a_grant_given_again_replaces_the_former(db: Session) -> None:
    user, by = examiner(db), make_administrator(db)
    later = DAY + timedelta(days=90)
    services.give_grant(db, user, GrantKind.PRACTICALS_EXAMINE, "cpr/adult", later, by, AT)
    assert services.examinable_sheets(db, user, later) == {("cpr", "adult")}
    assert len([g for g in services.grants_of(db, user) if g.ended_at is None]) == 1


def test_an_ended_grant_no_longer_holds(db: Session) -> None:
    user = examiner(db)
    key = services.grants_of(db, user)[0].key
    services.end_grant(db, user, key, make_administrator(db), AT)
    assert not services.may_examine(db, user, "cpr", "adult", DAY)


@pytest.mark.parametrize(
    ("kind", "scope"),
    [
        (GrantKind.COURSES_TRANSLATE, "fr"),
        (GrantKind.PRACTICALS_EXAMINE, "cpr"),
        (GrantKind.PRACTICALS_EXAMINE, "cpr/"),
    ],
)
def test_a_scope_that_fits_nothing_is_refused(db: Session, kind: GrantKind, scope: str) -> None:
    user, by = make_instructor(db), make_administrator(db)
    with pytest.raises(ImproperGrant):
        services.give_grant(db, user, kind, scope, DAY, by, AT)


def test_a_trainee_cannot_examine(db: Session) -> None:
    user, by = make_trainee(db), make_administrator(db)
    with pytest.raises(ImproperGrant):
        services.give_grant(db, user, GrantKind.PRACTICALS_EXAMINE, "cpr/adult", DAY, by, AT)


def test_a_new_role_ends_the_sessions(db: Session) -> None:
    user, by = make_instructor(db), make_administrator(db)
    token = services.open_session(db, user, "Chrome", AT)
    services.change_role(db, user, Role.ADMINISTRATOR, by, AT)
    assert user.role is Role.ADMINISTRATOR
    assert services.person_of_token(db, token, AT) is None


def test_nobody_changes_her_own_role(db: Session) -> None:
    by = make_administrator(db)
    make_administrator(db)
    with pytest.raises(OwnAccount):
        services.change_role(db, by, Role.INSTRUCTOR, by, AT)


def test_the_server_cannot_erase_the_last_administrator(db: Session) -> None:
    with pytest.raises(LastAdministrator):
        services.erase_person(db, make_administrator(db), None, AT)


def test_an_administrator_who_was_closed_meanwhile_changes_nothing(db: Session) -> None:
    one, other = make_administrator(db), make_administrator(db)
    services.disable(db, other, one, AT)
    make_administrator(db)
    with pytest.raises(OwnAccount):
        services.disable(db, one, other, AT)


def test_an_erased_person_is_nameless_and_keeps_her_key(db: Session) -> None:
    user, by = make_trainee(db, username="chandara"), make_administrator(db)
    key, words = user.key, {user.native_name, user.latin_name, user.username}
    services.erase_person(db, user, by, AT)
    kept = {str(getattr(user, column.key)) for column in User.__table__.columns}
    assert user.key == key
    assert not kept & words
    assert db.query(Consent).filter(Consent.user_id == user.id).count() == 0


def test_an_erased_person_cannot_come_back(db: Session) -> None:
    user, by = make_trainee(db, username="chandara"), make_administrator(db)
    services.erase_person(db, user, by, AT)
    with pytest.raises(WrongSignIn):
        services.authenticate(db, "chandara", PASSWORD, AT)
    with pytest.raises(Erased):
        services.create_reset_code(db, user, by, AT)
