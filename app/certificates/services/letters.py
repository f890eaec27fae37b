"""Letters of attendance: what staff entered on closed training days, told on the day of asking.

A letter is no certificate: it has no number and no code, is kept nowhere and signed by no key.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.certificates.loader import Template
from app.certificates.loader.content import Kind
from app.certificates.services.awards import award_title
from app.certificates.services.freezing import holder_facts
from app.certificates.services.template_choices import serving
from app.certificates.services.templates import current
from app.certificates.types import NothingAttended
from app.cohorts.models import Cohort
from app.core import audit
from app.core.languages import LANGUAGES
from app.courses.library import library
from app.practicals.services.attended import DayThere, days_there

#: Courses that a letter names one by one; for more it names the programme.
MOST_TITLES = 2


@dataclass(frozen=True, slots=True)
class Attended:
    """What one letter says: presence on all closed days, or on those of one course.

    `slug` is the course's, empty for all days. `courses` are the slugs of everything that was
    trained on these days: whoever trained two courses on one day was not there twice.
    """

    slug: str
    courses: tuple[str, ...]
    days: tuple[date, ...]
    minutes: int
    places: tuple[str, ...]


def attended(db: Session, user_ids: Collection[int]) -> dict[int, list[Attended]]:
    """The letters that each person can have, by her id: one of all days, then one a course.

    A course that was trained on all of them has no letter of its own: it would say the same.
    """
    return {user_id: _letters(days) for user_id, days in days_there(db, user_ids).items()}


def _letters(days: Sequence[DayThere]) -> list[Attended]:
    if not days:
        return []
    whole = _sum("", days)
    each = [_sum(slug, [one for one in days if slug in one.day.courses]) for slug in whole.courses]
    return [whole, *(one for one in each if (one.days, one.minutes) != (whole.days, whole.minutes))]


def _sum(slug: str, days: Sequence[DayThere]) -> Attended:
    return Attended(
        slug=slug,
        courses=tuple(dict.fromkeys(course for one in days for course in one.day.courses)),
        days=tuple(dict.fromkeys(one.day.held_on for one in days)),
        minutes=sum(one.minutes for one in days),
        places=tuple(dict.fromkeys(one.day.place for one in days)),
    )


def letter_of(
    db: Session, user: User, slug: str, today: date
) -> tuple[Mapping[str, Any], Template]:
    """What a person's letter says today, and the template to draw it with.

    Raises NothingAttended.
    """
    found = [one for one in attended(db, [user.id])[user.id] if one.slug == slug]
    if not found:
        raise NothingAttended
    template = current(db, serving(db, Kind.ATTENDANCE))
    return _facts(user, found[0], template, today), template


def _facts(user: User, one: Attended, template: Template, today: date) -> dict[str, Any]:
    return {
        **holder_facts(user, template),
        "course": {"titles": titles_of(one), "edition": ""},
        "attendance": {
            "days": [day.isoformat() for day in one.days],
            "minutes": one.minutes,
            "places": list(one.places),
        },
        "written_on": today.isoformat(),
    }


def titles_of(one: Attended) -> dict[str, str]:
    """What was trained, in each language: the courses' titles, or the programme's."""
    slugs = one.courses if 0 < len(one.courses) <= MOST_TITLES else (library().programme.key,)
    return {code: " · ".join(award_title(slug, code) for slug in slugs) for code in LANGUAGES}


def record_letter(
    db: Session, user: User, slug: str, cohort: Cohort, by: User, at: datetime
) -> None:
    """Leave a line in the trail: staff gave a trainee of the cohort a letter."""
    detail = {"cohort": cohort.key, "course": slug}
    audit.record(db, "certificates.write-letter", by.key, at, "user", user.key, detail)
