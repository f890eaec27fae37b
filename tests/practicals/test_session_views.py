"""Training days in a browser without JavaScript, and what the scanner's script is answered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.services.cards import cards_of, face_of, make_cards
from app.cohorts.models import Cohort
from app.core import jobs
from app.core.clock import now, programme_date
from app.core.errors import GIVEN_UP
from app.core.events import new_event_id
from app.core.jobs import Worker
from app.courses.library import library
from app.practicals.models import SkillCheck
from app.practicals.models.sessions import AttendanceEvent, SessionPaper, TrainingSession
from app.practicals.types.sessions import Presence
from tests.browsing import CheckedClient
from tests.factories import (
    make_administrator,
    make_cohort,
    make_examiner,
    make_instructor,
    make_trainee,
)
from tests.pages import as_read
from tests.practicals.days import SHEET, SLUG, enter, make_session

SignIn = Callable[[Any], CheckedClient]
NO_CAMERA = "camera=()"


@pytest.fixture
def today() -> date:
    """The day in Vientiane."""
    return programme_date(now(), "Asia/Vientiane")


@pytest.fixture
def leader(db: Session, today: date) -> User:
    """An instructor with authority for every sheet."""
    return make_examiner(db, today + timedelta(days=30))


@pytest.fixture
def trainee(db: Session) -> User:
    """A trainee of the cohort."""
    return make_trainee(db)


@pytest.fixture
def cohort(db: Session, leader: User, trainee: User) -> Cohort:
    """The leader's cohort."""
    return make_cohort(db, leader, trainee)


@pytest.fixture
def day(db: Session, cohort: Cohort, leader: User, today: date) -> TrainingSession:
    """Today's day; it lasts the whole day, so that nobody is late whenever the test runs."""
    hours = {"begins": time(0), "ends": time(23, 59)}
    return make_session(db, cohort, leader, held_on=today, **hours)


def at(day: TrainingSession, page: str = "") -> str:
    """The address of one of the day's pages."""
    return f"/en/practicals/sessions/{day.key}{page}"


def newest(db: Session) -> AttendanceEvent:
    """The newest entry of attendance."""
    return db.scalars(select(AttendanceEvent).order_by(AttendanceEvent.id.desc())).all()[0]


def test_a_day_is_planned_on_a_form_that_proposes_the_last_one(
    db: Session, sign_in: SignIn, cohort: Cohort, leader: User, today: date
) -> None:
    browser, address = sign_in(leader), f"/en/practicals/sessions/new?cohort={cohort.key}"
    given = {"place": "Nanning, Wuxiang", "stations": f"{SLUG}/{SHEET}", "note": "ເອົາເກີບມາ"}
    refused = browser.submit(address, {**given, "ends": "08:00"}, "held_on")
    assert refused.status_code == 422
    assert "The end is not after the beginning." in refused.get_data(as_text=True)
    planned = browser.submit(address, given, "held_on")
    assert planned.status_code == 303
    assert db.scalars(select(TrainingSession)).one().place == "Nanning, Wuxiang"
    assert 'value="Nanning, Wuxiang"' in browser.get(address).get_data(as_text=True)
    assert today.isoformat() < browser.page(address).forms[-1].values["held_on"][0]


def test_the_first_day_proposes_who_leads_and_may_examine(
    sign_in: SignIn, cohort: Cohort, leader: User
) -> None:
    page = sign_in(leader).page(f"/en/practicals/sessions/new?cohort={cohort.key}")
    proposed = page.forms[-1].values
    assert (proposed["instructors"], proposed["examiners"]) == ([leader.key], [leader.key])


def test_a_trainee_sees_her_next_day_with_the_places_time(
    db: Session, sign_in: SignIn, cohort: Cohort, leader: User, trainee: User, today: date
) -> None:
    make_session(db, cohort, leader, held_on=today + timedelta(days=1))
    for address in ("/en/start", "/en/practicals"):
        page = sign_in(trainee).get(address).get_data(as_text=True)
        assert "09:00–16:00 (UTC+7)" in page
        assert "Choking adult and infant, recovery position" in page


@pytest.mark.parametrize(
    "page",
    ["", "/edit", "/attendance", "/scan", "/books", "/close", "/papers", "/guests", "/cancel"],
)
def test_another_instructor_finds_nothing_of_the_day(
    db: Session, sign_in: SignIn, day: TrainingSession, page: str
) -> None:
    assert sign_in(make_instructor(db)).get(at(day, page)).status_code == 404


def test_an_examiner_of_the_day_sees_it_and_manages_nothing(
    db: Session, sign_in: SignIn, cohort: Cohort, leader: User, today: date
) -> None:
    examiner = make_examiner(db, today)
    day = make_session(db, cohort, leader, held_on=today, examiners=(examiner.key,))
    browser = sign_in(examiner)
    page = browser.get(at(day)).get_data(as_text=True)
    assert "Everybody at this station" in page
    assert "/attendance" not in page
    for managed in ("/attendance", "/scan", "/books", "/papers", "/edit"):
        assert browser.get(at(day, managed)).status_code == 404


