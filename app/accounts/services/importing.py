"""People from an instructor's list: accounts without a password, and what a list changes."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.services.naming import fold_username, name_problems
from app.accounts.services.people import refuse_erased
from app.accounts.services.territories import check_territory
from app.accounts.types import ImportedPerson, ImproperName, NumberTaken, Role
from app.core import audit
from app.core.codes import CODE_ALPHABET
from app.core.db import insert_missing
from app.core.events import new_event_id
from app.core.languages import best_language

# Read aloud and typed on a phone. 30^5 = 24 million endings for each first part.
_ENDING = CODE_ALPHABET.lower()
_ENDING_LENGTH = 5
_FIRST_LENGTH = 12
_NAMES = ("native_name", "latin_name", "chinese_name")


def create_imported(
    db: Session, people: Sequence[ImportedPerson], by: User, at: datetime
) -> list[User]:
    """Accounts of trainees in the given order, without a password and without a consent.

    A login card or a one-time code lets them in; they agree at their first sign-in. Raises
    ImproperName, UnknownTerritory, and NumberTaken when a student or passport number has an owner.
    """
    rows = [_row(one, at) for one in people]
    made = {user.key: user for user in insert_missing(db, User, rows)}
    if len(made) < len(rows):
        raise NumberTaken
    for key in made:
        audit.record(db, "accounts.create", by.key, at, "user", key, {"role": "trainee"})
    return [made[row["key"]] for row in rows]


def _row(person: ImportedPerson, at: datetime) -> dict[str, Any]:
    names = person.names
    problems = name_problems(names)
    if names.latin == names.native:  # not known yet: she writes it when she confirms her names
        problems.pop("latin", None)
    for field, message in problems.items():
        raise ImproperName(field, message)
    username = _username(names.latin)
    return {
        "key": new_event_id(),
        "username": username,
        "username_folded": fold_username(username),
        "role": Role.TRAINEE,
        "native_name": names.native,
        "latin_name": names.latin,
        "chinese_name": names.chinese or None,
        "nationality": check_territory(person.nationality),
        "gender": person.gender,
        "language": best_language([person.language]),
        "student_number": person.student_number,
        "student_number_key": person.student_number_key,
        "passport_hash": person.passport_hash,
        "passport_last4": person.passport_last4,
        "pin_tries": 0,
        "is_demo": False,
        "created_at": at,
    }


def _username(latin: str) -> str:
    plain = unicodedata.normalize("NFD", latin.casefold().replace("đ", "d"))
    first = next((word for word in _words(plain) if len(word) > 1), "trainee")
    ending = "".join(secrets.choice(_ENDING) for _place in range(_ENDING_LENGTH))
    return f"{first[:_FIRST_LENGTH]}-{ending}"


def _words(text: str) -> list[str]:
    return "".join(one if "a" <= one <= "z" else " " * (one == " ") for one in text).split()


def change_imported(
    db: Session, user: User, values: Mapping[str, Any], by: User, at: datetime
) -> None:
    """Write columns of the account that a list changes or an undo gives back.

    Changed names have to be confirmed again, unless `values` says when they were. Raises Erased,
    and NumberTaken when another person has the number.
    """
    refuse_erased(user)
    changes_names = any(name in values for name in _NAMES)
    if changes_names:
        user.names_confirmed_at = None
    for name, value in values.items():
        setattr(user, name, value)
    try:
        db.flush()
    except IntegrityError as error:
        raise NumberTaken from error
    action = "accounts.change-names" if changes_names else "accounts.change-details"
    audit.record(db, action, by.key, at, "user", user.key)
