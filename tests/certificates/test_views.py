"""Pages of certificates: the office's way, and the trainee's own."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.certificates import services
from app.certificates.models import Certificate
from app.certificates.services import records
from app.cohorts import services as cohorts
from app.cohorts.models import Cohort
from app.core.clock import now
from app.core.events import new_event_id
from app.core.jobs import Worker
from app.core.languages import LANGUAGES
from tests.browsing import CheckedClient
from tests.certificates.conftest import SLUG, Issue, Ready, correct_to_failed
from tests.factories import AT, PASSWORD, make_learner, make_trainee

SignIn = Callable[[User], CheckedClient]


@pytest.fixture
def office(sign_in: SignIn, administrator: User, db: Session) -> CheckedClient:
    """The administrator's browser."""
    return sign_in(administrator)


def way(cohort: Cohort, rest: str = "", language: str = "en") -> str:
    return f"/{language}/certificates/cohorts/{cohort.key}/{SLUG}{rest}"


def seen_on(html: str) -> str:
    """What the page before the act says that it has shown."""
    found = re.search(r'name="seen" value="([^"]*)"', html)
    assert found is not None
    return found[1]


def count(db: Session) -> int:
    return db.scalar(select(func.count()).select_from(Certificate)) or 0


def make_files(app: Flask) -> None:
    """Do the jobs; tells why when a file could not be made."""
    database = app.extensions["kapok"].database
    Worker(database).run_all()
    with database.session() as db:
        assert not [fault for fault in db.scalars(select(Certificate.file_fault)) if fault]


# --- the office ------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_readiness_page_opens_in_every_language(
    office: CheckedClient, cohort: Cohort, ready: Ready, language: str
) -> None:
    ready()
    assert office.get(way(cohort, "", language)).status_code == 200


def test_the_readiness_page_says_what_each_misses(
    db: Session, office: CheckedClient, cohort: Cohort, ready: Ready
) -> None:
    ready()
    cohorts.add_member(db, cohort, make_learner(db, names_confirmed=False), AT)
    html = office.get(way(cohort)).get_data(as_text=True)
    assert "1 trainee can be certified" in html
    assert "Names not confirmed" in html
    assert "Lessons: 0 of 5" in html


def test_a_long_list_tells_everybody_once_and_what_each_misses(
    db: Session, office: CheckedClient, cohort: Cohort, ready: Ready, issue: Issue
) -> None:
    ready_now, certified, unsigned = ready(), ready(), ready()
    unsigned.names_confirmed_at = None
    (issued,) = issue(certified)
    for _ in range(99):
        cohorts.add_member(db, cohort, make_learner(db), AT)
    pages = [office.get(way(cohort, f"?page={n}")).get_data(as_text=True) for n in (1, 2)]
    assert all("1 trainee can be certified" in page for page in pages)
    both = "".join(pages)
    told = ("Lessons: 0 of 5", issued.serial, "Names not confirmed")
    assert [both.count(words) for words in told] == [99, 1, 1]
    every = office.get(way(cohort, "/issue")).get_data(as_text=True)
    assert every.count(ready_now.key) == 2  # among the people, and in what was seen
    assert certified.key not in every


def test_the_cohorts_are_listed(office: CheckedClient, cohort: Cohort) -> None:
    assert cohort.name in office.get("/en/certificates/cohorts").get_data(as_text=True)


def test_the_review_shows_names_as_printed_and_the_count(
    office: CheckedClient, cohort: Cohort, ready: Ready
) -> None:
    user = ready()
    answer = office.submit(way(cohort), {}, "/review")
    html = answer.get_data(as_text=True)
    assert "Issue 1 certificate" in html
    assert user.latin_name.upper() in html


def test_issuing_needs_the_password(
    db: Session, office: CheckedClient, cohort: Cohort, ready: Ready
) -> None:
    ready()
    wrong = office.submit(way(cohort, "/issue"), {"current_password": "wrong"}, "/issue")
    assert (wrong.status_code, count(db)) == (422, 0)


def test_issuing_sends_back_to_the_list_with_the_count(
    db: Session, office: CheckedClient, cohort: Cohort, ready: Ready
) -> None:
    ready(), ready()
    done = office.submit(way(cohort, "/issue"), {"current_password": PASSWORD}, "/issue")
    assert (done.status_code, count(db)) == (303, 2)
    assert "2 certificates are issued" in office.get(done.location).get_data(as_text=True)


def test_a_double_click_on_issue_makes_one_certificate(
    db: Session, office: CheckedClient, cohort: Cohort, ready: Ready
) -> None:
    user = ready()
    sent = {
        "event_id": new_event_id(),
        "trainees": user.key,
        "seen": seen_on(office.get(way(cohort, "/issue")).text),
        "current_password": PASSWORD,
    }
    for _ in range(2):
        assert office.post(way(cohort, "/issue"), data=sent).status_code == 303
    assert count(db) == 1


