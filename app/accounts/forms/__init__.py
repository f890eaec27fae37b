"""What people may submit about accounts, with messages in their language."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import current_app, request
from wtforms import (
    BooleanField,
    DateField,
    Field,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import EqualTo, Optional, ValidationError

from app.accounts import services
from app.accounts.types import (
    NAME_LENGTH,
    USERNAME_LENGTH,
    ConsentMissing,
    Consents,
    GrantKind,
    GrantWish,
    ImproperName,
    ImproperUsername,
    Names,
    Purpose,
    Role,
    StaffProfile,
    TraineeProfile,
    WeakPassword,
    WrongPassword,
)
from app.core import identity
from app.core.clock import now, programme_date
from app.core.errors import DomainError
from app.core.faults import said
from app.core.forms import Form, SecretField, length, required
from app.core.i18n import LANGUAGES, _, current_language, lazy
from app.core.passwords import MAXIMUM_LENGTH
from app.core.web import settings

ROLE_NAMES = {
    Role.TRAINEE: lazy("Trainee"),
    Role.INSTRUCTOR: lazy("Instructor"),
    Role.ADMINISTRATOR: lazy("Administrator"),
}
GRANT_NAMES = {
    GrantKind.PRACTICALS_EXAMINE: lazy("Examine a skill sheet"),
    GrantKind.COURSES_TRANSLATE: lazy("Translate courses"),
    GrantKind.COURSES_AUTHOR: lazy("Write courses"),
}
PURPOSE_NAMES = {
    Purpose.TRAINING_RECORD: lazy("Training record"),
    Purpose.PUBLIC_VERIFICATION: lazy("Public check of name and award"),
}
Choices = Sequence[tuple[str, str]]


def text(field: Field) -> str:
    """What was typed into a text field."""
    return field.data or ""


def refuse(form: Form, field: str | None, error: DomainError) -> None:
    """Show what a rule refused beside its field, or above the form when it has none."""
    sentence = said(error)
    if field is None:
        form.form_errors = [*form.form_errors, sentence]
    else:
        form[field].errors = [*form[field].errors, sentence]


def refuse_person(form: Form, error: DomainError) -> None:
    """Show a refused account (name, username, password) beside the field it is about."""
    if isinstance(error, ImproperName):
        refuse(form, f"{error.field}_name", error)
    else:
        refuse(form, "password" if isinstance(error, WeakPassword) else "username", error)


def language_choices() -> list[tuple[str, str]]:
    """The languages by their own names."""
    return [(language.code, language.name) for language in LANGUAGES.values()]


def second_language_choices() -> list[tuple[str, str]]:
    """No second language, or one of ours."""
    return [("", _("None")), *language_choices()]


def territory_choices() -> list[tuple[str, str]]:
    """Nothing chosen, then countries and regions in the reader's language."""
    return [("", _("Choose")), *services.territories(current_language())]


def sheet_choices() -> list[tuple[str, str]]:
    """The skill sheets that the courses have; the application's start registers who knows them."""
    known: Callable[[], Choices] = current_app.extensions.get("kapok_sheet_choices", list)
    return list(known())


class NamesForm(Form):
    """The three forms of a name."""

    native_name = StringField(
        lazy("Name in your own script"), [required(), length(most=NAME_LENGTH)]
    )
    latin_name = StringField(
        lazy("Name in Latin letters, as in the passport"), [required(), length(most=NAME_LENGTH)]
    )
    chinese_name = StringField(lazy("Chinese name"), [Optional(), length(most=NAME_LENGTH)])

    def names(self) -> Names:
        """The names as typed."""
        return Names(text(self.native_name), text(self.latin_name), self.chinese_name.data or None)

    def validate(self, extra_validators: object = None) -> bool:
        """Check the fields, then the rules of names."""
        fits = bool(super().validate(extra_validators))
        for field, message in self._name_problems().items():
            form_field = self[f"{field}_name"]
            if not form_field.errors:
                form_field.errors = [_(message)]
                fits = False
        return fits

    def _name_problems(self) -> dict[str, str]:
        return services.name_problems(self.names())


