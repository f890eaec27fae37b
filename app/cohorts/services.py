"""The rules of cohorts: who leads which, who is in them, and how people join.

Rows are always fetched through the person who asks: an instructor sees her own cohorts, an
administrator all of them, and what is not theirs is simply not found.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session, selectinload

from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.types import Consents, PreparedSecret, Role, TraineeProfile
from app.cohorts.models import Cohort, CohortCourse, CohortInstructor, CohortMember, JoinCode
from app.cohorts.types import (
    CohortDraft,
    CohortFull,
    CourseHasNoContent,
    JoinCodeExpired,
    UnknownJoinCode,
)
from app.core import audit
from app.core.db import insert_or_get
from app.core.errors import EventConflict, NotFound
from app.courses.library import library
from app.learning import services as learning

# No 0 O 1 I L U: read aloud in five languages and typed on a phone.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 8


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


def cohort_of(db: Session, person: User, key: str) -> Cohort:
    """One of the person's cohorts; raises NotFound for any other."""
    cohort = db.scalars(visible_cohorts(person).where(Cohort.key == key)).one_or_none()
    if cohort is None:
        raise NotFound
    return cohort


def member_counts(db: Session, cohorts: Iterable[Cohort]) -> dict[int, int]:
    """How many trainees are in each cohort now, by the cohort's id."""
    ids = [cohort.id for cohort in cohorts]
    query = (
        select(CohortMember.cohort_id, func.count())
        .where(CohortMember.cohort_id.in_(ids), CohortMember.withdrawn_at.is_(None))
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


def is_own_trainee(db: Session, instructor: User, trainee: User) -> bool:
    """Whether the trainee is in a cohort that this person leads."""
    led = visible_cohorts(instructor).with_only_columns(Cohort.id)
    query = select(CohortMember.id).where(
        CohortMember.user_id == trainee.id,
        CohortMember.withdrawn_at.is_(None),
        CohortMember.cohort_id.in_(led),
    )
    return db.scalar(query.limit(1)) is not None


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


def cohorts_joined(db: Session, trainee: User) -> Sequence[Cohort]:
    """The cohorts the trainee is in now."""
    query = (
        select(Cohort)
        .options(selectinload(Cohort.courses))
        .join(CohortMember, CohortMember.cohort_id == Cohort.id)
        .where(CohortMember.user_id == trainee.id, CohortMember.withdrawn_at.is_(None))
    )
    return db.scalars(query.order_by(Cohort.starts_on.desc())).all()


def create_cohort(db: Session, draft: CohortDraft, event_id: str, by: User, at: datetime) -> Cohort:
    """Create a cohort led by `by` (if an instructor); the same event again gives the same cohort.

    Raises CourseHasNoContent for a course that is still in preparation, and EventConflict when
    the event made another cohort.
    """
    _refuse_empty_courses(draft.courses)
    draft = _with_needs(draft)
    values = {
        "event_id": event_id,
        "name": draft.name,
        "partner": draft.partner,
        "country": draft.country,
        "language": draft.language,
        "starts_on": draft.starts_on,
        "ends_on": draft.ends_on,
        "created_at": at,
    }
    cohort, created = insert_or_get(db, Cohort, values, ("event_id",))
    if created:
        _fill_new(db, cohort, draft, by)
        audit.record(db, "cohorts.create", by.key, at, "cohort", cohort.key)
    elif _draft_of(cohort) != draft:
        raise EventConflict
    return cohort


def _draft_of(cohort: Cohort) -> CohortDraft:
    return CohortDraft(
        name=cohort.name,
        partner=cohort.partner,
        country=cohort.country,
        starts_on=cohort.starts_on,
        ends_on=cohort.ends_on,
        language=cohort.language,
        courses=tuple(course.slug for course in cohort.courses),
    )


def _with_needs(draft: CohortDraft) -> CohortDraft:
    """The draft with the courses that its courses need: without them the others stay locked."""
    return replace(draft, courses=library().with_needs(draft.courses))


def _refuse_empty_courses(slugs: Iterable[str]) -> None:
    known = {course.slug for course in library().courses}
    if not known.issuperset(slugs):
        raise CourseHasNoContent


def _fill_new(db: Session, cohort: Cohort, draft: CohortDraft, by: User) -> None:
    cohort.courses = [
        CohortCourse(slug=slug, position=position) for position, slug in enumerate(draft.courses)
    ]
    if by.role is Role.INSTRUCTOR:
        _lead(db, cohort, by)
    db.flush()


def _lead(db: Session, cohort: Cohort, instructor: User) -> bool:
    values = {"cohort_id": cohort.id, "user_id": instructor.id}
    return insert_or_get(db, CohortInstructor, values, ("cohort_id", "user_id"))[1]


def add_instructor(db: Session, cohort: Cohort, instructor: User, by: User, at: datetime) -> None:
    """Let this instructor lead the cohort too; a second time changes nothing."""
    if instructor.role is not Role.INSTRUCTOR:
        raise NotFound
    if _lead(db, cohort, instructor):
        detail = {"instructor": instructor.key}
        audit.record(db, "cohorts.add-instructor", by.key, at, "cohort", cohort.key, detail)


def change_cohort(db: Session, cohort: Cohort, draft: CohortDraft, by: User, at: datetime) -> None:
    """Write the draft into the cohort and enrol its members in courses that are new."""
    _refuse_empty_courses(draft.courses)
    draft = _with_needs(draft)
    cohort.name, cohort.partner, cohort.country = draft.name, draft.partner, draft.country
    cohort.starts_on, cohort.ends_on = draft.starts_on, draft.ends_on
    cohort.language = draft.language
    kept = {course.slug: course for course in cohort.courses}
    cohort.courses = [kept.get(slug, CohortCourse(slug=slug)) for slug in draft.courses]
    for position, course in enumerate(cohort.courses):
        course.position = position
    for member in members_of(db, cohort):
        _enrol(db, cohort, member, at)
    audit.record(db, "cohorts.change", by.key, at, "cohort", cohort.key)


def archive_cohort(db: Session, cohort: Cohort, by: User, at: datetime) -> None:
    """Take the cohort out of the lists; nothing is deleted."""
    cohort.archived_at = cohort.archived_at or at
    audit.record(db, "cohorts.archive", by.key, at, "cohort", cohort.key)


def create_join_code(
    db: Session,
    cohort: Cohort,
    expires_on: date,
    capacity: int,
    event_id: str,
    by: User,
    at: datetime,
) -> JoinCode:
    """A new code for the cohort; the same event again gives the same code.

    Raises EventConflict when the event made a code of another kind.
    """
    values = {
        "event_id": event_id,
        "cohort_id": cohort.id,
        "code": "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH)),
        "expires_on": expires_on,
        "capacity": capacity,
        "used": 0,
        "created_at": at,
    }
    code, created = insert_or_get(db, JoinCode, values, ("event_id",))
    if created:
        audit.record(db, "cohorts.create-join-code", by.key, at, "cohort", cohort.key)
    elif (code.cohort_id, code.expires_on, code.capacity) != (cohort.id, expires_on, capacity):
        raise EventConflict
    return code


def join_codes_of(db: Session, cohort: Cohort) -> Sequence[JoinCode]:
    """The cohort's codes, newest first, withdrawn ones too."""
    query = select(JoinCode).where(JoinCode.cohort_id == cohort.id)
    return db.scalars(query.order_by(JoinCode.id.desc())).all()


def withdraw_join_code(db: Session, cohort: Cohort, code: str, by: User, at: datetime) -> None:
    """Let nobody join by this code any more; raises NotFound if it is not the cohort's."""
    for known in join_codes_of(db, cohort):
        if known.code == code:
            known.withdrawn_at = known.withdrawn_at or at
            audit.record(db, "cohorts.withdraw-join-code", by.key, at, "cohort", cohort.key)
            return
    raise NotFound


def normal_code(typed: str) -> str:
    """The code as it is stored, whatever case, spaces and hyphens were typed."""
    return "".join(letter for letter in typed.upper() if letter.isalnum())


def open_code(db: Session, typed: str, today: date) -> JoinCode:
    """The code, if somebody can join by it today.

    Raises UnknownJoinCode, JoinCodeExpired or CohortFull.
    """
    code = db.scalars(select(JoinCode).where(JoinCode.code == normal_code(typed))).one_or_none()
    if code is None or code.withdrawn_at is not None or code.cohort.archived_at is not None:
        raise UnknownJoinCode
    if code.expires_on < today:
        raise JoinCodeExpired
    if code.used >= code.capacity:
        raise CohortFull
    return code


def join(
    db: Session,
    typed_code: str,
    profile: TraineeProfile,
    secret: PreparedSecret,
    consents: Consents,
    today: date,
    at: datetime,
) -> User:
    """Make the trainee's account and put her into the cohort and its courses.

    Raises UnknownJoinCode, JoinCodeExpired, CohortFull, or the accounts room's errors.
    """
    code = open_code(db, typed_code, today)
    _use_one_place(db, code)
    trainee = accounts.create_trainee(db, profile, secret, consents, at)
    add_member(db, code.cohort, trainee, at)
    return trainee


def join_again(db: Session, typed_code: str, trainee: User, today: date, at: datetime) -> None:
    """Put a trainee with an account into the code's cohort; again takes no further place.

    Raises UnknownJoinCode, JoinCodeExpired or CohortFull.
    """
    code = open_code(db, typed_code, today)
    if trainee not in members_of(db, code.cohort):
        _use_one_place(db, code)
        add_member(db, code.cohort, trainee, at)


def _use_one_place(db: Session, code: JoinCode) -> None:
    """Take a place in one statement, so that two at once cannot share the last one."""
    free = (JoinCode.id == code.id, JoinCode.used < JoinCode.capacity)
    taken = db.execute(
        update(JoinCode).where(*free).values(used=JoinCode.used + 1).returning(JoinCode.id)
    ).first()
    if taken is None:
        raise CohortFull


def add_member(db: Session, cohort: Cohort, trainee: User, at: datetime) -> CohortMember:
    """Put a trainee into the cohort and enrol her in its courses; again changes nothing."""
    values = {"cohort_id": cohort.id, "user_id": trainee.id, "joined_at": at}
    member, _created = insert_or_get(db, CohortMember, values, ("cohort_id", "user_id"))
    member.withdrawn_at = None
    _enrol(db, cohort, trainee, at)
    return member


def _enrol(db: Session, cohort: Cohort, trainee: User, at: datetime) -> None:
    for course in cohort.courses:
        learning.enroll(db, trainee, course.slug, at)


def withdraw_member(db: Session, cohort: Cohort, trainee: User, by: User, at: datetime) -> None:
    """Take a trainee out of the cohort; her records stay."""
    db.execute(
        update(CohortMember)
        .where(CohortMember.cohort_id == cohort.id, CohortMember.user_id == trainee.id)
        .values(withdrawn_at=at)
    )
    audit.record(db, "cohorts.withdraw-member", by.key, at, "user", trainee.key)
