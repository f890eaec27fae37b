"""What people submit about certificates."""

from __future__ import annotations

from wtforms import (
    BooleanField,
    HiddenField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)

from app.accounts.forms import NamesForm, PasswordAgainForm
from app.certificates.types import Part
from app.core.forms import EventForm, Form, length, no_controls, required
from app.core.i18n import lazy


class CodeForm(Form):
    """A verification code, typed from paper by anybody."""

    class Meta(Form.Meta):
        """It is sent by GET and changes nothing."""

        csrf = False

    code = StringField(lazy("Code on the certificate"), [required(), length(most=4000)])


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
    """The one act of issuing: whom, what was shown, and the administrator's password again.

    `seen` has a line for each person: her key and a digest of each part of her certificate.
    """

    seen = HiddenField()

    def what_was_seen(self) -> dict[str, dict[Part, str]]:
        """The digests by person and part; a line that is not one of ours says nothing."""
        found = {}
        for line in (self.seen.data or "").split(";"):
            key, *digests = line.split() or [""]
            if len(digests) == len(Part):
                found[key] = dict(zip(Part, digests, strict=True))
        return found


class CorrectForm(EventForm, NamesForm, PasswordAgainForm):
    """The names as they must be printed, why, and the administrator's password again."""

    texts = BooleanField(lazy("Also print the other words as they are today"))
    reason = TextAreaField(lazy("What was wrong?"), [required(), length(most=1000)])


class ReadAgainForm(Form):
    """Which lesson was read again, by its key."""

    lesson = StringField(validators=[required(), length(most=80)])


class RevokeForm(PasswordAgainForm):
    """Why, and the administrator's password again."""

    reason = TextAreaField(
        lazy("Why is this certificate revoked?"), [required(), length(most=1000)]
    )
