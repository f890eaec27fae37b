"""What instructors and people who join may submit."""

from __future__ import annotations

from datetime import date
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError

from app.accounts.forms import ProfileForm
from app.accounts.services import NEAR_TERRITORIES, territories, territory_name
from app.accounts.types import NameForm
from app.cohorts.models import Announcement, Cohort
from app.cohorts.types import (
    REASON_LENGTH,
    TEXT_LENGTH,
    TITLE_LENGTH,
    AnnouncementDraft,
    CardChoice,
    CohortDraft,
    DueOutsideCohort,
    Words,
)
from app.core.clock import now, programme_date
from app.core.forms import EventForm, Form, length, no_controls, required
from app.core.i18n import LANGUAGES, Language, _, current_language, lazy
from app.core.web import settings
from app.courses.library import library

LARGEST_COHORT = 1000


_COUNT = NumberRange(1, LARGEST_COHORT, lazy("Use a number from %(min)s to %(max)s."))


def _countries() -> list[tuple[str, str]]:
    return list(territories(current_language()))


def _near_countries() -> list[tuple[str, str]]:
    return [(code, territory_name(code, current_language())) for code in NEAR_TERRITORIES]


def _languages() -> list[tuple[str, str]]:
    return [(code, record.name) for code, record in LANGUAGES.items()]


def _second_languages() -> list[tuple[str, str]]:
    return [("", _("None")), *_languages()]


def _courses() -> list[tuple[str, str]]:
    return [(course.slug, course.title(current_language())) for course in library().courses]


def not_past(_form: object, field: Field) -> None:
    """The day is today, in the programme's zone, or later."""
    if field.data and field.data < programme_date(now(), settings().timezone):
        raise ValidationError(_("Choose today or a later day."))


def visible(_form: object, field: Field) -> None:
    """The text holds no control characters but line breaks and tabs."""
    hidden = (letter for letter in field.data or "" if ord(letter) < 32 or ord(letter) == 127)
    if any(letter not in "\r\n\t" for letter in hidden):
        raise ValidationError(_("Remove the characters that cannot be seen."))


class CohortForm(EventForm):
    """A cohort's properties; `cohort_form` adds a due date for each course."""

    name = StringField(lazy("Name of the cohort"), [required(), length(most=120), no_controls])
    partner = StringField(
        lazy("Partner university or organisation"), [required(), length(most=160), no_controls]
    )
    country = SelectField(lazy("Country most trainees come from"), choices=_countries)
    more_countries = SelectMultipleField(lazy("Further countries"), choices=_near_countries)
    language = SelectField(lazy("Language proposed to people who join"), choices=_languages)
    second_language = SelectField(
        lazy("Second language proposed to them"), choices=_second_languages, default=""
    )
    starts_on = DateField(lazy("First day"), [required()])
    ends_on = DateField(lazy("Last day"), [Optional()])
    capacity = IntegerField(lazy("Most trainees in the cohort"), [Optional(), _COUNT])
    whole_programme = BooleanField(lazy("The whole programme"))
    courses = SelectMultipleField(lazy("Courses"), choices=_courses)

    @property
    def due_fields(self) -> dict[str, Field]:
        """The due date of each course, by its slug."""
        slugs = [course.slug for course in library().courses]
        return {slug: self[_due(slug)] for slug in slugs if _due(slug) in self}

    def validate_ends_on(self, field: Field) -> None:
        """The last day is not before the first."""
        if field.data and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError(_("The last day is before the first day."))

    def validate_courses(self, field: Field) -> None:
        """At least one, or all of them."""
        if not field.data and not self.whole_programme.data:
            raise ValidationError(_("Choose at least one course."))

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Whether every field is right, and each due date lies within the cohort's days."""
        is_right = bool(super().validate(*args, **kwargs))
        first, last = self.starts_on.data or date.min, self.ends_on.data or date.max
        chosen = self._chosen()
        for slug, field in self.due_fields.items():
            if slug in chosen and field.data and not first <= field.data <= last:
                field.errors = [_(DueOutsideCohort.message)]
                is_right = False
        return is_right

    def _chosen(self) -> tuple[str, ...]:
        if self.whole_programme.data:
            return tuple(course.slug for course in library().courses)
        return library().with_needs(tuple(dict.fromkeys(self.courses.data or ())))

    def draft(self) -> CohortDraft:
        """The validated form as plain data."""
        countries = (self.country.data, *(self.more_countries.data or ()))
        chosen = self._chosen()
        return CohortDraft(
            name=self.name.data or "",
            partner=self.partner.data or "",
            countries=tuple(dict.fromkeys(countries)),
            starts_on=self.starts_on.data or date.min,
            ends_on=self.ends_on.data,
            language=self.language.data,
            second_language=self.second_language.data or None,
            capacity=self.capacity.data,
            courses=chosen,
            due_on={
                slug: field.data
                for slug, field in self.due_fields.items()
                if slug in chosen and field.data
            },
        )


