"""Plain data, statuses and refusals of the learning room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from app.core.errors import N_, DomainError, NotFound

REASON_LENGTH = 500


class AttemptStatus(StrEnum):
    """An attempt is open until it is submitted, and then closed for good."""

    OPEN = "open"
    SUBMITTED = "submitted"


class CourseStatus(StrEnum):
    """How a course stands for one trainee, on the programme page."""

    IN_PREPARATION = "in-preparation"
    NOT_OPEN = "not-open"  # no language of it is reviewed or opened
    LOCKED = "locked"
    NOT_ENROLLED = "not-enrolled"
    OPEN = "open"
    PASSED = "passed"


class CorrectionKind(StrEnum):
    """What is done about a question whose key was wrong."""

    NEW_KEY = "new-key"  # another answer is right
    ACCEPT = "accept"  # each of several answers is right
    DROP = "drop"  # the question does not count
    RESTORE = "restore"  # the key of the course file was right after all


class StepKind(StrEnum):
    """The one thing to do next in a course."""

    READ_LESSON = "read-lesson"
    START_ASSESSMENT = "start-assessment"
    CONTINUE_ATTEMPT = "continue-attempt"
    WAIT = "wait"
    ASK_RELEASE = "ask-release"
    PRACTISE = "practise"
    ASK_ENROLLMENT = "ask-enrollment"


class NotEnrolled(DomainError):
    """The trainee does not follow this course."""

    status = 403
    message = N_("You are not enrolled in this course. Ask your instructor.")


class CourseLocked(DomainError):
    """Another course's assessment must be passed first; `courses` names it."""

    status = 403
    message = N_("This course is locked. First pass the assessment of: %(courses)s.")


class AlreadyPassed(DomainError):
    """After passing there is no further attempt."""

    status = 409
    message = N_("You have passed this assessment. You do not need another attempt.")


class MustWait(DomainError):
    """The waiting time after the last attempt is not over."""

    status = 409
    message = N_("Your next attempt is not open yet. The assessment page shows the time.")


class NeedsRelease(DomainError):
    """The free attempts are used up, and no instructor has released another one."""

    status = 409
    message = N_("Your instructor must release your next attempt. Ask your instructor.")


class AttemptClosed(DomainError):
    """The attempt was submitted; its answers stay as they are."""

    status = 409
    message = N_("This attempt is already submitted. Its answers cannot be changed.")


class AttemptNotFound(NotFound):
    """The attempt does not exist, or is another person's, or has no such question."""

    message = N_("We could not find that question.")


class BankTooSmall(DomainError):
    """The item bank cannot fill the blueprint and carry every must."""

    status = 409
    message = N_("This assessment is not ready yet. Tell your instructor.")


class ReleaseNotNeeded(DomainError):
    """The trainee has a free or released attempt left, or has passed."""

    status = 409
    message = N_("This trainee does not need a release now.")


class ReasonMissing(DomainError):
    """A release needs a written reason."""

    status = 422
    message = N_("Write the reason for this release, at most 500 characters.")


class GrantReasonMissing(DomainError):
    """A later due date or a waiver needs a written reason."""

    status = 422
    message = N_("Write the reason, at most 500 characters.")


class CorrectionNeedsReason(DomainError):
    """Everybody whose result is looked at again may read why."""

    status = 422
    message = N_("Write the reason, at most 500 characters.")


class NoDueDate(DomainError):
    """There is no due date to extend."""

    status = 409
    message = N_("%(name)s has no due date in this course. There is nothing to extend.")


class NotLater(DomainError):
    """The new due date is not after the present one, in the past, or too far away."""

    status = 422
    message = N_(
        "Choose a day after the present due date of %(name)s, today or later, "
        "at most a year from now."
    )


class NothingToTakeBack(DomainError):
    """There is no extension or waiver in force."""

    status = 409
    message = N_("There is nothing to take back. Open the page again.")


class NothingToWaive(DomainError):
    """No lesson was chosen that is neither done nor waived."""

    status = 422
    message = N_("Choose at least one lesson that is not done and not waived yet.")


class CorrectionChangesNothing(DomainError):
    """The question is scored in just this way already."""

    status = 422
    message = N_("The question is already scored in this way. Choose another correction.")


class UnknownQuestion(NotFound):
    """No edition of the course has this question."""

    message = N_("We could not find that question.")


class PreviewOutdated(DomainError):
    """Results have changed since the preview was shown."""

    status = 409
    message = N_("Results have changed since this preview. Check it again, then confirm.")


