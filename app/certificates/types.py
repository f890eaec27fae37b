"""Statuses, plain data and refusals of the certificates room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from app.accounts.models import User
from app.core.errors import N_, DomainError, NotFound


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


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that is missing, with what a sentence about it needs."""

    kind: MissingKind
    key: str = ""
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Readiness:
    """Where one trainee stands on the way to a course's certificate.

    `award_date` is the programme-zone day on which the last learning requirement was met,
    `valid_until` the last day, inclusive; both are None while one of these is missing.
    """

    user: User
    missing: tuple[Missing, ...]
    award_date: date | None = None
    valid_until: date | None = None
    #: The row of the certificate that already covers this award (types know no tables).
    certificate: Any | None = None
    #: What the award rests on, for the why-page; plain data, frozen at issue.
    evidence: Mapping[str, Any] = field(default_factory=dict)
    #: Skill sheets that the certificate rests on and that a later correction took back.
    lost_sheets: tuple[str, ...] = ()

    @property
    def is_eligible(self) -> bool:
        """Whether every requirement is met."""
        return not self.missing

    @property
    def is_issuable(self) -> bool:
        """Whether a certificate can be issued now: eligible, and not issued yet."""
        return self.is_eligible and self.certificate is None


@dataclass(frozen=True, slots=True)
class Verification:
    """What the public may know of one certificate, on the day of checking."""

    facts: Mapping[str, Any]
    state: CertificateState
    checked_on: date


class UnknownCertificate(NotFound):
    """No certificate has this key, or it is another person's."""

    message = N_("We could not find that certificate.")


class UnknownCode(NotFound):
    """No certificate has this verification code."""

    message = N_(
        "No certificate has this code. Compare it with the paper, letter by letter, "
        "and type it again."
    )


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


class ReasonMissing(DomainError):
    """Revoking needs a reason."""

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


class NotRendered(NotFound):
    """The file is still being made."""

    message = N_("The file of this certificate is still being made. Try again in a minute.")


class UnprintableName(DomainError):
    """A printed text has a letter that no font has; a box is never printed in its place."""

    status = 422
    message = N_(
        "The certificate of %(name)s cannot be printed: no font has the letters "
        "%(letters)s (%(slot)s)."
    )


class BrokenTemplate(DomainError):
    """A certificate template breaks a rule; the fault says where."""

    status = 500
    message = N_("The certificate template %(name)s is broken: %(fault)s")
