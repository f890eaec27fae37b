"""Whom an examiner may grade, and who comes next."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.cohorts import services as cohorts
from app.cohorts.models import Cohort, CohortMember
from app.core.db import among
from app.courses.library import library
from app.learning import services as learning
from app.practicals.models import SkillCheckParticipant, TrainingSession
from app.practicals.services import sessions
from app.practicals.services.reading import passed_days, passed_sheets
from app.practicals.types import ATTEMPTS_A_DAY, Candidate, OwnSheet


def candidates(
    db: Session,
    examiner: User,
    slug: str,
    ids: Collection[int] | None = None,
    day: TrainingSession | None = None,
) -> Sequence[User]:
    """The trainees whom this person may grade in a course, with `ids` only those of these people.

    They are those of her own cohorts. On a training day they are those who belong to it, of her
    cohorts or, where she is its examiner, of others. The whole-team exercise is of the programme:
    all of them may do it.
    """
    own = User.id.in_(own_trainees(examiner))
    query = select(User).where(own)
    if day is not None:
        of_day = [user.id for user in sessions.people_of(db, day)]
        examined = User.id.in_(sessions.people_to_examine(examiner))
        query = select(User).where(User.id.in_(of_day), or_(own, examined))
    if ids is not None:
        query = query.where(among(User.id, ids))
    people = db.scalars(query.order_by(User.latin_name, User.id)).all()
    if slug == library().programme.key:
        return people
    enrolled = learning.enrolled_in(db, [person.id for person in people], slug)
    return [person for person in people if person.id in enrolled]


def own_trainees(person: User) -> Select[int]:
    """The query of the ids of the trainees in this person's cohorts."""
    led = cohorts.visible_cohorts(person).with_only_columns(Cohort.id)
    return select(CohortMember.user_id).where(
        CohortMember.cohort_id.in_(led), CohortMember.withdrawn_at.is_(None)
    )


def who_is_next(
    db: Session,
    people: Sequence[User],
    slug: str,
    sheet_key: str,
    on: date,
    *,
    text: str = "",
    chosen: Collection[str] = (),
) -> list[Candidate]:
    """The people in the order of need, of those whose name or user name has `text`.

    First who is chosen already (she stays in the list whatever is searched), then who has not
    passed the sheet and has attempts left on the day, by Latin name.
    """
    ids = [person.id for person in people]
    passed = passed_sheets(db, ids, slug)
    used = _used(db, ids, slug, sheet_key, on)
    named = {one.id for one in (accounts.people_named(people, text) if text.strip() else people)}
    found = [
        Candidate(
            user=person,
            is_chosen=person.key in chosen,
            has_passed=sheet_key in passed.get(person.id, {}),
            used_today=used.get(person.id, 0),
        )
        for person in people
        if person.key in chosen or person.id in named
    ]
    return sorted(found, key=lambda one: (not one.is_chosen, one.has_passed, not one.attempts_left))


def _used(db: Session, ids: Collection[int], slug: str, sheet_key: str, on: date) -> dict[int, int]:
    """How many attempts at a sheet each person has had on a day."""
    one = SkillCheckParticipant
    query = (
        select(one.user_id, func.max(one.attempt_of_day))
        .where(
            among(one.user_id, ids),
            one.course_slug == slug,
            one.sheet_key == sheet_key,
            one.held_on == on,
        )
        .group_by(one.user_id)
    )
    return dict(db.execute(query).all())


def own_sheets(db: Session, trainee: User, on: date) -> list[OwnSheet]:
    """Every sheet of the courses that a trainee follows, in the programme's order."""
    enrolled = learning.enrolled_courses(db, trainee)
    courses = [course for course in library().courses if course.slug in enrolled]
    passed = passed_days(db, [trainee.id], [course.slug for course in courses])
    one = SkillCheckParticipant
    used: dict[tuple[str, str], int] = {
        (slug, key): number
        for slug, key, number in db.execute(
            select(one.course_slug, one.sheet_key, func.max(one.attempt_of_day))
            .where(one.user_id == trainee.id, one.held_on == on)
            .group_by(one.course_slug, one.sheet_key)
        )
    }
    return [
        OwnSheet(
            slug=course.slug,
            sheet_key=sheet.key,
            is_passed=sheet.key in passed.get((trainee.id, course.slug), {}),
            attempts_left=max(0, ATTEMPTS_A_DAY - used.get((course.slug, sheet.key), 0)),
        )
        for course in courses
        for sheet in course.sheets
    ]


def used_on(db: Session, user: User, slug: str, sheet_key: str, on: date) -> int:
    """How many attempts at a sheet one person has had on a day."""
    return _used(db, [user.id], slug, sheet_key, on).get(user.id, 0)


def shared_cohort(db: Session, person: User, people: Sequence[User]) -> int | None:
    """The id of a cohort of this person in which all of the people are, if there is one."""
    led = cohorts.visible_cohorts(person).with_only_columns(Cohort.id)
    ids = [member.id for member in people]
    query = (
        select(CohortMember.cohort_id)
        .where(
            among(CohortMember.user_id, ids),
            CohortMember.withdrawn_at.is_(None),
            CohortMember.cohort_id.in_(led),
        )
        .group_by(CohortMember.cohort_id)
        .having(func.count() == len(ids))
        .order_by(CohortMember.cohort_id.desc())
    )
    return db.scalars(query.limit(1)).first()