class UnreadableAnswer(DomainError):
    """What was sent is no answer to this question; `field` says which part (counted from 0)."""

    status = 422
    message = N_("This answer could not be read. Choose or enter your answer again.")

    def __init__(self, field: int | None = None) -> None:
        """Keep the part that could not be read."""
        super().__init__()
        self.field = field


class NotANumber(UnreadableAnswer):
    """A numeric field holds something else than one number."""

    message = N_("Enter only a number, for example 5 or 2.5. Do not enter the unit.")


Response = dict[str, Any]


@dataclass(frozen=True, slots=True)
class GivenOrder:
    """From which open page an answer came, and as which of that page's answers."""

    page_id: str
    sequence: int


@dataclass(frozen=True, slots=True)
class DrawnItem:
    """One item of an attempt as it is shown: its options in their own order.

    `options` are the options or lines to order; `right` the right-hand lines of a matching item.
    """

    key: str
    must: str | None
    options: tuple[str, ...] = ()
    right: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What grading found, from the stored answers alone."""

    score: int
    max_score: int
    passed: bool
    musts_failed: tuple[str, ...]
    wrong: frozenset[int]  # positions, counted from 1
    dropped: frozenset[int] = frozenset()  # positions that a correction took out of the scoring


@dataclass(frozen=True, slots=True)
class AttemptsState:
    """Where a trainee stands with a course's assessment, and what she may do now.

    `opens_at` is the end of the waiting time, when it has one and it is still to come.
    """

    used: int
    free_left: int
    open_key: str | None = None
    last_key: str | None = None
    passed_at: datetime | None = None
    opens_at: datetime | None = None
    needs_release: bool = False
    due_on: date | None = None  # last day for the practical while it is not done
    lapsed_on: date | None = None  # last day of a pass that lapsed

    @property
    def may_start(self) -> bool:
        """Whether a new attempt can begin now."""
        waits = self.opens_at is not None or self.needs_release
        return self.passed_at is None and self.open_key is None and not waits


class AttemptFacts(NamedTuple):
    """An attempt without its items."""

    key: str
    number: int
    status: AttemptStatus
    submitted_at: datetime | None
    passed: bool
    edition_id: int = 0


@dataclass(frozen=True, slots=True)
class Waived:
    """A lesson that need not be done: why, who said so (her Latin name), and since when."""

    lesson_key: str
    reason: str
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Extended:
    """A later due date in force: the day, why, and since when."""

    due_on: date
    reason: str
    at: datetime


class CourseProgress(NamedTuple):
    """What one trainee has done in one course; for the rooms above.

    `last_lesson_at` is when the last lesson was done or waived, `last_at` the last act of hers.
    """

    lessons_done: int
    lessons_total: int
    last_lesson_at: datetime | None
    passed_at: datetime | None
    best_score: int | None
    best_max: int | None
    attempts: int
    attempt_key: str | None  # the attempt that was passed, else the best one submitted
    languages: tuple[str, ...]
    enrolled: bool = True
    enrolled_at: datetime | None = None
    last_at: datetime | None = None
    #: Lessons of today's edition that were waived and are not done.
    waived: tuple[Waived, ...] = ()
    tries: tuple[AttemptFacts, ...] = ()  # those after the last pass that lapsed
    first_passed_at: datetime | None = None  # also of a pass that lapsed since
    due_on: date | None = None  # last day for the practical while it is not done
    lapsed_on: date | None = None  # last day of a pass that lapsed

    @property
    def lessons_met(self) -> int:
        """How many lessons of today's edition are completed or waived."""
        return self.lessons_done + len(self.waived)

    @property
    def is_lessons_done(self) -> bool:
        """Whether every lesson of today's edition is completed or waived."""
        return self.lessons_met >= self.lessons_total

    @property
    def is_learnt(self) -> bool:
        """Whether everything is done that a trainee does by herself: lessons and assessment."""
        return self.passed_at is not None and self.enrolled and self.is_lessons_done


@dataclass(frozen=True, slots=True)
class ProvisionalPass:
    """A passed assessment whose practical is due on a day, or that has lapsed after it."""

    user_id: int
    slug: str
    due_on: date
    is_lapsed: bool

    def days_left(self, on: date) -> int:
        """Days from `on` to the last day; negative when it is over."""
        return (self.due_on - on).days


#: What was asked of people, by course and person id; a caller that asks again passes it on.
ProgressByCourse = dict[str, Mapping[int, CourseProgress]]
