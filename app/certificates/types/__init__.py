"""Statuses, plain data and refusals of the certificates room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from app.accounts.models import User
from app.core.errors import N_, DomainError, NotFound

#: Places in one status list (W3C Bitstring Status List 1.0: at least 131,072, for privacy).
STATUS_LIST_SIZE = 131_072


class AwardKind(StrEnum):
    """What a certificate is of."""

    COURSE = "course"
    PROGRAMME = "programme"


@dataclass(frozen=True, slots=True)
class Award:
    """What can be certified: a course, or the whole programme; plain data to be frozen.

    `training` are the minutes online and of practice, the questions and the skill checks.
    `courses` are those of the programme, each with its key and titles.
    """

    kind: AwardKind
    slug: str
    key: str
    edition: str
    titles: Mapping[str, str]
    training: Mapping[str, int]
    courses: Sequence[Mapping[str, Any]] = ()


class CertificateState(StrEnum):
    """What a certificate is worth on a day; the first that applies, from the end, counts."""

    VALID = "valid"
    EXPIRED = "expired"
    REPLACED = "replaced"
    REVOKED = "revoked"


class MissingKind(StrEnum):
    """What a trainee still misses for a course's certificate."""

    LESSONS = "lessons"  # done of total
    ASSESSMENT = "assessment"
    SHEET = "sheet"  # key: the skill sheet
    SHEET_EXPIRED = "sheet-expired"  # key: a skill sheet passed too long ago
    ACKNOWLEDGEMENT = "acknowledgement"  # key: a passed skill sheet the trainee has not signed
    NEEDED_COURSE = "needed-course"  # key: the slug of a course whose assessment is needed
    NAMES = "names"
    CONSENT = "consent"
    LANGUAGE = "language"  # key: a language used that is not reviewed nor opened
    LETTERS = "letters"  # key: letters of the name that no font can print
    REVOKED = "revoked"  # this very award was revoked; only a new one can be certified
    ATTENDANCE = "attendance"  # done of total minutes of practice
    REFRESHER = "refresher"  # done of total lessons to read again before a renewal
    COURSE_CERTIFICATE = "course-certificate"  # key: a course without a valid certificate
    EXERCISE = "exercise"  # the whole-team exercise is not passed


class Missing(NamedTuple):
    """One thing that is missing, with what a sentence about it needs."""

    kind: MissingKind
    key: str = ""
    done: int = 0
    total: int = 0


_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Readiness(NamedTuple):
    """Where one trainee stands on the way to a course's certificate.

    `award_date` is the programme-zone day on which the last learning requirement was met, what is
    read again for a renewal included; `valid_until` the last day, inclusive. Each is None while
    something that it follows from is missing.
    """

    user: User
    missing: tuple[Missing, ...]
    award_date: date | None = None
    valid_until: date | None = None
    #: The row of the certificate that already covers this award (types know no tables).
    certificate: Any | None = None
    #: What the award rests on, for the why-page; plain data, frozen at issue.
    evidence: Mapping[str, Any] = _NOTHING
    #: Skill sheets that the certificate rests on and that a later correction took back.
    lost_sheets: tuple[str, ...] = ()
    #: The earlier certificate that a new one would renew.
    renews: Any | None = None
    #: The last day for the skill checks of an assessment that is passed so far.
    practical_due: date | None = None
    #: The day of each skill check that counts for the next award, by the sheet's key.
    held: Mapping[str, date] = _NOTHING

    @property
    def is_eligible(self) -> bool:
        """Whether every requirement is met."""
        return not self.missing

    @property
    def is_issuable(self) -> bool:
        """Whether a certificate can be issued now: eligible, and not issued yet."""
        return self.is_eligible and self.certificate is None


class Part(StrEnum):
    """The parts of a certificate whose change between preview and issue is told apart."""

    NAMES = "names"
    DATES = "dates"
    REST = "rest"  # course text, template, language of the holder, what the award rests on


