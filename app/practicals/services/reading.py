"""Looking at checks: who sees which, and what they add up to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session, aliased, selectinload

from app.accounts.models import User
from app.accounts.types import Role
from app.cohorts import services as cohorts
from app.cohorts.models import Cohort
from app.core.errors import NotFound
from app.practicals.models import SkillCheck, SkillCheckParticipant
from app.practicals.types import PassedSheet, Result


def checks_by(db: Session, person: User, limit: int = 50) -> Sequence[SkillCheck]:
    """The newest checks this person may see: her own gradings and those of her cohorts."""
    query = _visible(person).order_by(SkillCheck.id.desc()).limit(limit)
    return db.scalars(query).unique().all()


def check_of(db: Session, person: User, key: str) -> SkillCheck:
    """A check by its key if the person may see it; raises NotFound otherwise."""
    check = db.scalars(_visible(person).where(SkillCheck.key == key)).unique().one_or_none()
    if check is None:
        raise NotFound
    return check


def _visible(person: User) -> Select[SkillCheck]:
    query = select(SkillCheck).options(
        selectinload(SkillCheck.participants).joinedload(SkillCheckParticipant.user),
        selectinload(SkillCheck.examiner),
        selectinload(SkillCheck.corrected_by),
        selectinload(SkillCheck.corrects),
    )
    match person.role:
        case Role.ADMINISTRATOR:
            return query
        case Role.INSTRUCTOR:
            led = cohorts.visible_cohorts(person).with_only_columns(Cohort.id)
            return query.where(
                or_(SkillCheck.examiner_id == person.id, SkillCheck.cohort_id.in_(led))
            )
        case _:
            own = select(SkillCheckParticipant.check_id).where(
                SkillCheckParticipant.user_id == person.id
            )
            return query.where(SkillCheck.id.in_(own))


def results_of(db: Session, trainee: User) -> Sequence[SkillCheckParticipant]:
    """The trainee's own results that were not corrected, newest first."""
    query = (
        select(SkillCheckParticipant)
        .join(SkillCheckParticipant.check)
        .options(
            selectinload(SkillCheckParticipant.check).joinedload(SkillCheck.examiner),
        )
        .where(SkillCheckParticipant.user_id == trainee.id, _is_current())
    )
    return db.scalars(query.order_by(SkillCheckParticipant.id.desc())).all()


def _is_current() -> ColumnElement[bool]:
    later = aliased(SkillCheck)
    return ~select(later.id).where(later.corrects_id == SkillCheck.id).exists()


def result_in(check: SkillCheck, user_id: int) -> SkillCheckParticipant:
    """One person's result in a check; raises NotFound when she was not in it."""
    for participant in check.participants:
        if participant.user_id == user_id:
            return participant
    raise NotFound


def result_by_key(check: SkillCheck, user_key: str) -> SkillCheckParticipant:
    """The result of the person with this key; raises NotFound when she was not in the check."""
    for participant in check.participants:
        if participant.user.key == user_key:
            return participant
    raise NotFound


def visible_results(check: SkillCheck, person: User) -> list[SkillCheckParticipant]:
    """Staff see every result of the check, a trainee only her own."""
    return [
        participant
        for participant in check.participants
        if person.is_staff or participant.user_id == person.id
    ]


def given_of(check: SkillCheck) -> dict[str, str]:
    """The recorded marks under the field names of the grading form."""
    given: dict[str, str] = {}
    for participant in check.participants:
        key, marks = participant.user.key, participant.marks
        given |= {f"mark-{key}-{step}": mark for step, mark in marks["steps"].items()}
        given |= {f"reason-{key}-{step}": text for step, text in marks["step_reasons"].items()}
        given |= {f"critical-{key}-{fail}": "1" for fail in marks["critical_fails"]}
        given |= {f"why-{key}-{fail}": text for fail, text in marks["critical_fails"].items()}
        given[f"role-{key}-is"] = participant.role
        given[f"comment-{key}-is"] = participant.comment
    return given


# The fields of a PassedSheet in their order; whole rows of 1,000 trainees would cost much more.
_PRINTED = (
    SkillCheckParticipant.sheet_key,
    SkillCheck.held_on,
    SkillCheck.key,
    User.key,
    User.latin_name,
    SkillCheck.language,
    SkillCheck.place,
    SkillCheckParticipant.acknowledged_at.is_not(None),
)

# By the course's slug: the person's id and a check that she passed.
Passes = Mapping[str, Sequence[tuple[int, PassedSheet]]]


def passed_sheets(
    db: Session,
    user_ids: Collection[int],
    slug: str,
    after: Mapping[int, date] | None = None,
) -> dict[int, dict[str, PassedSheet]]:
    """For each person the sheets of the course she has passed, each by its earliest check.

    Corrected checks do not count, nor checks held on or before the person's day in `after`. An
    acknowledged check goes before one that is not. One query.
    """
    return sheets_of(passes_in(db, user_ids, [slug]), slug, after)


def passes_in(db: Session, user_ids: Collection[int], slugs: Collection[str]) -> Passes:
    """Every check that each person passed in the courses and that stands, oldest first."""
    query = (
        select(SkillCheckParticipant.course_slug, SkillCheckParticipant.user_id, *_PRINTED)
        .join(SkillCheck, SkillCheck.id == SkillCheckParticipant.check_id)
        .join(User, User.id == SkillCheck.examiner_id)
        .where(
            SkillCheckParticipant.user_id.in_(user_ids),
            SkillCheckParticipant.course_slug.in_(slugs),
            SkillCheckParticipant.result == Result.PASSED,
            _is_current(),
        )
        .order_by(SkillCheck.held_on, SkillCheck.id)
    )
    found: dict[str, list[tuple[int, PassedSheet]]] = {slug: [] for slug in slugs}
    for slug, user_id, *printed in db.execute(query):
        found[slug].append((user_id, PassedSheet(*printed)))
    return found


def sheets_of(
    passes: Passes, slug: str, after: Mapping[int, date] | None = None
) -> dict[int, dict[str, PassedSheet]]:
    """The sheets of one course that each person has passed; as `passed_sheets`."""
    passed: dict[int, dict[str, PassedSheet]] = {}
    for user_id, sheet in passes[slug]:
        if after is not None and sheet.held_on <= after.get(user_id, date.min):
            continue
        sheets = passed.setdefault(user_id, {})
        known = sheets.get(sheet.sheet_key)
        if known is None or (sheet.acknowledged and not known.acknowledged):
            sheets[sheet.sheet_key] = sheet
    return passed


def export_checks(db: Session, person: User) -> list[dict[str, Any]]:
    """Everything this room keeps about a trainee, as plain data."""
    query = (
        select(SkillCheckParticipant)
        .options(selectinload(SkillCheckParticipant.check))
        .where(SkillCheckParticipant.user_id == person.id)
        .order_by(SkillCheckParticipant.id)
    )
    return [_exported(result) for result in db.scalars(query)]


def _exported(result: SkillCheckParticipant) -> dict[str, Any]:
    return {
        "course": result.course_slug,
        "sheet": result.sheet_key,
        "held_on": result.held_on.isoformat(),
        "place": result.check.place,
        "language": result.check.language,
        "equipment": result.check.equipment,
        "attempt_of_day": result.attempt_of_day,
        "correction": result.correction,
        "role": result.role,
        "result": result.result.value,
        "marks": result.marks,
        "comment": result.comment,
        "acknowledged_at": result.acknowledged_at.isoformat() if result.acknowledged_at else None,
        "acknowledged_by": result.acknowledged_by.value if result.acknowledged_by else None,
    }
