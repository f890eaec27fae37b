"""The pages of progress: grid, everybody, timeline, charts, more time, waived lessons."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.cohorts.models import Cohort
from app.core.clock import now
from app.core.events import new_event_id
from app.core.languages import LANGUAGES
from app.courses.library import library
from app.learning import services as learning
from app.learning.models import DueExtension, LessonWaiver
from app.overview.services import grids
from app.practicals.types.sessions import Presence
from tests.browsing import CheckedClient
from tests.counting import statements_of
from tests.factories import (
    make_administrator,
    make_attempt,
    make_cohort,
    make_instructor,
    make_learner,
    make_trainee,
)
from tests.pages import as_read
from tests.practicals.days import enter, make_session

SLUG, NAME = "first-responder-role", "ສົມສະໄໝ ແກ້ວມະນີ"
SignIn = Callable[[Any], CheckedClient]


@pytest.fixture
def instructor(db: Session) -> User:
    """Who leads the cohort."""
    return make_instructor(db)


@pytest.fixture
def trainee(db: Session) -> User:
    """A trainee of the cohort."""
    return make_learner(db, SLUG, native_name=NAME)


@pytest.fixture
def cohort(db: Session, instructor: User, trainee: User) -> Cohort:
    """A cohort whose course was due three days ago."""
    found = make_cohort(db, instructor, trainee, slug=SLUG)
    found.courses[0].due_on = today() - timedelta(days=3)
    db.flush()
    return found


def today() -> date:
    """The day in Nanning."""
    return (now() + timedelta(hours=8)).date()


def lessons() -> list[str]:
    """The keys of the course's lessons."""
    return [lesson.key for lesson in library().course(SLUG).lessons]


def test_the_grid_says_in_words_who_is_late(
    sign_in: SignIn, instructor: User, cohort: Cohort
) -> None:
    page = sign_in(instructor).get(f"/en/cohorts/{cohort.key}/progress").text
    assert "Not started · 3 days late" in page
    assert 'show=late"' in page


def test_a_name_is_sent_and_never_stands_in_an_address(
    sign_in: SignIn, db: Session, instructor: User, cohort: Cohort
) -> None:
    make_cohort(db, instructor, make_trainee(db))
    browser = sign_in(instructor)
    address = f"/en/cohorts/{cohort.key}/progress"
    found = browser.post(address, data={"q": "ສົມສະໄໝ", "sort": "urgency"})
    assert "1 trainee<" in found.text
    page = browser.post(address, data={"q": "Dupont"}).text
    assert "Nobody found" in page
    assert "q=" not in page


def test_many_people_come_page_by_page(
    sign_in: SignIn, db: Session, instructor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grids, "PAGE_SIZE", 2)
    cohort = make_cohort(db, instructor, *(make_trainee(db) for _ in range(3)))
    page = sign_in(instructor).post(f"/en/cohorts/{cohort.key}/progress", data={"page": "2"})
    assert "Page 2 of 2" in page.text
    assert page.text.count('scope="row"') == 1


@pytest.mark.parametrize(
    "place",
    [
        "progress",
        "charts",
        f"extend/{SLUG}",
        "members/{user}/progress",
        f"members/{{user}}/waive/{SLUG}",
        f"members/{{user}}/waiver/{SLUG}",
        f"members/{{user}}/extension/{SLUG}",
    ],
)
def test_another_instructors_pages_are_not_found(
    sign_in: SignIn, db: Session, cohort: Cohort, trainee: User, place: str
) -> None:
    address = f"/en/cohorts/{cohort.key}/{place.format(user=trainee.key)}"
    stranger = sign_in(make_instructor(db))
    assert stranger.get(address).status_code == 404
    if "progress" not in place and place != "charts":
        data = {"reason": "To be kind", "event_id": new_event_id(), "people": trainee.key}
        data |= {"due_on": "2027-01-01", "lessons": lessons()[0]}
        assert stranger.post(address, data=data).status_code in {404, 422}
        assert db.scalars(select(LessonWaiver)).all() == []
        assert db.scalars(select(DueExtension)).all() == []


