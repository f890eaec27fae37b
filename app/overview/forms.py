"""What staff may submit on progress pages."""

from __future__ import annotations

from wtforms import RadioField, SelectField, TextAreaField

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
