"""Small groups are not shown, nor what would give them away (docs/decisions/0026)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from app.overview.types import LEAST, Few, Shown

Key = TypeVar("Key")

#: As many people stand behind the hidden groups of a table together (own choice: two smallest
#: groups that would be shown).
LEAST_HIDDEN = 2 * LEAST


def hidden_groups(counts: Mapping[Key, int]) -> set[Key]:
    """Which groups of a table with a known total are not shown.

    Those of 1 to LEAST - 1 people, and then the smallest others, all of one size together, until
    at least one other is among them and LEAST_HIDDEN people stand behind them. When that cannot
    be, the whole table is hidden. As any exchange of the hidden numbers hides the same groups, no
    number can be told from what is shown, not even by somebody who knows this rule.
    """
    hidden = {key for key, number in counts.items() if 0 < number < LEAST}
    if not hidden:
        return set()
    for size in sorted({number for number in counts.values() if number >= LEAST}):
        hidden |= {key for key, number in counts.items() if number == size}
        if sum(counts[key] for key in hidden) >= LEAST_HIDDEN:
            return hidden
    return set(counts)


def shown_of(number: int, of: int) -> Shown:
    """How many of `of` people did something: the number, or that they, or the others, are few.

    Of fewer than two small groups it is only told that some did: of 6 people "> 1" would be 5.
    """
    if LEAST < of < 2 * LEAST - 1 and 0 < number < of:
        return Few.SOME
    if 0 < of < LEAST or 0 < number < LEAST:
        return Few.THESE
    return Few.OTHERS if 0 < of - number < LEAST else number
