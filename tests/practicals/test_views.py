"""Choosing a sheet and grading it, in a browser without JavaScript."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.events import new_event_id
from app.courses.library import Library, library
from app.practicals.models import SkillCheck
from app.practicals.types import Result
from tests.browsing import CheckedClient
from tests.factories import make_cohort, make_examiner, make_reviewed, make_trainee
from tests.pages import as_read
from tests.practicals.checks import (
    PAIR,
    SHEET,
    SLUG,
    SignIn,
    all_passed,
    graded,
    kept,
    result_of,
    sheet_at,
)

# choosing


def test_an_examiner_chooses_a_sheet_then_people(browser: CheckedClient, trainee: User) -> None:
    sheets = browser.get("/en/practicals/new").text
    assert f"course={SLUG}&amp;sheet={SHEET}" in sheets
    people = browser.get(f"/en/practicals/new?course={SLUG}&sheet={SHEET}").text
    assert trainee.key in people


def test_only_own_trainees_can_be_chosen(
    browser: CheckedClient, db: Session, trainee: User, today: date
) -> None:
    stranger = make_trainee(db)
    make_cohort(db, make_examiner(db, today), stranger)
    people = browser.get(f"/en/practicals/new?course={SLUG}&sheet={SHEET}").text
    assert stranger.key not in people
    assert browser.get(sheet_at(stranger)).status_code == 404
    assert browser.post(sheet_at(stranger), data=all_passed(stranger)).status_code == 404


@pytest.mark.parametrize("count", [0, 2])
def test_a_wrong_number_of_people_is_asked_again(
    browser: CheckedClient, db: Session, trainee: User, examiner: User, count: int
) -> None:
    others = [make_trainee(db) for _ in range(2)]
    make_cohort(db, examiner, *others)
    response = browser.get(sheet_at(*others[:count]))
    assert response.status_code == 422
    assert "Choose 1 to 1 people for this sheet." in response.text


def test_an_ended_grant_opens_no_sheet(
    sign_in: SignIn, db: Session, trainee: User, today: date
) -> None:
    late = make_examiner(db, today - timedelta(days=1))
    browser = sign_in(late)
    assert browser.get(sheet_at(trainee)).status_code == 403
    assert "Ask an administrator" in browser.get("/en/practicals/new").text


@pytest.mark.parametrize("address", ["course=none&sheet=x", f"course={SLUG}&sheet=none", "sheet=x"])
def test_an_unknown_sheet_is_not_found(browser: CheckedClient, address: str) -> None:
    assert browser.get(f"/en/practicals/new?{address}").status_code == 404


def test_an_unreviewed_sheet_says_so_to_the_examiner(
    db: Session, browser: CheckedClient, trainee: User
) -> None:
    sentence = "A medical expert and a native speaker have not reviewed this text yet."
    assert sentence in browser.get(sheet_at(trainee)).get_data(as_text=True)
    make_reviewed(db, library().course(SLUG), "en")
    assert sentence not in browser.get(sheet_at(trainee)).get_data(as_text=True)


@pytest.mark.parametrize("language", ["en", "km"])
def test_a_check_stays_readable_without_its_course(
    browser: CheckedClient, trainee: User, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    address = graded(browser, trainee)
    monkeypatch.setattr(Library, "has_course", lambda _library, slug: slug != SLUG)
    assert SHEET in browser.get(f"/{language}/practicals").text
    page = browser.get(address.replace("/en/", f"/{language}/")).text
    assert trainee.display_name in as_read(page)
    assert "/correct" not in page


# grading


def test_every_step_passed_is_a_pass(
    browser: CheckedClient, db: Session, trainee: User, today: date
) -> None:
    address = graded(browser, trainee)
    result = result_of(db, trainee)
    assert (result.result, result.check.place, result.held_on) == (Result.PASSED, "Nanning", today)
    assert "Passed" in browser.get(address).text


def test_one_step_not_passed_is_shown_to_practise(
    browser: CheckedClient, db: Session, trainee: User
) -> None:
    step = library().course(SLUG).sheet(SHEET).steps[0].key
    address = graded(browser, trainee, **{f"mark-{trainee.key}-{step}": "failed"})
    assert result_of(db, trainee).result is Result.FAILED
    assert "Practise these steps" in browser.get(address).text


def test_a_missing_mark_brings_everything_back(
    browser: CheckedClient, db: Session, trainee: User
) -> None:
    given = all_passed(trainee)
    step = library().course(SLUG).sheet(SHEET).steps[-1].key
    del given[f"mark-{trainee.key}-{step}"]
    comment = "ດີຫຼາຍ <b>ແຕ່</b> ຕ້ອງຝຶກ"
    given |= {f"comment-{trainee.key}-is": comment, "place": "Wuxiang, Nanning"}
    response = browser.submit(sheet_at(trainee), given, "place")
    assert response.status_code == 422
    assert "Mark every step as passed or failed" in response.text
    assert kept(response.text) >= {"Wuxiang, Nanning", "ດີຫຼາຍ &lt;b&gt;ແຕ່&lt;/b&gt; ຕ້ອງຝຶກ"}
    assert (
        response.text.count('value="passed" checked')
        == len(library().course(SLUG).sheet(SHEET).steps) - 1
    )
    assert db.scalars(select(SkillCheck)).all() == []


def test_a_field_that_fails_brings_everything_back(browser: CheckedClient, trainee: User) -> None:
    critical = library().course(SLUG).sheet(SHEET).critical_fails[0]
    given = {
        **all_passed(trainee),
        "place": "",
        "equipment": "One manikin, borrowed",
        f"critical-{trainee.key}-{critical}": "1",
        f"why-{trainee.key}-{critical}": "Pressed the belly",
    }
    response = browser.submit(sheet_at(trainee), given, "place")
    assert response.status_code == 422
    assert "Fill in this field." in response.text
    assert kept(response.text) >= {"One manikin, borrowed", "Pressed the belly"}


def test_a_critical_fail_needs_a_reason(browser: CheckedClient, db: Session, trainee: User) -> None:
    critical = library().course(SLUG).sheet(SHEET).critical_fails[0]
    ended = {f"critical-{trainee.key}-{critical}": "1"}
    response = browser.submit(
        sheet_at(trainee), {"place": "Nanning", **role(trainee), **ended}, "place"
    )
    assert response.status_code == 422
    assert "has no reason yet. Write what happened." in response.text
    told = {**ended, f"why-{trainee.key}-{critical}": "Swept blindly."}
    given = {"place": "Nanning", **role(trainee), **told}
    assert browser.submit(sheet_at(trainee), given, "place").status_code == 303
    result = result_of(db, trainee)
    assert result.marks["critical_fails"] == {critical: "Swept blindly."}
    assert set(result.marks["steps"].values()) == {"not-done"}


def role(trainee: User) -> dict[str, str]:
    """The trainee's role."""
    return {f"role-{trainee.key}-is": "rescuer"}


