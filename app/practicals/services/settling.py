"""Two examiners who differ: what differs, who proposed what, who agreed, and what follows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.types import Role
from app.core import audit
from app.core.errors import EventConflict
from app.core.events import digest_of, require_same
from app.practicals.models import CheckSettlement, SkillCheck, SkillCheckParticipant
from app.practicals.services.reading import standing_of
from app.practicals.types import (
    Difference,
    FinalMarks,
    Mark,
    NothingToSettle,
    NotYours,
    ProposalReplaced,
    Result,
    Settled,
    SettleEveryStep,
    Standing,
)


def differences(check: SkillCheck) -> list[Difference]:
    """Where the two examiners differ, person by person in the sheet's order.

    A step that only one of them marked is no difference: the other's attempt had ended.
    """
    if check.second is None:
        return []
    return [
        difference
        for row in check.participants
        for difference in _of_one(row, check.second.marks[str(row.id)])
    ]


def _of_one(row: SkillCheckParticipant, second: Mapping[str, Any]) -> list[Difference]:
    found = []
    for key, mark in row.marks["steps"].items():
        marks = Mark(mark), Mark(second["steps"].get(key, Mark.NOT_DONE))
        if set(marks) == {Mark.PASSED, Mark.FAILED}:
            found.append(Difference(row.id, f"step:{key}", *marks))
    seen = row.marks["critical_fails"], second["critical_fails"]
    for key in dict.fromkeys([*seen[0], *seen[1]]):
        if (key in seen[0]) != (key in seen[1]):
            marks = _happened(key in seen[0]), _happened(key in seen[1])
            found.append(Difference(row.id, f"critical:{key}", *marks))
    return found


def _happened(has: bool) -> Mark:
    return Mark.FAILED if has else Mark.PASSED


def may_settle(check: SkillCheck, person: User) -> bool:
    """Whether the person may propose (the two examiners) or decide (an administrator)."""
    return (
        check.standing is Standing.DIFFERING
        and check.corrected_by is None
        and (_is_examiner(check, person) or _decides(check, person))
    )


def may_decide_lapsed(check: SkillCheck, person: User, today: date) -> bool:
    """Whether the person may let a check count that no second examiner has seen."""
    is_lapsed = standing_of(check, today) is Standing.LAPSED and check.corrected_by is None
    return is_lapsed and _decides(check, person)


def _is_examiner(check: SkillCheck, person: User) -> bool:
    second = check.second.examiner_id if check.second else None
    return person.id in {check.examiner_id, second}


def _decides(check: SkillCheck, person: User) -> bool:
    """An administrator decides over others' marks, not over her own."""
    return person.role is Role.ADMINISTRATOR and not _is_examiner(check, person)


def newest_proposal(check: SkillCheck) -> CheckSettlement | None:
    """The proposal that waits for the other examiner's word."""
    last = check.settlements[-1] if check.settlements else None
    return last if last is not None and last.agreed_at is None else None


def settle(
    db: Session, check: SkillCheck, settled: Settled, event_id: str, by: User, at: datetime
) -> CheckSettlement:
    """Propose how each difference is settled; an administrator's word decides at once.

    Raises EventConflict, NothingToSettle, NotYours or SettleEveryStep.
    """
    lock(db, check)
    content = {"check": check.key, "by": by.key, "settled": _json(settled)}
    known = _known(db, event_id, content)
    if known is not None:
        return known
    if check.standing is not Standing.DIFFERING or check.corrected_by is not None:
        raise NothingToSettle
    if not may_settle(check, by):
        raise NotYours
    _require_all(check, settled)
    new = _add(db, check, _json(settled), None, event_id, content, by, at)
    if _decides(check, by):
        _agree(db, check, new, by, at, "practicals.decide-check")
    else:
        audit.record(db, "practicals.propose-settlement", by.key, at, "skill_check", check.key)
    return new


def agree(
    db: Session, check: SkillCheck, key: str, event_id: str, by: User, at: datetime
) -> CheckSettlement:
    """Agree with the newest proposal of the other examiner: the result follows at once.

    Raises EventConflict, NothingToSettle, ProposalReplaced or NotYours.
    """
    lock(db, check)
    known = db.scalars(
        select(CheckSettlement).where(CheckSettlement.agree_event_id == event_id)
    ).one_or_none()
    if known is not None:
        if (known.key, known.agreed_by_id) != (key, by.id):
            raise EventConflict
        return known
    if check.standing is not Standing.DIFFERING or check.corrected_by is not None:
        raise NothingToSettle
    proposal = newest_proposal(check)
    if proposal is None or proposal.key != key:
        raise ProposalReplaced
    if not _is_examiner(check, by) or proposal.proposed_by_id == by.id:
        raise NotYours
    proposal.agree_event_id = event_id
    _agree(db, check, proposal, by, at, "practicals.settle-check")
    return proposal


