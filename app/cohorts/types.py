"""Named errors and plain data of cohorts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
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


class CohortHasNoPlace(CohortFull):
    """An instructor would put more people into the cohort than it has places."""

    message = N_(
        "The cohort has %(capacity)s places and %(free)s of them are free. Choose fewer people, "
        "or raise the capacity of the cohort first."
    )


class CapacityTooSmall(DomainError):
    """The cohort has more trainees already."""

    message = N_(
        "There are already %(members)s trainees in the cohort. Choose this capacity or a larger "
        "one, or take somebody out first."
    )


class DueOutsideCohort(DomainError):
    """A course would be due before the cohort's first or after its last day."""

    message = N_("A due date lies between the first and the last day of the cohort.")


class CohortArchived(DomainError):
    """Nobody is put into an archived cohort."""

    message = N_("This cohort is archived. Bring it back first.")


class CourseHasNoContent(DomainError):
    """A course in preparation cannot be assigned."""

    status = 422
    message = N_("This course is still in preparation and cannot be assigned yet.")


class RequestState(StrEnum):
    """Where a person stands who joined by a code that needs approval."""

    WAITING = "waiting"
    ADMITTED = "admitted"
    DECLINED = "declined"


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
    """What a person fills in to create or change a cohort.

    `due_on` has the last day of those courses that have one; `capacity` None: no limit.
    """

    name: str
    partner: str
    countries: tuple[str, ...]
    starts_on: date
    ends_on: date | None
    language: str
    courses: tuple[str, ...]
    due_on: Mapping[str, date] = field(default_factory=dict)
    second_language: str | None = None
    capacity: int | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """The words of an announcement in one language."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class AnnouncementDraft:
    """What an instructor writes; `texts` has at least the words in `language`."""

    language: str
    texts: Mapping[str, Words]


@dataclass(frozen=True, slots=True)
class Notice:
    """An announcement as one person reads it: `language` is that of the words."""

    key: str
    cohort: str
    author: str
    language: str
    title: str
    paragraphs: tuple[str, ...]
    made_at: datetime
    edited_at: datetime | None
    is_unread: bool


@dataclass(frozen=True, slots=True)
class News:
    """What a trainee's start page says about cohorts: whom she waits for, and what is new."""

    waiting: tuple[str, ...]
    declined: tuple[str, ...]
    unread: tuple[Notice, ...]
    announcements: int

    @property
    def shown(self) -> tuple[Notice, ...]:
        """The newest unread ones, in full on the start page."""
        return self.unread[:NEWS_SHOWN]


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
    GENDER = "gender"


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


#: The longest title and text of an announcement, and reason of a withdrawal, in characters.
TITLE_LENGTH = 120


TEXT_LENGTH = 4000


REASON_LENGTH = 500


#: How many unread announcements a start page shows in full; the others wait on their own page.
NEWS_SHOWN = 3
