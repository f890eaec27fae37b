"""The queue of a cohort: who joined by a code that needs approval, and how it is decided."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, selectinload

from app.accounts.models import User
from app.cohorts.models import Cohort, JoinCode, JoinRequest
from app.cohorts.services.members import add_members, locked_cohort
from app.cohorts.types import CohortArchived, RequestState
from app.core import audit


def wait_for_approval(db: Session, code: JoinCode, trainee: User, at: datetime) -> JoinRequest:
    """Put a trainee into the queue of the code's cohort, in which she is not yet."""
    request = JoinRequest(
        cohort_id=code.cohort_id, code_id=code.id, user_id=trainee.id, asked_at=at
    )
    db.add(request)
    db.flush()
    detail = {"cohort": code.cohort.key}
    audit.record(db, "cohorts.ask-to-join", trainee.key, at, "user", trainee.key, detail)
    return request


def is_waiting(db: Session, cohort: Cohort, trainee: User) -> bool:
    """Whether the trainee stands in the cohort's queue."""
    query = select(JoinRequest.id).where(
        JoinRequest.cohort_id == cohort.id,
        JoinRequest.user_id == trainee.id,
        JoinRequest.state == RequestState.WAITING,
    )
    return db.scalar(query) is not None


def queue_of(db: Session, cohort: Cohort) -> Sequence[JoinRequest]:
    """Who waits for the cohort, the longest first."""
    query = (
        select(JoinRequest)
        .options(selectinload(JoinRequest.user))
        .where(JoinRequest.cohort_id == cohort.id, JoinRequest.state == RequestState.WAITING)
    )
    return db.scalars(query.order_by(JoinRequest.asked_at, JoinRequest.id)).all()


def waiting_counts(db: Session, cohorts: Iterable[Cohort]) -> dict[int, int]:
    """How many people wait for each cohort, by the cohort's id."""
    query = (
        select(JoinRequest.cohort_id, func.count())
        .where(
            JoinRequest.cohort_id.in_([cohort.id for cohort in cohorts]),
            JoinRequest.state == RequestState.WAITING,
        )
        .group_by(JoinRequest.cohort_id)
    )
    return {cohort_id: int(count) for cohort_id, count in db.execute(query)}


def requests_of(db: Session, trainee: User) -> Sequence[JoinRequest]:
    """Every request of the trainee, oldest first."""
    query = select(JoinRequest).options(selectinload(JoinRequest.cohort))
    return db.scalars(query.where(JoinRequest.user_id == trainee.id).order_by(JoinRequest.id)).all()


def admit(db: Session, cohort: Cohort, keys: Collection[str], by: User, at: datetime) -> int:
    """Let those of the chosen who still wait into the cohort; how many came in by this act.

    All or nobody: raises CohortHasNoPlace when there are fewer places, and CohortArchived. Keys
    of another cohort's queue are not there. Two at once: each person comes in once.
    """
    if cohort.archived_at is not None:
        raise CohortArchived
    chosen = _chosen(db, cohort, keys)
    add_members(db, cohort, [request.user for request in chosen], at)
    for request in chosen:
        _decide(db, request, RequestState.ADMITTED, by, at)
    return len(chosen)


def decline(db: Session, cohort: Cohort, keys: Collection[str], by: User, at: datetime) -> int:
    """Turn away those of the chosen who still wait; how many. Their code has a place more."""
    # Who joins locks the code before the cohort; the other way round the two could block for ever.
    codes = select(JoinCode.id).where(JoinCode.cohort_id == cohort.id).order_by(JoinCode.id)
    db.execute(codes.with_for_update())
    chosen = _chosen(db, cohort, keys)
    for request in chosen:
        _decide(db, request, RequestState.DECLINED, by, at)
        free_place(db, request)
    return len(chosen)


def free_place(db: Session, request: JoinRequest) -> None:
    """The code by which somebody asked has a place more."""
    db.execute(
        update(JoinCode)
        .where(JoinCode.id == request.code_id, JoinCode.used > 0)
        .values(used=JoinCode.used - 1)
    )


def _chosen(db: Session, cohort: Cohort, keys: Collection[str]) -> list[JoinRequest]:
    """The chosen ones who wait, in the order of their asking, with the queue locked."""
    locked_cohort(db, cohort)
    return [request for request in queue_of(db, cohort) if request.key in keys]


def _decide(db: Session, request: JoinRequest, state: RequestState, by: User, at: datetime) -> None:
    request.state, request.decided_at, request.decided_by_id = state, at, by.id
    db.flush()
    act = "cohorts.admit" if state is RequestState.ADMITTED else "cohorts.decline"
    audit.record(db, act, by.key, at, "user", request.user.key, {"cohort": request.cohort.key})
