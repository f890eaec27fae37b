"""What people may submit at the print desk."""

from __future__ import annotations

from decimal import Decimal

from wtforms import (
    DecimalField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import NumberRange

from app.accounts.types import NameForm
from app.certificates.types.desk import PrintKind
from app.cohorts.forms import NAME_FORMS
from app.core.forms import EventForm, Form, length, no_controls, required
from app.core.i18n import _, lazy
from app.core.pdf import Turning


class Millimetres(DecimalField):
    """A number with a point or a comma before its fraction."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read 1,5 as 1.5."""
        super().process_formdata([value.replace(",", ".") for value in valuelist])


def _within(least: int, most: int) -> NumberRange:
    return NumberRange(least, most, message=lazy("Use a number from %(min)s to %(max)s."))


class RunForm(EventForm):
    """Which certificates are printed, and how."""

    certificates = SelectMultipleField(lazy("Certificates"), validate_choice=False, choices=[])
    kind = RadioField(
        lazy("What is printed"),
        choices=lambda: [
            (PrintKind.CERTIFICATE.value, _("Certificates, one on a page")),
            (PrintKind.CARD.value, _("Wallet cards, ten on a sheet, two-sided")),
        ],
        default=PrintKind.CERTIFICATE.value,
    )
    by = SelectField(
        lazy("In the order of"),
        choices=lambda: [(form.value, str(name)) for form, name in NAME_FORMS.items()],
        default=NameForm.LATIN.value,
    )
    printer = SelectField(lazy("Printer"), validate_choice=False, choices=[], default="")
    turning = RadioField(
        lazy("The printer turns the sheet over along the"),
        choices=lambda: [
            (Turning.LONG_EDGE.value, _("long edge")),
            (Turning.SHORT_EDGE.value, _("short edge")),
        ],
        default=Turning.LONG_EDGE.value,
    )


class SheetsForm(EventForm):
    """Which sheets of a run, and what is said of them."""

    sheets = SelectMultipleField(lazy("Sheets"), validate_choice=False, choices=[])
    reason = StringField(lazy("What is wrong with the sheet?"), [length(most=300), no_controls])
    printer = SelectField(lazy("Printer"), validate_choice=False, choices=[], default="")


class PrinterForm(Form):
    """A printer's name and how far it misses the place."""

    name = StringField(lazy("Name of the printer"), [required(), length(most=80), no_controls])
    right_mm = Millimetres(lazy("Move to the right (mm)"), [_within(-30, 30)], default=Decimal(0))
    down_mm = Millimetres(lazy("Move down (mm)"), [_within(-30, 30)], default=Decimal(0))
    percent = Millimetres(lazy("Size in percent"), [_within(90, 110)], default=Decimal(100))
