"""What staff may submit on progress pages."""

from __future__ import annotations

from wtforms import TextAreaField

from app.core.forms import EventForm, length, required
from app.core.i18n import lazy


class ReleaseForm(EventForm):
    """Why another attempt is released."""

    reason = TextAreaField(
        lazy("Why do you release another attempt?"), [required(), length(most=500)]
    )
