"""What a correction would change: every attempt with the question, before and after."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.events import digest_of
from app.courses.models import CourseEdition
from app.courses.types import Course
from app.learning.models import Attempt, AttemptAnswer, Enrollment
from app.learning.services import drawing
from app.learning.services.corrections import corrected_in, in_force
from app.learning.services.editions import bank_of
from app.learning.services.grading import Corrected, grade
from app.learning.services.variants import variants_of
from app.learning.types import (
    AttemptStatus,
    CorrectionChangesNothing,
    CorrectionKind,
    Outcome,
    Response,
    UnknownQuestion,
)


class Effect(StrEnum):
    """What a correction does to one attempt."""

    PASSES = "passes"
    FAILS = "fails"
    SCORE = "score"
    KEPT = "kept"  # the correction would lower it, and nobody asked for that
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class CorrectionDraft:
    """A correction as it is asked for. `first_edition_id`: None for every edition."""

    item_key: str
    item_digest: str
    kind: CorrectionKind
    answers: tuple[Response, ...]
    reason: str
    language: str
    first_edition_id: int | None = None
    also_worse: bool = False
    worse_reason: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """How an attempt went."""

    score: int
    max_score: int
    passed: bool
    musts_failed: tuple[str, ...]

    @property
    def rank(self) -> tuple[bool, Fraction]:
        """A better result has a higher one: first passing, then the share of right answers."""
        return self.passed, Fraction(self.score, max(1, self.max_score))


@dataclass(frozen=True, slots=True)
class Change:
    """One submitted attempt that holds the question; `after` is what the correction says."""

    attempt_id: int
    attempt_key: str
    user_id: int
    number: int
    submitted_at: datetime
    before: Result
    after: Result
    also_worse: bool

    @property
    def effect(self) -> Effect:
        """What becomes of the attempt: by default a result changes only for the better."""
        if self.after == self.before:
            return Effect.NOTHING
        if not self.also_worse and self.after.rank <= self.before.rank:
            return Effect.KEPT
        if self.after.passed != self.before.passed:
            return Effect.PASSES if self.after.passed else Effect.FAILS
        return Effect.SCORE

    @property
    def is_changed(self) -> bool:
        """Whether the attempt gets another result."""
        return self.effect not in {Effect.NOTHING, Effect.KEPT}


@dataclass(frozen=True, slots=True)
class Preview:
    """Everybody's result before and after, and how many attempts are still open."""

    changes: tuple[Change, ...]
    open_attempts: int

    @property
    def changed(self) -> tuple[Change, ...]:
        """The attempts that get another result."""
        return tuple(change for change in self.changes if change.is_changed)

    @property
    def digest(self) -> str:
        """Of all that would change: who confirms has seen just this."""
        changed = [[one.attempt_key, str(one.before), str(one.after)] for one in self.changed]
        return digest_of({"changed": changed})


def preview_correction(db: Session, course: Course, draft: CorrectionDraft) -> Preview:
    """Whose result changes and how. Raises UnknownQuestion and CorrectionChangesNothing."""
    covered = _covered(db, course, draft)
    _require_difference(db, course, draft, covered)
    corrected = {
        edition_id: _with_draft(known, draft)
        for edition_id, known in corrected_in(db, covered.values()).items()
    }
    changes = tuple(_changes(db, covered, corrected, draft))
    query = select(func.count()).where(
        Attempt.edition_id.in_(covered), Attempt.status == AttemptStatus.OPEN
    )
    return Preview(changes, db.scalar(query) or 0)


def _covered(db: Session, course: Course, draft: CorrectionDraft) -> dict[int, CourseEdition]:
    """The recorded editions for which the correction holds."""
    for variant in variants_of(db, course, draft.item_key):
        if variant.digest == draft.item_digest:
            first = draft.first_edition_id or 0
            return {one.id: one for one in variant.editions if one.id >= first}
    raise UnknownQuestion


def _require_difference(
    db: Session, course: Course, draft: CorrectionDraft, covered: Mapping[int, CourseEdition]
) -> None:
    known = in_force(db, course.slug, draft.item_key, draft.item_digest, covered.values())
    has_same = known is not None and (known.kind, list(known.answers)) == (
        draft.kind,
        list(draft.answers),
    )
    is_as_in_file = known is None or known.kind is CorrectionKind.RESTORE
    if has_same or (is_as_in_file and draft.kind is CorrectionKind.RESTORE):
        raise CorrectionChangesNothing


def _with_draft(known: Corrected, draft: CorrectionDraft) -> Corrected:
    """What holds after the correction."""
    key = draft.item_key
    accepted = {one: answers for one, answers in known.accepted.items() if one != key}
    if draft.answers:
        accepted[key] = draft.answers
    dropped = known.dropped - {key}
    return Corrected(accepted, dropped | {key} if draft.kind is CorrectionKind.DROP else dropped)


def _changes(
    db: Session,
    covered: Mapping[int, CourseEdition],
    corrected: Mapping[int, Corrected],
    draft: CorrectionDraft,
) -> Iterator[Change]:
    rows = [
        row
        for row in _submitted(db, covered)
        if any(drawn["key"] == draft.item_key for drawn in row.items)
    ]
    answers = _answers(db, covered, {row.id for row in rows})
    for row in rows:
        bank = bank_of(covered[row.edition_id])
        outcome = grade(
            bank.items,
            drawing.from_json(row.items),
            answers.get(row.id, {}),
            bank.assessment.pass_percent,
            corrected[row.edition_id],
        )
        before = Result(
            row.score or 0, row.max_score or 0, bool(row.passed), tuple(row.musts_failed or ())
        )
        yield Change(
            row.id,
            row.key,
            row.user_id,
            row.number,
            row.submitted_at,
            before,
            _result(outcome),
            draft.also_worse,
        )


def _result(outcome: Outcome) -> Result:
    return Result(outcome.score, outcome.max_score, outcome.passed, outcome.musts_failed)


def _submitted(db: Session, editions: Iterable[int]) -> Sequence[Any]:
    return db.execute(
        select(
            Attempt.id,
            Attempt.key,
            Attempt.number,
            Attempt.edition_id,
            Attempt.items,
            Attempt.submitted_at,
            Attempt.score,
            Attempt.max_score,
            Attempt.passed,
            Attempt.musts_failed,
            Enrollment.user_id,
        )
        .join(Enrollment, Attempt.enrollment_id == Enrollment.id)
        .where(Attempt.edition_id.in_(editions), Attempt.status == AttemptStatus.SUBMITTED)
        .order_by(Attempt.id)
    ).all()


def _answers(
    db: Session, editions: Iterable[int], wanted: set[int]
) -> dict[int, dict[int, Response]]:
    """The answers that count, by attempt and position; one query whatever their number."""
    found: defaultdict[int, dict[int, Response]] = defaultdict(dict)
    if not wanted:
        return found
    rows = db.execute(
        select(AttemptAnswer.attempt_id, AttemptAnswer.position, AttemptAnswer.response)
        .join(Attempt, AttemptAnswer.attempt_id == Attempt.id)
        .where(Attempt.edition_id.in_(editions), AttemptAnswer.is_late.is_(False))
        .order_by(AttemptAnswer.id)
    )
    for attempt_id, position, response in rows:
        if attempt_id in wanted:
            found[attempt_id][position] = response
    return found
