"""Renewing: the window, what is read again, what is still missing, and who is reminded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.types import Consents, Names, Purpose
from app.certificates import services
from app.certificates.models import Certificate
from app.certificates.services.refreshing import to_read_again, window_opens
from app.certificates.types import CertificateState, MissingKind, NotInWindow
from app.core.clock import now, programme_date
from app.core.events import new_event_id
from app.courses.library import library
from app.courses.types import Course, Renewal
from tests.browsing import CheckedClient
from tests.certificates.conftest import BASE_URL, SLUG, TODAY, Issue, correct_to_failed
from tests.factories import AT, make_learner

Check = Callable[..., None]
SignIn = Callable[[User], CheckedClient]
#: A day in the window of a certificate of TODAY, and its last day.
DAY = date(2027, 12, 20)
LAST = date(2028, 3, 2)
LATER = AT + (DAY - TODAY)
NAMES = Names("ສົມສະໄໝ ພົມວິຫານ", "SOMSAMAI PHOMVIHANE", None)


@pytest.fixture
def checked(issued: Certificate, course: Course, check: Check) -> Certificate:
    """An issued certificate whose holder has shown all her skills again in the window."""
    for sheet in course.sheets:
        check(issued.user, sheet.key, DAY)
    return issued


def test_the_window_opens_three_months_before_the_end(db: Session, issued: Certificate) -> None:
    early = services.renewal_of(db, issued, date(2027, 12, 1))
    assert early is not None
    assert (early.opens_on, early.is_open) == (date(2027, 12, 2), False)
    there = services.renewal_of(db, issued, date(2027, 12, 2))
    assert there is not None
    assert (there.is_open, there.again) == (True, {})


def test_checks_before_the_window_do_not_renew(
    db: Session, issued: Certificate, course: Course, check: Check
) -> None:
    day = date(2027, 12, 1)
    for sheet in course.sheets:
        check(issued.user, sheet.key, day)
    found = services.readiness(db, [issued.user], course, day)[0]
    assert found.certificate is issued
    after = services.readiness(db, [issued.user], course, LAST + timedelta(days=1))[0]
    assert {one.kind for one in after.missing} == {MissingKind.SHEET_EXPIRED}


def test_a_renewal_is_a_new_certificate_and_the_old_one_stays(
    db: Session, checked: Certificate, issue: Issue
) -> None:
    facts = dict(checked.facts)
    renewed = issue(checked.user, at=LATER)[0]
    assert (renewed.renews_id, renewed.award_date) == (checked.id, DAY)
    assert renewed.valid_until == date(2029, 12, 20)
    assert renewed.evidence["renews"] == {"key": checked.key, "serial": checked.serial}
    assert (checked.facts, services.state_of(checked, DAY)) == (facts, CertificateState.VALID)
    assert list(services.timeline_of(db, checked)) == [checked, renewed]
    assert services.renewal_of(db, checked, DAY) is None
    assert services.state_of(checked, LAST + timedelta(days=1)) is CertificateState.EXPIRED


@pytest.mark.parametrize("corrected", [False, True])
def test_a_revoked_renewal_leaves_the_older_certificate_to_renew(
    db: Session,
    checked: Certificate,
    course: Course,
    check: Check,
    issue: Issue,
    administrator: User,
    corrected: bool,
) -> None:
    renewed = issue(checked.user, at=LATER)[0]
    if corrected:
        wish = services.Correction(NAMES, texts=False, reason="The passport has another name.")
        event = new_event_id()
        renewed = services.correct(db, renewed, wish, administrator, event, LATER, BASE_URL)
    services.revoke(db, renewed, "Issued to the wrong person.", administrator, LATER)
    user = checked.user
    assert services.due_for_renewal(db, user, DAY) == [checked]
    assert services.renewal_of(db, checked, DAY) is not None
    revoked = services.readiness(db, [user], course, DAY)[0].missing
    assert services.next_award(db, checked, DAY).missing[0] == revoked[0]
    again = DAY + timedelta(days=1)
    for sheet in course.sheets:
        check(user, sheet.key, again)
    found = services.readiness(db, [user], course, again)[0]
    assert (found.is_issuable, found.renews) == (True, checked)


# --- what is read again ----------------------------------------------------------------------


@pytest.fixture
def changed(checked: Certificate, course: Course) -> Certificate:
    """The first lesson is not any more as the certificate's holder read it."""
    frozen = dict(checked.evidence["course"])
    lessons = {**frozen["lessons"], course.lessons[0].key: "0" * 16}
    frozen |= {"digest": "0" * 64, "lessons": lessons}
    checked.evidence = {**checked.evidence, "course": frozen}
    return checked


def test_a_changed_lesson_is_read_again_before_the_renewal(
    db: Session, changed: Certificate, course: Course
) -> None:
    key, user = course.lessons[0].key, changed.user
    missing = services.readiness(db, [user], course, LAST + timedelta(days=1))[0].missing
    assert [(one.kind, one.done, one.total) for one in missing] == [(MissingKind.REFRESHER, 0, 1)]
    assert services.next_award(db, changed, DAY).missing == missing
    with pytest.raises(NotInWindow):
        services.record_reading(db, changed, key, TODAY, AT)
    with pytest.raises(NotInWindow):
        services.record_reading(db, changed, course.lessons[1].key, DAY, LATER)
    for _ in range(2):
        services.record_reading(db, changed, key, DAY, LATER)
    found = services.readiness(db, [user], course, DAY)[0]
    assert (found.is_issuable, found.renews) == (True, changed)