@dataclass(frozen=True, slots=True)
class Changed:
    """What is not as the administrator saw it: the parts, or what the person misses now."""

    user: User
    parts: tuple[Part, ...] = ()
    missing: tuple[Missing, ...] = ()


@dataclass(frozen=True, slots=True)
class Version:
    """One link of a chain of corrections, as the public may see it."""

    version: int
    serial: str
    code: str
    issued_at: datetime
    state: CertificateState


@dataclass(frozen=True, slots=True)
class Verification:
    """What the public may know of one certificate, on the day of checking.

    `chain` has every version of the award, the first one first; one alone was never corrected.
    """

    facts: Mapping[str, Any]
    state: CertificateState
    checked_on: date
    chain: tuple[Version, ...] = ()


class UnknownCertificate(NotFound):
    """No certificate has this key, or it is another person's."""

    message = N_("We could not find that certificate.")


class UnknownCode(NotFound):
    """No certificate has this verification code."""

    message = N_(
        "No certificate has this code. Compare it with the paper, letter by letter, "
        "and type it again."
    )


class UnknownStatusList(NotFound):
    """No certificate has a place in a list of this number."""


class NotEligible(DomainError):
    """A person in the list does not meet the requirements; nobody's certificate is issued."""

    status = 422
    message = N_(
        "%(name)s does not meet all requirements. No certificate was issued. "
        "Open the list again and check it."
    )


class NobodyChosen(DomainError):
    """The list of people is empty."""

    status = 422
    message = N_("Choose at least one trainee.")


class PreviewChanged(DomainError):
    """Somebody's certificate would not be as it was shown; nothing is issued."""

    status = 409
    message = N_("The list has changed since it was shown. Nothing was issued. Look at it again.")

    def __init__(self, changes: Sequence[Changed]) -> None:
        """Keep who changed and how."""
        super().__init__()
        self.changes = tuple(changes)


class IssuedMeanwhile(DomainError):
    """Somebody else issued the same award in the same moment."""

    status = 409
    message = N_("Somebody else issued one of these at the same moment. Look at the list again.")


class NotCorrectable(DomainError):
    """Only the newest version of a certificate that was not revoked can be corrected."""

    status = 409
    message = N_("This certificate was corrected or revoked meanwhile. Open the newest version.")


class NothingToCorrect(DomainError):
    """The new version would say the same."""

    status = 422
    message = N_("Nothing is different. Change what is wrong.")


class NoWordsOfToday(DomainError):
    """The course, the programme or the template of a certificate is not there any more."""

    status = 409
    message = N_(
        "Nothing was issued. Today's words cannot be printed: the course or the template of this "
        "certificate is not there any more. You can still correct the names."
    )


class NotHere(DomainError):
    """The holder cannot enter with the certificate and her PIN now."""

    status = 422
    message = N_("You cannot enter here. Sign in with your card or your password.")


class NotInWindow(DomainError):
    """The certificate cannot be renewed yet, or is no longer the one to renew."""

    status = 409
    message = N_("This certificate cannot be renewed now.")


class ReasonMissing(DomainError):
    """Revoking and correcting need a reason."""

    status = 422
    message = N_("Write the reason. It is kept with the certificate.")


class AlreadyRevoked(DomainError):
    """The certificate was revoked before."""

    status = 409
    message = N_("This certificate is already revoked.")


class AlreadyRendered(DomainError):
    """The stored file of a certificate never changes."""

    status = 409
    message = N_("The file of this certificate exists already and never changes.")


class NothingAttended(NotFound):
    """No closed training day on which the person took part, or none of this course."""

    message = N_("No closed training day is known for this letter.")


class NotRendered(NotFound):
    """The file is still being made."""

    message = N_("The file of this certificate is still being made. Try again in a minute.")


class PictureNotMade(NotFound):
    """The server failed at the picture."""

    message = N_("The picture could not be made. Ask the administrator.")


class UnprintableName(DomainError):
    """A printed text has a letter that no font has; a box is never printed in its place."""

    status = 422
    message = N_(
        "The certificate of %(name)s cannot be printed: no font has the letters "
        "%(letters)s (%(slot)s)."
    )
