"""Statuses, plain data and named errors of skill checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from app.core.errors import N_, DomainError

ATTEMPTS_A_DAY = 2  # curriculum, skill check rules
DAYS_TO_RECORD = 30  # a paper sheet from a training day may be entered this much later


class Result(StrEnum):
    """How one participant did."""

    PASSED = "passed"
    FAILED = "failed"


class Mark(StrEnum):
    """One step of the sheet. After a critical fail the rest is not done."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_DONE = "not-done"


class AcknowledgedBy(StrEnum):
    """How the trainee acknowledged the result."""

    OWN_SIGN_IN = "own-sign-in"
    PIN = "pin"


@dataclass(frozen=True, slots=True)
class ParticipantDraft:
    """One trainee's marks: steps by key, reasons for critical steps and critical fails by key."""

    user_id: int
    role: str
    marks: Mapping[str, Mark]
    step_reasons: Mapping[str, str] = field(default_factory=dict)
    critical_fails: Mapping[str, str] = field(default_factory=dict)
    comment: str = ""


@dataclass(frozen=True, slots=True)
class CheckDraft:
    """One filled-in skill sheet, as the examiner sends it."""

    event_id: str
    course_slug: str
    sheet_key: str
    cohort_id: int | None
    held_on: date
    place: str
    language: str
    equipment: str
    participants: tuple[ParticipantDraft, ...]
    device_at: datetime | None = None
    #: The training day on which it is done; its number in the database.
    session_id: int | None = None


@dataclass(frozen=True, slots=True)
class PassedSheet:
    """A sheet that a trainee has passed, by its earliest check that counts."""

    sheet_key: str
    held_on: date
    check_key: str
    examiner_key: str
    examiner_name: str
    language: str
    place: str
    acknowledged: bool


class NoAuthority(DomainError):
    """The examiner holds no grant for this sheet on that day."""

    status = 403
    message = N_("You may not examine this skill sheet on that day. Ask an administrator.")


class OwnCheck(DomainError):
    """Nobody examines herself."""

    message = N_("You cannot examine yourself.")


class WrongParticipants(DomainError):
    """The number of participants or their roles do not fit the sheet."""

    message = N_("This sheet is for %(least)s to %(most)s people, each with another role.")


class NotEnrolledInCourse(DomainError):
    """A participant does not follow the course."""

    message = N_("%(name)s is not enrolled in this course.")


class StepMissing(DomainError):
    """A step has no mark and no critical fail explains why."""

    message = N_("Mark every step as passed or failed for %(name)s.")


class ReasonMissing(DomainError):
    """A critical fail or a failed critical step has no reason."""

    message = N_("Write what happened for each critical fail of %(name)s.")


class TooManyAttemptsToday(DomainError):
    """The trainee has used the attempts of this day."""

    status = 409
    message = N_("%(name)s has already had 2 attempts at this sheet on that day.")


class WrongDay(DomainError):
    """The day lies in the future or too far back."""

    message = N_("The day of the check is today or at most 30 days ago.")


class AlreadyCorrected(DomainError):
    """The check has been corrected before: correct the newest one."""

    status = 409
    message = N_("This check has already been corrected. Open the newest one.")


class WrongCorrection(DomainError):
    """A correction changed what it may not: sheet, day or people."""

    message = N_("A correction keeps the sheet, the day and the people. Record a new check.")


class WrongPin(DomainError):
    """The PIN is not the trainee's, or is locked."""

    message = N_("This PIN is not right, or it is locked. Sign in to acknowledge the result.")


class NotCurrent(DomainError):
    """Only the newest version of a check can be acknowledged."""

    status = 409
    message = N_("This check was corrected. Acknowledge the newest one.")
