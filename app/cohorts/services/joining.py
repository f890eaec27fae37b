"""Join codes, and joining by one."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.types import Consents, PreparedSecret, TraineeProfile
from app.cohorts.models import Cohort, JoinCode
from app.cohorts.services.members import add_member, is_member, locked_cohort, places_left
from app.cohorts.services.waiting import is_waiting, wait_for_approval
from app.cohorts.types import (
    CohortFull,
    CohortHasNoPlace,
    JoinCodeExpired,
    UnknownJoinCode,
)
from app.core import audit
from app.core.codes import CODE_ALPHABET, normal_code
from app.core.db import insert_or_get
from app.core.errors import EventConflict, NotFound

CODE_LENGTH = 8


def create_join_code(
    db: Session,
    cohort: Cohort,
    expires_on: date,
    capacity: int,
    event_id: str,
    by: User,
    at: datetime,
    *,
    needs_approval: bool = False,
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
        "needs_approval": needs_approval,
        "created_at": at,
    }
    code, created = insert_or_get(db, JoinCode, values, ("event_id",))
    if created:
        audit.record(db, "cohorts.create-join-code", by.key, at, "cohort", cohort.key)
    elif (code.cohort_id, code.expires_on, code.capacity, code.needs_approval) != (
        cohort.id,
        expires_on,
        capacity,
        needs_approval,
    ):
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
    if not code.needs_approval and places_left(db, code.cohort) == 0:
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
    """Make the trainee's account and put her into the cohort and its courses, or its queue.

    Raises UnknownJoinCode, JoinCodeExpired, CohortFull, or the accounts room's errors.
    """
    code = open_code(db, typed_code, today)
    _use_one_place(db, code)
    trainee = accounts.create_trainee(db, profile, secret, consents, at)
    _enter(db, code, trainee, at)
    return trainee


def join_again(db: Session, typed_code: str, trainee: User, today: date, at: datetime) -> JoinCode:
    """Put a trainee with an account into the code's cohort, or into its queue.

    Again takes no further place. Raises UnknownJoinCode, JoinCodeExpired or CohortFull.
    """
    code = open_code(db, typed_code, today)
    # A code before its cohort, a cohort before its people: as everybody who locks more than one.
    db.execute(select(JoinCode.id).where(JoinCode.id == code.id).with_for_update())
    locked_cohort(db, code.cohort)
    if not is_member(db, code.cohort, trainee) and not is_waiting(db, code.cohort, trainee):
        _use_one_place(db, code)
        _enter(db, code, trainee, at)
    return code


def _enter(db: Session, code: JoinCode, trainee: User, at: datetime) -> None:
    """Into the cohort and its courses, or into its queue when the code needs approval."""
    if code.needs_approval:
        wait_for_approval(db, code, trainee, at)
        return
    try:
        add_member(db, code.cohort, trainee, at)
    except CohortHasNoPlace as error:
        raise CohortFull from error


def _use_one_place(db: Session, code: JoinCode) -> None:
    """Take a place in one statement, so that two at once cannot share the last one."""
    free = (JoinCode.id == code.id, JoinCode.used < JoinCode.capacity)
    taken = db.execute(
        update(JoinCode).where(*free).values(used=JoinCode.used + 1).returning(JoinCode.id)
    ).first()
    if taken is None:
        raise CohortFull
