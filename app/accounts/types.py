"""Plain data, statuses and refusals of the accounts room."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import ClassVar

from app.core.errors import N_, DomainError
from app.core.spelling import plain

#: The version of the privacy notice that people agree to now. A new text is a new version, and
#: everybody is asked again at the next sign-in.
PRIVACY_VERSION = "2026-03"
PRIVACY_UPDATED_ON = date(2026, 11, 26)
#: CLDR's code for "no known territory": staff whose nationality nobody asked, erased people.
UNKNOWN_TERRITORY = "ZZ"
#: What stands in the place of an erased person's names.
ERASED_NAME = "—"

NAME_LENGTH = 100
USERNAME_LENGTH = 40
PIN_DIGITS = 6
PIN_TRIES = 5
WRONG_PIN = N_("This PIN is wrong. After 5 wrong tries it is locked.")
RESET_CODE_LIFETIME = timedelta(hours=24)


class Role(StrEnum):
    """What a person is here; extra rights are grants."""

    TRAINEE = "trainee"
    INSTRUCTOR = "instructor"
    ADMINISTRATOR = "administrator"


class Gender(StrEnum):
    """What a person says about herself; nothing where she would rather not say.

    The codes of lists (1 male, 2 female, 0 and 9 not given) are those of ISO/IEC 5218:2022.
    """

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"


#: How long a session lives at most, however busy it is (OWASP ASVS 5.0, 7.3.2).
SESSION_LIFETIMES = {
    Role.TRAINEE: timedelta(days=90),
    Role.INSTRUCTOR: timedelta(days=7),
    Role.ADMINISTRATOR: timedelta(hours=24),
}


class GrantKind(StrEnum):
    """A right given to one person beyond the role."""

    COURSES_TRANSLATE = "courses:translate"  # scope: a language code
    COURSES_AUTHOR = "courses:author"  # scope: a course's slug, or "" for every course
    PRACTICALS_EXAMINE = "practicals:examine"  # scope: "<course slug>/<sheet key>"


class Purpose(StrEnum):
    """What a person agrees to, each on its own."""

    TRAINING_RECORD = "training-record"
    PUBLIC_VERIFICATION = "public-verification"


@dataclass(frozen=True, slots=True)
class Names:
    """A person's name in its three forms, as typed."""

    native: str
    latin: str
    chinese: str | None = None

    @property
    def has_latin(self) -> bool:
        """Whether the Latin form is known: a list may lack it, and the native name stands there."""
        first = next((one for one in self.latin if one.isalpha()), "")
        return unicodedata.name(first, "").startswith("LATIN") if first else False

    @property
    def known_latin(self) -> str:
        """The Latin form, or nothing."""
        return self.latin if self.has_latin else ""

    @property
    def folded(self) -> str:
        """The forms, one a line, as search compares them: no accents, case, marks or spaces."""
        return "\n".join(plain(form) for form in (self.native, self.latin, self.chinese or ""))


class NameForm(StrEnum):
    """One of the three forms, as that by which a list is sorted."""

    NATIVE = "native"
    LATIN = "latin"
    CHINESE = "chinese"


@dataclass(frozen=True, slots=True)
class TraineeProfile:
    """What a trainee says about herself when she makes her account."""

    username: str
    names: Names
    nationality: str
    language: str
    second_language: str | None = None
    names_confirmed: bool = False
    is_demo: bool = False


@dataclass(frozen=True, slots=True)
class ImportedPerson:
    """What a list says about a trainee; numbers as they are stored (see `services.numbers`)."""

    names: Names
    nationality: str
    language: str
    student_number: str | None = None
    student_number_key: str | None = None
    passport_hash: str | None = None
    passport_last4: str | None = None
    gender: Gender | None = None


@dataclass(frozen=True, slots=True)
class StaffProfile:
    """What an administrator enters for an instructor or administrator."""

    username: str
    names: Names
    role: Role
    language: str
    is_demo: bool = False


@dataclass(frozen=True, slots=True)
class Consents:
    """The answers to the two questions, to which text and in which language it was read."""

    training_record: bool
    public_verification: bool
    language: str
    version: str = PRIVACY_VERSION


@dataclass(frozen=True, slots=True)
class PreparedSecret:
    """A checked password or PIN, already hashed: hashing takes 0.03 s, too long for a write."""

    hash: str


@dataclass(frozen=True, slots=True)
class GrantWish:
    """A grant to be given: its kind, what it covers and its last day."""

    kind: GrantKind
    scope: str
    ends_on: date | None


class UsernameTaken(DomainError):
    """Another account has this username (capital letters and widths do not count)."""

    status = 422
    message = N_("This username is taken. Choose another one.")


class ImproperUsername(DomainError):
    """The username has a length or a character that is not allowed."""

    status = 422
    message = N_("Use 3 to 40 letters or digits, without spaces. You may use . _ - and @ too.")