def test_whoever_misses_something_is_not_issued_whatever_is_posted(
    db: Session, office: CheckedClient, cohort: Cohort
) -> None:
    from app.cohorts import services as cohorts

    user = make_learner(db)
    cohorts.add_member(db, cohort, user, AT)
    sent = {"event_id": new_event_id(), "trainees": user.key, "current_password": PASSWORD}
    refused = office.post(way(cohort, "/issue"), data=sent)
    assert (refused.status_code, count(db)) == (409, 0)
    assert "Nothing was issued" in refused.text


def test_a_name_that_changed_after_the_preview_stops_the_act_and_is_shown(
    db: Session, office: CheckedClient, cohort: Cohort, ready: Ready
) -> None:
    users = [ready(), ready()]
    sent = {
        "event_id": new_event_id(),
        "trainees": [user.key for user in users],
        "seen": seen_on(office.get(way(cohort, "/issue")).text),
        "current_password": PASSWORD,
    }
    users[0].latin_name = "SOMSAMAI PHOMVIHANE"
    refused = office.post(way(cohort, "/issue"), data=sent)
    assert (refused.status_code, count(db)) == (409, 0)
    assert "Other names than those that were shown" in refused.text
    sent["seen"] = seen_on(refused.text)
    assert office.post(way(cohort, "/issue"), data=sent).status_code == 303
    assert count(db) == 2


def test_nobody_from_outside_the_cohort_can_be_posted(
    db: Session, office: CheckedClient, cohort: Cohort
) -> None:
    sent = {
        "event_id": new_event_id(),
        "trainees": make_trainee(db).key,
        "current_password": PASSWORD,
    }
    assert office.post(way(cohort, "/issue"), data=sent).status_code == 422


def test_a_preview_is_drawn_by_the_worker_and_numbers_nothing(
    app: Flask, db: Session, office: CheckedClient, cohort: Cohort, ready: Ready
) -> None:
    ready()
    asked = office.submit(way(cohort), {}, "/preview")
    waiting = office.get(asked.location)
    assert "data-being-made" in waiting.get_data(as_text=True)
    make_files(app)
    assert "data-being-made" not in office.get(asked.location).get_data(as_text=True)
    drawn = office.get(asked.location.partition("?")[0] + ".pdf?print=1")
    assert drawn.data.startswith(b"%PDF")
    assert drawn.headers["Content-Disposition"].startswith("inline")
    assert count(db) == 0


def test_the_file_is_made_and_downloads_under_the_number_and_name(
    app: Flask, office: CheckedClient, issued: Certificate
) -> None:
    address = f"/en/certificates/{issued.key}"
    assert "data-being-made" in office.get(address).get_data(as_text=True)
    assert office.get(f"{address}.pdf").status_code == 404
    make_files(app)
    assert "data-being-made" not in office.get(address).get_data(as_text=True)
    file = office.get(f"{address}.pdf")
    assert file.mimetype == "application/pdf"
    name = quote(issued.facts["names"]["native"], safe="")
    assert f"filename*=UTF-8''{issued.serial}%20{name}.pdf" in file.headers["Content-Disposition"]
    assert issued.serial in file.headers["Content-Disposition"]


def test_the_worker_makes_a_file_once(app: Flask, db: Session, issued: Certificate) -> None:
    from app.core import jobs

    db.commit()
    make_files(app)
    db.expire_all()
    first = issued.file_sha256
    jobs.enqueue(db, "certificates.render", {"certificate": issued.id})
    db.commit()
    make_files(app)
    db.expire_all()
    assert (first is not None, issued.file_sha256) == (True, first)


def test_a_file_that_could_not_be_made_can_be_asked_for_again(
    app: Flask, db: Session, issued: Certificate
) -> None:
    db.commit()
    make_files(app)
    issued.file_sha256, issued.file_fault = None, "the renderer was gone"
    db.commit()
    told = app.test_cli_runner().invoke(args=["certificates", "render"])
    assert told.output == "Files asked for: 1. The worker makes them.\n"
    make_files(app)
    db.expire_all()
    assert (issued.file_sha256 is not None, issued.file_fault) == (True, None)


def test_the_list_finds_by_name_without_a_name_in_the_address(
    office: CheckedClient, issued: Certificate
) -> None:
    found = office.submit(
        "/en/certificates", {"words": issued.facts["names"]["native"]}, "certificates"
    )
    assert issued.serial in found.get_data(as_text=True)
    none = office.submit("/en/certificates", {"words": "nobody of this name"}, "certificates")
    assert issued.serial not in none.get_data(as_text=True)


