"""What people submit about certificates."""

from __future__ import annotations

from wtforms import SelectMultipleField, StringField, TextAreaField

from app.accounts.forms import PasswordAgainForm
from app.core.forms import EventForm, Form, length, no_controls, required
from app.core.i18n import lazy


class CodeForm(Form):
    """A verification code, typed from paper by anybody."""

    class Meta(Form.Meta):
        """It is sent by GET and changes nothing."""

        csrf = False

    code = StringField(lazy("Code on the certificate"), [required(), length(most=80), no_controls])


class SearchForm(Form):
    """Words of a name, or a number. Sent by POST: names do not belong in addresses."""

    words = StringField(lazy("Name, number or code"), [length(most=100), no_controls])


class TraineesForm(EventForm):
    """Which trainees, by their keys."""

    trainees = SelectMultipleField(lazy("Trainees"), validate_choice=False, choices=[])


class PreviewForm(Form):
    """Whose certificate to draw, by the trainee's key."""

    trainee = StringField(validators=[required(), length(most=36)])


class IssueForm(TraineesForm, PasswordAgainForm):
    """The one act of issuing: whom, and the administrator's password again."""


class RevokeForm(PasswordAgainForm):
    """Why, and the administrator's password again."""

    reason = TextAreaField(
        lazy("Why is this certificate revoked?"), [required(), length(most=1000)]
    )
