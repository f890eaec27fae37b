"""Quick cards fit one screen of a phone."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from app.courses.loader.checks.units import Twins
from app.courses.types import Fault

LONGEST_LINE = 120  # signs of one step or "do not" line, marks above and below not counted


def check_cards(twins: Twins) -> Iterator[Fault]:
    """Faults of cards whose lines are too long to be read at a glance."""
    for unit in twins.all():
        if unit.where[0] == "cards":
            signs = sum(unicodedata.category(sign) != "Mn" for sign in unit.text)
            if signs > LONGEST_LINE:
                yield unit.fault(
                    "card-length",
                    f"This line of a quick card has {signs} signs.",
                    f"Say it in {LONGEST_LINE} signs or fewer.",
                )
