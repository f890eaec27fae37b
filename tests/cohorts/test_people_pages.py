"""The pages of a cohort's people: searching, the queue, leaving, announcements."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.cohorts import services
from app.cohorts.models import Announcement, Cohort, JoinCode
from app.cohorts.types import AnnouncementDraft, Words
from app.config import Settings
from app.core.clock import now, programme_date
from app.core.events import new_event_id
from tests.browsing import CheckedClient
from tests.factories import make_administrator, make_cohort, make_instructor, make_trainee

SLUG = "cpr-aed-choking"
SignIn = Callable[[Any], CheckedClient]


@pytest.fixture
def instructor(db: Session) -> User:
    """Who leads the cohort."""
    return make_instructor(db)


@pytest.fixture
def trainee(db: Session) -> User:
    """Who is in it."""
    return make_trainee(db, native_name="Nguyễn Thị Ánh", latin_name="NGUYEN THI ANH")


@pytest.fixture
def cohort(db: Session, instructor: User, trainee: User) -> Cohort:
    """The instructor's cohort."""
    return make_cohort(db, instructor, trainee)


@pytest.fixture
def code(db: Session, cohort: Cohort, instructor: User) -> JoinCode:
    """A code that needs approval."""
    last = programme_date(now(), Settings().timezone) + timedelta(days=7)
    event = new_event_id()
    return services.create_join_code(
        db, cohort, last, 9, event, instructor, now(), needs_approval=True
    )


def test_a_due_date_beside_each_course_is_kept_and_checked(
    sign_in: SignIn, instructor: User, db: Session, cohort: Cohort
) -> None:
    browser, address = sign_in(instructor), f"/en/cohorts/{cohort.key}/edit"
    field = f"due_{SLUG}"
    wrong = browser.submit(address, {"ends_on": "2026-06-30", field: "2026-07-01"}, "partner")
    assert (wrong.status_code, "between the first and the last day" in wrong.text) == (422, True)
    given = {"ends_on": "2026-06-30", field: "2026-06-30", "more_countries": ["VN"]}
    assert browser.submit(address, given, "partner").status_code == 303
    assert "due on 30 June 2026" in browser.get(f"/en/cohorts/{cohort.key}").text
    db.refresh(cohort)
    assert cohort.countries == ["LA", "VN"]


def test_the_whole_programme_is_all_courses(
    sign_in: SignIn, instructor: User, db: Session, cohort: Cohort
) -> None:
    given = {"whole_programme": "y", "courses": []}
    sign_in(instructor).submit(f"/en/cohorts/{cohort.key}/edit", given, "partner")
    db.expire_all()
    assert len(cohort.courses) == 8


def test_a_name_is_searched_without_standing_in_the_address(
    sign_in: SignIn, instructor: User, cohort: Cohort, trainee: User
) -> None:
    browser, address = sign_in(instructor), f"/en/cohorts/{cohort.key}"
    assert trainee.key in browser.submit(address, {"q": "thi anh", "sort": "native"}, "q").text
    nobody = browser.submit(address, {"q": "sokha"}, "q").text
    assert "Nobody found" in nobody
    assert trainee.key not in nobody


def test_archived_cohorts_are_listed_and_brought_back(
    sign_in: SignIn, instructor: User, db: Session, cohort: Cohort
) -> None:
    browser = sign_in(instructor)
    services.archive_cohort(db, cohort, instructor, now())
    assert cohort.key not in browser.get("/en/cohorts").text
    assert cohort.key in browser.get("/en/cohorts?archived=1").text
    assert browser.submit("/en/cohorts?archived=1", {}, "restore").status_code == 303
    assert cohort.key in browser.get("/en/cohorts?q=2026").text


