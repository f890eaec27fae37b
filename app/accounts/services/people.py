"""Making accounts, finding people, and what they say about themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.services.consents import record_consents
from app.accounts.services.finding import names_contain
from app.accounts.services.naming import check_names, check_username, fold_username
from app.accounts.services.secrets import prepared
from app.accounts.services.territories import check_territory
from app.accounts.types import (
    UNKNOWN_TERRITORY,
    Consents,
    Erased,
    Gender,
    Names,
    PreparedSecret,
    Role,
    StaffProfile,
    TraineeProfile,
    UsernameTaken,
)
from app.core import audit
from app.core.db import insert_or_get
from app.core.errors import NotFound
from app.core.events import new_event_id
from app.core.languages import LANGUAGES, best_language

PAGE_SIZE = 50


def create_trainee(
    db: Session,
    profile: TraineeProfile,
    password: str | PreparedSecret,
    consents: Consents,
    at: datetime,
) -> User:
    """Make a trainee's account with her consents.

    Give a PreparedSecret (see `prepare_password`) from a page: hashing is too slow for a write.
    Raises UsernameTaken, ImproperUsername, ImproperName, UnknownTerritory, WeakPassword and
    ConsentMissing.
    """
    values = {
        **_common(profile.username, profile.names, profile.language, at),
        "role": Role.TRAINEE,
        "nationality": check_territory(profile.nationality),
        "second_language": second_language(profile.language, profile.second_language),
        "names_confirmed_at": at if profile.names_confirmed else None,
        "password_hash": prepared(password, profile.username, profile.names).hash,
        "is_demo": profile.is_demo,
    }
    user = _insert(db, values)
    record_consents(db, user, consents, at)
    audit.record(db, "accounts.create", user.key, at, "user", user.key, {"role": "trainee"})
    return user


def create_staff(db: Session, profile: StaffProfile, by: User | None, at: datetime) -> User:
    """Make an account without a password; give the person a reset code to choose one.

    `by` is None for the command on the server. Raises UsernameTaken and the rules of names.
    """
    values = {
        **_common(profile.username, profile.names, profile.language, at),
        "role": profile.role,
        "nationality": UNKNOWN_TERRITORY,
        "is_demo": profile.is_demo,
    }
    user = _insert(db, values)
    detail = {"role": profile.role.value}
    audit.record(db, "accounts.create", by.key if by else "", at, "user", user.key, detail)
    return user


def _common(username: str, names: Names, language: str, at: datetime) -> dict[str, Any]:
    checked = check_names(names)
    return {
        "key": new_event_id(),
        "username": check_username(username),
        "username_folded": fold_username(username),
        "native_name": checked.native,
        "latin_name": checked.latin,
        "chinese_name": checked.chinese,
        "language": best_language([language]),
        "created_at": at,
    }


def _insert(db: Session, values: dict[str, Any]) -> User:
    user, created = insert_or_get(db, User, values, ("username_folded",))
    if not created:
        raise UsernameTaken
    return user


def second_language(first: str, second: str | None) -> str | None:
    """The language for reading side by side, or None when it is unknown or the same."""
    return second if second in LANGUAGES and second != first else None


def confirm_names(db: Session, user: User, names: Names, at: datetime) -> None:
    """The trainee says that her names are right, as they are given here."""
    change_names(db, user, names, confirmed=True, by=user, at=at)


def change_names(
    db: Session, user: User, names: Names, *, confirmed: bool, by: User, at: datetime
) -> None:
    """Set the names. A change clears the confirmation unless the person confirms in the act.

    Only the person herself can confirm. Raises ImproperName, and Erased for an erased account.
    """
    refuse_erased(user)
    new = check_names(names)
    changed = new != user.names
    user.native_name, user.latin_name, user.chinese_name = new.native, new.latin, new.chinese
    if confirmed and by.id == user.id:
        user.names_confirmed_at = at
        audit.record(db, "accounts.confirm-names", by.key, at, "user", user.key)
    elif changed:
        user.names_confirmed_at = None
        audit.record(db, "accounts.change-names", by.key, at, "user", user.key)


def change_languages(db: Session, user: User, first: str, second: str | None) -> None:
    """Set the preferred language and the one for reading side by side."""
    user.language = best_language([first], user.language)
    user.second_language = second_language(user.language, second)
    db.flush()


def change_gender(db: Session, user: User, gender: Gender | None, at: datetime) -> None:
    """What the person says about herself, or that she would rather not; raises Erased.

    The trail says that she changed it, not to what.
    """
    refuse_erased(user)
    if user.gender is gender:
        return
    user.gender = gender
    audit.record(db, "accounts.change-gender", user.key, at, "user", user.key)
    db.flush()


def refuse_erased(user: User) -> None:
    """Raise Erased when the account has no person any more."""
    if user.erased_at is not None:
        raise Erased


def person_by_key(db: Session, key: str) -> User:
    """The person with the key, for an administrator; raises NotFound."""
    user = db.scalars(select(User).where(User.key == key)).one_or_none()
    if user is None:
        raise NotFound
    return user


def people_by_key(db: Session, keys: set[str]) -> dict[str, User]:
    """The people with these keys."""
    return {user.key: user for user in db.scalars(select(User).where(User.key.in_(keys)))}


def demo_people(db: Session) -> Sequence[User]:
    """The demo people of the sign-in page: trainees by language, then staff."""
    people = db.scalars(
        select(User).where(User.is_demo, User.disabled_at.is_(None)).order_by(User.id)
    ).all()
    order = {role: number for number, role in enumerate(Role)}
    languages = list(LANGUAGES)
    return sorted(people, key=lambda u: (order[u.role], languages.index(u.language), u.id))


def demo_person(db: Session, key: str) -> User:
    """A demo person by key; raises NotFound for everybody else."""
    user = person_by_key(db, key)
    if not user.is_demo or user.disabled_at is not None:
        raise NotFound
    return user


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """One page of a search: the people, how many there are, and where we are."""

    people: Sequence[User]
    total: int
    number: int

    @property
    def last(self) -> int:
        """The number of the last page, from 1."""
        return max(1, -(-self.total // PAGE_SIZE))


def find_users(db: Session, text: str = "", role: Role | None = None, page: int = 1) -> PeoplePage:
    """People by a part of the username, a name or the student number, or by the passport's last
    four signs; staff when no role is asked for.
    """
    query = _matching(select(User).where(User.erased_at.is_(None)), text)
    query = query.where(User.role == role if role else User.role != Role.TRAINEE)
    total = db.scalar(select(func.count()).select_from(query.subquery())) or 0
    number = min(max(1, page), max(1, -(-total // PAGE_SIZE)))
    query = query.order_by(User.username_folded).offset((number - 1) * PAGE_SIZE).limit(PAGE_SIZE)
    return PeoplePage(db.scalars(query).all(), total, number)


def _matching(query: Select[User], text: str) -> Select[User]:
    if not text:
        return query
    upper = text.upper()
    return query.where(
        or_(
            User.username_folded.contains(fold_username(text), autoescape=True),
            names_contain(text),
            func.upper(User.student_number).contains(upper, autoescape=True),
            User.passport_last4 == upper,
        )
    )
