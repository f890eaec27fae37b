"""Questions under the glass: what is counted, what is found, and who may look."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.courses.library import library
from app.courses.types import Course
from app.learning import services
from app.learning.services.items import ALL_TIME, ProblemKind
from app.learning.services.statistics import DifClass
from tests.believable import Programme, fill
from tests.browsing import CheckedClient
from tests.factories import AT

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
