"""Training days as people find them: who sees which, who belongs to one, and which is next."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, selectinload

from app.accounts.models import User
from app.accounts.types import Role
from app.cohorts import services as cohorts
from app.cohorts.models import Cohort, CohortMember
from app.core.clock import programme_date
from app.core.errors import NotFound
from app.practicals.models import SkillCheck, SkillCheckParticipant
from app.practicals.models.sessions import (
    AttendanceEvent,
    DeferralEvent,
    SessionGuest,
    SessionStaff,
    SessionStation,
    SessionTurn,
    TrainingSession,
)
from app.practicals.types.sessions import (
    NotExpected,
    SessionCancelled,
    SessionClosed,
    StaffRole,
    Turn,
)

PAST_SHOWN = 60


def visible_sessions(person: User) -> Select[TrainingSession]:
    """The query of the days this person sees: of her cohorts, and those on whose staff she is."""
    return _seen_by(person).options(
        selectinload(TrainingSession.cohort),
        selectinload(TrainingSession.stations),
        selectinload(TrainingSession.staff).joinedload(SessionStaff.user),
    )


def _seen_by(person: User) -> Select[TrainingSession]:
    query = select(TrainingSession)
    if person.role is Role.ADMINISTRATOR:
        return query
    if not person.is_staff:
        return query.where(TrainingSession.id.in_(()))
    works = select(SessionStaff.session_id).where(SessionStaff.user_id == person.id)
    return query.where(or_(_is_led_by(person), TrainingSession.id.in_(works)))


def _is_led_by(person: User) -> ColumnElement[bool]:
    led = cohorts.visible_cohorts(person).with_only_columns(Cohort.id)
    return TrainingSession.cohort_id.in_(led)


def session_of(db: Session, person: User, key: str) -> TrainingSession:
    """A day that the person sees; raises NotFound for any other."""
    query = visible_sessions(person).where(TrainingSession.key == key)
    return _one(db.scalars(query).one_or_none())


def led_session(db: Session, person: User, key: str) -> TrainingSession:
    """A day of a cohort that the person leads; raises NotFound for any other."""
    query = visible_sessions(person).where(TrainingSession.key == key, _is_led_by(person))
    return _one(db.scalars(query).one_or_none())


def _one(found: TrainingSession | None) -> TrainingSession:
    if found is None:
        raise NotFound
    return found


def leads_session(db: Session, person: User, session: TrainingSession) -> bool:
    """Whether the person manages the day, beside seeing it."""
    query = select(TrainingSession.id).where(TrainingSession.id == session.id, _is_led_by(person))
    return db.scalar(query) is not None


def sessions_of(
    db: Session, person: User, today: date, cohort: Cohort | None = None
) -> tuple[Sequence[TrainingSession], Sequence[TrainingSession]]:
    """The days to come and today's, the next one first; and those that were, the last one first.

    Of the past ones at most PAST_SHOWN.
    """
    query = visible_sessions(person)
    if cohort is not None:
        query = query.where(TrainingSession.cohort_id == cohort.id)
    day, time = TrainingSession.held_on, TrainingSession.begins
    coming = query.where(day >= today).order_by(day, time, TrainingSession.id)
    gone = query.where(day < today).order_by(day.desc(), time.desc(), TrainingSession.id.desc())
    return db.scalars(coming).all(), db.scalars(gone.limit(PAST_SHOWN)).all()


def coming_days(db: Session, person: User, today: date, limit: int) -> Sequence[TrainingSession]:
    """The first days from today on that the person sees, without stations and staff; one query."""
    day, time = TrainingSession.held_on, TrainingSession.begins
    query = _seen_by(person).where(day >= today).order_by(day, time, TrainingSession.id)
    return db.scalars(query.limit(limit)).all()


def next_sessions(db: Session, trainee: User, today: date) -> Sequence[TrainingSession]:
    """The trainee's own days from today on, cancelled ones among them; the next one first."""
    joined = select(CohortMember.cohort_id).where(
        CohortMember.user_id == trainee.id, CohortMember.withdrawn_at.is_(None)
    )
    invited = select(SessionGuest.session_id).where(SessionGuest.user_id == trainee.id)
    query = (
        select(TrainingSession)
        .options(selectinload(TrainingSession.stations))
        .where(
            or_(TrainingSession.cohort_id.in_(joined), TrainingSession.id.in_(invited)),
            TrainingSession.held_on >= today,
            TrainingSession.closed_at.is_(None),
        )
        .order_by(TrainingSession.held_on, TrainingSession.begins, TrainingSession.id)
    )
    return db.scalars(query).all()


def today_at(session: TrainingSession, at: datetime) -> date:
    """The calendar day at the place."""
    return programme_date(at, session.timezone)