def test_older_certificates_are_a_link_and_a_long_search_asks_for_more_words(
    office: CheckedClient, issued: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in (services, records):
        monkeypatch.setattr(place, "PAGE_SIZE", 1)
    assert "Older certificates" in office.get("/en/certificates").text
    found = office.submit("/en/certificates", {"words": "kpk"}, "certificates").text
    assert "Older certificates" not in found
    assert "Type more words" in found


def test_the_why_page_names_examiners_and_days(office: CheckedClient, issued: Certificate) -> None:
    html = office.get(f"/en/certificates/{issued.key}/why").get_data(as_text=True)
    assert "NONG LAN" in html
    assert "2 March 2026" in html
    assert "Certificate of Completion · Version 1" in html
    assert issued.facts["template_digest"][:16] in html


def test_the_office_is_told_that_a_check_was_corrected_after_the_issue(
    db: Session, office: CheckedClient, issued: Certificate, cohort: Cohort
) -> None:
    address, told = f"/en/certificates/{issued.key}", "is not passed any more"
    assert told not in office.get(address).text
    correct_to_failed(db, issued)
    assert told in office.get(address).text
    assert "A skill check was corrected" in office.get(way(cohort)).text


def test_revoking_asks_for_reason_and_password(
    db: Session, office: CheckedClient, issued: Certificate
) -> None:
    address = f"/en/certificates/{issued.key}/revoke"
    for given in (
        {"reason": "", "current_password": PASSWORD},
        {"reason": "x" * 9, "current_password": "no"},
    ):
        assert office.submit(address, given, "/revoke").status_code == 422
    done = office.submit(
        address, {"reason": "Issued to the wrong person.", "current_password": PASSWORD}, "/revoke"
    )
    assert done.status_code == 303
    assert "Issued to the wrong person." in office.get(done.location).get_data(as_text=True)


def test_a_misspelt_name_is_corrected_with_reason_and_password(
    db: Session, office: CheckedClient, issued: Certificate
) -> None:
    address = f"/en/certificates/{issued.key}/correct"
    given = {"latin_name": "SOMSAMAI PHOMVIHANE", "reason": "", "current_password": PASSWORD}
    assert office.submit(address, given, "/correct").status_code == 422
    given["reason"] = "The passport has another family name."
    done = office.submit(address, given, "/correct")
    assert (done.status_code, count(db)) == (303, 2)
    page = office.get(done.location).text
    assert "Corrected version 2: The passport has another family name." in page
    old = office.get(f"/en/certificates/{issued.key}").text
    assert "A corrected version replaces it:" in old
    again = office.post(address, data={**given, "event_id": new_event_id(), "native_name": "ພອນ"})
    assert (again.status_code, count(db)) == (409, 2)


def test_of_a_course_that_is_gone_only_the_names_are_corrected(
    db: Session, office: CheckedClient, issued: Certificate
) -> None:
    issued.slug = "no-more-taught"
    address = f"/en/certificates/{issued.key}/correct"
    page = office.get(address).text
    assert 'name="texts"' not in page
    assert "only the names can be corrected" in page
    given = {"latin_name": "SOMSAMAI PHOMVIHANE", "reason": "The passport has another name."}
    given |= {"current_password": PASSWORD}
    names = {"native_name": issued.user.native_name, "texts": "y", "event_id": new_event_id()}
    refused = office.post(address, data=given | names)
    assert (refused.status_code, count(db)) == (409, 1)
    assert "You can still correct the names." in refused.text
    assert 'value="SOMSAMAI PHOMVIHANE"' in refused.text
    assert "The passport has another name." in refused.text
    done = office.submit(address, given, "/correct")
    assert (done.status_code, count(db)) == (303, 2)
    assert office.get(done.location).status_code == 200


def test_the_office_sees_which_certificates_end_soon(
    db: Session, office: CheckedClient, issued: Certificate
) -> None:
    assert "No certificate ends soon" in office.get("/en/certificates/ending").text
    issued.award_date, issued.valid_until = now().date() - timedelta(days=700), now().date()
    assert issued.serial in office.get("/en/certificates/ending").text


def test_an_unknown_certificate_is_not_found(office: CheckedClient) -> None:
    assert office.get(f"/en/certificates/{new_event_id()}").status_code == 404


# --- the trainee -----------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_trainee_sees_and_keeps_her_own_certificate(
    app: Flask, sign_in: SignIn, issued: Certificate, language: str
) -> None:
    client = sign_in(issued.user)
    base = f"/{language}/certificates/mine"
    assert issued.serial in client.get(base).get_data(as_text=True)
    assert client.get(f"{base}/{issued.key}").status_code == 200
    assert client.get(f"{base}/{issued.key}/why").status_code == 200
    make_files(app)
    assert client.get(f"{base}/{issued.key}.pdf").data.startswith(b"%PDF")


def test_another_trainees_certificate_is_not_found(
    db: Session, sign_in: SignIn, issued: Certificate
) -> None:
    client = sign_in(make_trainee(db))
    for rest in ("", "/why", ".pdf"):
        assert client.get(f"/en/certificates/mine/{issued.key}{rest}").status_code == 404


def test_a_trainee_has_no_office(sign_in: SignIn, issued: Certificate, cohort: Cohort) -> None:
    client = sign_in(issued.user)
    for address in ("/en/certificates", f"/en/certificates/{issued.key}", way(cohort)):
        assert client.get(address).status_code == 403
