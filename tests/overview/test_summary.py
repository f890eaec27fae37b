"""The funder's summary: numbers only, small groups hidden, of one's own cohorts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from itertools import product
from typing import Any

import pypdfium2 as pdfium
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.types import Gender
from app.cohorts.models import Cohort, CohortMember
from app.core.audit import AuditEvent
from app.core.languages import LANGUAGES
from app.overview import rendering
from app.overview.services.summary import summary
from app.overview.services.suppression import LEAST_HIDDEN, hidden_groups, shown_of
from app.overview.types import LEAST, Few, Summary, SummaryWish
from tests.browsing import CheckedClient
from tests.counting import statements_of
from tests.factories import (
    AT,
    make_administrator,
    make_attempt,
    make_cohort,
    make_instructor,
    make_learner,
    make_trainee,
)

SLUG = "cpr-aed-choking"
DAY = date(2026, 3, 2)  # the day of AT in the programme's zone
SignIn = Callable[[Any], CheckedClient]
groups = st.lists(st.integers(0, 30), min_size=1, max_size=6)


def shown_in(counts: list[int]) -> tuple[int | None, ...]:
    """What a reader sees of the groups of a table."""
    hidden = hidden_groups(dict(enumerate(counts)))
    return tuple(None if key in hidden else number for key, number in enumerate(counts))


@given(groups)
@settings(max_examples=200, deadline=None)
def test_no_hidden_number_can_be_told_from_total_and_shown_numbers(counts: list[int]) -> None:
    shown = shown_in(counts)
    hidden = [key for key, number in enumerate(shown) if number is None]
    assert all(number == 0 or number >= LEAST for number in shown if number is not None)
    if not hidden or len(hidden) == len(counts):
        return  # nothing to tell, or nothing to tell it from
    assert sum(counts[key] for key in hidden) >= LEAST_HIDDEN
    # Another table that looks the same gives each hidden group another number.
    for one, other in zip(hidden, [*hidden[1:], hidden[0]], strict=True):
        assert one != other
    small = next(key for key in hidden if counts[key] < LEAST)
    large = next(key for key in hidden if counts[key] >= LEAST)
    for key in hidden:
        partner = large if counts[key] < LEAST else small
        twin = list(counts)
        twin[key], twin[partner] = twin[partner], twin[key]
        assert twin[key] != counts[key]
        assert shown_in(twin) == shown


def test_who_knows_the_rule_still_has_several_numbers_to_guess() -> None:
    tables: dict[Any, list[tuple[int, ...]]] = {}
    for counts in product(range(17), repeat=3):
        tables.setdefault((sum(counts), shown_in(list(counts))), []).append(counts)
    for (total, shown), alike in tables.items():
        if total < LEAST:
            continue  # then no table is shown at all
        for key, number in enumerate(shown):
            if number is None and max(max(counts) for counts in alike) < 12:
                assert len({counts[key] for counts in alike}) > 1


@given(st.integers(0, 60), st.integers(0, 60))
@example(5, 1)  # of 6: "all but few" would be exactly 5
@settings(max_examples=100, deadline=None)
def test_neither_few_nor_all_but_few_are_told_by_number(number: int, more: int) -> None:
    of = number + more
    shown = shown_of(number, of)
    if isinstance(shown, int):
        assert number not in range(1, LEAST)
        assert more not in range(1, LEAST)
        assert shown == number
        return
    possible = [one for one in range(of + 1) if shown_of(one, of) is shown]
    assert len(possible) >= min(LEAST - 1, of + 1)
    words = rendering.shown(shown, of if of >= LEAST else Few.THESE)
    told = {Few.THESE: f"< {LEAST}", Few.OTHERS: f"> {of - LEAST}", Few.SOME: f"1–{of - 1}"}
    assert words == told[shown]


def cohort_of(db: Session, instructor: User, genders: str, **changes: Any) -> Cohort:
    """A cohort with a woman for each f, a man for each m and somebody who does not say for -."""
    known = {"f": Gender.FEMALE, "m": Gender.MALE, "o": Gender.OTHER}
    people = [make_trainee(db, gender=known.get(one), **changes) for one in genders]
    return make_cohort(db, instructor, *people)


def counted(db: Session, *cohorts: Cohort, **changes: Any) -> Summary:
    values = {"cohorts": cohorts, "is_everything": False, "first": None, "last": DAY, **changes}
    return summary(db, SummaryWish(**values), AT)


def test_a_small_gender_is_hidden_with_the_smallest_other_one(db: Session) -> None:
    cohort = cohort_of(db, make_instructor(db), "f" * 12 + "m" * 9 + "-" * 2)
    found = counted(db, cohort)
    assert found.people == 23
    assert found.genders == {Gender.FEMALE: 12, Gender.MALE: None, None: None}


def test_small_countries_are_counted_together(db: Session) -> None:
    leader = make_instructor(db)
    cohorts = [
        cohort_of(db, leader, "-" * number, nationality=code)
        for code, number in (("LA", 11), ("KH", 8), ("VN", 6), ("BN", 2), ("KE", 1))
    ]
    found = counted(db, *cohorts)
    assert dict(found.countries) == {"LA": 11}
    assert found.elsewhere == 17
    text = rendering.summary_text(found, "en")
    assert ("Other countries and regions", "17") in text.tables[0].rows
    assert "Brunei" not in str(text)


def test_of_fewer_than_five_people_nothing_is_told(db: Session) -> None:
    found = counted(db, cohort_of(db, make_instructor(db), "ffm-"))
    assert found == Summary(found.wish, DAY, Few.THESE, {}, 0, {}, ())
    text = rendering.summary_text(found, "en")
    assert text.facts[-1] == ("Trainees", "< 5")
    assert not text.tables


def test_somebody_in_two_cohorts_counts_once_and_who_left_before_does_not(db: Session) -> None:
    leader = make_instructor(db)
    people = [make_trainee(db) for _ in range(7)]
    first, second = make_cohort(db, leader, *people), make_cohort(db, leader, *people[:3])
    assert counted(db, first, second).people == 7
    member = db.scalars(select(CohortMember).where(CohortMember.user_id == people[6].id)).one()
    member.joined_at, member.withdrawn_at = AT - timedelta(days=9), AT - timedelta(days=4)
    db.flush()
    assert counted(db, first, first=DAY).people == 6
    assert counted(db, first, first=DAY - timedelta(days=4)).people == 7
    assert counted(db, first, last=DAY - timedelta(days=30)).people == 0


def test_each_course_says_how_far_people_came_in_the_period(db: Session) -> None:
    people = [make_learner(db, lessons=True) for _ in range(12)]
    for person in people[:6]:
        make_attempt(db, person, at=AT)
    cohort = make_cohort(db, make_instructor(db), *people)
    (course,) = (one for one in counted(db, cohort).courses if one.slug == SLUG)
    assert (course.enrolled, course.lessons, course.assessment) == (12, 12, 6)
    assert (course.skills, course.issued, course.in_force) == (0, 0, 0)
    later = counted(db, cohort, first=DAY + timedelta(days=1), last=DAY + timedelta(days=9))
    (course,) = (one for one in later.courses if one.slug == SLUG)
    assert (course.enrolled, course.lessons, course.assessment) == (12, 0, 0)


def test_the_number_of_queries_does_not_grow_with_the_people(db: Session) -> None:
    leader = make_instructor(db)
    few, many = cohort_of(db, leader, "f" * 6), cohort_of(db, leader, "f" * 40)
    seen: Counter[str] = Counter()
    for cohort in (few, many):
        db.expire_all()
        _ = [course.slug for course in cohort.courses]
        with statements_of(db.get_bind()) as statements:
            counted(db, cohort)
        seen[cohort.key] = len(statements)
    assert seen[few.key] == seen[many.key] > 0


def test_an_instructor_counts_her_own_cohorts_only(db: Session, sign_in: SignIn) -> None:
    instructor, other = make_instructor(db), make_instructor(db)
    cohort_of(db, instructor, "f" * 6)
    theirs = cohort_of(db, other, "m" * 9)
    db.commit()
    client = sign_in(instructor)
    page = client.get("/en/exports/summary").text
    assert theirs.key not in page
    assert "All cohorts of one instructor" in page
    asked = {"first": "", "last": "2030-01-01", "language": "en", "cohorts": theirs.key}
    assert client.get("/en/exports/summary", query_string=asked).status_code == 422
    assert client.post("/en/exports/summary", data=asked).status_code == 422
    assert sign_in(make_administrator(db)).get("/en/exports/summary").text.count("<td") > 4


def test_the_pdf_says_the_numbers_of_the_page_and_the_trail_who_took_it(
    db: Session, sign_in: SignIn
) -> None:
    administrator = make_administrator(db)
    cohort = cohort_of(db, make_instructor(db), "f" * 13 + "m" * 7 + "-" * 6)
    db.commit()
    asked = {"first": "", "last": "2030-01-01", "language": "vi", "cohorts": cohort.key}
    answer = sign_in(administrator).post("/en/exports/summary", data=asked)
    assert answer.mimetype == "application/pdf"
    pages = [page.get_textpage().get_text_bounded() for page in pdfium.PdfDocument(answer.data)]
    assert "26" in pages[0]
    assert "13" in "".join(pages)
    assert len(pages) < 4
    entry = db.scalars(select(AuditEvent).where(AuditEvent.action == "overview.export")).one()
    assert (entry.by_key, entry.object_key) == (administrator.key, cohort.key)
    assert entry.detail["table"] == "summary"


def test_a_wrong_period_is_refused_with_its_reason(db: Session, sign_in: SignIn) -> None:
    cohort_of(db, make_instructor(db), "f" * 6)
    db.commit()
    client = sign_in(make_administrator(db))
    asked = {"first": "2026-03-02", "last": "2026-03-01", "language": "en"}
    answer = client.get("/en/exports/summary", query_string=asked)
    assert answer.status_code == 422
    assert "The last day is before the first day." in answer.text
    assert client.post("/en/exports/summary", data=asked).status_code == 422


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_summary_is_wholly_in_its_language(db: Session, language: str) -> None:
    found = counted(db, cohort_of(db, make_instructor(db), "f" * 13 + "m" * 2))
    text = rendering.summary_text(found, language)
    english = rendering.summary_text(found, "en")
    if language != "en":
        assert not {*text.notes, text.title, *(t.title for t in text.tables)} & {
            *english.notes,
            english.title,
            *(t.title for t in english.tables),
        }
