"""Who is in a cohort."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from app.accounts.models import User
from app.cohorts.models import Cohort, CohortMember, JoinRequest
from app.cohorts.services.leading import cohort_of
from app.cohorts.types import CohortHasNoPlace, RequestState
from app.core.db import among, insert_missing
from app.core.errors import NotFound
from app.learning import services as learning
from app.learning.models import Enrollment


def member_counts(db: Session, cohorts: Iterable[Cohort]) -> dict[int, int]:
    """How many trainees are in each cohort now, by the cohort's id."""
    ids = [cohort.id for cohort in cohorts]
    query = (
        select(CohortMember.cohort_id, func.count())
        .where(among(CohortMember.cohort_id, ids), CohortMember.withdrawn_at.is_(None))
        .group_by(CohortMember.cohort_id)
    )
    return {cohort_id: int(count) for cohort_id, count in db.execute(query)}


def members_of(db: Session, cohort: Cohort) -> Sequence[User]:
    """The trainees in the cohort now, by Latin name."""
    query = (
        select(User)
        .join(CohortMember, CohortMember.user_id == User.id)
        .where(CohortMember.cohort_id == cohort.id, CohortMember.withdrawn_at.is_(None))
    )
    return db.scalars(query.order_by(func.lower(User.latin_name), User.id)).all()


def members_by_cohort(db: Session, cohorts: Iterable[Cohort]) -> dict[int, list[User]]:
    """The trainees in each of several cohorts now, by the cohort's id; one query."""
    found: dict[int, list[User]] = {cohort.id: [] for cohort in cohorts}
    query = (
        select(CohortMember.cohort_id, User)
        .join(User, CohortMember.user_id == User.id)
        .where(CohortMember.cohort_id.in_(found), CohortMember.withdrawn_at.is_(None))
    )
    for cohort_id, user in db.execute(query):
        found[cohort_id].append(user)
    return found


def member_of(db: Session, person: User, cohort_key: str, user_key: str) -> tuple[Cohort, User]:
    """A trainee in one of the person's cohorts; raises NotFound for any other."""
    cohort = cohort_of(db, person, cohort_key)
    for member in members_of(db, cohort):
        if member.key == user_key:
            return cohort, member
    raise NotFound


def cohorts_joined(db: Session, trainee: User) -> Sequence[Cohort]:
    """The cohorts the trainee is in now."""
    query = (
        select(Cohort)
        .options(selectinload(Cohort.courses))
        .join(CohortMember, CohortMember.cohort_id == Cohort.id)
        .where(CohortMember.user_id == trainee.id, CohortMember.withdrawn_at.is_(None))
    )
    return db.scalars(query.order_by(Cohort.starts_on.desc())).all()


def locked_cohort(db: Session, cohort: Cohort) -> Cohort:
    """The same cohort, its row locked: who takes a place comes one after the other."""
    query = select(Cohort).where(Cohort.id == cohort.id).with_for_update()
    return db.scalars(query.execution_options(populate_existing=True)).one()


def member_count(db: Session, cohort: Cohort) -> int:
    """How many trainees are in the cohort now."""
    return member_counts(db, [cohort]).get(cohort.id, 0)


def places_left(db: Session, cohort: Cohort) -> int | None:
    """How many more may join; None when there is no limit."""
    if cohort.capacity is None:
        return None
    return max(0, cohort.capacity - member_count(db, cohort))


def require_places(db: Session, cohort: Cohort, wanted: int) -> None:
    """Lock the cohort; raises CohortHasNoPlace when fewer places than `wanted` are free."""
    locked_cohort(db, cohort)
    free = places_left(db, cohort)
    if free is not None and free < wanted:
        raise CohortHasNoPlace(capacity=cohort.capacity, free=free)


def membership_of(db: Session, cohort: Cohort, trainee: User) -> CohortMember | None:
    """The trainee's place in the cohort, open or closed."""
    query = select(CohortMember).where(
        CohortMember.cohort_id == cohort.id, CohortMember.user_id == trainee.id
    )
    return db.scalars(query.execution_options(populate_existing=True)).one_or_none()


def is_member(db: Session, cohort: Cohort, trainee: User) -> bool:
    """Whether the trainee is in the cohort now."""
    member = membership_of(db, cohort, trainee)
    return member is not None and member.withdrawn_at is None


def memberships_of(db: Session, trainee: User) -> Sequence[CohortMember]:
    """Every cohort the trainee is or was in, with its days."""
    query = select(CohortMember).options(joinedload(CohortMember.cohort))
    return db.scalars(query.where(CohortMember.user_id == trainee.id)).all()


def add_member(db: Session, cohort: Cohort, trainee: User, at: datetime) -> CohortMember:
    """Put a trainee into the cohort and enrol her in its courses; again changes nothing.

    Raises CohortHasNoPlace, two at once included.
    """
    (member,) = add_members(db, cohort, [trainee], at)
    return member


def add_members(
    db: Session, cohort: Cohort, trainees: Sequence[User], at: datetime
) -> Sequence[CohortMember]:
    """The same for several in a few statements: all of them or nobody. Raises CohortHasNoPlace."""
    ids = {trainee.id for trainee in trainees}
    query = select(CohortMember).where(
        CohortMember.cohort_id == cohort.id, among(CohortMember.user_id, ids)
    )
    locked_cohort(db, cohort)
    known = db.scalars(query.execution_options(populate_existing=True)).all()
    closed = [member for member in known if member.withdrawn_at is not None]
    require_places(db, cohort, len(ids) - len(known) + len(closed))
    for member in closed:
        come_back(member, at)
    new = sorted(ids - {member.user_id for member in known})
    rows = [{"cohort_id": cohort.id, "user_id": user_id, "joined_at": at} for user_id in new]
    members = [*known, *insert_missing(db, CohortMember, rows)]
    settle_requests(db, cohort, at)
    enrol_in_courses(db, cohort, ids, at)
    db.flush()
    return members


def come_back(member: CohortMember, at: datetime) -> None:
    """Open a closed membership again, from this time on."""
    member.joined_at = at
    member.withdrawn_at = member.withdrawn_reason = member.moved_to_id = None


def settle_requests(db: Session, cohort: Cohort, at: datetime) -> dict[int, int]:
    """Nobody who is in the cohort waits for it; the settled requests, by the person's id."""
    inside = select(CohortMember.user_id).where(
        CohortMember.cohort_id == cohort.id, CohortMember.withdrawn_at.is_(None)
    )
    db.flush()
    settled = db.execute(
        update(JoinRequest)
        .where(
            JoinRequest.cohort_id == cohort.id,
            JoinRequest.state == RequestState.WAITING,
            JoinRequest.user_id.in_(inside),
        )
        .values(state=RequestState.ADMITTED, decided_at=at)
        .returning(JoinRequest.user_id, JoinRequest.id)
    )
    return {row.user_id: row.id for row in settled}


def enrol_in_courses(
    db: Session, cohort: Cohort, user_ids: Iterable[int], at: datetime
) -> Sequence[Enrollment]:
    """Enrol people in the cohort's courses; returns the new enrollments. Again changes nothing."""
    slugs = [course.slug for course in cohort.courses]
    return learning.enroll_all(db, user_ids, slugs, at)
