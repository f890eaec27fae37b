"""What people may submit about a training day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from wtforms import (
    DateField,
    Field,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError

from app.accounts.models import User
from app.accounts.services import territory_name
from app.cohorts.models import Cohort
from app.core.clock import now
from app.core.forms import EventForm, length, no_controls, required
from app.core.i18n import LANGUAGES, _, current_language, lazy
from app.courses.library import library
from app.practicals.rendering import sheet_words
from app.practicals.services.attendance import part_of
from app.practicals.services.papers import MOST_BLANKS
from app.practicals.types.sessions import (
    LONGEST_NOTE,
    ZONES,
    Entry,
    PaperDraft,
    PaperKind,
    Presence,
    SessionDraft,
)

MOST_MANIKINS = 200
PLACE_LENGTH, EQUIPMENT_LENGTH = 160, 400
Choices = list[tuple[str, str]]


def zone_choices() -> Choices:
    """The zones by country and distance from UTC, in the reader's language."""
    at = now()
    return [
        (zone, f"{territory_name(country, current_language())} ({_offset(zone, at)})")
        for zone, country in ZONES.items()
    ]


def _offset(zone: str, at: datetime) -> str:
    minutes = int((at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()).total_seconds()) // 60
    hours, rest = divmod(minutes, 60)
    return f"UTC+{hours}" + (f":{rest:02}" if rest else "")


class SessionForm(EventForm):
    """The plan of a day. Its choices come from the cohort: see `for_cohort`."""

    held_on = DateField(lazy("Day"), [required()])
    begins = TimeField(lazy("Begins at"), [required()])
    ends = TimeField(lazy("Ends at"), [required()])
    timezone = SelectField(lazy("Time zone of the place"), choices=zone_choices)
    place = StringField(lazy("Place"), [required(), length(most=PLACE_LENGTH), no_controls])
    courses = SelectMultipleField(
        lazy("Courses that are trained"), [Optional(strip_whitespace=False)]
    )
    stations = SelectMultipleField(
        lazy("Stations: one for each skill sheet"), [Optional(strip_whitespace=False)]
    )
    instructors = SelectMultipleField(
        lazy("Instructors"), [InputRequired(lazy("Choose at least one instructor."))]
    )
    examiners = SelectMultipleField(lazy("Examiners"), [Optional(strip_whitespace=False)])
    manikins = IntegerField(
        lazy("Manikins"),
        [
            InputRequired(lazy("Fill in this field.")),
            NumberRange(0, MOST_MANIKINS, lazy("Use a number from %(min)s to %(max)s.")),
        ],
    )
    equipment = StringField(
        lazy("Other equipment"), [Optional(), length(most=EQUIPMENT_LENGTH), no_controls]
    )
    note = TextAreaField(lazy("Note for the trainees"), [Optional(), length(most=LONGEST_NOTE)])

    def for_cohort(self, cohort: Cohort, staff: Sequence[User]) -> SessionForm:
        """Offer the cohort's courses with their sheets, and these people."""
        slugs = [one.slug for one in cohort.courses if library().has_course(one.slug)]
        courses = [library().course(slug) for slug in slugs]
        language = current_language()
        self.courses.choices = [(course.slug, course.title(language)) for course in courses]
        self.stations.choices = [
            (
                f"{course.slug}/{sheet.key}",
                f"{sheet.code} · {sheet_words(course.slug, sheet.key, language).title}",
            )
            for course in courses
            for sheet in course.sheets
        ]
        people = [(user.key, _named(user)) for user in staff]
        self.instructors.choices = self.examiners.choices = people
        return self

    def validate_ends(self, field: Field) -> None:
        """The end comes after the beginning."""
        if field.data and self.begins.data and field.data <= self.begins.data:
            raise ValidationError(_("The end is not after the beginning."))

    def draft(self) -> SessionDraft:
        """The validated form as plain data; an empty box chooses nothing."""
        pairs = (station.split("/", 1) for station in self.stations.data or () if station)
        return SessionDraft(
            held_on=self.held_on.data or date.min,
            begins=self.begins.data or time.min,
            ends=self.ends.data or time.max,
            place=self.place.data or "",
            timezone=self.timezone.data,
            courses=tuple(filter(None, self.courses.data or ())),
            stations=tuple((slug, key) for slug, key in pairs),
            instructors=tuple(self.instructors.data or ()),
            examiners=tuple(filter(None, self.examiners.data or ())),
            manikins=self.manikins.data or 0,
            equipment=self.equipment.data or "",
            note=self.note.data or "",
        )