def decide_lapsed(
    db: Session,
    check: SkillCheck,
    reason: str,
    event_id: str,
    by: User,
    today: date,
    at: datetime,
) -> CheckSettlement:
    """Let the first examiner's marks count although nobody came as second examiner that day.

    Raises EventConflict, NotYours, NothingToSettle (it has not lapsed) or SettleEveryStep
    (without a reason).
    """
    lock(db, check)
    content = {"check": check.key, "by": by.key, "reason": reason}
    known = _known(db, event_id, content)
    if known is not None:
        return known
    if standing_of(check, today) is not Standing.LAPSED or check.corrected_by is not None:
        raise NothingToSettle
    if not _decides(check, by):
        raise NotYours
    if not reason.strip():
        raise SettleEveryStep
    new = _add(db, check, {}, reason, event_id, content, by, at)
    new.agreed_by_id, new.agreed_at = by.id, at
    check.standing = Standing.COUNTS
    db.flush()
    audit.record(db, "practicals.decide-check", by.key, at, "skill_check", check.key)
    return new


def lock(db: Session, check: SkillCheck) -> None:
    """Acts on one check come one after the other, and see what the one before has written."""
    query = select(SkillCheck).where(SkillCheck.id == check.id).with_for_update()
    db.execute(query.execution_options(populate_existing=True)).scalar_one()
    db.expire(check, ["second", "settlements", "corrected_by", "participants"])


def _known(db: Session, event_id: str, content: Mapping[str, object]) -> CheckSettlement | None:
    query = select(CheckSettlement).where(CheckSettlement.event_id == event_id)
    known = db.scalars(query).one_or_none()
    if known is not None:
        require_same(known.content_digest, content)
    return known


def _json(settled: Settled) -> dict[str, Any]:
    return {
        str(row): {
            place: {"mark": one.mark.value, "reason": one.reason} for place, one in many.items()
        }
        for row, many in settled.items()
    }


def _require_all(check: SkillCheck, settled: Settled) -> None:
    wanted = {(one.participant_id, one.place) for one in differences(check)}
    given = {
        (row, place)
        for row, many in settled.items()
        for place, one in many.items()
        if one.mark is not Mark.NOT_DONE and one.reason.strip()
    }
    if given != wanted:
        raise SettleEveryStep


def _add(
    db: Session,
    check: SkillCheck,
    settled: dict[str, Any],
    reason: str | None,
    event_id: str,
    content: Mapping[str, object],
    by: User,
    at: datetime,
) -> CheckSettlement:
    new = CheckSettlement(
        check=check,
        number=len(check.settlements) + 1,
        event_id=event_id,
        content_digest=digest_of(content),
        settled=settled,
        reason=reason,
        proposed_by_id=by.id,
        proposed_at=at,
    )
    db.add(new)
    db.flush()
    return new


def _agree(
    db: Session, check: SkillCheck, which: CheckSettlement, by: User, at: datetime, action: str
) -> None:
    which.agreed_by_id, which.agreed_at = by.id, at
    for row in check.participants:
        settled = which.settled.get(str(row.id), {})
        second = check.second.marks[str(row.id)] if check.second else row.marks
        row.settled_marks = settled or None
        row.settled_result = _result(row.marks, second, settled)
    check.standing = Standing.COUNTS
    db.flush()
    audit.record(db, action, by.key, at, "skill_check", check.key)


def _result(
    first: Mapping[str, Any], second: Mapping[str, Any], settled: Mapping[str, Any]
) -> Result:
    """Passed when every step is passed, as settled or as either examiner marked it, and no
    critical fail is left."""
    steps = _final_steps(first, second, settled)
    fails = _final_fails(first, second, settled)
    all_passed = all(mark is Mark.PASSED for mark in steps.values())
    return Result.PASSED if all_passed and not fails else Result.FAILED


def _final_steps(
    first: Mapping[str, Any], second: Mapping[str, Any], settled: Mapping[str, Any]
) -> dict[str, Mark]:
    found = {}
    for key, mark in first["steps"].items():
        either = {Mark(mark), Mark(second["steps"].get(key, Mark.NOT_DONE))}
        agreed = Mark.FAILED if Mark.FAILED in either else Mark.PASSED
        known = agreed if either != {Mark.NOT_DONE} else Mark.NOT_DONE
        one = settled.get(f"step:{key}")
        found[key] = Mark(one["mark"]) if one else known
    return found


def _final_fails(
    first: Mapping[str, Any], second: Mapping[str, Any], settled: Mapping[str, Any]
) -> dict[str, str]:
    fails = {**second["critical_fails"], **first["critical_fails"]}
    passed = {place for place, one in settled.items() if Mark(one["mark"]) is Mark.PASSED}
    return {key: text for key, text in fails.items() if f"critical:{key}" not in passed}


def final_marks(row: SkillCheckParticipant) -> FinalMarks:
    """The marks of a participant as they count: as settled, or as either examiner marked."""
    check = row.check
    second = check.second.marks[str(row.id)] if check.second else row.marks
    settled = row.settled_marks or {}
    reasons = {**second["step_reasons"], **row.marks["step_reasons"]}
    return FinalMarks(
        _final_steps(row.marks, second, settled), reasons, _final_fails(row.marks, second, settled)
    )
