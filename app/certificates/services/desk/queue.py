"""What waits for the printer: issued, still valid, and on no sheet."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.types import NameForm, Names
from app.certificates.models import Certificate, PrintSheet
from app.certificates.types.desk import TAKEN, PrintKind
from app.cohorts.models import Cohort, CohortMember


@dataclass(frozen=True, slots=True)
class Queue:
    """How many certificates of a cohort's trainees wait; `cohort` is None for all others."""

    cohort: Cohort | None
    count: int


def _waiting(kind: PrintKind, on: date) -> Select[Certificate]:
    replacement = Certificate.__table__.alias("replacement")
    return select(Certificate).where(
        Certificate.revoked_at.is_(None),
        Certificate.valid_until >= on,
        ~exists().where(replacement.c.replaces_id == Certificate.id),
        ~exists().where(
            PrintSheet.certificate_id == Certificate.id,
            PrintSheet.kind == kind,
            PrintSheet.state.in_(TAKEN),
        ),
    )


def _is_member(cohort: Cohort | None = None) -> Any:
    conditions = [
        CohortMember.user_id == Certificate.user_id,
        CohortMember.withdrawn_at.is_(None),
    ]
    if cohort is not None:
        conditions.append(CohortMember.cohort_id == cohort.id)
    return exists().where(*conditions)


def queues(db: Session, kind: PrintKind, on: date) -> list[Queue]:
    """How many wait in each cohort that has some, the newest cohort first; then the others.

    Who is in two cohorts waits in both, until one of them prints. Three queries.
    """
    ids = _waiting(kind, on).with_only_columns(Certificate.id, Certificate.user_id).subquery()
    counted = (
        select(CohortMember.cohort_id, func.count(ids.c.id))
        .join(ids, ids.c.user_id == CohortMember.user_id)
        .where(CohortMember.withdrawn_at.is_(None))
        .group_by(CohortMember.cohort_id)
    )
    counts = {cohort_id: int(count) for cohort_id, count in db.execute(counted)}
    found = db.scalars(
        select(Cohort).where(Cohort.id.in_(counts)).order_by(Cohort.starts_on.desc(), Cohort.id)
    )
    outside = _waiting(kind, on).where(~_is_member()).subquery()
    others = db.scalar(select(func.count()).select_from(outside)) or 0
    listed = [Queue(cohort, counts[cohort.id]) for cohort in found]
    return [*listed, Queue(None, others)] if others else listed


def waiting(db: Session, kind: PrintKind, on: date, cohort: Cohort) -> Sequence[Certificate]:
    """The certificates of a cohort's trainees that wait on a day."""
    return db.scalars(_waiting(kind, on).where(_is_member(cohort))).all()


def waiting_outside(db: Session, kind: PrintKind, on: date) -> Sequence[Certificate]:
    """Those of people who are in no cohort now."""
    return db.scalars(_waiting(kind, on).where(~_is_member())).all()


def sorted_by_printed_name(
    certificates: Iterable[Certificate], form: NameForm
) -> list[Certificate]:
    """In the order of the handover list: by the printed names, as the sheet of names sorts them.

    The profile may have changed since; it is not asked.
    """
    return sorted(
        certificates,
        key=lambda one: (
            *accounts.name_order(names_printed(one.facts), form),
            one.slug,
            one.id,
        ),
    )


def names_printed(facts: Mapping[str, Any]) -> Names:
    """The three forms of the name behind the printed ones, which leave out a form said twice."""
    printed = facts["names"]
    native = printed["native"]
    is_han = unicodedata.name(native[:1], "").startswith("CJK")
    chinese = printed["chinese"] or (native if is_han else None)
    return Names(native, printed["latin"] or native.upper(), chinese)
