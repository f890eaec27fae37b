"""What administrators may submit about reviews."""

from __future__ import annotations

from typing import Any

from wtforms import DateField, Field, HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import ValidationError

from app.core.clock import now, programme_date
from app.core.forms import EventForm, Form, length, no_controls, required
from app.core.i18n import _, lazy
from app.core.web import settings
from app.courses.types import Course, ReviewRole
from app.courses.types.review import LONGEST_NAME, LONGEST_REASON, SHORTEST_REASON, roles_of

ROLE_NAMES = {
    ReviewRole.MEDICAL: lazy("Medical expert"),
    ReviewRole.TECHNICAL: lazy("Technical expert"),
    ReviewRole.NATIVE: lazy("Native speaker"),
}


def not_future(_form: object, field: Field) -> None:
    """The day is today, in the programme's zone, or earlier."""
    if field.data and field.data > programme_date(now(), settings().timezone):
        raise ValidationError(_("Choose today or an earlier day."))


class ReviewForm(EventForm):
    """Who reviewed a language, as what, on which day."""

    reviewed_as = RadioField(lazy("Reviewed as"), [required()])
    reviewer = StringField(
        lazy("Name of the reviewer"), [required(), length(most=LONGEST_NAME), no_controls]
    )
    seen = HiddenField()
    reviewed_on = DateField(lazy("Day of the review"), [required(), not_future])

    def __init__(self, course: Course, **kwargs: Any) -> None:
        """Offer the roles that the course needs."""
        super().__init__(**kwargs)
        roles = roles_of(course.structure.expert)
        self.reviewed_as.choices = [(role.value, ROLE_NAMES[role]) for role in roles]


class OpeningForm(EventForm):
    """Why trainees may read a language before its review."""

    reason = TextAreaField(
        lazy("Reason"), [required(), length(least=SHORTEST_REASON, most=LONGEST_REASON)]
    )


class ConfirmForm(Form):
    """Yes, do it."""
