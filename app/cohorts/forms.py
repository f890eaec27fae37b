"""What instructors and people who join may submit."""

from __future__ import annotations

from datetime import date

from wtforms import (
    DateField,
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError

from app.accounts.forms import ProfileForm
from app.accounts.services import territories
from app.accounts.types import NameForm
from app.cohorts.models import Cohort
from app.cohorts.types import CardChoice, CohortDraft
from app.core.clock import now, programme_date
from app.core.forms import EventForm, Form, length, no_controls, required
from app.core.i18n import LANGUAGES, _, current_language, lazy
from app.core.web import settings
from app.courses.library import library

LARGEST_COHORT = 1000


def _countries() -> list[tuple[str, str]]:
    return list(territories(current_language()))


def _languages() -> list[tuple[str, str]]:
    return [(code, record.name) for code, record in LANGUAGES.items()]


def _courses() -> list[tuple[str, str]]:
    return [(course.slug, course.title(current_language())) for course in library().courses]


def not_past(_form: object, field: Field) -> None:
    """The day is today, in the programme's zone, or later."""
    if field.data and field.data < programme_date(now(), settings().timezone):
        raise ValidationError(_("Choose today or a later day."))


class CohortForm(EventForm):
    """A cohort's properties."""

    name = StringField(lazy("Name of the cohort"), [required(), length(most=120), no_controls])
    partner = StringField(
        lazy("Partner university or organisation"), [required(), length(most=160), no_controls]
    )
    country = SelectField(lazy("Country most trainees come from"), choices=_countries)
    language = SelectField(lazy("Language proposed to people who join"), choices=_languages)
    starts_on = DateField(lazy("First day"), [required()])
    ends_on = DateField(lazy("Last day"), [Optional()])
    courses = SelectMultipleField(
        lazy("Courses"),
        [InputRequired(lazy("Choose at least one course."))],
        choices=_courses,
    )

    @classmethod
    def of(cls, cohort: Cohort, event_id: str) -> CohortForm:
        """The form with what the cohort is now."""
        return cls(
            formdata=None,
            event_id=event_id,
            name=cohort.name,
            partner=cohort.partner,
            country=cohort.country,
            language=cohort.language,
            starts_on=cohort.starts_on,
            ends_on=cohort.ends_on,
            courses=[course.slug for course in cohort.courses],
        )

    def validate_ends_on(self, field: Field) -> None:
        """The last day is not before the first."""
        if field.data and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError(_("The last day is before the first day."))

    def draft(self) -> CohortDraft:
        """The validated form as plain data."""
        return CohortDraft(
            name=self.name.data or "",
            partner=self.partner.data or "",
            country=self.country.data,
            starts_on=self.starts_on.data or date.min,
            ends_on=self.ends_on.data,
            language=self.language.data,
            courses=tuple(dict.fromkeys(self.courses.data or ())),
        )


class JoinCodeForm(EventForm):
    """A code's last day and how many people may use it."""

    expires_on = DateField(lazy("Last day of the code"), [required(), not_past])
    capacity = IntegerField(
        lazy("How many people may join by it"),
        [
            InputRequired(lazy("Fill in this field.")),
            NumberRange(1, LARGEST_COHORT, lazy("Use a number from %(min)s to %(max)s.")),
        ],
    )


class CodeForm(Form):
    """The join code that a visitor types."""

    code = StringField(lazy("Join code"), [required(), length(most=40), no_controls])


NAME_FORMS = {
    NameForm.LATIN: lazy("Name in passport"),
    NameForm.NATIVE: lazy("Name in the own script"),
    NameForm.CHINESE: lazy("Chinese name"),
}


class OrderForm(Form):
    """The form of the names by which a list is sorted."""

    by = SelectField(
        lazy("Sorted by"),
        choices=lambda: [(form.value, str(name)) for form, name in NAME_FORMS.items()],
        default=NameForm.LATIN.value,
    )

    @property
    def order(self) -> NameForm:
        """The chosen form; the Latin one for what an address makes up."""
        return next((form for form in NameForm if form.value == self.by.data), NameForm.LATIN)


class CardsForm(OrderForm):
    """Whose login cards are printed."""

    which = RadioField(
        lazy("Whose cards"),
        [required()],
        choices=lambda: [
            (CardChoice.WITHOUT.value, _("Trainees without a card")),
            (CardChoice.UNUSED.value, _("Trainees who have not used a card yet")),
            (CardChoice.ALL.value, _("All trainees of the cohort")),
            (CardChoice.CHOSEN.value, _("Only those ticked below")),
        ],
        default=CardChoice.WITHOUT.value,
    )
    people = SelectMultipleField(lazy("Trainees"), validate_choice=False)


class JoinForm(ProfileForm):
    """Everything a trainee says to make her account, and the code that lets her."""

    code = HiddenField()


class InstructorForm(Form):
    """Which instructor also leads the cohort."""

    instructor = SelectField(lazy("Instructor"), [required()])