def test_two_people_have_two_roles_and_two_results(
    browser: CheckedClient, db: Session, trainee: User, examiner: User
) -> None:
    other = make_trainee(db)
    make_cohort(db, examiner, other)
    given = all_passed(trainee, other, sheet=PAIR)
    given[f"mark-{other.key}-depth"] = "failed"
    address = sheet_at(trainee, other, sheet=PAIR)
    same = {**given, f"role-{other.key}-is": given[f"role-{trainee.key}-is"]}
    assert browser.submit(address, same, "place").status_code == 422
    assert browser.submit(address, given, "place").status_code == 303
    first, second = result_of(db, trainee), result_of(db, other)
    assert first.check_id == second.check_id
    assert (first.result, second.result) == (Result.PASSED, Result.FAILED)
    assert first.role != second.role


def test_sending_twice_records_once(browser: CheckedClient, db: Session, trainee: User) -> None:
    given = {**about(browser, trainee), **all_passed(trainee), "event_id": new_event_id()}
    answers = [browser.post(sheet_at(trainee), data=given) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert len(db.scalars(select(SkillCheck)).all()) == 1


def test_the_same_event_with_other_marks_is_a_conflict(
    browser: CheckedClient, db: Session, trainee: User
) -> None:
    given = {**about(browser, trainee), **all_passed(trainee), "event_id": new_event_id()}
    browser.post(sheet_at(trainee), data=given)
    other = {**given, "place": "Hechi"}
    assert browser.post(sheet_at(trainee), data=other).status_code == 409
    assert db.scalars(select(SkillCheck.place)).all() == ["Nanning"]


def about(browser: CheckedClient, trainee: User) -> dict[str, Any]:
    """What the empty sheet already holds."""
    form = next(form for form in browser.page(sheet_at(trainee)).forms if "held_on" in form.names)
    return {name: value for name, value in form.values.items() if name != "csrf_token"}


def test_the_third_attempt_of_a_day_is_refused(
    browser: CheckedClient, db: Session, trainee: User
) -> None:
    for _ in range(2):
        graded(browser, trainee)
    response = browser.submit(sheet_at(trainee), all_passed(trainee), "place")
    assert response.status_code == 409
    assert "has already had 2 attempts" in response.text
    assert response.text.count('value="passed" checked') > 0


def test_a_check_is_of_today_or_the_last_month(
    browser: CheckedClient, trainee: User, today: date
) -> None:
    for days, status in [(1, 422), (0, 303), (-30, 303), (-31, 422)]:
        held_on = (today + timedelta(days=days)).isoformat()
        given = {**all_passed(trainee), "held_on": held_on}
        answer = browser.submit(sheet_at(trainee), given, "place")
        assert answer.status_code == status, days
