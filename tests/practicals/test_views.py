"""Grading, acknowledging and correcting skill checks, in a browser without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.core.clock import now
from app.core.events import new_event_id
from app.courses.library import Library, library
from app.practicals.models import SkillCheck, SkillCheckParticipant
from app.practicals.types import AcknowledgedBy, Result
from tests.browsing import CheckedClient
from tests.factories import (
    make_administrator,
    make_cohort,
    make_examiner,
    make_reviewed,
    make_trainee,
)
from tests.pages import as_read

SLUG, SHEET, PAIR = "cpr-aed-choking", "choking-recovery", "adult-cpr-aed"
PIN = "482913"
SignIn = Callable[[Any], CheckedClient]


@pytest.fixture
def trainee(db: Session, examiner: User) -> User:
    """A trainee of the examiner, who has a PIN."""
    user = make_trainee(db)
    accounts.set_pin(db, user, accounts.prepare_pin(PIN), now())
    make_cohort(db, examiner, user)
    return user


@pytest.fixture
def browser(sign_in: SignIn, examiner: User) -> CheckedClient:
    """The examiner's browser."""
    return sign_in(examiner)


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


def kept(html: str) -> set[str]:
    """The texts that a page's fields hold."""
    texts = {part.partition('"')[0] for part in html.split('value="')[1:]}
    areas = {
        part.partition(">")[2].partition("</textarea>")[0] for part in html.split("<textarea")[1:]
    }
    return texts | {area.lstrip("\r\n") for area in areas}


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


# looking


def test_a_trainee_sees_her_own_results_only(
    browser: CheckedClient, sign_in: SignIn, db: Session, trainee: User, examiner: User
) -> None:
    other = make_trainee(db, native_name="ចាន់ សុភា")
    make_cohort(db, examiner, other)
    given = all_passed(trainee, other, sheet=PAIR)
    given[f"comment-{other.key}-is"] = "Only for her"
    address = browser.submit(sheet_at(trainee, other, sheet=PAIR), given, "place").headers[
        "Location"
    ]
    own = sign_in(trainee)
    page = own.get(address).text
    assert "Only for her" not in page
    assert "Please acknowledge" in own.get("/en/practicals").text


def test_a_strangers_check_is_not_found(
    browser: CheckedClient, sign_in: SignIn, db: Session, trainee: User, today: date
) -> None:
    address = graded(browser, trainee)
    for stranger in (make_trainee(db), make_examiner(db, today)):
        assert sign_in(stranger).get(address).status_code == 404


# acknowledging


def test_a_trainee_acknowledges_on_her_own_phone(
    browser: CheckedClient, sign_in: SignIn, db: Session, trainee: User
) -> None:
    address = graded(browser, trainee)
    assert sign_in(trainee).submit(address, {}, "acknowledge").status_code == 303
    result = result_of(db, trainee)
    assert (result.acknowledged_at is not None, result.acknowledged_by) == (
        True,
        AcknowledgedBy.OWN_SIGN_IN,
    )


def test_a_trainee_acknowledges_by_pin_on_the_examiners_phone(
    browser: CheckedClient, db: Session, trainee: User
) -> None:
    address = graded(browser, trainee)
    assert browser.submit(address, {"pin": PIN}, "acknowledge").status_code == 303
    assert result_of(db, trainee).acknowledged_by is AcknowledgedBy.PIN


def test_a_wrong_pin_acknowledges_nothing_and_says_so_at_the_field(
    browser: CheckedClient, db: Session, trainee: User
) -> None:
    address = graded(browser, trainee)
    for pin in ("111112", "", "12345", "abcdef", "４８２９１３"):
        response = browser.submit(address, {"pin": pin}, "acknowledge")
        assert response.status_code == 422, pin
        assert 'role="alert"' in response.text, pin
        assert "Acknowledge the result" in response.text, "she can try again on the same page"
    assert result_of(db, trainee).acknowledged_at is None


def test_five_wrong_pins_lock_it(browser: CheckedClient, db: Session, trainee: User) -> None:
    address = graded(browser, trainee)
    for _ in range(5):
        assert browser.submit(address, {"pin": "111112"}, "acknowledge").status_code == 422
    assert browser.submit(address, {"pin": PIN}, "acknowledge").status_code == 422
    assert result_of(db, trainee).acknowledged_at is None
    assert trainee.pin_tries == 5


