"""Pages of the print desk, as an administrator uses them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.certificates.models import Certificate
from app.certificates.services import desk
from app.certificates.types import UnprintableName
from app.certificates.types.templates import UnfittingText
from app.cohorts import services as cohorts
from app.cohorts.models import Cohort
from app.core import jobs
from app.core.clock import now
from app.core.errors import kept_sentence
from app.core.jobs import Job, Worker
from app.core.languages import LANGUAGES
from app.core.pdf import DoesNotFit
from tests.browsing import CheckedClient
from tests.factories import AT, make_certificate, make_trainee


@pytest.fixture
def office(
    sign_in: Callable[[User], CheckedClient], administrator: User, two: list[Certificate]
) -> CheckedClient:
    """The administrator's browser; two certificates wait."""
    assert two
    return sign_in(administrator)


@pytest.fixture
def two(db: Session, cohort: Cohort) -> list[Certificate]:
    """Two certificates of trainees of the cohort, valid today."""
    found = []
    for _ in range(2):
        user = make_trainee(db)
        cohorts.add_member(db, cohort, user, AT)
        one = make_certificate(db, user)
        one.valid_until = now().date() + timedelta(days=300)
        found.append(one)
    return found


def queue(cohort: Cohort, language: str = "en") -> str:
    return f"/{language}/certificates/desk/cohorts/{cohort.key}"


def printed(db: Session, office: CheckedClient, cohort: Cohort) -> str:
    """Send all to print, as if the worker had drawn the file; the address of the run."""
    sent = office.submit(queue(cohort), {}, f"cohorts/{cohort.key}")
    assert sent.status_code == 303
    db.expire_all()
    desk.finish(db, desk.recent_runs(db)[0].id, b"%PDF", now())
    db.commit()
    return str(sent.location)


def html(office: CheckedClient, address: str) -> str:
    return office.get(address).get_data(as_text=True)


def test_the_desk_and_the_queue_open_in_every_language(
    office: CheckedClient, cohort: Cohort
) -> None:
    for language in LANGUAGES:
        assert cohort.name in html(office, f"/{language}/certificates/desk")
        assert office.get(queue(cohort, language)).status_code == 200


def test_from_the_queue_to_the_file_and_the_list(
    app: Flask, office: CheckedClient, cohort: Cohort
) -> None:
    sent = office.submit(queue(cohort), {}, f"cohorts/{cohort.key}")
    run = str(sent.location)
    waiting = html(office, run)
    assert "data-being-made" in waiting
    assert "0 of 2 sheets are drawn" in waiting
    assert office.get(f"{run}.pdf").status_code == 409
    Worker(app.extensions["kapok"].database).run_all()
    assert "data-being-made" not in html(office, run)
    assert office.get(f"{run}.pdf?print=1").data.startswith(b"%PDF")
    assert office.get(f"{run}/list.pdf").data.startswith(b"%PDF")
    assert "Nothing waits" in html(office, queue(cohort))


def test_a_run_at_which_the_server_failed_says_so_and_is_tried_again(
    app: Flask, db: Session, office: CheckedClient, cohort: Cohort, two: list[Certificate]
) -> None:
    whole = two[0].facts
    two[0].facts = {name: whole[name] for name in whole if name != "bodies"}
    run = str(office.submit(queue(cohort), {}, f"cohorts/{cohort.key}").location)
    db.execute(update(Job).values(tries=jobs.MAX_TRIES - 1))
    db.commit()
    Worker(app.extensions["kapok"].database).run_all()
    told = html(office, run)
    assert "the server failed at it several times" in told
    assert (told.count("Not printed yet"), "Printed" in told) == (2, False)
    assert "data-being-made" not in told
    assert "Could not be drawn" in html(office, "/en/certificates/desk")
    db.refresh(two[0])
    two[0].facts = whole
    db.commit()
    for _ in range(2):
        assert office.submit(run, {}, "/again").status_code == 303
        assert "data-being-made" in html(office, run)
    assert Worker(app.extensions["kapok"].database).run_all() == 1
    assert office.get(f"{run}.pdf").data.startswith(b"%PDF")


def test_a_run_of_nothing_says_so(office: CheckedClient, cohort: Cohort) -> None:
    answer = office.submit(queue(cohort), {"certificates": []}, f"cohorts/{cohort.key}")
    assert answer.status_code == 422
    assert "Choose at least one certificate" in answer.get_data(as_text=True)


