"""A measured figure beside its budget, and the table that shows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

HEADINGS = ("figure", "measured", "budget", "", "beside it")


@dataclass(frozen=True)
class Figure:
    """One measured number; `at_least` turns the budget round, None means that there is none."""

    name: str
    value: float
    unit: str
    budget: float | None = None
    beside: str = ""
    at_least: bool = False

    @property
    def verdict(self) -> str:
        """Whether the budget holds."""
        if self.budget is None:
            return ""
        holds = self.value >= self.budget if self.at_least else self.value <= self.budget
        return "ok" if holds else "OVER"

    @property
    def row(self) -> tuple[str, ...]:
        """The figure as it is printed."""
        sign = "≥" if self.at_least else "≤"
        budget = "" if self.budget is None else f"{sign} {short(self.budget)}"
        measured = f"{short(self.value)} {self.unit}".strip()
        return (self.name, measured, budget, self.verdict, self.beside)


def short(value: float) -> str:
    """Three digits that count; counts stay whole."""
    if float(value).is_integer() or abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.3g}"


def show(figures: Iterable[Figure]) -> None:
    """Print the figures of one benchmark as a table."""
    rows = [HEADINGS, *(figure.row for figure in figures)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADINGS))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())
