"""Forms: what people may submit, with messages in their language."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_wtf import FlaskForm
from flask_wtf.form import _Auto as _FROM_REQUEST
from flask_wtf.form import _is_submitted
from wtforms import Field, FieldList, FormField, HiddenField, PasswordField
from wtforms.fields.core import UnboundField
from wtforms.validators import InputRequired, Length, ValidationError

from app.core.breaking import WORD_JOINER
from app.core.errors import N_, InvalidEventId
from app.core.events import valid_event_id
from app.core.i18n import _, lazy, ngettext

# What WTForms says by itself, in our words, so that the catalogues cover it.
_CHOOSE = N_("Choose one of the answers in the list.")
_NUMBER = N_("This is not a number. Use digits, for example 12.")
_WORDS = {
    "Not a valid choice.": _CHOOSE,
    "Invalid Choice: could not coerce.": _CHOOSE,
    "Invalid choice(s): one or more data inputs could not be coerced.": _CHOOSE,
    "'%(value)s' is not a valid choice for this field.": _CHOOSE,
    "Not a valid date value.": N_("This is not a date. Write year-month-day, as in 2026-03-31."),
    "Not a valid datetime value.": N_("This is not a time. Write it as in 2026-03-31 14:30."),
    "Not a valid time value.": N_("This is not a time. Write it as in 14:30."),
    "Not a valid integer value.": _NUMBER,
    "Not a valid decimal value.": _NUMBER,
    "Not a valid float value.": _NUMBER,
}


class _Messages:
    """WTForms' translations: its own messages replaced by ours, in the page's language."""

    def gettext(self, text: str) -> str:
        """One message."""
        return str(_(_WORDS.get(text, text)))

    def ngettext(self, one: str, many: str, number: int) -> str:
        """A message with a number."""
        return str(_(_WORDS[one]) if one in _WORDS else ngettext(one, many, number))


class SecretField(PasswordField):
    """A password: never shown again, and white space at its ends belongs to it."""


class Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A form whose text fields lose outer white space and refuse control characters."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """Settings of WTForms."""

        def wrap_formdata(self, form: object, formdata: Any) -> Any:  # noqa: ARG002
            """Read posted fields only: a file or a JSON value where text belongs is no value."""
            if formdata is not _FROM_REQUEST:
                return formdata
            return request.form if _is_submitted() else None

        def get_translations(self, form: object) -> _Messages:  # noqa: ARG002 (WTForms gives it)
            """Where the fields take their messages from."""
            return _Messages()

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
            """Add the strip filter to every field but secrets."""
            # A copy: the unbound field belongs to the class and serves every later form.
            kwargs = dict(unbound_field.kwargs)
            if not issubclass(unbound_field.field_class, SecretField | FormField | FieldList):
                kwargs["filters"] = [*kwargs.get("filters", ()), _strip]
            fresh = UnboundField(unbound_field.field_class, *unbound_field.args, **kwargs)
            bound: Field = fresh.bind(form=form, **options)
            return bound


class EventForm(Form):
    """A form whose sending is one event: sending it twice changes nothing."""

    event_id = HiddenField()

    def validate_event_id(self, field: Field) -> None:
        """The id is a UUID."""
        try:
            field.data = valid_event_id(field.data)
        except InvalidEventId as error:
            raise ValidationError(_(error.message)) from error


def _strip(value: object) -> object:
    """Without outer white space, and without the joiners of text that was copied from a page."""
    return value.replace(WORD_JOINER, "").strip() if isinstance(value, str) else value


def required() -> InputRequired:
    """The field must be filled in."""
    return InputRequired(message=lazy("Fill in this field."))


def length(*, least: int = 0, most: int) -> Length:
    """The text has between `least` and `most` characters."""
    if least:
        return Length(least, most, message=lazy("Use %(min)d to %(max)d characters."))
    return Length(max=most, message=lazy("Use at most %(max)d characters."))


def no_controls(_form: object, field: Field) -> None:
    """The text holds no control characters and no line breaks."""
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in field.data or ""):
        raise ValidationError(_("Remove the characters that cannot be seen."))