def test_everybody_is_on_the_administrators_page(
    sign_in: SignIn, db: Session, cohort: Cohort
) -> None:
    make_cohort(db, make_instructor(db), make_trainee(db))
    page = sign_in(make_administrator(db)).get("/en/trainees").text
    assert "2 trainees<" in page
    page = sign_in(make_administrator(db)).get(f"/en/trainees?cohort={cohort.key}").text
    assert "1 trainee<" in page


def test_everybodys_page_asks_a_fixed_number_of_queries(
    app: Flask, sign_in: SignIn, db: Session, instructor: User
) -> None:
    engine, counts = app.extensions["kapok"].database.engine, []
    browser = sign_in(instructor)
    for size in (2, 20):
        make_cohort(db, instructor, *(make_trainee(db) for _ in range(size)))
        with statements_of(engine) as statements:
            browser.get("/en/trainees")
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 24


# one trainee


def test_the_timeline_tells_what_happened_and_in_which_language(
    sign_in: SignIn, db: Session, instructor: User, cohort: Cohort, trainee: User
) -> None:
    course = library().course(SLUG)
    learning.record_completion(db, trainee, course, lessons()[0], new_event_id(), "lo", now())
    make_attempt(db, trainee, SLUG, at=now())
    learning.waive_lessons(
        db, trainee, course, lessons()[1:2], "ຮຽນກັບກາແດງແລ້ວ", new_event_id(), instructor, now()
    )
    browser = sign_in(instructor)
    for language in LANGUAGES:
        address = f"/{language}/cohorts/{cohort.key}/members/{trainee.key}/progress"
        assert "ຮຽນກັບກາແດງແລ້ວ" in as_read(browser.get(address).text)
    page = browser.get(f"/en/cohorts/{cohort.key}/members/{trainee.key}/progress").text
    assert "Lesson done" in page
    assert "Assessment passed with" in page
    assert "ລາວ" in page
    assert page.index("waived 1 lesson") < page.index("Enrolled in")


def test_the_timeline_tells_how_each_training_day_went(
    sign_in: SignIn, db: Session, instructor: User, cohort: Cohort, trainee: User
) -> None:
    told = {
        Presence.PRESENT: "Training day attended on 2 March 2026: Nanning",
        Presence.LATE: "Came late to the training day on 2 March 2026, at 10:30: Nanning",
        Presence.LEFT_EARLY: "Left the training day on 2 March 2026 early, at 10:30: Nanning",
        Presence.EXCUSED: "Excused from the training day on 2 March 2026: Nanning",
        Presence.ABSENT: "Absent from the training day on 2 March 2026: Nanning",
    }
    for presence in told:
        day = make_session(db, cohort, instructor, place="Nanning", courses=(SLUG,), stations=())
        enter(db, day, trainee, instructor, Presence.ABSENT)  # the newest entry holds
        enter(db, day, trainee, instructor, presence, clock=time(10, 30))
    cancelled = make_session(
        db, cohort, instructor, place="Vientiane", courses=(SLUG,), stations=()
    )
    enter(db, cancelled, trainee, instructor)
    cancelled.cancelled_at = now()
    db.commit()
    browser = sign_in(instructor)
    page = browser.get(f"/en/cohorts/{cohort.key}/members/{trainee.key}/progress").text
    for words in told.values():
        assert page.count(words) == 1
    assert "Vientiane" not in page


# more time


