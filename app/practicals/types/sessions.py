"""Statuses, plain data and named errors of training days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum

from app.core.errors import N_, DomainError

LEARNERS_PER_INSTRUCTOR = 8  # curriculum: at most 8 learners per instructor
LEARNERS_PER_MANIKIN = 4  # curriculum: one manikin per 4 learners
LATE_AFTER = timedelta(minutes=15)  # a card scanned later than this after the start is late
LONGEST_NOTE = 300
#: Where training takes place: the programme's country and the ASEAN members, with their country
#: (ISO 3166-1 alpha-2). Time zones of the IANA database.
ZONES = {
    "Asia/Shanghai": "CN",
    "Asia/Ho_Chi_Minh": "VN",
    "Asia/Vientiane": "LA",
    "Asia/Phnom_Penh": "KH",
    "Asia/Bangkok": "TH",
    "Asia/Yangon": "MM",
    "Asia/Kuala_Lumpur": "MY",
    "Asia/Singapore": "SG",
    "Asia/Brunei": "BN",
    "Asia/Manila": "PH",
    "Asia/Jakarta": "ID",
    "Asia/Makassar": "ID",
    "Asia/Jayapura": "ID",
    "Asia/Dili": "TL",
}


class StaffRole(StrEnum):
    """What a member of the staff does on the day."""

    INSTRUCTOR = "instructor"
    EXAMINER = "examiner"


class Presence(StrEnum):
    """What one entry of attendance says."""

    PRESENT = "present"
    LATE = "late"
    LEFT_EARLY = "left-early"
    EXCUSED = "excused"
    ABSENT = "absent"


HERE = frozenset({Presence.PRESENT, Presence.LATE, Presence.LEFT_EARLY})


class How(StrEnum):
    """How an entry of attendance was made."""

    SCAN = "scan"
    TICK = "tick"


class Turn(StrEnum):
    """What happened to a day's books."""

    CLOSED = "closed"
    REOPENED = "reopened"


class PaperKind(StrEnum):
    """What is printed."""

    SIGN_IN = "sign-in"
    SHEETS = "sheets"


class CellState(StrEnum):
    """How one trainee stands at one station at the end of the day."""

    PASSED = "passed"
    FAILED = "failed"
    ABSENT = "absent"
    EXCUSED = "excused"
    DEFERRED = "deferred"
    NOT_ENROLLED = "not-enrolled"
    UNSETTLED = "unsettled"  # graded, but the second examiner is missing or differs
    OPEN = "open"


DONE = frozenset({CellState.PASSED, CellState.FAILED})
GAPS = frozenset({CellState.OPEN, CellState.UNSETTLED})


@dataclass(frozen=True, slots=True)
class SessionDraft:
    """What a person fills in to plan or change a training day; times are the place's."""

    held_on: date
    begins: time
    ends: time
    place: str
    timezone: str
    courses: tuple[str, ...]
    #: (course slug, sheet key) of each station, in order.
    stations: tuple[tuple[str, str], ...]
    instructors: tuple[str, ...]  # keys of people
    examiners: tuple[str, ...]
    manikins: int
    equipment: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of attendance as it is sent; `clock` is the place's time of coming or going."""

    event_id: str
    user_key: str
    what: Presence
    clock: time | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class PaperDraft:
    """What is to be printed: `station` and `people` by key, or `blanks` empty sheets."""

    kind: PaperKind
    language: str
    station: str | None = None
    people: tuple[str, ...] = ()
    blanks: int = 0


class SessionClosed(DomainError):
    """The day's books are closed."""

    status = 409
    message = N_("This training day is closed. An administrator can reopen it, with a reason.")


class SessionCancelled(DomainError):
    """The day was cancelled."""

    status = 409
    message = N_("This training day was cancelled.")


class AlreadyStarted(DomainError):
    """A day with entries is not cancelled any more."""

    status = 409
    message = N_(
        "Attendance or skill checks are recorded on this day. It cannot be cancelled or moved."
    )


class NotYet(DomainError):
    """The day has not come."""

    message = N_("This training day is in the future. Only excuses can be recorded before it.")


class NotToday(DomainError):
    """A card is scanned on another day."""

    message = N_("Cards are scanned on the training day itself. Use the list of names.")


class NotExpected(DomainError):
    """The card's holder does not belong to the day."""

    message = N_("%(name)s is not on the list of this training day. Add the person as a guest.")


class GapsLeft(DomainError):
    """Somebody is not accounted for."""

    status = 409
    message = N_("The day cannot be closed yet. What is missing is listed below.")


class NotClosed(DomainError):
    """Only a closed day is reopened."""

    status = 409
    message = N_("This training day is open.")


class StationInUse(DomainError):
    """A station with checks or deferrals stays."""

    status = 409
    message = N_(
        "A station with checks, deferrals or printed sheets cannot be taken away: %(name)s"
    )


class WrongTimes(DomainError):
    """The end is not after the beginning."""

    message = N_("The end is not after the beginning.")


class UnprintablePaper(DomainError):
    """A text of a day's papers has a letter that no font has; a box is never printed for it."""

    message = N_(
        "No font has the letters %(letters)s (%(slot)s). Write them in another way, then try again."
    )
