"""One trainee's record over all her courses, read in three queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import BindParameter, bindparam, func, literal, select, true, union_all
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.clock import programme_date
from app.core.db import among
from app.courses.library import library
from app.courses.types import Assessment
from app.learning.models import (
    Attempt,
    AttemptRelease,
    Enrollment,
    LessonCompletion,
    LessonWaiver,
)
from app.learning.services.provisional import PassStanding, passes_of, standings
from app.learning.types import AttemptFacts, AttemptsState, AttemptStatus


@dataclass(frozen=True, slots=True)
class Record:
    """What a trainee has done, by the slug of the course."""

    enrollments: Mapping[str, int]
    completed: Mapping[str, frozenset[str]]
    attempts: Mapping[str, Sequence[AttemptFacts]]
    releases: Mapping[str, int]  # unused ones
    waived: Mapping[str, frozenset[str]] = field(default_factory=dict)
    standings: Mapping[str, PassStanding] = field(default_factory=dict)

    def passed_at(self, slug: str) -> datetime | None:
        """When the course's assessment was first passed, by a pass that has not lapsed."""
        return next((a.submitted_at for a in self.counted(slug) if a.passed), None)

    def has_passed(self, slug: str) -> bool:
        """Whether the assessment was ever passed: what other courses need."""
        return any(attempt.passed for attempt in self.attempts.get(slug, ()))

    def counted(self, slug: str) -> Sequence[AttemptFacts]:
        """The attempts that count: those after the last pass that lapsed."""
        lapsed = self.standing(slug).lapsed_number
        return [one for one in self.attempts.get(slug, ()) if one.number > lapsed]

    def standing(self, slug: str) -> PassStanding:
        """How the passes of a course stand; nothing is known of a course without one."""
        return self.standings.get(slug, PassStanding())

    def open_key(self, slug: str) -> str | None:
        """The key of the open attempt, if there is one."""
        found = self.attempts.get(slug, ())
        return next((a.key for a in found if a.status is AttemptStatus.OPEN), None)

    def done(self, slug: str) -> frozenset[str]:
        """Keys of the lessons completed in a course."""
        return self.completed.get(slug, frozenset())

    def met(self, slug: str) -> frozenset[str]:
        """Keys of the lessons of a course that are completed or waived."""
        return self.done(slug) | self.waived.get(slug, frozenset())


# Built once: making a statement costs more than running it, and a lesson has 4 ms in all.
_USER: BindParameter[int] = bindparam("user_id")
_LESSONS = union_all(
    select(
        Enrollment.course_slug,
        Enrollment.id,
        LessonCompletion.lesson_key,
        literal(0).label("waiver"),
        true().label("waives"),
    )
    .outerjoin(LessonCompletion, LessonCompletion.enrollment_id == Enrollment.id)
    .where(Enrollment.user_id == _USER),
    select(
        Enrollment.course_slug,
        Enrollment.id,
        LessonWaiver.lesson_key,
        LessonWaiver.id,
        LessonWaiver.waives,
    )
    .join(LessonWaiver, LessonWaiver.enrollment_id == Enrollment.id)
    .where(Enrollment.user_id == _USER),
)
_ATTEMPTS = (
    select(
        Enrollment.course_slug,
        Attempt.key,
        Attempt.number,
        Attempt.status,
        Attempt.submitted_at,
        Attempt.passed,
        Attempt.edition_id,
    )
    .join(Enrollment, Attempt.enrollment_id == Enrollment.id)
    .where(Enrollment.user_id == _USER)
    .order_by(Attempt.number)
)
_UNUSED_RELEASES = (
    select(Enrollment.course_slug, func.count())
    .join(AttemptRelease, AttemptRelease.enrollment_id == Enrollment.id)
    .where(Enrollment.user_id == _USER, AttemptRelease.attempt_id.is_(None))
    .group_by(Enrollment.course_slug)
)


def record_of(
    db: Session, user: User, at: datetime | None = None, *, deadlines: bool = False
) -> Record:
    """Everything a trainee has done.

    With `at`, passes whose practical was not done in time have lapsed. With `deadlines` it is
    known of every pass whether the practical is done, which may take two queries more.
    """
    enrollments, completed, waived = _lessons(db, user)
    attempts = _attempts(db, user) if enrollments else {}
    is_failing = any(not tries[-1].passed for tries in attempts.values())
    releases = _unused_releases(db, user) if is_failing else {}
    stand = _standings(db, user, attempts, at, deadlines) if at else {}
    return Record(enrollments, completed, attempts, releases, waived, stand)


