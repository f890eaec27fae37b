"""The statistics agree with published worked examples."""

from __future__ import annotations

import math

import pytest

from app.learning.services.statistics import (
    DELTA_SCALE,
    DifClass,
    MantelHaenszel,
    Table,
    correlation,
    mantel_haenszel,
)

#: Agresti (1990), Categorical Data Analysis, pp. 231–237: penicillin and rabbits; for each level
#: cured and died after no delay, cured and died after 1.5 h.
RABBITS: list[Table] = [(0, 6, 0, 5), (3, 3, 0, 6), (6, 0, 2, 4), (5, 1, 6, 0), (2, 0, 5, 0)]
#: Bickel, Hammel & O'Connell (1975), Science 187, 398–404, as R's data set UCBAdmissions: for
#: each department men admitted and rejected, women admitted and rejected.
BERKELEY: list[Table] = [
    (512, 313, 89, 19),
    (353, 207, 17, 8),
    (120, 205, 202, 391),
    (138, 279, 131, 244),
    (53, 138, 94, 299),
    (22, 351, 24, 317),
]


def test_the_rabbits_of_agresti_come_out_as_published() -> None:
    """R's manual of `mantelhaen.test` (stats) gives p = 0.047 for them; the printed test says
    X-squared = 3.9286, p-value = 0.04747, common odds ratio 7, 95 % interval 1.026713 to 47.725133.
    """
    found = mantel_haenszel(RABBITS)
    assert found is not None
    assert found.chi_square == pytest.approx(3.9286, abs=5e-5)
    assert found.p_value == pytest.approx(0.04747, abs=5e-6)
    assert found.odds_ratio == pytest.approx(7)
    assert interval(found) == pytest.approx((1.026713, 47.725133), rel=1e-6)


def test_the_admissions_of_berkeley_come_out_as_published() -> None:
    """R's `mantelhaen.test(UCBAdmissions)` prints X-squared = 1.4269, p-value = 0.2323, common odds
    ratio 0.9046968, 95 % interval 0.7719074 to 1.0603298.
    """
    found = mantel_haenszel(BERKELEY)
    assert found is not None
    assert found.chi_square == pytest.approx(1.4269, abs=5e-5)
    assert found.p_value == pytest.approx(0.2323, abs=5e-5)
    assert found.odds_ratio == pytest.approx(0.9046968, abs=5e-8)
    assert interval(found) == pytest.approx((0.7719074, 1.0603298), abs=5e-8)
    assert found.delta == pytest.approx(-2.35 * math.log(0.9046968), abs=1e-6)
    assert found.dif_class is DifClass.A


def interval(found: MantelHaenszel) -> tuple[float, float]:
    """95 % limits of the odds ratio from the error of delta."""
    assert found.error is not None
    reach = 1.959964 * found.error / abs(DELTA_SCALE)
    return found.odds_ratio * math.exp(-reach), found.odds_ratio * math.exp(reach)


@pytest.mark.parametrize(
    ("delta", "p_value", "error", "wanted"),
    [
        (-0.99, 0.001, 0.1, DifClass.A),  # small, however sure
        (-2.5, 0.06, 0.1, DifClass.A),  # not significantly different from 0
        (-1.2, 0.01, 0.1, DifClass.B),
        (1.6, 0.01, 0.5, DifClass.B),  # large, but not significantly greater than 1
        (-1.6, 0.01, 0.3, DifClass.C),
        (1.6, 0.01, 0.3, DifClass.C),
        (-math.inf, 0.01, None, DifClass.C),
    ],
)
def test_the_classes_follow_the_rule_of_ets(
    delta: float, p_value: float, error: float | None, wanted: DifClass
) -> None:
    assert MantelHaenszel(1.0, 4.0, p_value, delta, error).dif_class is wanted


def test_a_reference_group_that_is_always_right_gives_an_endless_ratio() -> None:
    found = mantel_haenszel([(20, 0, 5, 15), (20, 0, 8, 12)])
    assert found is not None
    assert (found.odds_ratio, found.delta, found.error) == (math.inf, -math.inf, None)
    assert found.dif_class is DifClass.C


@pytest.mark.parametrize("strata", [[], [(5, 5, 0, 0)], [(5, 0, 5, 0), (0, 5, 0, 5)]])
def test_nothing_to_compare_is_none(strata: list[Table]) -> None:
    assert mantel_haenszel(strata) is None


def test_the_point_biserial_is_that_of_a_small_table() -> None:
    """By hand: rests 1, 2, 3, 4 and marks 0, 0, 1, 1 give r = 2 / sqrt(5 · 1)."""
    assert correlation([(1, 0), (2, 0), (3, 1), (4, 1)]) == pytest.approx(2 / math.sqrt(5))
    assert correlation([(1, 1), (2, 1)]) is None
