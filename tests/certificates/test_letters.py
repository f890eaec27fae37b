"""Letters of attendance: from closed days only, for staff of the cohort and for oneself."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import pikepdf
import pypdfium2
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.certificates.models import Certificate
from app.certificates.services.letters import attended, letter_of
from app.cohorts import services as cohorts
from app.cohorts.models import Cohort
from app.core.audit import AuditEvent
from app.practicals.models.sessions import TrainingSession
from app.practicals.types.sessions import Presence
from tests.browsing import CheckedClient
from tests.certificates.conftest import SLUG, TODAY
from tests.factories import AT, make_instructor, make_learner, make_trainee
from tests.practicals.days import DAY, NINE, enter, make_session

SignIn = Callable[[User], CheckedClient]
OTHER = "fire-smoke"


@pytest.fixture
def trainee(db: Session, cohort: Cohort) -> User:
    """Somebody of the cohort."""
    user = make_learner(db, SLUG)
    cohorts.add_member(db, cohort, user, AT)
    return user


@pytest.fixture
def there(
    db: Session, cohort: Cohort, examiner: User, trainee: User
) -> Callable[..., TrainingSession]:
    """Let the trainee be at a day of seven hours, and close it."""

    def act(
        what: Presence = Presence.PRESENT,
        *,
        closed: bool = True,
        courses: tuple[str, ...] = (SLUG,),
        **plan: Any,
    ) -> TrainingSession:
        day = make_session(db, cohort, examiner, stations=(), **plan)
        day.courses = list(courses)
        at = datetime.combine(day.held_on, time(2), NINE.tzinfo)
        enter(db, day, trainee, examiner, what, at=at)
        day.closed_at = at if closed else None
        db.flush()
        return day

    return act


def words_of(content: bytes) -> str:
    with pypdfium2.PdfDocument(content) as document:
        return " ".join(document[0].get_textpage().get_text_bounded().split())


def test_only_closed_days_on_which_she_was_there_count(
    db: Session, trainee: User, there: Callable[..., TrainingSession]
) -> None:
    there()
    there(closed=False)
    there(Presence.ABSENT)
    there().cancelled_at = NINE
    (found,) = attended(db, [trainee.id])[trainee.id]
    assert (found.days, found.minutes) == ((DAY,), 7 * 60)


def test_two_courses_on_one_day_are_told_together_and_never_twice(
    db: Session, trainee: User, there: Callable[..., TrainingSession]
) -> None:
    there(courses=(SLUG, OTHER))
    there(held_on=date(2026, 3, 9), courses=(OTHER,), place="Nanning")
    whole, first = attended(db, [trainee.id])[trainee.id]  # that of OTHER would say the same
    assert (whole.slug, whole.minutes, whole.courses) == ("", 840, (SLUG, OTHER))
    assert len(whole.places) == 2
    assert (first.slug, first.minutes, first.courses) == (SLUG, 420, (SLUG, OTHER))
    facts, _template = letter_of(db, trainee, SLUG, TODAY)
    assert facts["course"]["titles"]["en"].count(" · ") == 1


def test_the_letter_says_day_hours_place_and_its_own_day_and_looks_like_no_certificate(
    db: Session, sign_in: SignIn, trainee: User, there: Callable[..., TrainingSession]
) -> None:
    there()
    client = sign_in(trainee)
    assert "/en/letters/own.pdf" in client.get("/en/letters").text
    content = client.get("/en/letters/own.pdf").data
    told = words_of(content)
    for words in ("7 h", "2 March 2026", "ສູນຝຶກອົບຮົມ", "This letter is not a certificate"):
        assert words in told, words
    assert "KPK-" not in told
    with pikepdf.open(io.BytesIO(content)) as file:
        assert not file.attachments
        assert "/AcroForm" not in file.Root
    assert not db.scalar(select(func.count()).select_from(Certificate))


def test_staff_of_the_cohort_give_it_and_the_trail_says_so(
    db: Session,
    sign_in: SignIn,
    cohort: Cohort,
    examiner: User,
    trainee: User,
    there: Callable[..., TrainingSession],
) -> None:
    there()
    client, base = sign_in(examiner), f"/en/cohorts/{cohort.key}"
    page = f"{base}/members/{trainee.key}/letters"
    assert page in client.get(f"{base}/letters").text
    made = client.submit(page, {}, "/letters")
    assert made.data.startswith(b"%PDF")
    acts = db.scalars(select(AuditEvent).where(AuditEvent.action == "certificates.write-letter"))
    assert [(one.by_key, one.object_key) for one in acts] == [(examiner.key, trainee.key)]
    assert client.post(page, data={"course": "work-safety"}).status_code == 404


def test_a_stranger_of_the_staff_and_another_trainee_get_none(
    db: Session,
    sign_in: SignIn,
    cohort: Cohort,
    trainee: User,
    there: Callable[..., TrainingSession],
) -> None:
    there()
    base = f"/en/cohorts/{cohort.key}"
    pages = [f"{base}/letters", f"{base}/members/{trainee.key}/letters"]
    stranger = sign_in(make_instructor(db))
    assert [stranger.get(page).status_code for page in pages] == [404, 404]
    assert stranger.post(pages[1], data={}).status_code == 404
    other = sign_in(make_trainee(db))
    assert [other.get(page).status_code for page in pages] == [403, 403]
    assert other.get("/en/letters/own.pdf").status_code == 404


def test_forty_days_fit_on_the_page(
    db: Session, trainee: User, there: Callable[..., TrainingSession]
) -> None:
    from app.certificates import rendering

    there(courses=(SLUG, OTHER))
    facts, template = letter_of(db, trainee, "", TODAY)
    days = [f"2026-{month:02}-{day:02}" for month in range(1, 5) for day in range(1, 11)]
    for language in ("km", "vi"):
        facts = {**facts, "language": language}
        facts["languages"] = rendering.printed_languages(language)
        facts["attendance"] = {**facts["attendance"], "days": days}
        assert days[-1] in words_of(rendering.certificate_pdf(facts, template))


def test_what_cannot_be_printed_is_told_with_its_place_in_the_readers_words(
    db: Session, trainee: User, there: Callable[..., TrainingSession], sign_in: SignIn
) -> None:
    there(place="Nam Ninh \U0001f3eb")
    answer = sign_in(trainee).get("/vi/letters/own.pdf")
    assert answer.status_code == 422
    assert "(Địa điểm)" in answer.text
    assert "(places)" not in answer.text
