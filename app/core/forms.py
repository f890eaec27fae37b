"""Forms: what people may submit, with messages in their language."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, FieldList, FormField, HiddenField
from wtforms.fields.core import UnboundField
from wtforms.validators import InputRequired, Length, ValidationError

from app.core.errors import InvalidEventId
from app.core.events import valid_event_id
from app.core.i18n import _, lazy


class Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A form whose text fields lose outer white space and refuse control characters."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """Settings of WTForms."""

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
            """Add the strip filter to every field but those that say `keep_white_space`."""
            # A copy: the unbound field belongs to the class and serves every later form.
            kwargs = dict(unbound_field.kwargs)
            if not kwargs.pop("keep_white_space", False) and not _holds_fields(unbound_field):
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


def _holds_fields(unbound_field: Any) -> bool:
    return issubclass(unbound_field.field_class, FormField | FieldList)


def _strip(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


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
