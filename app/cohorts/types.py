"""Named errors and plain data of cohorts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.core.errors import N_, DomainError


class UnknownJoinCode(DomainError):
    """No cohort has this code, or the code was withdrawn."""

    status = 422
    message = N_("We do not know this join code. Check it with your instructor.")


class JoinCodeExpired(DomainError):
    """The code's last day is over."""

    status = 422
    message = N_("This join code has expired. Ask your instructor for a new one.")


class CohortFull(DomainError):
    """The code has been used as often as it may be."""

    status = 422
    message = N_("This cohort is full. Ask your instructor.")


class CourseHasNoContent(DomainError):
    """A course in preparation cannot be assigned."""

    status = 422
    message = N_("This course is still in preparation and cannot be assigned yet.")


class NobodyToPrint(DomainError):
    """No trainee of the cohort was chosen, or nobody of those chosen has a card."""

    status = 422
    message = N_("Nobody is chosen. Choose at least one trainee of this cohort.")


class CardChoice(StrEnum):
    """Whose login cards are printed."""

    ALL = "all"
    WITHOUT = "without"
    UNUSED = "unused"
    CHOSEN = "chosen"


@dataclass(frozen=True, slots=True)
class CohortDraft:
    """What a person fills in to create or change a cohort."""

    name: str
    partner: str
    country: str
    starts_on: date
    ends_on: date | None
    language: str
    courses: tuple[str, ...]
