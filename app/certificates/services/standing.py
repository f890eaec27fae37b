"""Where people stand on the way to any award, and what a preview shows of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.certificates import rendering
from app.certificates.loader import Template
from app.certificates.services.freezing import printed_facts
from app.certificates.services.programme import ever_certified, programme_readiness
from app.certificates.services.readiness import readiness
from app.certificates.types import Award, Readiness, UnprintableName
from app.courses.types import Course, Programme
from app.practicals import services as practicals

NO_NUMBERS = {"serial": "KPK-0000-000000-0", "code": "0" * 16}


def standing_in(
    db: Session,
    users: Sequence[User],
    what: Course | Programme,
    on: date,
    *,
    require_review: bool = False,
    evidence: bool = True,
) -> list[Readiness]:
    """Where each person stands on the way to the course's or the programme's certificate.

    `require_review` and `evidence` are as in `readiness`; the programme has its own courses' rules.
    """
    if not users:
        return []
    if isinstance(what, Programme):
        return programme_readiness(db, users, what, on)
    return readiness(db, users, what, on, require_review=require_review, evidence=evidence)


def possible(db: Session, users: Sequence[User], what: Course | Programme) -> Sequence[User]:
    """Those who can be ready at all, in the same order, by one query: of a course with skill checks
    who was ever checked in it, of the programme who was ever certified in a course.
    """
    ids = [user.id for user in users]
    if isinstance(what, Programme):
        far = ever_certified(db, ids, what)
    elif what.sheets:
        far = {user_id for slug, user_id in practicals.checked_in(db, ids) if slug == what.slug}
    else:
        return users
    return [user for user in users if user.id in far]


def faults(ready: Sequence[Readiness], award: Award, template: Template) -> list[UnprintableName]:
    """What could not be printed, with person and place, before anything is issued."""
    found = []
    for one in ready:
        facts = printed_facts(one, award, NO_NUMBERS, "", template)
        try:
            rendering.refuse_unprintable(facts)
        except UnprintableName as error:
            found.append(error)
    return found
