"""What staff may submit on progress pages."""

from __future__ import annotations

from typing import Any

from wtforms import DateField, RadioField, SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import InputRequired

from app.accounts.forms import PasswordAgainForm
from app.core.forms import EventForm, Form, length, required
from app.core.i18n import LANGUAGES, _, lazy


class ReleaseForm(EventForm):
    """Why another attempt is released."""

    reason = TextAreaField(
        lazy("Why do you release another attempt?"), [required(), length(most=500)]
    )


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