def _named(user: User) -> str:
    if user.latin_name.upper() == user.display_name.upper():
        return user.display_name
    return f"{user.display_name} · {user.latin_name}"


def fields_of(draft: SessionDraft) -> dict[str, object]:
    """A plan as the values of the form's fields."""
    return {
        "held_on": draft.held_on,
        "begins": draft.begins,
        "ends": draft.ends,
        "timezone": draft.timezone,
        "place": draft.place,
        "courses": list(draft.courses),
        "stations": [f"{slug}/{key}" for slug, key in draft.stations],
        "instructors": list(draft.instructors),
        "examiners": list(draft.examiners),
        "manikins": draft.manikins,
        "equipment": draft.equipment,
        "note": draft.note,
    }


class ReasonForm(EventForm):
    """An act that needs a reason."""

    reason = TextAreaField(lazy("Reason"), [required(), length(most=LONGEST_NOTE)])


class DeferForm(EventForm):
    """Stations put off for trainees; which ones stands in the fields `place`."""

    reason = StringField(lazy("Reason"), [required(), length(most=LONGEST_NOTE), no_controls])


class ScanForm(EventForm):
    """A scanned card, or the code that is printed on it."""

    scanned = StringField(lazy("Code on the card"), [required(), length(most=500), no_controls])


def _kinds() -> Choices:
    return [(kind.value, kind.value) for kind in PaperKind]


def _languages() -> Choices:
    return [(code, record.name) for code, record in LANGUAGES.items()]


def _whom() -> Choices:
    return [
        ("open", _("One for each trainee who has not passed yet")),
        ("all", _("One for each trainee")),
        ("blank", _("Blank sheets without a name")),
    ]


class PaperForm(EventForm):
    """What is printed, in which language, for whom."""

    kind = SelectField(choices=_kinds)
    language = SelectField(lazy("Language of the paper"), choices=_languages)
    station = StringField(validators=[Optional(), length(most=36)])
    whom = SelectField(
        lazy("For whom"),
        choices=_whom,
        default="open",
    )
    blanks = IntegerField(
        lazy("How many blank sheets"),
        [Optional(), NumberRange(1, MOST_BLANKS, lazy("Use a number from %(min)s to %(max)s."))],
        default=1,
    )

    def draft(self, people: Sequence[str]) -> PaperDraft:
        """The validated form as plain data, for these people by key."""
        kind = PaperKind(self.kind.data)
        if kind is PaperKind.SIGN_IN:
            return PaperDraft(kind, self.language.data)
        named = tuple(people) if self.whom.data != "blank" else ()
        blanks = 0 if named else self.blanks.data or 1
        return PaperDraft(kind, self.language.data, self.station.data or "", named, blanks)


def entries_of(given: Mapping[str, str], event_id: str, keys: Iterable[str]) -> list[Entry]:
    """The changed lines of the attendance list.

    A line that is as it was when the page was opened is none, so that an old page does not undo
    what was scanned meanwhile. `rest` fills the lines that were empty.
    """
    entries = []
    for key in keys:
        what = given.get(f"what-{key}", "") or given.get("rest", "")
        said = "|".join((what, given.get(f"clock-{key}", ""), given.get(f"note-{key}", "").strip()))
        if what not in set(Presence) or said == given.get(f"was-{key}"):
            continue
        entries.append(
            Entry(
                event_id=part_of(event_id, key),
                user_key=key,
                what=Presence(what),
                clock=_clock(given.get(f"clock-{key}", "")),
                note=_line(given.get(f"note-{key}", "")),
            )
        )
    return entries


def _clock(text: str) -> time | None:
    try:
        return time.fromisoformat(text.strip()).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        return None


def _line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:LONGEST_NOTE]


def places_of(given: Iterable[str]) -> list[tuple[str, str]]:
    """The fields `place`, each "station key:trainee key"."""
    pairs = (value.partition(":") for value in given)
    return [(station, user) for station, _colon, user in pairs]
