"""What an examiner and a trainee may submit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from flask import request
from wtforms import DateField, Field, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import NumberRange, Optional, Regexp, ValidationError

from app.accounts.models import User
from app.core.forms import EventForm, length, no_controls, required
from app.core.i18n import LANGUAGES, _, lazy
from app.courses.types import Sheet
from app.practicals.models import TrainingSession
from app.practicals.types import (
    TEAM,
    CheckDraft,
    Difference,
    Mark,
    Paper,
    ParticipantDraft,
    Settled,
    SettledMark,
)

REASON_LENGTH = 500
MOST_MINUTES = 599


def _time(most: int) -> NumberRange:
    return NumberRange(0, most, message=lazy("A whole number from 0 to %(max)s."))


def _languages() -> list[tuple[str, str]]:
    return [(code, record.name) for code, record in LANGUAGES.items()]


class GradingForm(EventForm):
    """The part of a skill sheet that is the same for all participants."""

    held_on = DateField(lazy("Day of the check"), validators=[required()])
    place = StringField(lazy("Place"), validators=[required(), length(most=160), no_controls])
    language = SelectField(lazy("Language used"), choices=_languages)
    equipment = StringField(
        lazy("Equipment"), validators=[required(), length(most=1000), no_controls]
    )
    minutes_used = IntegerField(lazy("Minutes used"), [Optional(), _time(MOST_MINUTES)])
    seconds_used = IntegerField(lazy("Seconds used"), [Optional(), _time(59)])
    paper = StringField(lazy("Paper sheet"), validators=[length(most=120), no_controls])
    paper_signed_by = StringField(
        lazy("Signed on paper by"), validators=[length(most=160), no_controls]
    )
    paper_signed_on = DateField(lazy("Day of the signatures"), [Optional()])

    def validate_paper(self, field: Field) -> None:
        """Signatures on paper belong to a paper that is named."""
        signed = any(name.startswith("signed-") for name in request.form)
        if not field.data and (signed or self.paper_signed_by.data or self.paper_signed_on.data):
            raise ValidationError(_("Name the paper sheet: its number, or words to find it."))

    def validate_paper_signed_by(self, field: Field) -> None:
        """A paper was signed by somebody."""
        if self.paper.data and not field.data:
            raise ValidationError(_("Write who signed the paper sheet as examiner."))

    def seconds(self) -> int | None:
        """The time used in seconds; None when nobody measured."""
        minutes, seconds = self.minutes_used.data, self.seconds_used.data
        return None if minutes is None and seconds is None else (minutes or 0) * 60 + (seconds or 0)

    def paper_sheet(self, held_on: date) -> Paper | None:
        """The paper sheet, signed on the day of the check where no other day is given."""
        if not self.paper.data:
            return None
        signed_on = self.paper_signed_on.data or held_on
        return Paper(self.paper.data, self.paper_signed_by.data or "", signed_on)


class CorrectionForm(GradingForm):
    """A correction also says why."""

    reason = TextAreaField(
        lazy("Why is the check corrected?"), validators=[required(), length(most=REASON_LENGTH)]
    )


class SecondForm(EventForm):
    """The second examiner's sheet: marks only, the rest is the first one's."""


class SettleForm(EventForm):
    """How differences are settled; the fields are one pair for each difference."""


class DecideForm(EventForm):
    """An administrator lets a check count that no second examiner has seen."""

    reason = TextAreaField(
        lazy("Why does this check count?"), validators=[required(), length(most=REASON_LENGTH)]
    )


class AcknowledgeForm(EventForm):
    """A trainee acknowledges a result, on her own device or by PIN on the examiner's."""

    pin = StringField(
        lazy("PIN of the trainee"),
        validators=[Optional(), Regexp(r"^[0-9]{6}$", message=lazy("A PIN has 6 digits."))],
    )


def participant_drafts(
    given: Mapping[str, str], sheet: Sheet, people: Iterable[User], *, is_team: bool = False
) -> tuple[ParticipantDraft, ...]:
    """The marks of each person from the sent fields; unknown fields are ignored.

    In a team everybody has the same marks and comment, and an own role.
    """
    return tuple(_participant(given, sheet, person, is_team=is_team) for person in people)


def _participant(
    given: Mapping[str, str], sheet: Sheet, person: User, *, is_team: bool
) -> ParticipantDraft:
    shared = TEAM if is_team else person.key

    def text(kind: str, key: str, whose: str = shared) -> str:
        return given.get(f"{kind}-{whose}-{key}", "").strip()[:REASON_LENGTH]

    marks = {step.key: _mark(text("mark", step.key)) for step in sheet.steps}
    return ParticipantDraft(
        user_id=person.id,
        role=text("role", "is", person.key),
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
        signed_paper=bool(text("signed", "paper", person.key)),
    )


def _mark(text: str) -> Mark:
    return Mark(text) if text in {Mark.PASSED, Mark.FAILED} else Mark.NOT_DONE


def settled_marks(given: Mapping[str, str], differing: Iterable[Difference]) -> Settled:
    """How each difference is to be settled, from the sent fields."""
    found: dict[int, dict[str, SettledMark]] = {}
    for one in differing:
        name = f"{one.participant_id}-{one.place}"
        reason = given.get(f"why-{name}", "").strip()[:REASON_LENGTH]
        mark = SettledMark(_mark(given.get(f"settle-{name}", "")), reason)
        found.setdefault(one.participant_id, {})[one.place] = mark
    return found


def check_draft(
    form: GradingForm,
    where: tuple[str, str],
    cohort_id: int | None,
    participants: tuple[ParticipantDraft, ...],
    held_on: date | None = None,
    day: TrainingSession | None = None,
) -> CheckDraft:
    """The validated form as plain data; on a training day its date, whatever the form says.

    `where` is the sheet's course slug and key.
    """
    held_on = held_on or (day.held_on if day else form.held_on.data) or date.min
    return CheckDraft(
        event_id=str(form.event_id.data),
        course_slug=where[0],
        sheet_key=where[1],
        cohort_id=cohort_id,
        held_on=held_on,
        place=form.place.data or "",
        language=form.language.data,
        equipment=form.equipment.data or "",
        participants=participants,
        session_id=day.id if day else None,
        seconds_used=form.seconds(),
        paper=form.paper_sheet(held_on),
    )
