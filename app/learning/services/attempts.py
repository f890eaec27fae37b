"""Attempts: starting, answering, submitting, releasing. Each is an event and safe to repeat."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from random import Random, SystemRandom

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from app.accounts.models import User
from app.core import audit
from app.core.errors import EventConflict
from app.core.events import digest_of, require_same
from app.courses.library import record_edition
from app.courses.models import CourseEdition
from app.courses.types import Course
from app.learning.models import Attempt, AttemptAnswer, AttemptRelease, Enrollment
from app.learning.services import drawing
from app.learning.services.corrections import corrected_of
from app.learning.services.editions import bank_of
from app.learning.services.enrolling import locked_enrollment, require_open
from app.learning.services.grading import grade
from app.learning.services.records import record_of, state_in
from app.learning.services.responses import normalise
from app.learning.types import (
    REASON_LENGTH,
    AlreadyPassed,
    AttemptClosed,
    AttemptNotFound,
    AttemptsState,
    AttemptStatus,
    GivenOrder,
    MustWait,
    NeedsRelease,
    Outcome,
    ReasonMissing,
    ReleaseNotNeeded,
    Response,
)

CHANCE = SystemRandom()


def start_attempt(
    db: Session,
    user: User,
    course: Course,
    event_id: str,
    language: str,
    at: datetime,
    chance: Random = CHANCE,
) -> Attempt:
    """Draw a new attempt, or return the open one: there is never more than one.

    Raises NotEnrolled, CourseLocked, AlreadyPassed, MustWait, NeedsRelease, EventConflict.
    """
    enrollment = locked_enrollment(db, user, course.slug)
    known = _started_by(db, event_id)
    if known is not None:
        if known.enrollment_id != enrollment.id:
            raise EventConflict
        return known
    return _open_attempt(db, enrollment) or _new_attempt(
        db, enrollment, user, course, event_id, language, at, chance
    )


def _started_by(db: Session, event_id: str) -> Attempt | None:
    return db.scalars(select(Attempt).where(Attempt.start_event_id == event_id)).one_or_none()


def _open_attempt(db: Session, enrollment: Enrollment) -> Attempt | None:
    query = select(Attempt).where(
        Attempt.enrollment_id == enrollment.id, Attempt.status == AttemptStatus.OPEN
    )
    return db.scalars(query).one_or_none()


def _new_attempt(
    db: Session,
    enrollment: Enrollment,
    user: User,
    course: Course,
    event_id: str,
    language: str,
    at: datetime,
    chance: Random,
) -> Attempt:
    record = record_of(db, user, at)
    require_open(course, record, language)
    state = state_in(record, course.slug, course.assessment, at)
    _require_may_start(state)
    drawn = drawing.draw(course.assessment, course.items, _last_items(db, enrollment), chance)
    attempt = Attempt(
        enrollment_id=enrollment.id,
        number=len(record.attempts.get(course.slug, ())) + 1,
        edition_id=record_edition(db, course, at).id,
        status=AttemptStatus.OPEN,
        items=drawing.to_json(drawn),
        language=language,
        start_event_id=event_id,
        started_at=at,
    )
    db.add(attempt)
    db.flush()
    if not state.free_left:
        _use_release(db, enrollment, attempt)
    return attempt


def _require_may_start(state: AttemptsState) -> None:
    if state.passed_at is not None:
        raise AlreadyPassed
    if state.opens_at is not None:
        raise MustWait
    if state.needs_release:
        raise NeedsRelease


def _last_items(db: Session, enrollment: Enrollment) -> frozenset[str]:
    query = (
        select(Attempt.items)
        .where(Attempt.enrollment_id == enrollment.id)
        .order_by(Attempt.number.desc())
        .limit(1)
    )
    return frozenset(item["key"] for item in db.scalar(query) or ())


def _use_release(db: Session, enrollment: Enrollment, attempt: Attempt) -> None:
    query = (
        select(AttemptRelease)
        .where(AttemptRelease.enrollment_id == enrollment.id, AttemptRelease.attempt_id.is_(None))
        .order_by(AttemptRelease.id)
        .limit(1)
    )
    db.scalars(query).one().attempt_id = attempt.id


def attempt_of(db: Session, user: User, slug: str, key: str) -> Attempt:
    """One of the person's own attempts at a course; raises AttemptNotFound for any other."""
    query = _own(user, key).where(Enrollment.course_slug == slug)
    attempt = db.scalars(query.options(joinedload(Attempt.edition))).one_or_none()
    if attempt is None:
        raise AttemptNotFound
    return attempt


def _own(user: User, key: str) -> Select[Attempt]:
    return (
        select(Attempt)
        .join(Enrollment, Attempt.enrollment_id == Enrollment.id)
        .where(Attempt.key == key, Enrollment.user_id == user.id)
    )


