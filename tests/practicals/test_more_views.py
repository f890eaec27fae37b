"""Second examiner, settling, team, paper, sessions and deadlines, in a browser without a script."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.cohorts import services as cohorts
from app.core.clock import now
from app.core.events import new_event_id
from app.core.languages import LANGUAGES
from app.courses.library import library
from app.practicals import services
from app.practicals.models import SkillCheck
from app.practicals.types import Standing
from tests.browsing import CheckedClient
from tests.factories import (
    make_administrator,
    make_attempt,
    make_cohort,
    make_examiner,
    make_learner,
    make_trainee,
)
from tests.practicals.conftest import allow
from tests.practicals.days import make_session

SLUG, SHEET = "cpr-aed-choking", "choking-recovery"
SignIn = Callable[[Any], CheckedClient]


@pytest.fixture
def trainee(db: Session, examiner: User) -> User:
    """A trainee of the examiner."""
    user = make_trainee(db)
    make_cohort(db, examiner, user)
    return user


def sheet_at(*people: User, **names: str) -> str:
    where = {"course": SLUG, "sheet": SHEET, **names}
    chosen = [*where.items(), *(("person", person.key) for person in people)]
    return "/en/practicals/grade?" + "&".join(f"{name}={value}" for name, value in chosen)


def all_passed(*keys: str, sheet: Any = None, **changes: str) -> dict[str, str]:
    sheet = sheet or library().course(SLUG).sheet(SHEET)
    marks = {f"mark-{key}-{step.key}": "passed" for key in keys for step in sheet.steps}
    return {**marks, "place": "Nanning", **changes}


def graded(browser: CheckedClient, trainee: User, **changes: str) -> str:
    given = all_passed(trainee.key, **{f"role-{trainee.key}-is": "rescuer"}, **changes)
    response = browser.submit(sheet_at(trainee), given, "place")
    assert response.status_code == 303, response.text[:3000]
    return str(response.headers["Location"])


def opens_in_every_language(browser: CheckedClient, address: str) -> None:
    for code, language in LANGUAGES.items():
        page = browser.get(address.replace("/en/", f"/{code}/"))
        assert page.status_code == 200
        assert f'<html lang="{language.html}"' in page.text


@pytest.mark.usefixtures("seconded")
def test_two_examiners_differ_and_settle(
    sign_in: SignIn, db: Session, examiner: User, trainee: User, today: date
) -> None:
    colleague = make_examiner(db, today + timedelta(days=30))
    cohort = cohorts.cohorts_joined(db, trainee)[0]
    cohorts.add_instructor(db, cohort, colleague, make_administrator(db), now())
    address = graded(sign_in(examiner), trainee, **{f"comment-{trainee.key}-is": "Calm voice"})
    assert "does not count yet" in sign_in(trainee).get(address).text
    other = sign_in(colleague)
    blind = other.get(address).text
    assert "Calm voice" not in blind
    assert "The marks are shown when" in blind
    assert "Waiting for you as second examiner" in other.get("/en/practicals").text
    opens_in_every_language(other, f"{address}/second")
    marks = all_passed(trainee.key, **{f"mark-{trainee.key}-thrusts": "failed"})
    del marks["place"]
    sent = other.submit(f"{address}/second", marks, f"mark-{trainee.key}-thrusts")
    assert sent.status_code == 303
    row = db.scalars(select(SkillCheck)).one().participants[0]
    name = f"{row.id}-step:thrusts"
    opens_in_every_language(other, f"{address}/settle")
    half = other.submit(f"{address}/settle", {f"settle-{name}": "failed"}, f"why-{name}")
    assert half.status_code == 422
    assert "write a reason" in half.text
    given = {f"settle-{name}": "failed", f"why-{name}": "Hands too low."}
    assert other.submit(f"{address}/settle", given, f"why-{name}").status_code == 303
    first = sign_in(examiner)
    assert "Hands too low." in first.get(address).text
    assert first.submit(address, {}, "proposal").status_code == 303
    page = sign_in(trainee).get(address).text
    assert "Practise these steps" in page
    assert f"/courses/{SLUG}/lessons/choking-recovery" in page
    assert "You have 1 attempt left today." in page


@pytest.mark.usefixtures("seconded")
def test_a_stranger_finds_no_second_sheet_and_nothing_to_settle(
    sign_in: SignIn, db: Session, examiner: User, trainee: User, today: date
) -> None:
    address = graded(sign_in(examiner), trainee)
    stranger = sign_in(make_examiner(db, today))
    for part in ("second", "settle"):
        assert stranger.get(f"{address}/{part}").status_code == 404
    event = {"event_id": new_event_id()}
    for part in ("second", "settle", "agree", "decide"):
        assert stranger.post(f"{address}/{part}", data=event).status_code == 404
    assert sign_in(trainee).get(f"{address}/second").status_code == 403


@pytest.mark.usefixtures("seconded")
def test_an_administrator_lets_a_lapsed_check_count_with_a_reason(
    sign_in: SignIn, db: Session, examiner: User, trainee: User
) -> None:
    address = graded(sign_in(examiner), trainee)
    check = db.scalars(select(SkillCheck)).one()
    check.recorded_at -= timedelta(days=2)
    assert "has lapsed" in sign_in(trainee).get(address).text
    office = sign_in(make_administrator(db))
    assert office.submit(address, {"reason": ""}, "reason").status_code == 422
    assert office.submit(address, {"reason": "The road was closed."}, "reason").status_code == 303
    db.expire_all()
    assert db.scalars(select(SkillCheck)).one().standing is Standing.COUNTS
    assert "The road was closed." in office.get(address).text


def test_a_team_is_graded_on_one_sheet(
    sign_in: SignIn, db: Session, examiner: User, today: date
) -> None:
    slug, sheet = library().programme.key, library().exercise.sheet  # type: ignore[union-attr]
    allow(db, examiner, f"{slug}/{sheet.key}", today)
    people = [make_trainee(db) for _ in range(5)]
    make_cohort(db, examiner, *people)
    roles = {
        f"role-{user.key}-is": role
        for user, role in zip(people, sheet.participants.roles, strict=True)
    }
    browser = sign_in(examiner)
    address = sheet_at(*people, course=slug, sheet=sheet.key)
    response = browser.submit(address, all_passed("team", sheet=sheet, **roles), "place")
    assert response.status_code == 303, response.text[:3000]
    page = sign_in(people[3]).get(response.headers["Location"]).text
    assert "One result for the whole team." in page
    assert set(services.passed_team_exercise(db, [u.id for u in people])) == {u.id for u in people}


def test_a_paper_sheet_is_named_and_shown(sign_in: SignIn, examiner: User, trainee: User) -> None:
    browser = sign_in(examiner)
    signed = {f"signed-{trainee.key}-paper": "1"}
    given = all_passed(trainee.key, **{f"role-{trainee.key}-is": "rescuer"}, **signed)
    nameless = browser.submit(sheet_at(trainee), given, "place")
    assert nameless.status_code == 422
    assert "Name the paper sheet" in nameless.text
    paper = {
        "paper": "No. 17",
        "paper_signed_by": "陈美玲",
        "minutes_used": "4",
        "seconds_used": "5",
    }
    page = browser.get(graded(browser, trainee, **signed, **paper)).text
    for shown in ("No. 17", "陈美玲", "on paper", "4:05"):
        assert shown in page


def test_a_session_gives_day_and_place_and_a_strangers_is_not_found(
    sign_in: SignIn, db: Session, examiner: User, trainee: User, today: date
) -> None:
    day = today - timedelta(days=1)
    cohort = cohorts.cohorts_joined(db, trainee)[0]
    held = make_session(db, cohort, examiner, held_on=day, place="Wuxiang")
    browser = sign_in(examiner)
    given = all_passed(trainee.key, **{f"role-{trainee.key}-is": "rescuer"})
    del given["place"]
    assert browser.submit(sheet_at(trainee, session=held.key), given, "place").status_code == 303
    check = db.scalars(select(SkillCheck)).one()
    assert (check.session_id, check.held_on, check.place) == (held.id, day, "Wuxiang")
    stranger = sign_in(make_examiner(db, today))
    assert stranger.get(sheet_at(trainee, session=held.key)).status_code == 404


def test_people_are_found_by_a_part_of_the_name(
    sign_in: SignIn, db: Session, examiner: User, trainee: User
) -> None:
    other = make_trainee(db)
    make_cohort(db, examiner, other)
    address = f"/en/practicals/new?course={SLUG}&sheet={SHEET}"
    browser = sign_in(examiner)
    found = browser.post(address, data={"q": (other.latin_name or "")[:9].lower()}).text
    assert other.key in found
    assert "Nobody found" in browser.post(address, data={"q": "zzzz"}).text


def test_deadlines_are_shown_to_the_trainee_and_to_her_instructor_only(
    sign_in: SignIn, db: Session, examiner: User, today: date
) -> None:
    trainee = make_learner(db, SLUG)
    make_cohort(db, examiner, trainee)
    make_attempt(db, trainee, SLUG, at=now() - timedelta(days=80))
    own = sign_in(trainee)
    for address in ("/en/start", f"/en/courses/{SLUG}", "/en/practicals"):
        assert "Provisional pass, no certificate yet." in own.get(address).text
    assert own.get("/en/practicals/deadlines").status_code == 403
    browser = sign_in(examiner)
    assert "lapse within 14 days" in browser.get("/en/start").text
    assert trainee.display_name in plain(browser.get("/en/practicals/deadlines?within=14").text)
    stranger = sign_in(make_examiner(db, today))
    assert "Nobody has a deadline here" in stranger.get("/en/practicals/deadlines").text


def plain(html: str) -> str:
    return html.replace("\u200b", "").replace("&#39;", "'")


def test_the_list_is_narrowed_by_its_form(
    sign_in: SignIn, examiner: User, trainee: User, today: date
) -> None:
    browser = sign_in(examiner)
    graded(browser, trainee)
    own = f"sheet={SLUG}/{SHEET}&result=passed&day={today.isoformat()}"
    assert trainee.display_name in plain(browser.get(f"/en/practicals?{own}").text)
    for nothing in ("result=failed", "day=2020-01-01", "page=7"):
        assert "No such skill check" in browser.get(f"/en/practicals?{nothing}").text
    assert browser.get("/en/practicals?result=x&day=y&page=-1&sheet=z").status_code == 200
    assert browser.get(f"/en/practicals?cohort={new_event_id()}").status_code == 404
