"""Recording and withdrawing reviews, opening and closing languages. Each is safe to repeat.

Writes about one course come one after the other: each first locks the row of its edition. So two
administrators at once make one review, or one opening.
"""

from __future__ import annotations

import unicodedata
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core import audit
from app.core.errors import EventConflict
from app.courses.library import record_edition
from app.courses.models import ContentOpening, ContentReview, CourseEdition
from app.courses.services.states import review_of
from app.courses.services.units import units_of
from app.courses.types import (
    AlreadyOpen,
    Course,
    OpeningNotNeeded,
    ReasonTooShort,
    ReviewDraft,
    ReviewerMissing,
    ReviewInFuture,
    ReviewRole,
    RoleNotNeeded,
    TextChanged,
    UnknownContentLanguage,
    UnknownReview,
)
from app.courses.types.review import LONGEST_NAME, LONGEST_REASON, SHORTEST_REASON, roles_of


def record_review(
    db: Session,
    course: Course,
    language: str,
    draft: ReviewDraft,
    event_id: str,
    by_key: str,
    at: datetime,
    today: date,
) -> ContentReview:
    """Note that somebody reviewed all words of a language as they are now.

    The same person's same review of the same words again returns the first one. `by_key` is who
    recorded it, empty on the console. An opening ends when the language is reviewed. Raises
    UnknownContentLanguage, RoleNotNeeded, ReviewerMissing, ReviewInFuture, EventConflict, and
    TextChanged when the words are others than those the reviewer had on the page.
    """
    name = unicodedata.normalize("NFC", " ".join(draft.name.split()))
    _require_valid(course, language, draft.role, name)
    if draft.on > today:
        raise ReviewInFuture
    _lock(db, course, at)
    units = units_of(course, language)
    if draft.seen is not None and draft.seen != units.whole:
        raise TextChanged
    same = {
        "slug": course.slug,
        "language": language,
        "role": draft.role,
        "reviewer": name,
        "reviewed_on": draft.on,
        "whole": units.whole,
    }
    known = _by_event(db, event_id, same) or _valid_one(db, same)
    if known is not None:
        return known
    review = ContentReview(
        **same,
        event_id=event_id,
        edition=course.edition,
        digests=dict(units.digests),
        recorded_at=at,
    )
    db.add(review)
    db.flush()
    detail = {"language": language, "role": draft.role.value, "on": draft.on.isoformat()}
    audit.record(db, "courses.record-review", by_key, at, "course", course.slug, detail)
    _end_opening(db, course, language, by_key, at)
    return review


def _require_valid(course: Course, language: str, role: ReviewRole, name: str) -> None:
    if not course.has_language(language):
        raise UnknownContentLanguage
    if role not in roles_of(course.structure.expert):
        raise RoleNotNeeded
    is_hidden = any(unicodedata.category(letter) == "Cc" for letter in name)
    if not 0 < len(name) <= LONGEST_NAME or is_hidden:
        raise ReviewerMissing


def _lock(db: Session, course: Course, at: datetime) -> None:
    edition = record_edition(db, course, at)
    db.execute(select(CourseEdition.id).where(CourseEdition.id == edition.id).with_for_update())


def _by_event(db: Session, event_id: str, same: dict[str, object]) -> ContentReview | None:
    known = db.scalars(select(ContentReview).filter_by(event_id=event_id)).one_or_none()
    if known is not None and any(getattr(known, name) != value for name, value in same.items()):
        raise EventConflict
    return known


def _valid_one(db: Session, same: dict[str, object]) -> ContentReview | None:
    valid = select(ContentReview).filter_by(**same, withdrawn_at=None)
    return db.scalars(valid.order_by(ContentReview.id).limit(1)).one_or_none()


def _end_opening(db: Session, course: Course, language: str, by_key: str, at: datetime) -> None:
    """A reviewed language needs no reason: words that change later are judged anew."""
    if review_of(db, course, language).is_reviewed:
        close_language(db, course, language, by_key, at)


def withdraw_review(
    db: Session, course: Course, language: str, key: str, by_key: str, at: datetime
) -> ContentReview:
    """Take a review back; it stays in the records and no longer counts. Raises UnknownReview."""
    _lock(db, course, at)
    query = select(ContentReview).filter_by(event_id=key, slug=course.slug, language=language)
    review = db.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if review is None:
        raise UnknownReview
    if review.withdrawn_at is None:
        review.withdrawn_at = at
        db.flush()
        on = review.reviewed_on.isoformat()
        detail = {"language": language, "role": review.role.value, "on": on}
        audit.record(db, "courses.withdraw-review", by_key, at, "course", course.slug, detail)
    return review


def open_language(
    db: Session,
    course: Course,
    language: str,
    reason: str,
    event_id: str,
    by_key: str,
    at: datetime,
) -> ContentOpening:
    """Let trainees read a language of this edition before its review, for a written reason.

    Raises ReasonTooShort, AlreadyOpen, OpeningNotNeeded, EventConflict, UnknownContentLanguage.
    """
    reason = reason.strip()
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise ReasonTooShort
    if not course.has_language(language):
        raise UnknownContentLanguage
    _lock(db, course, at)
    here = {"slug": course.slug, "edition": course.edition, "language": language}
    known = db.scalars(select(ContentOpening).filter_by(event_id=event_id)).one_or_none()
    if known is not None:
        return _same_opening(known, {**here, "reason": reason})
    state = review_of(db, course, language)
    if state.opening is not None:
        raise AlreadyOpen
    if state.is_reviewed:
        raise OpeningNotNeeded
    opening = ContentOpening(**here, reason=reason, event_id=event_id, opened_at=at)
    db.add(opening)
    db.flush()
    detail = {"language": language, "reason": reason}
    audit.record(db, "courses.open-language", by_key, at, "course", course.slug, detail)
    return opening


def _same_opening(known: ContentOpening, given: dict[str, str]) -> ContentOpening:
    if any(getattr(known, name) != value for name, value in given.items()):
        raise EventConflict
    return known


def close_language(
    db: Session, course: Course, language: str, by_key: str, at: datetime
) -> ContentOpening | None:
    """End the opening of a language; without one nothing changes."""
    _lock(db, course, at)
    query = select(ContentOpening).filter_by(
        slug=course.slug, edition=course.edition, language=language, closed_at=None
    )
    opening = db.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if opening is not None:
        opening.closed_at = at
        db.flush()
        detail = {"language": language}
        audit.record(db, "courses.close-language", by_key, at, "course", course.slug, detail)
    return opening
