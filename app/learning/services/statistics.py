"""Item statistics as pure functions: point-biserial correlation and Mantel–Haenszel DIF.

Mantel, N. & Haenszel, W. (1959), J. Natl. Cancer Inst. 22, 719–748: common odds ratio and
chi-square. Robins, Breslow & Greenland (1986), Biometrics 42, 311–323: variance of its logarithm.
Holland, P. W. & Thayer, D. T. (1988), in Wainer & Braun (eds.), Test Validity, 129–145: the delta
scale. Dorans, N. J. & Holland, P. W. (1993), in Holland & Wainer (eds.), Differential Item
Functioning, 35–66: classes A, B and C.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

DELTA_SCALE = -2.35  # of ETS: 4 / 1.7 times the natural logarithm, turned round
SIGNIFICANT = 0.05
ONE_SIDED = 1.645  # the normal deviate that is exceeded by chance in 5 of 100 cases
MODERATE, LARGE = 1.0, 1.5  # on the delta scale

#: One stratum: reference right, reference wrong, focal right, focal wrong.
Table = tuple[int, int, int, int]


class DifClass(StrEnum):
    """How much harder or easier an item is for people of equal ability."""

    A = "A"  # negligible
    B = "B"  # moderate
    C = "C"  # large


@dataclass(frozen=True, slots=True)
class MantelHaenszel:
    """The outcome for one item and two groups.

    `delta` below 0: harder for the focal group. `error` is the standard error of delta, None when
    it cannot be estimated: then one group has no right or no wrong answer that could be compared,
    and the odds ratio is 0 or infinite.
    """

    odds_ratio: float
    chi_square: float  # with continuity correction, one degree of freedom
    p_value: float
    delta: float
    error: float | None

    @property
    def dif_class(self) -> DifClass:
        """Class of ETS (Dorans & Holland 1993).

        A: |delta| < 1, or not significantly different from 0 (chi-square, 5 %). C: |delta| >= 1.5
        and significantly greater than 1 (one-sided, 5 %). B: the rest.
        """
        size = abs(self.delta)
        if size < MODERATE or self.p_value >= SIGNIFICANT:
            return DifClass.A
        is_beyond = self.error is None or size - MODERATE > ONE_SIDED * self.error
        return DifClass.C if size >= LARGE and is_beyond else DifClass.B


def mantel_haenszel(strata: Iterable[Table]) -> MantelHaenszel | None:
    """Compare two groups within strata of equal ability; None when no stratum tells anything."""
    tables = [one for one in strata if _tells(one)]
    if not tables:
        return None
    chi_square = _chi_square(tables)
    in_favour = [(a * d) / (a + b + c + d) for a, b, c, d in tables]
    against = [(b * c) / (a + b + c + d) for a, b, c, d in tables]
    ratio = sum(in_favour) / sum(against) if any(against) else math.inf
    return MantelHaenszel(
        odds_ratio=ratio,
        chi_square=chi_square,
        p_value=math.erfc(math.sqrt(chi_square / 2)),
        delta=_delta(ratio),
        error=_error(tables, in_favour, against),
    )


def _tells(table: Table) -> bool:
    """Whether both groups and both kinds of answer are there."""
    a, b, c, d = table
    return min(a + b, c + d, a + c, b + d) > 0


def _chi_square(tables: Sequence[Table]) -> float:
    difference = variance = 0.0
    for a, b, c, d in tables:
        total = a + b + c + d
        difference += a - (a + b) * (a + c) / total
        variance += (a + b) * (c + d) * (a + c) * (b + d) / (total * total * (total - 1))
    return max(0.0, abs(difference) - 0.5) ** 2 / variance


def _delta(ratio: float) -> float:
    if ratio == 0:
        return math.inf
    return DELTA_SCALE * math.log(ratio)


def _error(
    tables: Sequence[Table], in_favour: Sequence[float], against: Sequence[float]
) -> float | None:
    favour, contrary = sum(in_favour), sum(against)
    if not favour or not contrary:
        return None
    first = middle = last = 0.0
    for (a, b, c, d), one, other in zip(tables, in_favour, against, strict=True):
        total = a + b + c + d
        same, crossed = (a + d) / total, (b + c) / total
        first += same * one
        middle += same * other + crossed * one
        last += crossed * other
    variance = first / (2 * favour**2) + middle / (2 * favour * contrary) + last / (2 * contrary**2)
    return abs(DELTA_SCALE) * math.sqrt(variance)


def correlation(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Pearson's r; with rights (0 or 1) and rest scores it is the corrected point-biserial.

    None when one side never changes.
    """
    count = len(pairs)
    if count < 2:
        return None
    mean_x = sum(x for x, _ in pairs) / count
    mean_y = sum(y for _, y in pairs) / count
    spread_x = sum((x - mean_x) ** 2 for x, _ in pairs)
    spread_y = sum((y - mean_y) ** 2 for _, y in pairs)
    if spread_x <= 0 or spread_y <= 0:
        return None
    together = sum((x - mean_x) * (y - mean_y) for x, y in pairs)
    return together / math.sqrt(spread_x * spread_y)