def test_an_instructor_gives_one_trainee_more_time(
    sign_in: SignIn, db: Session, instructor: User, cohort: Cohort, trainee: User
) -> None:
    browser = sign_in(instructor)
    address = f"/en/cohorts/{cohort.key}/extend/{SLUG}?person={trainee.key}"
    assert " checked" in browser.get(address).text
    later = today() + timedelta(days=9)
    given = {"due_on": later.isoformat(), "people": trainee.key, "reason": "ເຈັບໜຶ່ງອາທິດ"}
    response = browser.submit(address, given, "reason")
    assert response.status_code == 303
    page = browser.get(response.headers["Location"]).text
    assert "1 trainee has more time now." in page
    assert "ເຈັບໜຶ່ງອາທິດ" in as_read(page)
    start = sign_in(trainee).get("/en/start").text
    assert "Your instructor gave you more time" in start


def test_more_time_to_an_earlier_day_is_refused_in_the_form(
    sign_in: SignIn, db: Session, instructor: User, cohort: Cohort, trainee: User
) -> None:
    address = f"/en/cohorts/{cohort.key}/extend/{SLUG}"
    given = {"due_on": "2026-01-01", "people": trainee.key, "reason": "Ill"}
    response = sign_in(instructor).submit(address, given, "reason")
    assert response.status_code == 422
    assert "Choose a day after the present due date" in response.text
    assert db.scalars(select(DueExtension)).all() == []


def test_more_time_is_taken_back(
    sign_in: SignIn, db: Session, instructor: User, cohort: Cohort, trainee: User
) -> None:
    wish = learning.Wish(today() + timedelta(days=9), "Ill", today())
    present = {trainee.id: today() - timedelta(days=3)}
    course = library().course(SLUG)
    learning.extend_due(db, [trainee], course, wish, present, new_event_id(), instructor, now())
    address = f"/en/cohorts/{cohort.key}/members/{trainee.key}/extension/{SLUG}"
    response = sign_in(instructor).submit(address, {"reason": "By mistake"}, "reason")
    assert response.status_code == 303
    assert learning.extensions_in(db, [trainee.id], [SLUG]) == {}


# waived lessons


def test_an_instructor_waives_lessons_and_takes_it_back(
    sign_in: SignIn, db: Session, instructor: User, cohort: Cohort, trainee: User
) -> None:
    browser, where = sign_in(instructor), f"/en/cohorts/{cohort.key}/members/{trainee.key}"
    given = {"lessons": lessons()[:2], "reason": "Red Cross course of 2026"}
    response = browser.submit(f"{where}/waive/{SLUG}", given, "reason")
    assert "2 lessons are waived." in browser.get(response.headers["Location"]).text
    own = sign_in(trainee)
    assert "Red Cross course of 2026" in own.get("/en/start").text
    assert own.get(f"/en/courses/{SLUG}").text.count("Waived: you need not do it") == 2
    browser = sign_in(instructor)
    response = browser.submit(f"{where}/waiver/{SLUG}", {"reason": "Wrong paper"}, "reason")
    assert response.status_code == 303
    assert learning.lessons_met(db, trainee, library().course(SLUG)) == frozenset()


# start pages


def test_a_trainee_is_told_kindly_that_she_is_late(
    sign_in: SignIn, cohort: Cohort, trainee: User
) -> None:
    page = sign_in(trainee).get("/en/start").text
    assert "3 days late" in page
    assert "You can still finish." in page


def test_an_instructors_start_page_links_to_those_who_are_late(
    sign_in: SignIn, instructor: User, cohort: Cohort
) -> None:
    page = sign_in(instructor).get("/en/start").text
    assert f"/en/cohorts/{cohort.key}/progress?show=late" in page


# charts


def test_charts_come_with_their_numbers_in_every_language(
    sign_in: SignIn, instructor: User, cohort: Cohort
) -> None:
    browser = sign_in(instructor)
    for language in LANGUAGES:
        page = browser.get(f"/{language}/cohorts/{cohort.key}/charts").text
        assert page.count("<svg xmlns") == page.count("<table") == 3
    assert "<svg xmlns" in browser.get("/en/trainees/charts").text
    only = browser.get(f"/en/cohorts/{cohort.key}/charts?course={SLUG}")
    assert only.status_code == 200
