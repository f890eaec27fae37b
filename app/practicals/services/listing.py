"""The list of skill checks for staff: filtered, and a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.practicals.models import SkillCheck, SkillCheckParticipant
from app.practicals.services.reading import IS_CURRENT, IS_PASSED, visible_checks
from app.practicals.types import CheckFilter, Result, ResultFilter, Standing

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class ChecksPage:
    """One page of the list, newest first; `number` counts from 1."""

    checks: Sequence[SkillCheck]
    number: int
    has_more: bool


def checks_by(
    db: Session, person: User, wanted: CheckFilter | None = None, page: int = 1
) -> ChecksPage:
    """The checks this person may see: her own gradings, those of her cohorts, her second ones."""
    number = max(1, min(page, 100_000))
    query = visible_checks(person).where(*_conditions(wanted or CheckFilter()))
    query = query.order_by(SkillCheck.held_on.desc(), SkillCheck.id.desc())
    query = query.limit(PER_PAGE + 1).offset((number - 1) * PER_PAGE)
    found = db.scalars(query).unique().all()
    return ChecksPage(found[:PER_PAGE], number, len(found) > PER_PAGE)


def _conditions(wanted: CheckFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.cohort_id is not None:
        found.append(SkillCheck.cohort_id == wanted.cohort_id)
    if wanted.sheet is not None:
        slug, key = wanted.sheet
        found += [SkillCheck.course_slug == slug, SkillCheck.sheet_key == key]
    if wanted.held_on is not None:
        found.append(SkillCheck.held_on == wanted.held_on)
    if wanted.result is not None:
        found += _of_result(wanted.result)
    return found


def _of_result(result: ResultFilter) -> list[ColumnElement[bool]]:
    one = SkillCheckParticipant
    people = select(one.id).where(one.check_id == SkillCheck.id)
    counts = SkillCheck.standing == Standing.COUNTS
    match result:
        case ResultFilter.PASSED:
            return [people.where(IS_PASSED).exists(), IS_CURRENT]
        case ResultFilter.FAILED:
            failed = func.coalesce(one.settled_result, one.result) == Result.FAILED
            return [people.where(failed).exists(), counts, IS_CURRENT]
        case ResultFilter.UNACKNOWLEDGED:
            return [people.where(one.acknowledged_at.is_(None)).exists(), counts, IS_CURRENT]
        case _:
            return [SkillCheck.standing != Standing.COUNTS, IS_CURRENT]
