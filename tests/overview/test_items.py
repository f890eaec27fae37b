"""Questions under the glass: what is counted, what is found, and who may look."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.types import GrantKind
from app.core.jobs import Worker
from app.courses.library import library
from app.courses.types import Course
from app.learning import services
from app.learning.services.counting import count_answers
from app.learning.services.items import ALL_TIME, LEAST_SHOWN, ProblemKind
from app.learning.services.statistics import DifClass
from tests.believable import Programme, fill
from tests.browsing import CheckedClient
from tests.factories import (
    AT,
    make_administrator,
    make_attempt,
    make_instructor,
    make_learner,
    make_trainee,
)

SLUG, PLANTED = "cpr-aed-choking", "rate-adult-choose"
SignIn = Callable[[Any], CheckedClient]


@pytest.fixture
def course() -> Course:
    return library().course(SLUG)


def counted(db: Session, course: Course) -> services.Analysis:
    counts = services.count_analysis(db, course, ALL_TIME)
    services.store_analysis(db, course, ALL_TIME, counts, AT)
    return services.analysis_of(db, course, ALL_TIME, "zh")


def test_the_planted_question_is_found_as_class_c_and_no_other_is(
    db: Session, course: Course
) -> None:
    """Two abilities, a logit apart: what is harder for the weaker group alone is no finding."""
    programme = Programme({"zh": 400, "lo": 400}, {"zh": 1.5, "lo": 0.9}, {(PLANTED, "lo"): 2.0})
    fill(db, course, programme)
    analysis = counted(db, course)
    large = {
        (one.item.key, problem.kind, problem.language)
        for one in services.figures_of(analysis, ["lo"])
        for problem in one.problems
        if problem.grade is DifClass.C
    }
    assert large == {(PLANTED, ProblemKind.HARDER, "lo")}
    assert analysis.attempts == 800


def test_a_group_of_nine_shows_no_figure(db: Session, course: Course) -> None:
    fill(db, course, Programme({"zh": LEAST_SHOWN - 1}))
    assert {one.share for one in services.figures_of(counted(db, course), ["zh"])} == {None}


def test_only_the_first_attempt_of_a_person_counts(db: Session, course: Course) -> None:
    user = make_learner(db, SLUG)
    make_attempt(db, user, wrong=range(1, 26))
    make_attempt(db, user, at=AT + timedelta(hours=1))
    attempts, counts = count_answers(db, course)
    right = sum(one.right for one in counts.values())
    open_ones = sum(one.left_open for one in counts.values())
    assert (attempts, right, open_ones) == (1, 0, 25)


def test_the_page_counts_by_a_job_and_shows_the_planted_question_first(
    client: CheckedClient, sign_in: SignIn, db: Session, course: Course
) -> None:
    fill(db, course, Programme({"zh": 300, "lo": 300}, {}, {(PLANTED, "lo"): 2.2}))
    office = sign_in(make_administrator(db))
    address = f"/en/author/{SLUG}/analysis"
    assert "Nothing is counted yet." in office.get(address).get_data(as_text=True)
    assert office.post(address, data={}).status_code == 303
    assert "being counted" in office.get(address).get_data(as_text=True)
    db.commit()
    Worker(client.application.extensions["kapok"].database).run_all()
    db.expire_all()
    text = office.get(f"{address}?reference=zh").get_data(as_text=True)
    assert "600 first attempts" in text
    first = text.split("/analysis/")[1].split("?")[0]
    assert (first, "Harder in ລາວ than it should be (C)" in text) == (PLANTED, True)
    page = office.get(f"{address}/{PLANTED}?reference=zh").get_data(as_text=True)
    way = f"/en/translate/{SLUG}/lo?item={PLANTED}#item"
    assert way in page
    assert 'id="item"' in office.get(way).get_data(as_text=True)


def test_who_sees_the_figures_of_questions(sign_in: SignIn, db: Session) -> None:
    address = f"/en/author/{SLUG}/analysis"
    assert sign_in(make_instructor(db)).get(address).status_code == 403
    translator = granted(db, make_instructor(db), GrantKind.COURSES_TRANSLATE, "lo")
    assert sign_in(translator).get(address).status_code == 200
    assert sign_in(translator).get(f"{address}/{PLANTED}").status_code == 200
    trainee = granted(db, make_trainee(db), GrantKind.COURSES_TRANSLATE, "lo")
    assert sign_in(trainee).get(address).status_code == 403


def granted(db: Session, user: User, kind: GrantKind, scope: str) -> User:
    by = make_administrator(db)
    accounts.give_grant(db, user, kind, scope, None, by, AT - timedelta(days=9))
    return user