def test_a_spoiled_sheet_is_printed_again_alone(
    db: Session, office: CheckedClient, cohort: Cohort
) -> None:
    run = printed(db, office, cohort)
    key = re.search(r'type="checkbox" name="sheets" value="([^"]+)"', html(office, run))
    assert key
    fields = {"act": "spoil", "sheets": key[1], "reason": ""}
    fields["event_id"] = "11111111-1111-4111-8111-111111111111"
    assert office.post(f"{run}/sheets", data=fields).status_code == 422
    told = office.post(f"{run}/sheets", data={**fields, "reason": "ກະດາດຕິດ"})
    assert told.status_code == 303
    page = html(office, run)
    assert "ກະດາດຕິດ" in page.replace("\u200b", "").replace("\u2060", "")
    assert "1 spoiled sheet is not printed again yet" in html(office, "/en/certificates/desk")
    again = office.submit(run, {}, "/reprint")
    assert again.status_code == 303
    assert again.location != run
    assert "this print run" in html(office, str(again.location))
    db.expire_all()
    assert len(desk.register(db)) == 3
    assert "Spoiled, printed again" in html(office, "/en/certificates/desk/sheets?state=reprinted")


def test_all_that_are_left_are_handed_over_with_one_button(
    db: Session, office: CheckedClient, cohort: Cohort
) -> None:
    run = printed(db, office, cohort)
    page = html(office, run)
    assert "Hand over all 2 that are left" in page
    keys = re.findall(r'type="hidden" name="sheets" value="([^"]+)"', page)
    fields = {"act": "hand-over", "sheets": keys}
    fields["event_id"] = "22222222-2222-4222-8222-222222222222"
    for _ in range(2):
        assert office.post(f"{run}/sheets", data=fields).status_code == 303
    assert "that are left" not in html(office, run)
    fields["event_id"] = "33333333-3333-4333-8333-333333333333"
    assert office.post(f"{run}/sheets", data=fields).status_code == 409


def test_a_run_is_given_up_after_a_question(
    db: Session, office: CheckedClient, cohort: Cohort
) -> None:
    run = printed(db, office, cohort)
    assert office.submit(f"{run}/withdraw", {}, "/withdraw").status_code == 303
    assert "was given up" in html(office, run)
    for answer in (
        office.get(f"{run}.pdf"),
        office.get(f"{run}/list.pdf"),
        office.post(f"{run}/again"),
    ):
        assert answer.status_code == 409
        assert "was given up" in answer.text
    assert "2 certificates wait" in html(office, queue(cohort))


def test_a_printer_is_named_measured_and_chosen(
    office: CheckedClient, cohort: Cohort, db: Session
) -> None:
    new = "/en/certificates/desk/printers/new"
    fields = {"name": "HP tray 2", "right_mm": "1,5", "down_mm": "-0.5", "percent": "100"}
    saved = office.submit(new, fields, "/new")
    assert saved.status_code == 303
    db.expire_all()
    (printer,) = desk.printers(db)
    assert (printer.right_mm, printer.down_mm) == (1.5, -0.5)
    db.rollback()
    assert office.submit(new, {**fields, "right_mm": "3"}, "/new").status_code == 409
    assert office.submit(new, {**fields, "right_mm": "300"}, "/new").status_code == 422
    for query in ("paper=portrait", "paper=landscape&offset=1"):
        assert office.get(f"{saved.location}/test.pdf?{query}").data.startswith(b"%PDF")
    assert "HP tray 2" in html(office, queue(cohort))


def test_only_administrators_come_to_the_desk(
    sign_in: Callable[[User], CheckedClient], examiner: User, two: list[Certificate]
) -> None:
    instructor = sign_in(examiner)
    assert two
    for page in ("desk", "desk/sheets", "desk/printers", "desk/others"):
        assert instructor.get(f"/en/certificates/{page}").status_code == 403


def test_why_a_run_has_no_file_is_told_in_the_readers_language(
    db: Session, office: CheckedClient, cohort: Cohort
) -> None:
    run = str(office.submit(queue(cohort), {}, f"cohorts/{cohort.key}").location)
    db.expire_all()
    kept = desk.recent_runs(db)[0]
    desk.record_fault(
        db, kept.id, f"KPK-2026-000001-9, Lan: {DoesNotFit.message % {'text': 'ຍາວ'}}"
    )
    db.commit()
    told = html(office, run.replace("/en/", "/vi/"))
    assert "KPK-2026-000001-9, Lan: Nội dung này không vừa trang" in told
    assert "does not fit" not in told


def test_the_place_of_a_letter_is_told_in_words_and_a_long_text_keeps_the_sentence(
    db: Session, office: CheckedClient, cohort: Cohort
) -> None:
    run = str(office.submit(queue(cohort), {}, f"cohorts/{cohort.key}").location)
    db.expire_all()
    kept = desk.recent_runs(db)[0]
    letters = UnprintableName(name="Lan", slot="course, km", letters="😀")
    long = UnfittingText(name="Lan", slot="signatory", text="Lan " * 200)
    for error, place in ((letters, "(Khóa học, ខ្មែរ)"), (long, "(Ai ký)")):
        desk.record_fault(db, kept.id, f"KPK-2026-000001-9, Lan: {kept_sentence(error)}")
        db.commit()
        told = html(office, run.replace("/en/", "/vi/"))
        assert place in re.sub("<wbr>|[\u200b\u2060]", "", told)
        assert "cannot be printed" not in told
