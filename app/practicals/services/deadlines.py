"""When the practical was done, and who loses a passed assessment when."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.courses.library import library
from app.learning import services as learning
from app.learning.types import ProvisionalPass
from app.practicals.services.reading import passed_days, passed_sheets
from app.practicals.types import DeadlineRow, PassedSheet

#: A trainee and her instructors are reminded from so many days before the last day.
REMIND_DAYS = 14


def deadlines_of(
    db: Session, people: Sequence[User], on: date, within: int | None = None
) -> list[DeadlineRow]:
    """Who loses which passed assessment when, the next one first; who has lost it too.

    `within`: only those whose last day is at most so many days away and not over.
    """
    known = {person.id: person for person in people}
    found = passes_due(db, known, on, within)
    slugs = {one.slug for one in found}
    days = passed_days(db, {one.user_id for one in found}, slugs) if found else {}
    return [
        DeadlineRow(
            user=known[one.user_id],
            slug=one.slug,
            due_on=one.due_on,
            is_lapsed=one.is_lapsed,
            days_left=one.days_left(on),
            missing=tuple(
                sheet.key
                for sheet in library().course(one.slug).sheets
                if sheet.key not in days.get((one.user_id, one.slug), {})
            ),
        )
        for one in found
    ]


def passes_due(
    db: Session, user_ids: Collection[int], on: date, within: int | None
) -> list[ProvisionalPass]:
    """The passes that wait for the practical or have lapsed; `within` as in `deadlines_of`."""
    found = learning.provisional_passes(db, user_ids, on)
    return [one for one in found if within is None or 0 <= one.days_left(on) <= within]


def passed_team_exercise(db: Session, user_ids: Collection[int]) -> dict[int, PassedSheet]:
    """Who has passed the programme's whole-team exercise, with the earliest check that counts."""
    shelf = library()
    if shelf.exercise is None:
        return {}
    key = shelf.exercise.key
    passed = passed_sheets(db, user_ids, shelf.programme.key)
    return {user_id: sheets[key] for user_id, sheets in passed.items() if key in sheets}
