"""What the tests of grading in a browser share: a filled-in sheet and its result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.courses.library import library
from app.practicals.models import SkillCheckParticipant
from tests.browsing import CheckedClient

SLUG, SHEET, PAIR = "cpr-aed-choking", "choking-recovery", "adult-cpr-aed"
PIN = "482913"
SignIn = Callable[[Any], CheckedClient]


def sheet_at(*people: User, sheet: str = SHEET) -> str:
    """The address of an empty sheet for these people."""
    chosen = "".join(f"&person={person.key}" for person in people)
    return f"/en/practicals/grade?course={SLUG}&sheet={sheet}{chosen}"


def all_passed(*people: User, sheet: str = SHEET) -> dict[str, Any]:
    """Every step passed for everybody, roles as the sheet has them."""
    found = library().course(SLUG).sheet(sheet)
    marks = {f"mark-{person.key}-{step.key}": "passed" for person in people for step in found.steps}
    roles = zip(people, found.participants.roles, strict=False)
    return {
        **marks,
        **{f"role-{person.key}-is": role for person, role in roles},
        "place": "Nanning",
    }


def graded(browser: CheckedClient, trainee: User, **changes: Any) -> str:
    """The address of a recorded check."""
    response = browser.submit(sheet_at(trainee), {**all_passed(trainee), **changes}, "place")
    assert response.status_code == 303, response.get_data(as_text=True)[:2000]
    return str(response.headers["Location"])


def result_of(db: Session, trainee: User) -> SkillCheckParticipant:
    """The trainee's newest result."""
    query = select(SkillCheckParticipant).where(SkillCheckParticipant.user_id == trainee.id)
    return db.scalars(query.order_by(SkillCheckParticipant.id.desc())).all()[0]


def kept(html: str) -> set[str]:
    """The texts that a page's fields hold."""
    texts = {part.partition('"')[0] for part in html.split('value="')[1:]}
    areas = {
        part.partition(">")[2].partition("</textarea>")[0] for part in html.split("<textarea")[1:]
    }
    return texts | {area.lstrip("\r\n") for area in areas}
