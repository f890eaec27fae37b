"""What stood in accounts before an import, given back as far as it is still free."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.cohorts.models import RosterChange
from app.cohorts.types import NAME_FIELDS

AT_ONCE = 500
_BESIDE = ("place", "request")  # kept in `before` too, and no columns of the account
#: Each column that is unique, and the columns that go with it.
_NUMBERS = {
    "student_number_key": ("student_number", "student_number_key"),
    "passport_hash": ("passport_hash", "passport_last4"),
}


def numbers_taken(db: Session, changes: Sequence[RosterChange]) -> dict[int, set[str]]:
    """Columns that cannot be given back, by the person's id: the number is somebody else's now."""
    found: dict[int, set[str]] = {}
    for unique, names in _NUMBERS.items():
        old = {one.before[unique]: one.user_id for one in changes if one.before.get(unique)}
        for number, owner in _owners(db, unique, list(old)):
            if owner != old[number]:
                found.setdefault(old[number], set()).update(names)
    return found


def _owners(db: Session, unique: str, numbers: Sequence[str]) -> list[tuple[str, int]]:
    column = User.__table__.columns[unique]
    found: list[tuple[str, int]] = []
    for start in range(0, len(numbers), AT_ONCE):
        query = select(column, User.id).where(column.in_(numbers[start : start + AT_ONCE]))
        found += [(number, user_id) for number, user_id in db.execute(query)]
    return found


def give_back(
    db: Session,
    changes: Iterable[RosterChange],
    taken: Mapping[int, set[str]],
    by: User,
    at: datetime,
) -> None:
    """The values that stood in the accounts before, without the numbers that are `taken`.

    Raises NumberTaken when somebody was quicker with a number.
    """
    for change in changes:
        left = {*_BESIDE, *taken.get(change.user_id, ())}
        values = {name: old for name, old in change.before.items() if name not in left}
        confirmed = values.pop("names_confirmed_at", None)
        if any(name in change.after for name in NAME_FIELDS):
            values["names_confirmed_at"] = datetime.fromisoformat(confirmed) if confirmed else None
        if values:
            accounts.change_imported(db, change.user, values, by, at)
