"""What staff may submit on progress pages."""

from __future__ import annotations

from wtforms import BooleanField, HiddenField, RadioField, SelectField, TextAreaField

from app.accounts.forms import PasswordAgainForm
from app.core.forms import EventForm, Form, length, required
from app.core.i18n import lazy


class ReleaseForm(EventForm):
    """Why another attempt is released."""

    reason = TextAreaField(
        lazy("Why do you release another attempt?"), [required(), length(most=500)]
    )


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
