"""Authors report a question whose key is wrong; the office corrects it or declines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from app.accounts.models import User
from app.core import audit
from app.core.db import insert_or_get
from app.core.events import digest_of, require_same
from app.courses.types import Course
from app.learning.models import QuestionReport
from app.learning.services.variants import variants_of
from app.learning.types import REASON_LENGTH, CorrectionNeedsReason, UnknownQuestion


def report_question(
    db: Session,
    course: Course,
    item_key: str,
    words: str,
    event_id: str,
    by: User,
    at: datetime,
) -> QuestionReport:
    """Tell the office what is wrong with a question's key; nothing is scored otherwise yet.

    Whether `by` writes this course is for the caller to know. The same event again gives the
    first report. Raises CorrectionNeedsReason, UnknownQuestion and EventConflict.
    """
    words = words.strip()
    if not 0 < len(words) <= REASON_LENGTH:
        raise CorrectionNeedsReason
    variants_of(db, course, item_key)
    content = {"course": course.slug, "question": item_key, "words": words, "by": by.key}
    values = {
        "event_id": event_id,
        "digest": digest_of(content),
        "slug": course.slug,
        "item_key": item_key,
        "words": words,
        "by_id": by.id,
        "reported_at": at,
    }
    report, is_new = insert_or_get(db, QuestionReport, values, ("event_id",))
    require_same(report.digest, content)
    if is_new:
        detail = {"question": item_key}
        audit.record(db, "learning.report-question", by.key, at, "course", course.slug, detail)
    return report


def open_reports(db: Session, slug: str, item_key: str | None = None) -> Sequence[QuestionReport]:
    """The reports about a course, or about one question, that nobody has settled; oldest first."""
    query = select(QuestionReport).where(
        QuestionReport.slug == slug, QuestionReport.settled_at.is_(None)
    )
    if item_key is not None:
        query = query.where(QuestionReport.item_key == item_key)
    return db.scalars(
        query.options(joinedload(QuestionReport.by)).order_by(QuestionReport.id)
    ).all()


def settle_reports(db: Session, slug: str, item_key: str, by: User, at: datetime) -> None:
    """Close the reports about a question: it is corrected now."""
    db.execute(
        update(QuestionReport)
        .where(
            QuestionReport.slug == slug,
            QuestionReport.item_key == item_key,
            QuestionReport.settled_at.is_(None),
        )
        .values(settled_at=at, settled_by_id=by.id)
    )


def decline_report(db: Session, slug: str, key: str, by: User, at: datetime) -> QuestionReport:
    """Close one report without a correction; again changes nothing. Raises UnknownQuestion."""
    here = QuestionReport.slug == slug, QuestionReport.key == key
    done = db.execute(
        update(QuestionReport)
        .where(*here, QuestionReport.settled_at.is_(None))
        .values(settled_at=at, settled_by_id=by.id)
        .returning(QuestionReport.item_key)
    ).scalar()
    report = db.scalars(select(QuestionReport).where(*here)).one_or_none()
    if report is None:
        raise UnknownQuestion
    if done is not None:
        detail = {"question": done}
        audit.record(db, "learning.decline-report", by.key, at, "course", slug, detail)
    return report