def test_only_the_page_that_scans_may_use_the_camera(
    sign_in: SignIn, day: TrainingSession, leader: User
) -> None:
    browser = sign_in(leader)
    scanning, other = browser.get(at(day, "/scan")).headers, browser.get(at(day)).headers
    assert "camera=(self)" in scanning["Permissions-Policy"]
    assert "'wasm-unsafe-eval'" in scanning["Content-Security-Policy"]
    assert NO_CAMERA in other["Permissions-Policy"]
    assert "wasm" not in other["Content-Security-Policy"]


def test_the_code_of_a_card_is_typed_without_a_camera(
    db: Session, sign_in: SignIn, day: TrainingSession, leader: User, trainee: User
) -> None:
    make_cards(db, [trainee], leader, now())
    code = face_of(cards_of(db, [trainee])[trainee.id].key).code
    browser = sign_in(leader)
    assert browser.submit(at(day, "/scan"), {"scanned": code}).status_code == 303
    assert newest(db).user_id == trainee.id
    unknown = browser.submit(at(day, "/scan"), {"scanned": "AAA-AAA-AAA"})
    assert unknown.status_code == 404
    assert "We do not know this card" in unknown.get_data(as_text=True)


def test_the_scanner_is_told_the_name_once_and_then_that_it_is_there(
    db: Session, sign_in: SignIn, day: TrainingSession, leader: User, trainee: User
) -> None:
    make_cards(db, [trainee], leader, now())
    token = face_of(cards_of(db, [trainee])[trainee.id].key).token
    browser, answers = sign_in(leader), []
    for _time in range(2):
        given = {"scanned": token, "event_id": new_event_id(), "delay_ms": "9" * 30}
        response = browser.post(
            at(day, "/scan"), data=given, headers={"Accept": "application/json"}
        )
        answers.append(response.get_json())
    assert [answer["state"] for answer in answers] == ["new", "again"]
    assert answers[0]["name"] == trainee.display_name
    assert len(db.scalars(select(AttendanceEvent)).all()) == 1


def test_names_are_ticked_and_an_old_page_undoes_nothing(
    db: Session, sign_in: SignIn, day: TrainingSession, leader: User, trainee: User
) -> None:
    browser, address = sign_in(leader), at(day, "/attendance")
    old = browser.page(address).forms[-1].values
    given = {f"what-{trainee.key}": "late", f"clock-{trainee.key}": "09:40"}
    assert browser.submit(address, given, "attendance").status_code == 303
    assert (newest(db).what, newest(db).clock) == (Presence.LATE, time(9, 40))
    browser.post(address, data={**old, "rest": ""})
    assert newest(db).what is Presence.LATE


def test_the_list_of_names_says_when_somebody_came_late(
    db: Session, sign_in: SignIn, day: TrainingSession, leader: User, trainee: User
) -> None:
    enter(db, day, trainee, leader, Presence.LATE, at=now(), clock=time(10, 5))
    page = sign_in(leader).get(at(day, "/attendance")).get_data(as_text=True)
    assert "Late 10:05" in page


def test_the_day_says_who_is_next_and_opens_her_sheet(
    db: Session, sign_in: SignIn, day: TrainingSession, leader: User, trainee: User
) -> None:
    enter(db, day, trainee, leader, at=now())
    page = sign_in(leader).get(at(day)).get_data(as_text=True)
    assert f"Next: {trainee.display_name}" in as_read(page)
    sheet = f"session={day.key}&amp;course={SLUG}&amp;sheet={SHEET}&amp;person={trainee.key}"
    assert sheet in page


def test_an_examiner_of_the_day_grades_there_whom_she_does_not_lead(
    db: Session, sign_in: SignIn, cohort: Cohort, leader: User, trainee: User, today: date
) -> None:
    # Authority ends by the programme's day, which begins an hour before that of Vientiane.
    examiner = make_examiner(db, today + timedelta(days=1))
    day = make_session(db, cohort, leader, held_on=today, examiners=(examiner.key,))
    enter(db, day, trainee, leader, at=now())
    browser, found = sign_in(examiner), library().course(SLUG).sheet(SHEET)
    address = f"/en/practicals/grade?course={SLUG}&sheet={SHEET}&person={trainee.key}"
    assert day.place in as_read(browser.get(f"{address}&session={day.key}").text)
    marks = {f"mark-{trainee.key}-{step.key}": "passed" for step in found.steps}
    assert browser.get(address).status_code == 404, "only on the day"
    answer = browser.submit(f"{address}&session={day.key}", marks, "place")
    assert answer.status_code == 303
    check = db.scalars(select(SkillCheck)).one()
    assert (check.session_id, check.cohort_id, check.held_on) == (day.id, cohort.id, today)
    stranger = make_session(db, make_cohort(db, make_instructor(db)), leader, held_on=today)
    assert browser.get(f"{address}&session={stranger.key}").status_code == 404