def test_a_trainee_without_a_pin_is_told_to_sign_in(
    browser: CheckedClient, db: Session, trainee: User
) -> None:
    trainee.pin_hash = None
    response = browser.submit(graded(browser, trainee), {"pin": PIN}, "acknowledge")
    assert response.status_code == 422
    assert 'role="alert"' in response.text


def test_acknowledging_twice_keeps_the_first(
    browser: CheckedClient, sign_in: SignIn, db: Session, trainee: User
) -> None:
    address, event_id = graded(browser, trainee), new_event_id()
    own, seen = sign_in(trainee), []
    for _ in range(2):
        own.post(f"{address}/acknowledge", data={"event_id": event_id})
        seen.append(result_of(db, trainee).acknowledged_at)
    assert seen[0] == seen[1] is not None


def test_one_event_acknowledges_one_result(
    browser: CheckedClient, sign_in: SignIn, db: Session, trainee: User
) -> None:
    first, second, event_id = graded(browser, trainee), graded(browser, trainee), new_event_id()
    own = sign_in(trainee)
    assert own.post(f"{first}/acknowledge", data={"event_id": event_id}).status_code == 303
    assert own.post(f"{second}/acknowledge", data={"event_id": event_id}).status_code == 409


# correcting


def test_a_correction_is_a_new_check_that_names_the_old_one(
    browser: CheckedClient, db: Session, trainee: User
) -> None:
    old = graded(browser, trainee)
    step = library().course(SLUG).sheet(SHEET).steps[0].key
    given = {"reason": "Wrong line marked.", f"mark-{trainee.key}-{step}": "failed"}
    response = browser.submit(f"{old}/correct", given, "correct")
    assert response.status_code == 303
    new = response.headers["Location"]
    assert new != old
    assert "This check was corrected." in browser.get(old).text
    assert "Wrong line marked." in browser.get(new).text
    assert [check.participants[0].result for check in db.scalars(select(SkillCheck))] == [
        Result.PASSED,
        Result.FAILED,
    ]


def test_a_correction_begins_with_the_marks_as_they_were(
    browser: CheckedClient, trainee: User
) -> None:
    html = browser.get(f"{graded(browser, trainee)}/correct").text
    steps = library().course(SLUG).sheet(SHEET).steps
    assert html.count('value="passed" checked') == len(steps)


def test_a_correction_without_a_reason_brings_everything_back(
    browser: CheckedClient, trainee: User
) -> None:
    given = {f"comment-{trainee.key}-is": "Kept for you", "reason": ""}
    response = browser.submit(f"{graded(browser, trainee)}/correct", given, "correct")
    assert response.status_code == 422
    assert "Kept for you" in kept(response.text)


def test_a_corrected_check_is_corrected_no_more(browser: CheckedClient, trainee: User) -> None:
    old = graded(browser, trainee)
    browser.submit(f"{old}/correct", {"reason": "Wrong line."}, "correct")
    assert browser.get(f"{old}/correct").status_code == 409


def test_a_corrected_check_is_acknowledged_no_more(
    browser: CheckedClient, sign_in: SignIn, db: Session, trainee: User
) -> None:
    old = graded(browser, trainee)
    browser.submit(f"{old}/correct", {"reason": "Wrong line."}, "correct")
    response = sign_in(trainee).post(f"{old}/acknowledge", data={"event_id": new_event_id()})
    assert response.status_code == 409


def test_nobody_else_corrects_a_check(
    browser: CheckedClient, sign_in: SignIn, db: Session, trainee: User
) -> None:
    old = graded(browser, trainee)
    assert sign_in(make_administrator(db)).get(f"{old}/correct").status_code == 403
    assert sign_in(trainee).get(f"{old}/correct").status_code == 403


def test_two_corrections_of_one_check_at_once_are_one(
    browser: CheckedClient, db: Session, trainee: User
) -> None:
    """The second examiner had the page open before the first one saved."""
    old = graded(browser, trainee)
    html = browser.page(f"{old}/correct")
    form = next(form for form in html.forms if "reason" in form.names)
    given = {**form.values, "reason": ["Wrong line."]}
    del given["csrf_token"]
    sent = [{**given, "event_id": new_event_id()} for _ in range(2)]
    answers = [browser.post(f"{old}/correct", data=data) for data in sent]
    assert [answer.status_code for answer in answers] == [303, 409]
    assert len(db.scalars(select(SkillCheck)).all()) == 2
