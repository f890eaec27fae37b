"""Who leads which cohort: rows are always fetched through the person who asks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session, selectinload

from app.accounts.models import User
from app.accounts.types import Role
from app.cohorts.models import Cohort, CohortInstructor
from app.core import audit
from app.core.db import insert_or_get
from app.core.errors import NotFound
from app.core.spelling import plain


def visible_cohorts(person: User) -> Select[Cohort]:
    """The query of all cohorts that this person leads (an administrator: all)."""
    query = select(Cohort).options(selectinload(Cohort.courses))
    if person.role is Role.ADMINISTRATOR:
        return query
    led = select(CohortInstructor.cohort_id).where(CohortInstructor.user_id == person.id)
    return query.where(Cohort.id.in_(led))


def cohorts_of(db: Session, person: User) -> Sequence[Cohort]:
    """The cohorts this person leads, newest first, without archived ones."""
    query = visible_cohorts(person).where(Cohort.archived_at.is_(None))
    return db.scalars(query.order_by(Cohort.starts_on.desc(), Cohort.id.desc())).all()


def archived_cohorts_of(db: Session, person: User) -> Sequence[Cohort]:
    """The archived cohorts this person leads, the last archived first."""
    query = visible_cohorts(person).where(Cohort.archived_at.is_not(None))
    return db.scalars(query.order_by(Cohort.archived_at.desc(), Cohort.id.desc())).all()


def visible_among(db: Session, person: User, ids: Iterable[int | None]) -> set[int]:
    """Those of the cohorts that this person leads, by their ids."""
    wanted = [one for one in ids if one is not None]
    return {
        cohort.id for cohort in db.scalars(visible_cohorts(person).where(Cohort.id.in_(wanted)))
    }


def matching_cohorts(cohorts: Sequence[Cohort], text: str) -> list[Cohort]:
    """Those with the text in their name or partner, whatever case, accents and spaces."""
    wanted = plain(text)
    return [
        cohort
        for cohort in cohorts
        if wanted in plain(cohort.name) or wanted in plain(cohort.partner)
    ]


def cohort_of(db: Session, person: User, key: str) -> Cohort:
    """One of the person's cohorts; raises NotFound for any other."""
    cohort = db.scalars(visible_cohorts(person).where(Cohort.key == key)).one_or_none()
    if cohort is None:
        raise NotFound
    return cohort


def instructors_of(db: Session, cohort: Cohort) -> Sequence[User]:
    """Who leads the cohort."""
    query = select(User).join(CohortInstructor, CohortInstructor.user_id == User.id)
    return db.scalars(
        query.where(CohortInstructor.cohort_id == cohort.id).order_by(User.latin_name)
    ).all()


def every_instructor(db: Session) -> Sequence[User]:
    """All instructors who may sign in, for an administrator who chooses one."""
    query = select(User).where(User.role == Role.INSTRUCTOR, User.disabled_at.is_(None))
    return db.scalars(query.order_by(func.lower(User.latin_name))).all()


def lead(db: Session, cohort: Cohort, instructor: User) -> bool:
    """Let an instructor lead the cohort; whether she did not before."""
    values = {"cohort_id": cohort.id, "user_id": instructor.id}
    return insert_or_get(db, CohortInstructor, values, ("cohort_id", "user_id"))[1]


def add_instructor(db: Session, cohort: Cohort, instructor: User, by: User, at: datetime) -> None:
    """Let this instructor lead the cohort too; a second time changes nothing."""
    if instructor.role is not Role.INSTRUCTOR:
        raise NotFound
    if lead(db, cohort, instructor):
        detail = {"instructor": instructor.key}
        audit.record(db, "cohorts.add-instructor", by.key, at, "cohort", cohort.key, detail)


def remove_instructor(
    db: Session, cohort: Cohort, instructor: User, by: User, at: datetime
) -> None:
    """Let this instructor lead the cohort no more; a second time changes nothing."""
    gone = db.execute(
        delete(CohortInstructor)
        .where(CohortInstructor.cohort_id == cohort.id, CohortInstructor.user_id == instructor.id)
        .returning(CohortInstructor.id)
    ).first()
    if gone is not None:
        detail = {"instructor": instructor.key}
        audit.record(db, "cohorts.remove-instructor", by.key, at, "cohort", cohort.key, detail)