class ConfirmNamesForm(NamesForm):
    """One's own names, with the confirmation that they are right."""

    names_confirmed = BooleanField(lazy("My names are right. They may be printed like this."))


class UsernameField(StringField):
    """A username that is checked by the rule for new ones."""

    def pre_validate(self, form: object) -> None:  # noqa: ARG002 (WTForms gives it)
        """Show the rule as the field's message."""
        try:
            services.check_username(text(self))
        except ImproperUsername as error:
            raise ValidationError(_(error.message)) from error


class NationalityForm(Form):
    """Who gave the passport."""

    nationality = SelectField(
        lazy("Country or region of your passport"), [required()], choices=territory_choices
    )


class LanguagesForm(Form):
    """The language of the pages, and a second one to read beside it."""

    language = SelectField(lazy("Language of the pages"), choices=language_choices)
    second_language = SelectField(
        lazy("Second language, to read beside it"), choices=second_language_choices
    )


class NewUsernameForm(Form):
    """A username that nobody has yet."""

    username = UsernameField(lazy("Username"), [required(), length(most=USERNAME_LENGTH)])


class NewPasswordForm(Form):
    """A new password, typed twice."""

    password = SecretField(
        lazy("Password"),
        [required(), length(most=MAXIMUM_LENGTH)],
    )
    password_again = SecretField(
        lazy("The same password again"),
        [required(), EqualTo("password", lazy("The two passwords are not the same."))],
    )


class ConsentForm(Form):
    """The two questions, each on its own; only the first is needed."""

    training_record = BooleanField(
        lazy("I agree: Kapok keeps my profile and my training record, to train and certify me.")
    )
    public_verification = BooleanField(
        lazy(
            "I agree: who scans my certificate sees my name, the award and its dates, "
            "without signing in."
        )
    )

    def validate_training_record(self, field: Field) -> None:
        """An account needs it."""
        if not field.data:
            raise ValidationError(_(ConsentMissing.message))

    def consents(self) -> Consents:
        """The answers, with the language in which the questions were read."""
        return Consents(
            training_record=bool(self.training_record.data),
            public_verification=bool(self.public_verification.data),
            language=current_language(),
        )


class ProfileForm(
    ConsentForm,
    NewPasswordForm,
    NewUsernameForm,
    LanguagesForm,
    NationalityForm,
    ConfirmNamesForm,
):
    """Everything a trainee says to make her account; cohorts adds the join code.

    The parts are defined in the order of the page, so that the summary lists the errors in it.
    """

    def profile(self) -> TraineeProfile:
        """The account as it was typed."""
        return TraineeProfile(
            username=text(self.username),
            names=self.names(),
            nationality=self.nationality.data,
            language=self.language.data,
            second_language=self.second_language.data or None,
            names_confirmed=bool(self.names_confirmed.data),
        )


class SignInForm(Form):
    """Username and password."""

    username = StringField(lazy("Username"), [required(), length(most=200)])
    password = SecretField(
        lazy("Password"),
        [required(), length(most=MAXIMUM_LENGTH)],
    )


class ResetForm(NewPasswordForm):
    """The one-time code and the new password."""

    username = StringField(lazy("Username"), [required(), length(most=200)])
    code = StringField(lazy("One-time code"), [required(), length(most=20)])


class PasswordAgainForm(Form):
    """The present password, asked again before a sensitive change (OWASP ASVS 5.0, 7.5.1)."""

    current_password = SecretField(
        lazy("Your present password"),
        [required(), length(most=MAXIMUM_LENGTH)],
    )


def password_is_right(form: PasswordAgainForm) -> bool:
    """Whether the password asked again is the person's; otherwise the form says so.

    Throttled like signing in; raises TooMany.
    """
    person, address = identity.current_person(), request.remote_addr or "-"
    session = services.token_hash(identity.current_token() or "")
    services.begin_try(person.username, session, address)
    try:
        services.require_password(person, text(form.current_password))
    except WrongPassword as error:
        services.count_wrong(address)
        refuse(form, "current_password", error)
        return False
    services.forgive(person.username, session)
    return True