def save_answer(
    db: Session,
    user: User,
    attempt_key: str,
    position: int,
    response: Mapping[str, object],
    event_id: str,
    language: str,
    at: datetime,
    order: GivenOrder | None = None,
) -> AttemptAnswer:
    """Add an answer to an open attempt; `position` counts from 1, {} takes an answer back.

    Raises AttemptNotFound, AttemptClosed, UnreadableAnswer and EventConflict. An answer that
    arrives after a later one of the same open page is kept but does not count.
    """
    attempt = _own_locked(db, user, attempt_key)
    drawn = drawing.from_json(attempt.items)
    if not 1 <= position <= len(drawn):
        raise AttemptNotFound
    item = bank_of(attempt.edition).items[drawn[position - 1].key]
    stored = normalise(item, response)
    content = {
        "attempt": attempt.key,
        "position": position,
        "response": stored,
        "language": language,
    }
    known = _answer_by(db, event_id)
    if known is not None:
        require_same(known.digest, content)
        return known
    if attempt.status is not AttemptStatus.OPEN:
        raise AttemptClosed
    answer = AttemptAnswer(
        attempt_id=attempt.id,
        position=position,
        response=stored,
        language=language,
        event_id=event_id,
        digest=digest_of(content),
        answered_at=at,
        page_id=order.page_id if order else None,
        sequence=order.sequence if order else 0,
        is_late=order is not None and _is_late(db, attempt, position, order),
    )
    db.add(answer)
    db.flush()
    return answer


def _own_locked(db: Session, user: User, key: str) -> Attempt:
    query = _own(user, key).with_for_update(of=Attempt)
    attempt = db.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if attempt is None:
        raise AttemptNotFound
    return attempt


def _answer_by(db: Session, event_id: str) -> AttemptAnswer | None:
    query = select(AttemptAnswer).where(AttemptAnswer.event_id == event_id)
    return db.scalars(query).one_or_none()


def _is_late(db: Session, attempt: Attempt, position: int, order: GivenOrder) -> bool:
    """Whether the same open page has already sent a later answer: networks overtake."""
    newest = db.scalar(
        select(func.max(AttemptAnswer.sequence)).where(
            AttemptAnswer.attempt_id == attempt.id,
            AttemptAnswer.position == position,
            AttemptAnswer.page_id == order.page_id,
        )
    )
    return newest is not None and newest > order.sequence


def answers_of(db: Session, attempt: Attempt) -> dict[int, Response]:
    """The answers that count, by position: the last one that was not late."""
    rows = db.execute(
        select(AttemptAnswer.position, AttemptAnswer.response)
        .where(AttemptAnswer.attempt_id == attempt.id, AttemptAnswer.is_late.is_(False))
        .order_by(AttemptAnswer.id)
    )
    return dict(rows.all())


def submit_attempt(
    db: Session, user: User, attempt_key: str, event_id: str, at: datetime
) -> Attempt:
    """Close an attempt and grade it once; again returns it as it was graded.

    Raises AttemptNotFound, and EventConflict when the event id submitted another attempt.
    """
    attempt = _own_locked(db, user, attempt_key)
    if attempt.status is AttemptStatus.SUBMITTED:
        return attempt
    query = select(Attempt.id).where(Attempt.submit_event_id == event_id)
    if db.scalar(query) is not None:
        raise EventConflict
    _hold_scoring(db, attempt)
    outcome = outcome_of(db, attempt)
    attempt.status = AttemptStatus.SUBMITTED
    attempt.submit_event_id, attempt.submitted_at = event_id, at
    attempt.score, attempt.max_score = outcome.score, outcome.max_score
    attempt.passed, attempt.musts_failed = outcome.passed, list(outcome.musts_failed)
    db.flush()
    return attempt


def _hold_scoring(db: Session, attempt: Attempt) -> None:
    """Wait for a correction at work, and let none begin until this result is written.

    Otherwise an attempt could be graded by the old key after the correction had looked for it.
    """
    query = select(CourseEdition.id).where(CourseEdition.id == attempt.edition_id)
    db.execute(query.with_for_update(read=True))


def outcome_of(db: Session, attempt: Attempt) -> Outcome:
    """Grade the stored answers by the keys of the attempt's own edition, as far as they hold."""
    bank = bank_of(attempt.edition)
    drawn = drawing.from_json(attempt.items)
    answers, corrected = answers_of(db, attempt), corrected_of(db, attempt.edition)
    return grade(bank.items, drawn, answers, bank.assessment.pass_percent, corrected)


def release_attempt(
    db: Session,
    trainee: User,
    course: Course,
    reason: str,
    event_id: str,
    by: User,
    at: datetime,
) -> AttemptRelease:
    """Allow one more attempt after the free ones; the waiting time still holds.

    Whether `by` leads this trainee is for the caller to know. Raises NotEnrolled, ReasonMissing,
    ReleaseNotNeeded and EventConflict.
    """
    reason = reason.strip()
    if not 0 < len(reason) <= REASON_LENGTH:
        raise ReasonMissing
    enrollment = locked_enrollment(db, trainee, course.slug)
    content = {"trainee": trainee.key, "course": course.slug, "reason": reason, "by": by.key}
    query = select(AttemptRelease).where(AttemptRelease.event_id == event_id)
    known = db.scalars(query).one_or_none()
    if known is not None:
        require_same(known.digest, content)
        return known
    if not state_in(record_of(db, trainee, at), course.slug, course.assessment, at).needs_release:
        raise ReleaseNotNeeded
    release = AttemptRelease(
        enrollment_id=enrollment.id,
        released_by_id=by.id,
        reason=reason,
        event_id=event_id,
        digest=digest_of(content),
        released_at=at,
    )
    db.add(release)
    db.flush()
    detail = {"course": course.slug}
    audit.record(db, "learning.release-attempt", by.key, at, "user", trainee.key, detail)
    return release
