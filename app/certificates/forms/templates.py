"""What an administrator may change on a template: its form is made from the template's own data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import NumberRange, Optional
from wtforms.widgets import HiddenInput

from app.certificates.loader.content import (
    FIELDS,
    LONGEST,
    MOST_LOGOS,
    MOST_PEOPLE,
    WORDS,
    Content,
    Kind,
    TemplateData,
)
from app.certificates.models import CertificatePicture
from app.certificates.services import LOGO, SIGNATURE
from app.core.forms import EventForm, length, no_controls, required
from app.core.i18n import lazy
from app.core.languages import LANGUAGES

#: What the groups of the form are called.
TEXT_NAMES = {
    "title": lazy("Title"),
    "programme": lazy("Name of the programme"),
    "disclaimer": lazy("What it does not replace"),
}
FIELD_NAMES = {
    "chinese_name": lazy("Chinese name"),
    "courses": lazy("List of courses"),
    "edition": lazy("Edition"),
    "seal": lazy("Room for a red seal"),
    "training": lazy("Hours and assessments"),
}
WORD_NAMES = {
    "assessment": lazy("Before the number of questions"),
    "attended": lazy("Sentence before the course"),
    "awarded": lazy("Before the day of the award"),
    "certify": lazy("Sentence before the name"),
    "checks": lazy("Before the number of skill checks"),
    "completed": lazy("Sentence before the course"),
    "courses": lazy("Heading of the courses"),
    "dates": lazy("Before the days"),
    "edition": lazy("Before the edition"),
    "hours": lazy("Hours; keep %(number)s"),
    "minutes": lazy("Minutes; keep %(number)s"),
    "online": lazy("Before the hours online"),
    "practice": lazy("Before the hours of practice"),
    "places": lazy("Before the place of the training"),
    "present": lazy("Before the time of presence"),
    "preview": lazy("Across a preview"),
    "questions": lazy("Questions; keep %(number)s"),
    "serial": lazy("Before the number"),
    "valid_until": lazy("Before the last day"),
    "verify": lazy("Beside the QR code"),
    "written_on": lazy("Before the day of writing"),
}
#: A number of a state: no browser sends another, and no database takes a larger one.
_COUNT = NumberRange(0, 1_000_000, lazy("Choose one of the answers in the list."))


class ChoicesForm(EventForm):
    """Which template serves what: one field for each scope is added by the view."""


class RestoreForm(EventForm):
    """Which earlier state to bring back, and which one was the newest."""

    base = IntegerField(validators=[_COUNT], widget=HiddenInput())
    number = IntegerField(validators=[_COUNT], widget=HiddenInput())


def _picture_kinds() -> list[tuple[str, Any]]:
    return [(LOGO, lazy("A logo")), (SIGNATURE, lazy("A signature"))]


def _languages() -> list[tuple[str, Any]]:
    return [(code, one.name) for code, one in LANGUAGES.items()]


class PictureForm(EventForm):
    """A logo or a signature; the file itself comes beside the fields."""

    kind = RadioField(
        lazy("What is it?"),
        [required()],
        choices=_picture_kinds,
    )
    label = StringField(
        lazy("Whose logo, or the signatory's name as it is printed"),
        [required(), length(most=100), no_controls],
    )
    consent_on = DateField(lazy("Signature: day of the signatory's consent"), [Optional()])
    consent_note = StringField(
        lazy("Signature: where the signed consent is kept"), [length(most=300), no_controls]
    )
    no_emblem = BooleanField(
        lazy(
            "It shows no red cross or red crescent, no emblem of a country, the UN, ASEAN or "
            "INSARAG, and no 120 mark."
        ),
        [required()],
    )


def template_form(
    data: TemplateData, pictures: Mapping[str, Sequence[CertificatePicture]]
) -> type[EventForm]:
    """The form of one template: a field for each text, language, person, field and logo."""
    fields: dict[str, Field] = {"base": IntegerField(validators=[_COUNT], widget=HiddenInput())}
    for name in TEXT_NAMES:
        fields |= _texts(name, long=name == "disclaimer")
    for number in (1, 2):
        fields |= _texts(f"body-{number}", needed=number == 1)
    if data.kind is not Kind.CARD:
        for number in range(1, MOST_PEOPLE + 1):
            fields |= _person(number, pictures[SIGNATURE])
    for name in sorted(FIELDS[data.kind]):
        fields[f"shown-{name}"] = BooleanField(FIELD_NAMES[name])
    for number in range(1, MOST_LOGOS + 1):
        label = lazy("Logo on the left") if number == 1 else lazy("Logo on the right")
        fields[f"logo-{number}"] = SelectField(
            label, choices=partial(_choices, pictures[LOGO]), default=""
        )
    for name in sorted(WORDS[data.kind]):
        fields |= _texts(f"word-{name}", long=name in ("completed", "attended"))
    fields["language"] = SelectField(lazy("Sample in"), choices=_languages)
    fields["cohort"] = SelectField(
        lazy("Five people of a cohort"), choices=[], validate_choice=False, default=""
    )
    fields["action"] = HiddenField()
    return type("TemplateForm", (EventForm,), fields)


def _texts(name: str, *, long: bool = False, needed: bool = True) -> dict[str, Field]:
    """One field a language, labelled with the language's own name."""
    kind = TextAreaField if long else StringField
    rules = [*([required()] if needed else []), length(most=LONGEST), no_controls]
    return {f"{name}-{code}": kind(one.name, rules) for code, one in LANGUAGES.items()}


