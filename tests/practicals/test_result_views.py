"""Looking at, acknowledging and correcting skill checks, in a browser without JavaScript."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.events import new_event_id
from app.courses.library import library
from app.practicals.models import SkillCheck
from app.practicals.types import AcknowledgedBy, Result
from tests.browsing import CheckedClient
from tests.factories import make_administrator, make_cohort, make_examiner, make_trainee
from tests.practicals.checks import (
    PAIR,
    PIN,
    SHEET,
    SLUG,
    SignIn,
    all_passed,
    graded,
    kept,
    result_of,
    sheet_at,
)

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
    assert [
        check.participants[0].result
        for check in db.scalars(select(SkillCheck).order_by(SkillCheck.id))
    ] == [
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