class ImproperName(DomainError):
    """A name breaks a rule; `field` says which one, `message` what to do."""

    status = 422

    def __init__(self, field: str, message: str) -> None:
        """Keep the field ("native", "latin", "chinese") beside its message."""
        super().__init__()
        self.field = field
        self.message = message  # type: ignore[misc]  # the one error with a message per case


class NumberTaken(DomainError):
    """Somebody else got this student or passport number a moment ago."""

    status = 409
    message = N_("Something changed since this page was shown. Look at it again.")


class UnknownTerritory(DomainError):
    """The nationality is no code of ISO 3166."""

    status = 422
    message = N_("Choose a country or region from the list.")


class WeakPassword(DomainError):
    """The new password or PIN is too easy to guess; `message` says why."""

    status = 422

    def __init__(self, message: str) -> None:
        """Keep the sentence that says what is wrong."""
        super().__init__()
        self.message = message  # type: ignore[misc]  # the rule's own sentence


class ConsentMissing(DomainError):
    """An account needs the agreement to keep the training record."""

    status = 422
    message = N_(
        "You need to agree that we keep your training record. Without it we cannot train you."
    )


class WrongSignIn(DomainError):
    """No such account, no such password: the page does not say which."""

    status = 422
    message = N_("The username or the password is wrong. Check both and try again.")


class AccountDisabled(DomainError):
    """The password is right, but the account is closed."""

    status = 403
    message = N_("This account is closed. Ask your instructor or the administrator.")


class WrongPassword(DomainError):
    """The password asked again for a sensitive change is wrong."""

    status = 422
    message = N_("This password is wrong. Type your present password.")


class WrongResetCode(DomainError):
    """The username and the one-time code do not belong together, or the code is used or old."""

    status = 422
    message = N_(
        "The username or the code is wrong, or the code is used or too old. Ask for a new code."
    )


class PinLocked(DomainError):
    """Too many wrong PINs in a row."""

    status = 422
    message = N_("The PIN is locked after 5 wrong tries. Set a new PIN on your account page.")


class NoPin(DomainError):
    """The person has not set a PIN."""

    status = 422
    message = N_("There is no PIN yet. Set one on your account page.")


class UnknownCard(DomainError):
    """No login card says this."""

    status = 404
    message = N_("We do not know this card. Check the code, or ask your instructor for a new card.")


class CardEnded(UnknownCard):
    """The card was lost or replaced, or its holder may not sign in by card any more."""

    message = N_("This card is no longer valid. Ask your instructor for a new one.")


class CardPinLocked(PinLocked):
    """Too many wrong PINs in a row, said to somebody who has no account page without it."""

    message = N_("The PIN is locked after 5 wrong tries. Ask your instructor to unlock it.")


class CardInUse(DomainError):
    """Somebody has already chosen the PIN of this card."""

    status: ClassVar[int] = 409
    message = N_("This card already has a PIN. Type it, or ask your instructor for a new card.")


class NoCardForStaff(DomainError):
    """Instructors and administrators sign in with a password."""

    status = 422
    message = N_("Only trainees get a login card. Staff sign in with a password.")


class OwnAccount(DomainError):
    """Administrators do not change their own role, and do not disable or erase themselves."""

    status = 422
    message = N_("You cannot do this to your own account. Ask another administrator.")


class LastAdministrator(DomainError):
    """One administrator must remain."""

    status = 422
    message = N_("This is the last administrator. Make another administrator first.")


class StaffCode(DomainError):
    """Only an administrator makes a one-time code for staff: it opens the account."""

    status = 403
    message = N_("Only an administrator can make a one-time code for this person.")


class GrantNeedsEnd(DomainError):
    """Examiners are granted a sheet until a day."""

    status = 422
    message = N_("Give the last day of this grant.")


class ImproperGrant(DomainError):
    """The grant's scope does not fit its kind, or the person is not staff."""

    status = 422
    message = N_("This grant is not possible. Check what it covers and the role of the person.")


class Erased(DomainError):
    """An erased account cannot be changed any more."""

    status: ClassVar[int] = 409
    message = N_("This account was erased. It cannot be changed.")


class MergedAway(DomainError):
    """The account's records belong to another one now."""

    status = 422
    message = N_("This account was merged with another one. It stays closed.")


class CannotMerge(DomainError):
    """Two accounts that are not two trainees' open accounts of one person."""

    status = 422
    message = N_(
        "Only two different accounts of trainees can be merged, and neither may be erased or "
        "merged before."
    )


class BothInAnAttempt(DomainError):
    """An assessment is open in both accounts."""

    status = 422
    message = N_(
        "Both accounts have an open assessment. Let the trainee submit one of them, then merge."
    )