def moment_of(session: TrainingSession, clock: Any) -> datetime:
    """A time of the place on the day as a point in time."""
    return datetime.combine(session.held_on, clock, ZoneInfo(session.timezone))


def locked(db: Session, session_id: int) -> TrainingSession:
    """The day with its row locked: who writes to its books waits for who is writing.

    Raises NotFound.
    """
    query = select(TrainingSession).where(TrainingSession.id == session_id)
    again = query.with_for_update().execution_options(populate_existing=True)
    return _one(db.scalars(again).one_or_none())


def require_open(session: TrainingSession) -> None:
    """Raise SessionCancelled or SessionClosed unless the day takes entries."""
    if session.cancelled_at is not None:
        raise SessionCancelled
    if session.closed_at is not None:
        raise SessionClosed


# Who belongs to a day


def people_of(db: Session, session: TrainingSession) -> list[User]:
    """The trainees of the day, by Latin name.

    While it is open: who is in the cohort now, guests, and whoever has an entry or a check of the
    day. When it was closed: who belonged to it then.
    """
    ids = _people_at_close(db, session) if session.closed_at else _people_now(db, session)
    query = select(User).where(User.id.in_(ids)).order_by(func.lower(User.latin_name), User.id)
    return list(db.scalars(query))


def _people_at_close(db: Session, session: TrainingSession) -> Collection[int]:
    """Who belonged to the day; an account that was merged since stands for the one that is left."""
    turn = newest_turn(db, session)
    if turn is None or turn.what is not Turn.CLOSED:
        return ()
    left = func.coalesce(User.merged_into_id, User.id)
    return set(db.scalars(select(left).where(User.id.in_(turn.people))))


def newest_turn(db: Session, session: TrainingSession) -> SessionTurn | None:
    """When the books were closed or reopened last."""
    query = select(SessionTurn).where(SessionTurn.session_id == session.id)
    return db.scalars(query.order_by(SessionTurn.number.desc()).limit(1)).first()


def turns_of(db: Session, session: TrainingSession) -> Sequence[SessionTurn]:
    """Every closing and reopening, oldest first."""
    query = select(SessionTurn).where(SessionTurn.session_id == session.id)
    return db.scalars(
        query.options(selectinload(SessionTurn.by)).order_by(SessionTurn.number)
    ).all()


def _people_now(db: Session, session: TrainingSession) -> set[int]:
    return set(db.scalars(_belonging(TrainingSession.id == session.id)))


def _belonging(which: ColumnElement[bool]) -> Any:
    """The ids of the people who belong to the days of a condition."""
    days = select(TrainingSession.id).where(which)
    own = select(TrainingSession.cohort_id).where(which)
    stations = select(SessionStation.id).where(SessionStation.session_id.in_(days))
    checks = select(SkillCheck.id).where(SkillCheck.session_id.in_(days))
    return (
        select(CohortMember.user_id)
        .where(CohortMember.cohort_id.in_(own), CohortMember.withdrawn_at.is_(None))
        .union(
            select(SessionGuest.user_id).where(SessionGuest.session_id.in_(days)),
            select(AttendanceEvent.user_id).where(AttendanceEvent.session_id.in_(days)),
            select(DeferralEvent.user_id).where(DeferralEvent.station_id.in_(stations)),
            select(SkillCheckParticipant.user_id).where(SkillCheckParticipant.check_id.in_(checks)),
        )
    )


def person_in(db: Session, session: TrainingSession, user_key: str) -> User:
    """A trainee of the day by her key; raises NotFound for anybody else."""
    for user in people_of(db, session):
        if user.key == user_key:
            return user
    raise NotFound


# For grading


def people_to_examine(examiner: User) -> Any:
    """Ids of the trainees whom somebody may grade as an examiner of an open day."""
    works = select(SessionStaff.session_id).where(
        SessionStaff.user_id == examiner.id, SessionStaff.role == StaffRole.EXAMINER
    )
    return _belonging(
        TrainingSession.id.in_(works)
        & TrainingSession.cancelled_at.is_(None)
        & TrainingSession.closed_at.is_(None)
    )


def open_for_check(
    db: Session, by: User, session_id: int, user_ids: Collection[int]
) -> TrainingSession:
    """The day of a new check, held open until the check is written.

    Closing waits for the check or comes first, so that no check is lost. Raises SessionClosed,
    SessionCancelled, NotExpected for a person who does not belong to the day, and NotFound for a
    day that `by` does not see.
    """
    visible = visible_sessions(by).where(TrainingSession.id == session_id)
    query = visible.with_for_update(read=True).execution_options(populate_existing=True)
    session = _one(db.scalars(query).one_or_none())
    require_open(session)
    expected = _people_now(db, session)
    for user_id in user_ids:
        if user_id not in expected:
            user = db.get(User, user_id)
            raise NotExpected(name=user.display_name if user is not None else "–")
    return session
