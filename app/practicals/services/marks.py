"""What makes a pass: pure rules on the marks of one participant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.core.events import digest_of
from app.courses.types import Sheet
from app.practicals.types import Mark, ParticipantDraft, ReasonMissing, Result, StepMissing


def critical_happened(sheet: Sheet, participant: ParticipantDraft) -> bool:
    """Whether a critical fail or a failed critical step ended the attempt."""
    failed = {step.key for step in sheet.steps if step.critical} & {
        key for key, mark in participant.marks.items() if mark is Mark.FAILED
    }
    return bool(failed or participant.critical_fails)


def complete_marks(sheet: Sheet, participant: ParticipantDraft, name: str) -> dict[str, Mark]:
    """A mark for every step of the sheet.

    Raises StepMissing when one is open although nothing ended the attempt, and ReasonMissing for
    a critical fail or a failed critical step without a reason.
    """
    ended = critical_happened(sheet, participant)
    marks = {step.key: participant.marks.get(step.key, Mark.NOT_DONE) for step in sheet.steps}
    if not ended and Mark.NOT_DONE in marks.values():
        raise StepMissing(name=name)
    for step in sheet.steps:
        reason = participant.step_reasons.get(step.key, "")
        if step.critical and marks[step.key] is Mark.FAILED and not reason.strip():
            raise ReasonMissing(name=name)
    known = set(participant.critical_fails) <= set(sheet.critical_fails)
    if not known or not all(text.strip() for text in participant.critical_fails.values()):
        raise ReasonMissing(name=name)
    return marks


def marks_alike(participant: ParticipantDraft) -> str:
    """A digest that is one for two participants with the same marks and reasons."""
    one = participant
    return digest_of({"m": one.marks, "r": one.step_reasons, "c": one.critical_fails})


def marks_json(participant: ParticipantDraft, marks: Mapping[str, Mark]) -> dict[str, Any]:
    """The complete marks of one participant as they are stored."""
    return {
        "steps": {key: mark.value for key, mark in marks.items()},
        "step_reasons": dict(participant.step_reasons),
        "critical_fails": dict(participant.critical_fails),
    }


def result_of(sheet: Sheet, participant: ParticipantDraft) -> Result:
    """Passed when every step is passed and no critical fail happened (curriculum)."""
    all_passed = all(participant.marks.get(step.key) is Mark.PASSED for step in sheet.steps)
    clean = not critical_happened(sheet, participant)
    return Result.PASSED if all_passed and clean else Result.FAILED
