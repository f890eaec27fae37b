"""What staff may submit on progress pages."""

from __future__ import annotations

from wtforms import BooleanField, Field, StringField, TextAreaField
from wtforms.validators import ValidationError

from app.accounts.models import User
from app.accounts.services import fold_username
from app.core.forms import EventForm, Form, length, required
from app.core.i18n import _, lazy


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
