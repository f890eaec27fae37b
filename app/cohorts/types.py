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


class RosterState(StrEnum):
    """Where an import of a list stands."""

    PENDING = "pending"
    DONE = "done"
    UNDONE = "undone"


class RosterField(StrEnum):
    """What a column of a list can hold."""

    NATIVE_NAME = "native_name"
    LATIN_NAME = "latin_name"
    CHINESE_NAME = "chinese_name"
    STUDENT_NUMBER = "student_number"
    PASSPORT = "passport"
    NATIONALITY = "nationality"
    LANGUAGE = "language"


#: Two columns (family name, given name) may hold one name together.
NAME_FIELDS = (RosterField.NATIVE_NAME, RosterField.LATIN_NAME, RosterField.CHINESE_NAME)


class RowState(StrEnum):
    """What an import would do with one row of the list."""

    NEW = "new"
    SAME = "same"
    CHANGED = "changed"
    QUESTION = "question"
    PROBLEM = "problem"
    LEFT_OUT = "left_out"


class TwoColumns(DomainError):
    """A field other than a name is asked of two columns."""

    status = 422
    message = N_("Two columns hold the same thing. Choose one of them.")


class NoNameColumn(DomainError):
    """Nobody can be found or made without a name."""

    status = 422
    message = N_("Choose the column that holds the names.")


class ListMoved(DomainError):
    """People, choices or the list itself changed after the preview was shown."""

    status = 409
    message = N_("Something changed since this page was shown. Look at it again.")


class NothingToImport(DomainError):
    """Every row is left out."""

    status = 422
    message = N_("No row can be imported. Mend the list and upload it again.")


class TooManyPeople(DomainError):
    """More people than one list may have."""

    status = 422
    message = N_("This list has too many rows. Split it into files of at most 5000 people.")


class UndoTooLate(DomainError):
    """What stood there before is not kept any more."""

    status = 409
    message = N_("This import is too old to be undone.")