def test_the_end_of_the_day_fills_its_gaps_and_closes(
    db: Session, sign_in: SignIn, day: TrainingSession, leader: User, trainee: User
) -> None:
    browser = sign_in(leader)
    refused = browser.post(at(day, "/close"), data={"event_id": new_event_id()})
    assert refused.status_code == 409
    assert "The day cannot be closed" in refused.get_data(as_text=True)
    browser.submit(at(day, "/books"), {}, f"what-{trainee.key}")
    assert newest(db).what is Presence.PRESENT
    browser.submit(at(day, "/books"), {"reason": "No time left"}, "defer")
    closing = browser.submit(at(day, "/close"), {}, "close")
    assert closing.headers["Location"] == at(day)
    assert "Closed on" in browser.get(at(day)).get_data(as_text=True)
    late = browser.post(
        at(day, "/attendance"),
        data={
            "event_id": new_event_id(),
            "person": trainee.key,
            f"what-{trainee.key}": "absent",
        },
        headers={"Referer": f"http://localhost{at(day, '/attendance')}"},
    )
    assert late.status_code == 409
    assert "This training day is closed." in late.get_data(as_text=True)
    assert f'href="{at(day, "/attendance")}"' in late.get_data(as_text=True)


def test_an_instructor_does_not_reopen_a_day_and_an_administrator_says_why(
    db: Session, sign_in: SignIn, day: TrainingSession, leader: User, trainee: User
) -> None:
    enter(db, day, trainee, leader, Presence.ABSENT, at=now())
    browser = sign_in(leader)
    assert browser.submit(at(day, "/close"), {}, "close").status_code == 303
    assert browser.get(at(day, "/reopen")).status_code == 403
    assert browser.post(at(day, "/reopen"), data={"reason": "mine"}).status_code == 403
    office = sign_in(make_administrator(db))
    assert office.submit(at(day, "/reopen"), {"reason": ""}, "reason").status_code == 422
    assert (
        office.submit(at(day, "/reopen"), {"reason": "a lost sheet"}, "reason").status_code == 303
    )
    assert "a lost sheet" in office.get(at(day, "/books")).get_data(as_text=True)


def test_sheets_are_numbered_once_and_drawn_by_the_worker(
    db: Session, app: Flask, sign_in: SignIn, day: TrainingSession, leader: User
) -> None:
    browser, address = sign_in(leader), at(day, "/papers")
    given = {"whom": "all", "language": "lo"}
    assert browser.submit(address, given, "whom").status_code == 303
    blank = {"whom": "blank", "blanks": "2", "language": "zh"}
    assert browser.submit(address, blank, "whom").status_code == 303
    prints = db.scalars(select(SessionPaper).order_by(SessionPaper.id)).all()
    assert [(one.first, one.count) for one in prints] == [(1, 1), (2, 2)]
    assert "The paper is being made." in browser.get(address).get_data(as_text=True)
    assert Worker(app.extensions["kapok"].database).run_all() == 2
    file = browser.get(at(day, f"/papers/{prints[1].key}.pdf"))
    assert file.data.startswith(b"%PDF")
    assert f"T{day.id}-002–003" in browser.get(address).get_data(as_text=True)


def test_why_there_is_no_paper_is_told_in_the_readers_words(
    db: Session, app: Flask, sign_in: SignIn, day: TrainingSession, leader: User
) -> None:
    browser, address = sign_in(leader), at(day, "/papers")
    day.place = "Nam Ninh \U0001f3eb"
    db.commit()
    assert browser.submit(address, {"language": "en"}, "kind").status_code == 303
    worker = Worker(app.extensions["kapok"].database)
    assert worker.run_all() == 1
    told = as_read(browser.get(address.replace("/en/", "/lo/")).text)
    assert "\U0001f3eb (ສະຖານທີ່)" in told
    assert "No font" not in told
    day.place = "Nam Ninh"
    db.commit()
    assert browser.submit(address, {}, "again").status_code == 303
    assert worker.run_all() == 1
    assert ".pdf" in browser.get(address).text


@pytest.mark.parametrize("kept", [GIVEN_UP, "ValueError: a technical text with ນ້ຳຝົນ"])
def test_a_paper_that_the_server_gave_up_says_what_to_do_and_nothing_technical(
    db: Session, sign_in: SignIn, day: TrainingSession, leader: User, kept: str
) -> None:
    browser, address = sign_in(leader), at(day, "/papers")
    assert browser.submit(address, {"language": "km"}, "kind").status_code == 303
    job = jobs.claim(db, now())
    assert job is not None
    assert jobs.finish(db, job.id, str(job.owner), jobs.JobStatus.FAILED, kept)
    db.expire_all()
    paper = db.scalars(select(SessionPaper)).one()
    assert paper.fault == GIVEN_UP
    paper.fault = kept
    db.commit()
    told = as_read(browser.get(address.replace("/en/", "/km/")).text)
    assert "សូមប្រាប់អ្នកថែទាំប្រព័ន្ធ" in told
    assert "technical" not in told
    assert 'lang="en"' not in told.partition("<main")[2].partition("</main")[0]