class ChangePasswordForm(PasswordAgainForm, NewPasswordForm):
    """The present password and a new one."""


class NewPinForm(Form):
    """A new PIN, typed twice."""

    pin = SecretField(lazy("New PIN (6 digits)"), [required(), length(most=6)])
    pin_again = SecretField(
        lazy("The same PIN again"),
        [required(), EqualTo("pin", lazy("The two PINs are not the same."))],
    )


class PinForm(PasswordAgainForm, NewPinForm):
    """The present password and a new PIN."""


class StaffForm(NamesForm):
    """A new instructor or administrator; no password: she chooses it with a one-time code."""

    username = UsernameField(lazy("Username"), [required(), length(most=USERNAME_LENGTH)])
    role = RadioField(
        lazy("Role"),
        [required()],
        choices=lambda: _roles(Role.INSTRUCTOR, Role.ADMINISTRATOR),
        default=Role.INSTRUCTOR.value,
    )
    language = SelectField(lazy("Language of the pages"), choices=language_choices)

    def profile(self) -> StaffProfile:
        """The account as it was typed."""
        return StaffProfile(
            text(self.username), self.names(), Role(self.role.data), self.language.data
        )


class RoleForm(PasswordAgainForm):
    """Another role."""

    role = RadioField(lazy("Role"), [required()], choices=lambda: _roles(*Role))


class EraseForm(PasswordAgainForm):
    """The last question before an erasure."""

    sure = BooleanField(lazy("Yes, erase this person. I know that it cannot be undone."))

    def validate_sure(self, field: Field) -> None:
        """The box has to be ticked."""
        if not field.data:
            raise ValidationError(_("Tick the box if you are sure."))


class GrantForm(PasswordAgainForm):
    """A right for one person: what, for which language, course or sheet, and until when."""

    kind = RadioField(
        lazy("What"),
        [required()],
        choices=lambda: [(kind.value, str(name)) for kind, name in GRANT_NAMES.items()],
        default=GrantKind.PRACTICALS_EXAMINE.value,
    )
    sheets = SelectMultipleField(lazy("Skill sheets (to examine)"), choices=sheet_choices)
    sheet = StringField(
        lazy("Another sheet, written as course/sheet"), [Optional(), length(most=120)]
    )
    languages = SelectMultipleField(lazy("Languages (to translate)"), choices=language_choices)
    course = StringField(
        lazy("Course (to write; empty means every course)"), [Optional(), length(most=80)]
    )
    ends_on = DateField(lazy("Last day"), [Optional()])

    def validate_languages(self, field: Field) -> None:
        """A translator has at least one language."""
        if self.kind.data == GrantKind.COURSES_TRANSLATE.value and not field.data:
            raise ValidationError(_("Choose at least one language."))

    def validate_sheets(self, field: Field) -> None:
        """An examiner has at least one sheet."""
        examines = self.kind.data == GrantKind.PRACTICALS_EXAMINE.value
        if examines and not field.data and not self.sheet.data:
            raise ValidationError(_("Choose at least one skill sheet."))

    def validate_ends_on(self, field: Field) -> None:
        """A grant that has already ended is none."""
        if field.data and field.data < programme_date(now(), settings().timezone):
            raise ValidationError(_("Choose today or a later day."))

    def wishes(self) -> list[GrantWish]:
        """The grants to give, one per scope."""
        kind = GrantKind(self.kind.data)
        scopes = {
            GrantKind.PRACTICALS_EXAMINE: [*(self.sheets.data or []), self.sheet.data],
            GrantKind.COURSES_TRANSLATE: list(self.languages.data or []),
        }.get(kind)
        if scopes is None:
            return [GrantWish(kind, self.course.data or "", self.ends_on.data)]
        return [GrantWish(kind, scope, self.ends_on.data) for scope in scopes if scope]


def _roles(*roles: Role) -> list[tuple[str, str]]:
    return [(role.value, str(ROLE_NAMES[role])) for role in roles]