def _standings(
    db: Session,
    user: User,
    attempts: Mapping[str, Sequence[AttemptFacts]],
    at: datetime,
    deadlines: bool,
) -> dict[str, PassStanding]:
    passes = passes_of(
        (user.id, slug, one.number, one.submitted_at, one.edition_id)
        for slug, tries in attempts.items()
        for one in tries
        if one.passed
    )
    on = programme_date(at, library().programme.timezone)
    found = standings(db, passes, on, asks_all=deadlines)
    return {slug: stand for (_, slug), stand in found.items()}


_Keys = dict[str, frozenset[str]]


def _lessons(db: Session, user: User) -> tuple[dict[str, int], _Keys, _Keys]:
    """Enrollments, and the lessons completed and waived; of a lesson's waivers the last counts."""
    rows = db.execute(_LESSONS, {"user_id": user.id}).all()
    done: defaultdict[str, set[str]] = defaultdict(set)
    waived: defaultdict[str, dict[str, bool]] = defaultdict(dict)
    for slug, _, lesson_key, waiver, waives in sorted(rows, key=lambda row: row.waiver):
        if waiver:
            waived[slug][lesson_key] = waives
        else:
            done[slug].update({lesson_key} if lesson_key else ())
    completed = {slug: frozenset(keys) for slug, keys in done.items()}
    spared = {
        slug: frozenset(key for key, waives in keys.items() if waives) - completed[slug]
        for slug, keys in waived.items()
    }
    return {row.course_slug: row.id for row in rows}, completed, spared


def _attempts(db: Session, user: User) -> dict[str, list[AttemptFacts]]:
    found: defaultdict[str, list[AttemptFacts]] = defaultdict(list)
    rows = db.execute(_ATTEMPTS, {"user_id": user.id})
    for slug, key, number, status, submitted_at, passed, edition_id in rows:
        facts = AttemptFacts(key, number, status, submitted_at, bool(passed), edition_id)
        found[slug].append(facts)
    return dict(found)


def _unused_releases(db: Session, user: User) -> dict[str, int]:
    return dict(db.execute(_UNUSED_RELEASES, {"user_id": user.id}).all())


def releases_in(
    db: Session, user_ids: Collection[int], slugs: Collection[str]
) -> dict[tuple[str, int], int]:
    """How many releases nobody has used yet, by course and person. One query."""
    rows = db.execute(
        select(Enrollment.course_slug, Enrollment.user_id, func.count())
        .join(AttemptRelease, AttemptRelease.enrollment_id == Enrollment.id)
        .where(
            Enrollment.course_slug.in_(slugs),
            among(Enrollment.user_id, user_ids),
            AttemptRelease.attempt_id.is_(None),
        )
        .group_by(Enrollment.course_slug, Enrollment.user_id)
    )
    return {(slug, user_id): number for slug, user_id, number in rows}


def attempts_state(
    rules: Assessment, attempts: Sequence[AttemptFacts], unused_releases: int, at: datetime
) -> AttemptsState:
    """What the rules of attempts say at a time (curriculum §1: 2 attempts, 24 h, a release)."""
    passed_at = next((a.submitted_at for a in attempts if a.passed), None)
    open_key = next((a.key for a in attempts if a.status is AttemptStatus.OPEN), None)
    submitted = [a for a in attempts if a.status is AttemptStatus.SUBMITTED]
    state = AttemptsState(
        used=len(attempts),
        free_left=max(0, rules.free_attempts - len(attempts)),
        open_key=open_key,
        last_key=submitted[-1].key if submitted else None,
        passed_at=passed_at,
    )
    if passed_at or open_key or state.free_left:
        return state
    return _closed(state, rules, submitted, unused_releases, at)


def _closed(
    state: AttemptsState,
    rules: Assessment,
    submitted: Sequence[AttemptFacts],
    unused_releases: int,
    at: datetime,
) -> AttemptsState:
    last_at = submitted[-1].submitted_at
    opens_at = last_at + timedelta(hours=rules.wait_hours) if last_at else at
    return AttemptsState(
        used=state.used,
        free_left=0,
        last_key=state.last_key,
        opens_at=opens_at if opens_at > at else None,
        needs_release=unused_releases == 0,
    )


def state_in(record: Record, slug: str, rules: Assessment, at: datetime) -> AttemptsState:
    """The same for one course of a record; attempts before a pass that lapsed count no more."""
    state = attempts_state(rules, record.counted(slug), record.releases.get(slug, 0), at)
    stand = record.standing(slug)
    return replace(state, due_on=stand.due_on, lapsed_on=stand.lapsed_on)