def _person(number: int, signatures: Sequence[CertificatePicture]) -> dict[str, Field]:
    needed = number == 1
    rules = [*([required()] if needed else []), length(most=100), no_controls]
    return {
        f"person-{number}": StringField(lazy("Name, as it is printed"), rules),
        **_texts(f"person-{number}-title", needed=needed),
        f"signature-{number}": SelectField(
            lazy("Picture of the signature"),
            choices=partial(_choices, signatures),
            default="",
        ),
    }


def _choices(pictures: Sequence[CertificatePicture]) -> list[tuple[str, Any]]:
    return [("", lazy("None")), *((picture.key, picture.label) for picture in pictures)]


def filled(content: Content) -> dict[str, Any]:
    """The form's values for a template's content."""
    values: dict[str, Any] = {}
    texts = {name: getattr(content, name) for name in TEXT_NAMES}
    texts |= {f"body-{number}": body for number, body in enumerate(content.bodies, 1)}
    texts |= {f"word-{name}": words for name, words in content.words.items()}
    for number, person in enumerate(content.signatories, 1):
        values |= {f"person-{number}": person.name, f"signature-{number}": person.picture or ""}
        texts[f"person-{number}-title"] = person.title
    for name, words in texts.items():
        values |= {f"{name}-{code}": text for code, text in words.items()}
    values |= {f"shown-{name}": shown for name, shown in content.fields.items()}
    values |= {f"logo-{number}": key for number, key in enumerate(content.logos, 1)}
    return values


def content_in(form: EventForm, data: TemplateData) -> dict[str, Any]:
    """The content that the form says, as `services.save` takes it."""
    logos = [form[f"logo-{number}"].data for number in range(1, MOST_LOGOS + 1)]
    bodies = [_said(form, f"body-{number}") for number in (1, 2)]
    return {
        **{name: _said(form, name) for name in TEXT_NAMES},
        "bodies": [body for body in bodies if any(body.values())],
        "signatories": list(_people(form, data)),
        "fields": {name: bool(form[f"shown-{name}"].data) for name in sorted(FIELDS[data.kind])},
        "logos": [key for key in logos if key],
        "words": {name: _said(form, f"word-{name}") for name in sorted(WORDS[data.kind])},
    }


def _people(form: EventForm, data: TemplateData) -> Sequence[dict[str, Any]]:
    if data.kind is Kind.CARD:
        return []
    found: list[dict[str, Any]] = [
        {
            "name": form[f"person-{number}"].data or "",
            "title": _said(form, f"person-{number}-title"),
            "picture": form[f"signature-{number}"].data or None,
        }
        for number in range(1, MOST_PEOPLE + 1)
    ]
    return [person for person in found if person["name"] or any(person["title"].values())]


def _said(form: EventForm, name: str) -> dict[str, str]:
    return {code: form[f"{name}-{code}"].data or "" for code in LANGUAGES}
