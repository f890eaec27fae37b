"""Plain data of an import: what a row says, what is wrong with it, what would change."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.accounts.types import Gender, Names
from app.cohorts.types import RosterField

#: What may be chosen for a row: make an account, take or keep what the list changes, leave out.
CHOOSE_NEW, CHOOSE_OUT, CHOOSE_TAKE, CHOOSE_KEEP = "new", "out", "take", "keep"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in one cell: a catalogue message with its values, and the column (from 0)."""

    column: int | None
    message: str
    values: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What a list changes in an account: the field, what stands there, what the list says."""

    field: RosterField
    old: str
    new: str


@dataclass(slots=True)
class Entry:
    """One row of the list, understood as far as it goes."""

    number: int
    names: Names
    nationality: str
    language: str
    student_number: str | None = None
    student_number_key: str | None = None
    passport_hash: str | None = None
    passport_last4: str | None = None
    #: For an account that the list makes; what somebody said herself is never compared or shown.
    gender: Gender | None = None
    #: Fields that the list itself fills; the others are derived or defaults.
    given: frozenset[RosterField] = frozenset()
    #: The Latin form is not in the list and cannot be derived: she writes it herself.
    needs_latin: bool = False
    problems: list[Problem] = field(default_factory=list)

    @property
    def shown(self) -> str:
        """The name by which the row is known on pages."""
        return self.names.native or self.names.latin or self.names.chinese or "–"
