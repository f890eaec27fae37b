"""What staff may submit on progress pages."""

from __future__ import annotations

from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    Field,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Optional, ValidationError

from app.accounts.forms import PasswordAgainForm
from app.accounts.models import User
from app.accounts.services import fold_username
from app.core.forms import EventForm, Form, length, required
from app.core.i18n import LANGUAGES, _, lazy


class ReleaseForm(EventForm):
    """Why another attempt is released."""

    reason = TextAreaField(
        lazy("Why do you release another attempt?"), [required(), length(most=500)]
    )


class MergeForm(Form):
    """The last question before two accounts become one: the username of the one that closes."""

    username = StringField(
        lazy("Username of the account that is closed"), [required(), length(most=200)]
    )
    sure = BooleanField(
        lazy("Yes, both accounts are the same person's. I know that it cannot be undone.")
    )

    def validate_sure(self, field: Field) -> None:
        """The box has to be ticked."""
        if not field.data:
            raise ValidationError(_("Tick the box if you are sure."))

    def is_sure_of(self, closed: User) -> bool:
        """Whether the form is right and names this account."""
        if not self.validate():
            return False
        if fold_username(self.username.data or "") != closed.username_folded:
            self.username.errors = [_("This is not the username of the account on the right.")]
            return False
        return True


def _files() -> list[tuple[str, str]]:
    return [("xlsx", _("Excel workbook (.xlsx)")), ("csv", _("CSV, for every other program"))]


def _languages() -> list[tuple[str, str]]:
    return [(code, record.name) for code, record in LANGUAGES.items()]


class ExportForm(Form):
    """In which form and language a table is taken away."""

    kind = RadioField(lazy("File"), [required()], choices=_files, default="xlsx")
    language = SelectField(lazy("Language of the file"), choices=_languages)


class PersonalExportForm(ExportForm, PasswordAgainForm):
    """A table about people: the password is asked again (OWASP ASVS 5.0, 7.5.1)."""


class ReasonForm(EventForm):
    """Why something is taken back."""

    reason = TextAreaField(lazy("Reason"), [required(), length(most=500)])


class ExtendForm(EventForm):
    """Until when, for whom, and why."""

    due_on = DateField(lazy("New due date"), [required()])
    people = SelectMultipleField(
        lazy("For whom"), [InputRequired(lazy("Choose at least one trainee."))], choices=[]
    )
    reason = TextAreaField(lazy("Reason"), [required(), length(most=500)])

    def offer(self, people: list[tuple[str, str]]) -> None:
        """Offer these people, as keys and names."""
        _offer(self.people, people)


class WaiveForm(EventForm):
    """Which lessons need not be done, and why."""

    lessons = SelectMultipleField(
        lazy("Lessons to waive"), [InputRequired(lazy("Choose at least one lesson."))], choices=[]
    )
    reason = TextAreaField(lazy("Reason"), [required(), length(most=500)])

    def offer(self, lessons: list[tuple[str, str]]) -> None:
        """Offer these lessons, as keys and titles."""
        _offer(self.lessons, lessons)


def _offer(field: Any, choices: list[tuple[str, str]]) -> None:
    field.choices = choices


class CorrectionForm(EventForm):
    """How a question is scored instead; the answer's own fields are read beside it."""

    variant = HiddenField()
    first = SelectField(lazy("From which edition?"), choices=[], validate_choice=False)
    change = RadioField(lazy("What is right?"), choices=[])
    reason = TextAreaField(lazy("Why?"), [required(), length(most=500)])
    also_worse = BooleanField(lazy("Lower results too, and take passes away"))
    worse_reason = TextAreaField(lazy("Why is that fair?"), [length(most=500)])


class ConfirmForm(CorrectionForm, PasswordAgainForm):
    """The same correction, confirmed with the administrator's password."""

    seen = HiddenField()


class ReportForm(EventForm):
    """What an author finds wrong with a question's key."""

    words = TextAreaField(
        lazy("What is wrong, and which answer is right?"), [required(), length(most=500)]
    )


class CountForm(Form):
    """Ask for the answers to be counted."""


class SummaryForm(Form):
    """Which cohorts and days a summary counts, and in which language it is written."""

    first = DateField(lazy("First day"), [Optional()])
    last = DateField(lazy("Last day"), [required()])
    cohorts = SelectMultipleField(lazy("Cohorts"), choices=[])
    language = SelectField(lazy("Language of the report"), choices=_languages)

    def offer(self, cohorts: list[tuple[str, str]]) -> None:
        """Offer these cohorts, as keys and names; none chosen means all."""
        _offer(self.cohorts, cohorts)

    def validate_last(self, field: Field) -> None:
        """The period does not end before it begins."""
        if self.first.data and field.data and field.data < self.first.data:
            raise ValidationError(_("The last day is before the first day."))
