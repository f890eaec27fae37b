"""Renewing: the window, what is read again, what is still missing, and who is reminded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.certificates import services
from app.certificates.models import Certificate
from app.certificates.types import CertificateState, MissingKind, NotInWindow
from app.courses.types import Course, Renewal
from tests.certificates.conftest import TODAY, correct_to_failed
from tests.factories import AT, make_learner

Issue = Callable[..., list[Certificate]]
Check = Callable[..., None]
#: A day in the window of a certificate of TODAY, and its last day.
DAY = date(2027, 12, 20)
LAST = date(2028, 3, 2)
LATER = AT + (DAY - TODAY)


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
    db: Session, issued: Certificate, course: Course, check: Check, issue: Issue
) -> None:
    day = DAY
    for sheet in course.sheets:
        check(issued.user, sheet.key, day)
    facts, at = dict(issued.facts), AT + (day - TODAY)
    renewed = issue(issued.user, at=at)[0]
    assert (renewed.renews_id, renewed.award_date) == (issued.id, day)
    assert renewed.valid_until == date(2029, 12, 20)
    assert (issued.facts, services.state_of(issued, day)) == (facts, CertificateState.VALID)
    assert list(services.timeline_of(db, issued)) == [issued, renewed]
    assert services.renewal_of(db, issued, day) is None
    assert services.state_of(issued, LAST + timedelta(days=1)) is CertificateState.EXPIRED


def test_a_revoked_renewal_leaves_the_older_certificate_to_renew(
    db: Session,
    issued: Certificate,
    course: Course,
    check: Check,
    issue: Issue,
    administrator: User,
) -> None:
    day = DAY
    for sheet in course.sheets:
        check(issued.user, sheet.key, day)
    renewed = issue(issued.user, at=AT + (day - TODAY))[0]
    services.revoke(db, renewed, "Issued to the wrong person.", administrator, AT)
    assert services.due_for_renewal(db, issued.user, day) == [issued]
    assert services.renewal_of(db, issued, day) is not None


def test_a_changed_lesson_is_read_again_before_the_renewal(
    db: Session, issued: Certificate, course: Course, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, day = course.lessons[0].key, date(2027, 12, 20)
    frozen = dict(issued.evidence["course"])
    frozen |= {"digest": "0" * 64, "lessons": {**frozen["lessons"], key: "0" * 16}}
    issued.evidence = {**issued.evidence, "course": frozen}
    for sheet in course.sheets:
        check(issued.user, sheet.key, day)
    user, after = issued.user, LAST + timedelta(days=1)
    missing = services.readiness(db, [user], course, after)[0].missing
    assert [(one.kind, one.done, one.total) for one in missing] == [(MissingKind.REFRESHER, 0, 1)]
    with pytest.raises(NotInWindow):
        services.record_reading(db, issued, key, TODAY, AT)
    with pytest.raises(NotInWindow):
        services.record_reading(db, issued, course.lessons[1].key, day, AT)
    for _ in range(2):
        services.record_reading(db, issued, key, day, AT)
    found = services.readiness(db, [user], course, day)[0]
    assert (found.is_issuable, found.renews) == (True, issued)


def test_a_course_may_name_lessons_to_read_each_time(
    db: Session, issued: Certificate, course: Course
) -> None:
    always = Renewal(months=1, lessons=(course.lessons[2].key,))
    other = replace(course, structure=course.structure.model_copy(update={"renewal": always}))
    from app.certificates.services.renewing import to_read_again, window_opens

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


def test_a_renewal_whose_own_check_was_taken_back_is_told(
    db: Session, checked: Certificate, course: Course, issue: Issue
) -> None:
    renewed = issue(checked.user, at=LATER)[0]
    lost = correct_to_failed(db, renewed)  # the sheet that was passed for the first one counts
    assert services.lost_sheets(db, renewed) == (lost,)
    found = services.readiness(db, [checked.user], course, DAY)[0]
    assert (found.certificate, found.lost_sheets) == (renewed, (lost,))
    assert services.lost_sheets(db, checked) == ()
