"""What an examiner and a trainee may submit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional, Regexp

from app.accounts.models import User
from app.core.forms import EventForm, Form, length, no_controls, required
from app.core.i18n import LANGUAGES, lazy
from app.courses.types import Sheet
from app.practicals.models.sessions import TrainingSession
from app.practicals.types import CheckDraft, Mark, ParticipantDraft

REASON_LENGTH = 500


def _languages() -> list[tuple[str, str]]:
    return [(code, record.name) for code, record in LANGUAGES.items()]


class GradingForm(EventForm):
    """The part of a skill sheet that is the same for all participants."""

    held_on = DateField(lazy("Day of the check"), validators=[required()])
    place = StringField(lazy("Place"), validators=[required(), length(most=160), no_controls])
    language = SelectField(lazy("Language used"), choices=_languages)
    equipment = StringField(
        lazy("Equipment"), validators=[required(), length(most=400), no_controls]
    )


class CorrectionForm(GradingForm):
    """A correction also says why."""

    reason = TextAreaField(
        lazy("Why is the check corrected?"), validators=[required(), length(most=REASON_LENGTH)]
    )


class AcknowledgeForm(EventForm):
    """A trainee acknowledges a result, on her own device or by PIN on the examiner's."""

    pin = StringField(
        lazy("PIN of the trainee"),
        validators=[Optional(), Regexp(r"^[0-9]{6}$", message=lazy("A PIN has 6 digits."))],
    )


class ChooseForm(Form):
    """Which sheet, and later who."""

    course = StringField()
    sheet = StringField()


def participant_drafts(
    given: Mapping[str, str], sheet: Sheet, people: Iterable[User]
) -> tuple[ParticipantDraft, ...]:
    """The marks of each person from the sent fields; unknown fields are ignored."""
    return tuple(_participant(given, sheet, person) for person in people)


def _participant(given: Mapping[str, str], sheet: Sheet, person: User) -> ParticipantDraft:
    def text(kind: str, key: str) -> str:
        return given.get(f"{kind}-{person.key}-{key}", "").strip()[:REASON_LENGTH]

    marks = {step.key: _mark(text("mark", step.key)) for step in sheet.steps}
    return ParticipantDraft(
        user_id=person.id,
        role=text("role", "is"),
        marks=marks,
        step_reasons={
            step.key: reason
            for step in sheet.steps
            if (reason := text("reason", step.key)) and marks[step.key] is Mark.FAILED
        },
        critical_fails={
            key: text("why", key) for key in sheet.critical_fails if text("critical", key)
        },
        comment=text("comment", "is"),
    )


def _mark(text: str) -> Mark:
    return Mark(text) if text in {Mark.PASSED, Mark.FAILED} else Mark.NOT_DONE


def check_draft(
    form: GradingForm,
    slug: str,
    sheet: Sheet,
    cohort_id: int | None,
    participants: tuple[ParticipantDraft, ...],
    held_on: date | None = None,
    day: TrainingSession | None = None,
) -> CheckDraft:
    """The validated form as plain data; on a training day its date, whatever the form says."""
    return CheckDraft(
        event_id=str(form.event_id.data),
        course_slug=slug,
        sheet_key=sheet.key,
        cohort_id=cohort_id,
        held_on=held_on or (day.held_on if day else form.held_on.data) or date.min,
        place=form.place.data or "",
        language=form.language.data,
        equipment=form.equipment.data or "",
        participants=participants,
        session_id=day.id if day else None,
    )
