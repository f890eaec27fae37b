"""Correcting a question: one act that records it and gives every attempt its result."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit
from app.core.events import digest_of, require_same
from app.courses.library import record_edition
from app.courses.models import CourseEdition
from app.courses.types import Course
from app.learning.models import Attempt, Enrollment, ItemCorrection, Regrade
from app.learning.services.changes import (
    Change,
    CorrectionDraft,
    Preview,
    Result,
    preview_correction,
)
from app.learning.services.reports import settle_reports
from app.learning.types import (
    REASON_LENGTH,
    CorrectionNeedsReason,
    PreviewOutdated,
    UnknownQuestion,
)


def correct_item(
    db: Session,
    course: Course,
    draft: CorrectionDraft,
    seen: str,
    event_id: str,
    by: User,
    at: datetime,
) -> ItemCorrection:
    """Record the correction and give every attempt its result, in one act.

    `seen` is the digest of the preview. The same event again gives the first correction. Raises
    CorrectionNeedsReason, UnknownQuestion, CorrectionChangesNothing, PreviewOutdated and
    EventConflict.
    """
    _require_reasons(draft)
    _lock_scoring(db, course, at)
    content = {"course": course.slug, "draft": str(draft), "by": by.key}
    query = select(ItemCorrection).where(ItemCorrection.event_id == event_id)
    known = db.scalars(query).one_or_none()
    if known is not None:
        require_same(known.digest, content)
        return known
    preview = preview_correction(db, course, draft)
    if preview.digest != seen:
        raise PreviewOutdated
    correction = _correction(course, draft, preview, by, at)
    correction.event_id, correction.digest = event_id, digest_of(content)
    db.add(correction)
    db.flush()
    _regrade(db, correction, preview.changed)
    settle_reports(db, course.slug, draft.item_key, by, at)
    detail = {"question": draft.item_key, "kind": draft.kind.value, "changed": correction.changed}
    audit.record(db, "learning.correct-question", by.key, at, "course", course.slug, detail)
    return correction


def _require_reasons(draft: CorrectionDraft) -> None:
    reasons = [draft.reason, *([draft.worse_reason] if draft.also_worse else [])]
    if not all(0 < len(reason.strip()) <= REASON_LENGTH for reason in reasons):
        raise CorrectionNeedsReason


def _lock_scoring(db: Session, course: Course, at: datetime) -> None:
    """Corrections of a course come one after the other, and no attempt is graded meanwhile.

    Grading holds its edition's row shared (see attempts.py). Today's edition is recorded first,
    so that a new attempt has a row to wait for.
    """
    record_edition(db, course, at)
    query = select(CourseEdition.id).where(CourseEdition.slug == course.slug)
    db.execute(query.order_by(CourseEdition.id).with_for_update(key_share=True)).all()


def _correction(
    course: Course, draft: CorrectionDraft, preview: Preview, by: User, at: datetime
) -> ItemCorrection:
    return ItemCorrection(
        slug=course.slug,
        item_key=draft.item_key,
        item_digest=draft.item_digest,
        first_edition_id=draft.first_edition_id,
        kind=draft.kind,
        answers=list(draft.answers),
        reason=draft.reason.strip(),
        language=draft.language,
        also_worse=draft.also_worse,
        worse_reason=draft.worse_reason.strip() if draft.also_worse else None,
        by_id=by.id,
        corrected_at=at,
        looked_at=len(preview.changes),
        changed=len(preview.changed),
    )


def _regrade(db: Session, correction: ItemCorrection, changed: Sequence[Change]) -> None:
    if not changed:
        return
    db.execute(insert(Regrade), [_row(one, correction.id) for one in changed])
    db.execute(update(Attempt), [_columns(one) for one in changed])


def _row(one: Change, correction_id: int) -> dict[str, Any]:
    return {
        "attempt_id": one.attempt_id,
        "correction_id": correction_id,
        "before_score": one.before.score,
        "before_max": one.before.max_score,
        "before_passed": one.before.passed,
        "before_musts_failed": list(one.before.musts_failed),
        "after_score": one.after.score,
        "after_max": one.after.max_score,
        "after_passed": one.after.passed,
        "after_musts_failed": list(one.after.musts_failed),
    }


def _columns(one: Change) -> dict[str, Any]:
    return {
        "id": one.attempt_id,
        "score": one.after.score,
        "max_score": one.after.max_score,
        "passed": one.after.passed,
        "musts_failed": list(one.after.musts_failed),
    }


def changes_by(db: Session, correction: ItemCorrection) -> list[Change]:
    """What a correction changed, as it is recorded."""
    rows = db.execute(
        select(Regrade, Attempt.key, Attempt.number, Attempt.submitted_at, Enrollment.user_id)
        .join(Attempt, Regrade.attempt_id == Attempt.id)
        .join(Enrollment, Attempt.enrollment_id == Enrollment.id)
        .where(Regrade.correction_id == correction.id)
        .order_by(Regrade.id)
    )
    return [
        Change(
            row.attempt_id,
            key,
            user_id,
            number,
            submitted_at or correction.corrected_at,
            Result(
                row.before_score,
                row.before_max,
                row.before_passed,
                tuple(row.before_musts_failed),
            ),
            Result(row.after_score, row.after_max, row.after_passed, tuple(row.after_musts_failed)),
            True,
        )
        for row, key, number, submitted_at, user_id in rows
    ]


def correction_of(db: Session, slug: str, item_key: str, key: str) -> ItemCorrection:
    """One correction of a question; raises UnknownQuestion."""
    query = select(ItemCorrection).where(
        ItemCorrection.key == key, ItemCorrection.slug == slug, ItemCorrection.item_key == item_key
    )
    found = db.scalars(query).one_or_none()
    if found is None:
        raise UnknownQuestion
    return found
