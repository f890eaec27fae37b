"""Statuses, plain data and named errors of skill checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from app.accounts.models import User
from app.core.errors import N_, DomainError
from app.courses.types import Sheet

ATTEMPTS_A_DAY = 2  # curriculum, skill check rules
TEAM = "team"  # stands for everybody where a sheet has one set of marks
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
    PAPER = "paper"


class ResultFilter(StrEnum):
    """What the list of checks can be narrowed to."""

    PASSED = "passed"
    FAILED = "failed"
    UNACKNOWLEDGED = "unacknowledged"
    OPEN = "open"  # waits for a second examiner, or for settling


class Standing(StrEnum):
    """Whether a check counts; a sheet with a second examiner makes it wait."""

    COUNTS = "counts"
    WAITING = "waiting"  # for the second examiner
    DIFFERING = "differing"  # the two examiners' marks differ and are not settled
    LAPSED = "lapsed"  # computed: nobody came as second examiner that day; never stored


@dataclass(frozen=True, slots=True)
class ParticipantDraft:
    """One trainee's marks: steps by key, reasons for critical steps and critical fails by key."""

    user_id: int
    role: str
    marks: Mapping[str, Mark]
    step_reasons: Mapping[str, str] = field(default_factory=dict)
    critical_fails: Mapping[str, str] = field(default_factory=dict)
    comment: str = ""
    signed_paper: bool = False  # whether the trainee signed the paper sheet


@dataclass(frozen=True, slots=True)
class Paper:
    """The paper sheet that a check is typed in from: number or words, who signed it, and when."""

    name: str
    signed_by: str
    signed_on: date


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
    session_id: int | None = None  # the training day on which it is done
    seconds_used: int | None = None
    paper: Paper | None = None


@dataclass(frozen=True, slots=True)
class Examinable:
    """A sheet and where it stands: a course's slug, or the programme's key for a whole team."""

    slug: str
    sheet: Sheet
    is_team: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may be checked, and where she stands with the sheet."""

    user: User
    is_chosen: bool
    has_passed: bool
    used_today: int

    @property
    def attempts_left(self) -> int:
        """How many attempts are left on the day."""
        return max(0, ATTEMPTS_A_DAY - self.used_today)


@dataclass(frozen=True, slots=True)
class SecondDraft:
    """The second examiner's marks, as they are sent."""

    event_id: str
    participants: tuple[ParticipantDraft, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two examiners differ: a step, or a critical fail that only one of them saw.

    `place` is "step:<key>" or "critical:<key>"; a critical fail that happened is "failed".
    """

    participant_id: int
    place: str
    first: Mark
    second: Mark

    @property
    def is_critical_fail(self) -> bool:
        """Whether it is about a critical fail, not about a step."""
        return self.place.startswith("critical:")

    @property
    def key(self) -> str:
        """The key of the step or critical fail."""
        return self.place.partition(":")[2]


@dataclass(frozen=True, slots=True)
class SettledMark:
    """How one difference is settled, and why."""

    mark: Mark
    reason: str


@dataclass(frozen=True, slots=True)
class FinalMarks:
    """How the steps of one participant count, why steps failed, and the critical fails left."""

    steps: Mapping[str, Mark]
    step_reasons: Mapping[str, str]
    critical_fails: Mapping[str, str]

    @property
    def to_practise(self) -> list[str]:
        """Keys of the steps that are not passed, in the sheet's order."""
        return [key for key, mark in self.steps.items() if mark is not Mark.PASSED]


#: By the number of the participant's row, then by place.
Settled = Mapping[int, Mapping[str, SettledMark]]


@dataclass(frozen=True, slots=True)
class CheckFilter:
    """What the list of checks is narrowed to; None does not narrow."""

    cohort_id: int | None = None
    sheet: tuple[str, str] | None = None
    result: ResultFilter | None = None
    held_on: date | None = None


@dataclass(frozen=True, slots=True)
class OwnSheet:
    """A sheet of a course that a trainee follows: passed or still to show."""

    slug: str
    sheet_key: str
    is_passed: bool
    attempts_left: int  # today


@dataclass(frozen=True, slots=True)
class DeadlineRow:
    """A passed assessment whose skill checks are due: whose, until when, which are missing."""

    user: User
    slug: str
    due_on: date
    is_lapsed: bool
    days_left: int  # negative when it is over
    missing: tuple[str, ...]  # keys of sheets


class PassedSheet(NamedTuple):
    """A sheet that a trainee has passed, by its earliest check that counts."""

    sheet_key: str
    held_on: date
    check_key: str
    examiner_key: str
    examiner_name: str
    language: str
    place: str
    acknowledged: bool
    second_examiner: str | None = None


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

    message = N_(
        "A failed critical step or a critical fail of %(name)s has no reason yet. "
        "Write what happened."
    )


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


class NotSecondExaminer(DomainError):
    """The first examiner, or somebody without a grant, cannot be the second examiner."""

    status = 403
    message = N_("The second examiner is another person with a grant for this sheet on that day.")


class NotWaiting(DomainError):
    """The check does not wait for a second examiner (any more)."""

    status = 409
    message = N_("This check does not wait for a second examiner now.")


class NothingToSettle(DomainError):
    """The two examiners' marks do not differ, or are settled."""

    status = 409
    message = N_("There is no difference to settle in this check.")


class SettleEveryStep(DomainError):
    """A difference has no mark or no reason."""

    message = N_("Choose a result and write a reason for each difference.")


class NotYours(DomainError):
    """Only the two examiners settle, and nobody agrees with her own proposal."""

    status = 403
    message = N_("The other examiner of this check has to agree.")


class ProposalReplaced(DomainError):
    """A newer proposal stands."""

    status = 409
    message = N_("There is a newer proposal. Look at it first.")


class SettleFirst(DomainError):
    """A check whose difference is open cannot be corrected."""

    status = 409
    message = N_("The two examiners have to settle this check before it can be corrected.")


class NotCountedYet(DomainError):
    """A result that does not count yet cannot be acknowledged."""

    status = 409
    message = N_("This result waits for a second examiner. Acknowledge it when it counts.")


class OneResultForAll(DomainError):
    """A team has one sheet and one result."""

    message = N_("A team has one sheet: the same marks for everybody.")


class WrongSignatureDay(DomainError):
    """The paper was signed before the check or after today."""

    message = N_("The paper is signed on the day of the check or later, at most today.")


class SessionElsewhere(DomainError):
    """The check names a training session of another day."""

    message = N_("This training session was on another day.")
