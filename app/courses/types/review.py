"""Who has reviewed a language of a course, what of it is pending, and what may not be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.core.errors import N_, DomainError, NotFound
from app.courses.types.structure import Expert

SHORTEST_REASON, LONGEST_REASON = 20, 1000
LONGEST_NAME = 120


class ReviewRole(StrEnum):
    """As what somebody reviewed a language of a course."""

    MEDICAL = "medical"
    TECHNICAL = "technical"
    NATIVE = "native"


class ReviewStatus(StrEnum):
    """How far the words of a language are reviewed."""

    PENDING = "pending"
    AGAIN = "pending-again"  # words changed, or came, after a review
    REVIEWED = "reviewed"


@dataclass(frozen=True, slots=True)
class Review:
    """A valid review. `is_current` says whether it covers every word as it is today."""

    key: str
    role: ReviewRole
    name: str
    on: date
    edition: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class ReviewDraft:
    """What is to be recorded: as what, who, on which day."""

    role: ReviewRole
    name: str
    on: date
    seen: str | None = None  # `whole` of the units that the page showed; None on the console


@dataclass(frozen=True, slots=True)
class Opening:
    """An administrator let trainees read the language before its review, and why."""

    key: str
    reason: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class ReviewState:
    """How one language of a course stands today.

    `pending` are the paths of the units that an expert and a native speaker have not both
    reviewed; `changed` are those among them that came or changed after a review.
    """

    slug: str
    edition: str
    language: str
    expert: Expert
    status: ReviewStatus
    reviews: tuple[Review, ...] = ()  # newest first
    missing: tuple[ReviewRole, ...] = ()  # whose review does not cover everything
    pending: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    opening: Opening | None = None

    @property
    def is_reviewed(self) -> bool:
        """Whether an expert and a native speaker have reviewed all of it."""
        return self.status is ReviewStatus.REVIEWED

    @property
    def is_open(self) -> bool:
        """Whether trainees may read it where a review is required."""
        return self.is_reviewed or self.opening is not None

    @property
    def never(self) -> tuple[ReviewRole, ...]:
        """The roles in which nobody has reviewed it yet."""
        begun = {review.role for review in self.reviews}
        return tuple(role for role in self.missing if role not in begun)

    @property
    def newest(self) -> tuple[Review, ...]:
        """The newest review of each role."""
        return tuple({review.role: review for review in reversed(self.reviews)}.values())


def roles_of(expert: Expert) -> tuple[ReviewRole, ...]:
    """Whose reviews a language needs: the course's expert and a native speaker."""
    return ReviewRole(expert.value), ReviewRole.NATIVE


class TextChanged(DomainError):
    """The words are others than those that were on the page when the review was sent."""

    status = 409
    message = N_(
        "The text has changed since you opened the page. Nothing was recorded. "
        "Read what has changed, then record the review again."
    )


class NotOpenYet(DomainError):
    """No language of the course is reviewed or opened."""

    status = 403
    message = N_(
        "This course is not open yet. Experts and native speakers must review its text first. "
        "You do not have to do anything: it opens here by itself."
    )


class LanguageNotOpen(DomainError):
    """The page was shown in a language that is not open to trainees, or not any more."""

    status = 403
    message = N_(
        "This course is not open in this language now. Nothing was recorded. "
        "Open the course again: it is shown in a language that is open."
    )


class UnknownContentLanguage(NotFound):
    """The course has no such language."""

    message = N_("This course is not there in that language.")


class UnknownReview(NotFound):
    """The language has no such review."""

    message = N_("We could not find that review.")


class RoleNotNeeded(DomainError):
    """The course needs another kind of expert."""

    message = N_("This course does not need a review by an expert of this kind.")


class ReviewerMissing(DomainError):
    """A review needs the name of a person."""

    message = N_("Write the name of the reviewer, at most 120 characters.")


class ReviewInFuture(DomainError):
    """Nobody has reviewed anything tomorrow."""

    message = N_("Choose today or an earlier day.")


class ReasonTooShort(DomainError):
    """Opening before the review needs a reason that explains it."""

    message = N_("Write the reason in 20 to 1000 characters. It is recorded.")


class AlreadyOpen(DomainError):
    """Somebody else opened the language before, with another reason."""

    status = 409
    message = N_("This language is open already. The reason that is recorded stays.")


class OpeningNotNeeded(DomainError):
    """A reviewed language is open by itself."""

    status = 409
    message = N_("This language is reviewed. It is open without a reason.")
