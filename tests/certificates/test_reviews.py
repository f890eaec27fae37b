"""Issuing looks at the languages in which the holder learnt and was assessed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.certificates import services
from app.certificates.types import Missing, MissingKind, NotEligible
from app.cohorts.models import Cohort
from app.config import Settings
from app.core.events import new_event_id
from app.courses import services as courses
from app.courses.types import Course
from tests.browsing import CheckedClient
from tests.certificates.conftest import BASE_URL, SLUG, TODAY, Ready
from tests.factories import AT, make_opening, make_reviewed

SignIn = Callable[[Any], CheckedClient]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Settings of a server where a review is required."""
    return replace(settings, require_review=True)


def missing(db: Session, user: User, course: Course, *, required: bool = True) -> list[Missing]:
    (ready,) = services.readiness(db, [user], course, TODAY, require_review=required)
    return list(ready.missing)


def test_each_language_used_must_be_reviewed_or_opened(
    db: Session, ready: Ready, course: Course
) -> None:
    user = ready()  # lessons in Lao, assessment in English
    assert missing(db, user, course, required=False) == []
    assert missing(db, user, course) == [
        Missing(MissingKind.LANGUAGE, "en"),
        Missing(MissingKind.LANGUAGE, "lo"),
    ]
    make_reviewed(db, course, "en")
    assert missing(db, user, course) == [Missing(MissingKind.LANGUAGE, "lo")]
    make_opening(db, course, "lo")
    assert missing(db, user, course) == []


def test_languages_that_were_not_used_do_not_matter(
    db: Session, ready: Ready, course: Course
) -> None:
    user = ready()
    make_reviewed(db, course, "en", "lo")
    assert not courses.review_of(db, course, "km").is_open
    assert missing(db, user, course) == []


def test_issuing_is_refused_until_then(
    db: Session, ready: Ready, course: Course, administrator: User
) -> None:
    user = ready()
    given = (db, [user], course, administrator, new_event_id(), AT, BASE_URL)
    with pytest.raises(NotEligible):
        services.issue(*given, require_review=True)
    db.rollback()


def test_the_evidence_says_how_each_language_was_reviewed(
    db: Session, ready: Ready, course: Course, issue: Callable[..., Any]
) -> None:
    make_reviewed(db, course, "en")
    make_opening(db, course, "lo")
    (certificate,) = issue(ready())
    frozen = certificate.evidence["reviews"]
    assert frozen["en"]["status"] == "reviewed"
    assert {one["role"] for one in frozen["en"]["by"]} == {"medical", "native"}
    assert (frozen["lo"]["status"], frozen["lo"]["by"]) == ("pending", [])
    courses.close_language(db, course, "lo", "", AT)
    assert certificate.evidence["reviews"] == frozen


def test_the_why_page_tells_it_and_only_the_office_reads_the_reason(
    db: Session,
    ready: Ready,
    course: Course,
    issue: Callable[..., Any],
    sign_in: SignIn,
    administrator: User,
) -> None:
    make_reviewed(db, course, "en")
    make_opening(db, course, "lo")
    (certificate,) = issue(user := ready())
    key = certificate.key
    own = sign_in(user).get(f"/en/certificates/mine/{key}/why").get_data(as_text=True)
    office = sign_in(administrator).get(f"/en/certificates/{key}/why").get_data(as_text=True)
    for text in (own, office):
        assert "Nguyễn Thị Ánh Tuyết" in text
        assert "Opened before its review on 2 March 2026" in text
    assert "The rescue team leaves" in office
    assert "The rescue team leaves" not in own


def test_a_certificate_from_before_reviews_still_explains_itself(
    db: Session, ready: Ready, issue: Callable[..., Any], sign_in: SignIn, administrator: User
) -> None:
    (certificate,) = issue(ready())
    certificate.evidence = {k: v for k, v in certificate.evidence.items() if k != "reviews"}
    db.commit()
    page = sign_in(administrator).get(f"/en/certificates/{certificate.key}/why")
    assert page.status_code == 200
    assert "Review of the text" not in page.get_data(as_text=True)


def test_pages_say_which_language_is_missing(
    db: Session, ready: Ready, cohort: Cohort, sign_in: SignIn, administrator: User
) -> None:
    user = ready()
    sentence = "Learnt or assessed in a language that is not reviewed nor opened: "
    office = sign_in(administrator)
    page = office.get(f"/en/certificates/cohorts/{cohort.key}/{SLUG}").get_data(as_text=True)
    assert f"{sentence}English" in page
    assert sentence in office.get(f"/en/cohorts/{cohort.key}/progress").get_data(as_text=True)
    assert sentence in sign_in(user).get("/en/start").get_data(as_text=True)