def test_who_waits_sees_it_and_is_admitted_with_all_on_the_page(
    sign_in: SignIn, instructor: User, db: Session, cohort: Cohort, code: JoinCode
) -> None:
    person = make_trainee(db)
    waiting = sign_in(person)
    assert waiting.submit(f"/en/join?code={code.code}", {}, "join/cohort").status_code == 303
    assert "Waiting for your instructor" in waiting.get("/en/start").text
    browser, address = sign_in(instructor), f"/en/cohorts/{cohort.key}/queue"
    assert "1 person waits" in browser.get("/en/cohorts").text
    (key,) = [one.key for one in services.queue_of(db, cohort)]
    assert f'name="shown" value="{key}"' in browser.get(address).text
    assert browser.post(address, data={"shown": [key], "act": "admit"}).status_code == 303
    assert person not in services.members_of(db, cohort)  # nobody was ticked
    browser.post(address, data={"shown": [key], "all": "1", "act": "admit"})
    assert person in services.members_of(db, cohort)


def test_a_moved_trainee_stands_with_her_destination_and_can_be_brought_back(
    sign_in: SignIn, instructor: User, db: Session, cohort: Cohort, trainee: User
) -> None:
    to = make_cohort(db, instructor, name="ພາກໃຕ້")
    stranger = make_cohort(db, make_instructor(db))
    browser, member = sign_in(instructor), f"/en/cohorts/{cohort.key}/members/{trainee.key}"
    assert browser.post(f"{member}/move", data={"to": stranger.key}).status_code == 422
    for _double_tap in range(2):
        assert browser.post(f"{member}/move", data={"to": to.key}).status_code == 303
    former = f"/en/cohorts/{cohort.key}/former"
    assert "Moved to ພາກໃຕ້" in browser.get(former).text.replace("\u200b", "")
    assert browser.submit(former, {}, "return").status_code == 303
    assert trainee in services.members_of(db, cohort)


def test_an_instructor_is_taken_away_by_the_office_alone(
    sign_in: SignIn, instructor: User, db: Session, cohort: Cohort
) -> None:
    address = f"/en/cohorts/{cohort.key}/instructors/{instructor.key}/remove"
    assert sign_in(instructor).post(address).status_code == 403
    assert sign_in(make_administrator(db)).post(address).status_code == 303
    assert sign_in(instructor).get(f"/en/cohorts/{cohort.key}").status_code == 404


def test_an_announcement_is_written_read_and_marked(
    sign_in: SignIn, instructor: User, db: Session, cohort: Cohort, trainee: User
) -> None:
    given = {"language": "lo", "title": "ວັນເສົາ", "text": "8 ໂມງ", "title_en": "Saturday"}
    browser, address = sign_in(instructor), f"/en/cohorts/{cohort.key}/announcements/new"
    half = browser.submit(address, given, "title")
    assert (half.status_code, "leave both empty" in half.text) == (422, True)
    event = new_event_id()
    for _double_tap in range(2):
        whole = {**given, "text_en": "At 8.", "event_id": event}
        assert browser.post(address, data=whole).status_code == 303
    assert db.scalar(select(func.count()).select_from(Announcement)) == 1
    reader = sign_in(trainee)
    assert "Saturday" in reader.get("/en/start").text
    khmer = reader.get("/km/start").text
    assert '<span lang="lo">' in khmer
    assert reader.submit("/en/start", {}, "read").headers["Location"] == "/en/start"
    assert "I have read this" not in reader.get("/en/announcements").text


def test_an_announcement_of_another_cohort_is_not_found(
    sign_in: SignIn, instructor: User, db: Session, cohort: Cohort
) -> None:
    other = make_instructor(db)
    theirs = make_cohort(db, other)
    draft = AnnouncementDraft("en", {"en": Words("Saturday", "At 8.")})
    told = services.announce(db, theirs, draft, new_event_id(), other, now())
    browser = sign_in(instructor)
    for key in (cohort.key, theirs.key):
        address = f"/en/cohorts/{key}/announcements/{told.key}"
        assert browser.get(f"{address}/edit").status_code == 404
        assert browser.post(f"{address}/withdraw").status_code == 404