def test_what_was_read_counts_for_the_award_and_stands_on_its_why_page(
    db: Session, changed: Certificate, course: Course, issue: Issue, sign_in: SignIn
) -> None:
    key, day, at = course.lessons[0].key, DAY + timedelta(days=9), LATER + timedelta(days=9)
    services.record_reading(db, changed, key, day, at)
    renewed = issue(changed.user, at=at)[0]
    assert (renewed.award_date, renewed.valid_until) == (day, date(2029, 12, 20))
    assert renewed.evidence["read_again"] == [{"key": key, "at": at.isoformat()}]
    page = sign_in(changed.user).get(f"/en/certificates/mine/{renewed.key}/why").text
    assert f'/en/certificates/mine/{changed.key}/why">{changed.serial}</a>' in page
    assert course.titles("en").lessons[key].title in page
    assert "29 December 2027" in page.partition("Lessons read again")[2].partition("</table>")[0]


def test_what_was_read_before_a_correction_still_counts(
    db: Session, changed: Certificate, course: Course, administrator: User
) -> None:
    key = course.lessons[0].key
    services.record_reading(db, changed, key, DAY, LATER)
    wish = services.Correction(NAMES, texts=False, reason="The passport has another name.")
    event = new_event_id()
    made = services.correct(db, changed, wish, administrator, event, LATER, BASE_URL)
    services.record_reading(db, made, key, DAY, LATER + timedelta(hours=1))
    assert services.next_award(db, made, DAY).missing == ()
    taken = [one["read_again"] for one in services.export_certificates(db, made.user)]
    assert sorted(taken) == [[], [{"lesson": key, "at": LATER.isoformat()}]]


def test_a_course_may_name_lessons_to_read_each_time(
    db: Session, issued: Certificate, course: Course
) -> None:
    always = Renewal(months=1, lessons=(course.lessons[2].key,))
    other = replace(course, structure=course.structure.model_copy(update={"renewal": always}))
    assert list(to_read_again(issued, other)) == [course.lessons[2].key]
    assert window_opens(issued, other) == date(2028, 2, 2)


def test_the_holder_is_reminded_and_the_office_has_the_list(
    db: Session, issued: Certificate
) -> None:
    day = date(2027, 12, 2)
    assert services.due_for_renewal(db, issued.user, day - timedelta(days=1)) == []
    assert services.due_for_renewal(db, issued.user, day) == [issued]
    assert services.due_for_renewal(db, make_learner(db), day) == []
    assert list(services.ending_soon(db, day)) == [issued]
    assert list(services.ending_soon(db, TODAY)) == []


def test_a_wide_window_is_told_on_its_first_day(
    db: Session, issued: Certificate, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = course.structure.model_copy(update={"renewal": Renewal(months=9)})
    shelf = {**library().by_slug, SLUG: replace(course, structure=wide)}
    monkeypatch.setattr(
        "app.certificates.services.renewing.library", lambda: replace(library(), by_slug=shelf)
    )
    day = date(2027, 6, 2)
    assert services.due_for_renewal(db, issued.user, day - timedelta(days=1)) == []
    assert services.due_for_renewal(db, issued.user, day) == [issued]
    assert list(services.ending_soon(db, day)) == [issued]


def test_a_renewal_whose_own_check_was_taken_back_is_told(
    db: Session, checked: Certificate, course: Course, issue: Issue
) -> None:
    renewed = issue(checked.user, at=LATER)[0]
    lost = correct_to_failed(db, renewed)  # the sheet that was passed for the first one counts
    assert services.lost_sheets(db, renewed) == (lost,)
    found = services.readiness(db, [checked.user], course, DAY)[0]
    assert (found.certificate, found.lost_sheets) == (renewed, (lost,))
    assert services.lost_sheets(db, checked) == ()


# --- the holder's page -----------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "lo"])
def test_the_holder_is_reminded_and_notes_what_she_has_read_again(
    db: Session, sign_in: SignIn, issued: Certificate, language: str
) -> None:
    client, base = sign_in(issued.user), f"/{language}/certificates/mine"
    address = f"{base}/{issued.key}/renew"
    assert address not in client.get(base).text
    issued.award_date, issued.valid_until = now().date() - timedelta(days=700), now().date()
    frozen = dict(issued.evidence["course"])
    key = next(iter(frozen["lessons"]))
    frozen |= {"digest": "", "lessons": {**frozen["lessons"], key: ""}}
    issued.evidence = {**issued.evidence, "course": frozen}
    for page in (base, f"/{language}/start", f"{base}/{issued.key}"):
        assert address in client.get(page).text
    assert client.submit(address, {"lesson": key}, "/renew").status_code == 303
    assert 'name="lesson"' not in client.get(address).text


def test_her_page_says_done_only_when_the_office_can_issue(
    db: Session,
    sign_in: SignIn,
    issued: Certificate,
    course: Course,
    check: Check,
) -> None:
    user, today = issued.user, programme_date(now(), library().programme.timezone)
    issued.award_date, issued.valid_until = today - timedelta(days=700), today
    for sheet in course.sheets:
        check(user, sheet.key, today)
    accounts.withdraw_consent(db, user, Purpose.PUBLIC_VERIFICATION, now())
    client, address = sign_in(user), f"/en/certificates/mine/{issued.key}/renew"
    page = client.get(address).text
    assert "Your part is done" not in page
    assert "No consent to public verification</a>" in page
    given = Consents(training_record=True, public_verification=True, language="en")
    accounts.give_consent(db, user, Purpose.PUBLIC_VERIFICATION, given, now())
    assert "Your part is done" in client.get(address).text