def _due(slug: str) -> str:
    return f"due_{slug}"


def cohort_form(**values: Any) -> CohortForm:
    """The form with a due date beside each course of today's programme.

    Without `formdata` it holds what was sent.
    """
    label = lazy("Due date")
    fields = {_due(slug): DateField(label, [Optional()]) for slug, _title in _courses()}
    form: CohortForm = type("CohortFormToday", (CohortForm,), fields)(**values)
    return form


def form_of(cohort: Cohort, event_id: str) -> CohortForm:
    """The form with what the cohort is now."""
    slugs = [course.slug for course in cohort.courses]
    return cohort_form(
        formdata=None,
        event_id=event_id,
        name=cohort.name,
        partner=cohort.partner,
        country=cohort.country,
        more_countries=cohort.countries[1:],
        language=cohort.language,
        second_language=cohort.second_language or "",
        starts_on=cohort.starts_on,
        ends_on=cohort.ends_on,
        capacity=cohort.capacity,
        whole_programme={course.slug for course in library().courses} <= set(slugs),
        courses=slugs,
        **{_due(course.slug): course.due_on for course in cohort.courses},
    )


class CopyForm(EventForm):
    """The next intake of a cohort: its name and its first day."""

    name = StringField(lazy("Name of the cohort"), [required(), length(most=120), no_controls])
    starts_on = DateField(lazy("First day"), [required()])


class JoinCodeForm(EventForm):
    """A code's last day, how many people may use it, and whether they need approval."""

    expires_on = DateField(lazy("Last day of the code"), [required(), not_past])
    capacity = IntegerField(
        lazy("How many people may join by it"),
        [InputRequired(lazy("Fill in this field.")), _COUNT],
    )
    needs_approval = BooleanField(lazy("Who joins by it needs my approval"))


class WithdrawForm(Form):
    """Why a trainee leaves the cohort."""

    reason = TextAreaField(lazy("Reason"), [Optional(), length(most=REASON_LENGTH)])


class MoveForm(Form):
    """The cohort a trainee is moved to."""

    to = SelectField(lazy("Move to"), [required()])


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


class AnnouncementForm(EventForm):
    """An announcement: the language one writes in, its words, and perhaps other languages.

    `announcement_form` adds the fields of the other languages.
    """

    language = SelectField(lazy("Language in which you write"), choices=_languages)
    title = StringField(lazy("Title"), [required(), length(most=TITLE_LENGTH), no_controls])
    text = TextAreaField(lazy("Text"), [required(), length(most=TEXT_LENGTH), visible])

    @property
    def others(self) -> list[tuple[Language, Field, Field]]:
        """Each language with its title and text."""
        return [
            (record, self[f"title_{code}"], self[f"text_{code}"])
            for code, record in LANGUAGES.items()
        ]

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Whether every field is right; another language has both title and text, or none."""
        is_right = bool(super().validate(*args, **kwargs))
        for record, title, text in self.others:
            fault = self._fault(record.code, title.data, text.data)
            if fault:
                (text if title.data else title).errors = [fault]
                is_right = False
        return is_right

    def _fault(self, code: str, title: str | None, text: str | None) -> str:
        if not title and not text:
            return ""
        if code == self.language.data:
            return str(_("You write in this language above. Empty these two fields."))
        if not title or not text:
            return str(_("Write both title and text in this language, or leave both empty."))
        return ""

    def draft(self) -> AnnouncementDraft:
        """The validated form as plain data."""
        texts = {self.language.data: Words(self.title.data or "", self.text.data or "")}
        for record, title, text in self.others:
            if title.data and text.data:
                texts[record.code] = Words(title.data, text.data)
        return AnnouncementDraft(self.language.data, texts)


def announcement_form(**values: Any) -> AnnouncementForm:
    """The form with fields for every language. Without `formdata` it holds what was sent."""
    fields: dict[str, Any] = {}
    for code in LANGUAGES:
        fields[f"title_{code}"] = StringField(
            lazy("Title"), [Optional(), length(most=TITLE_LENGTH), no_controls]
        )
        fields[f"text_{code}"] = TextAreaField(
            lazy("Text"), [Optional(), length(most=TEXT_LENGTH), visible]
        )
    form: AnnouncementForm = type("AnnouncementFormToday", (AnnouncementForm,), fields)(**values)
    return form


def form_of_announcement(announcement: Announcement, event_id: str) -> AnnouncementForm:
    """The form with the announcement's words."""
    values: dict[str, Any] = {"language": announcement.language}
    for code, words in announcement.texts.items():
        ending = "" if code == announcement.language else f"_{code}"
        values |= {f"title{ending}": words["title"], f"text{ending}": words["text"]}
    return announcement_form(formdata=None, event_id=event_id, **values)
