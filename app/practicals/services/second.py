"""The second examiner: the same performance, graded without seeing the first examiner's marks."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from app.accounts import services as accounts
from app.accounts.models import User
from app.core import audit
from app.core.errors import NotFound
from app.core.events import digest_of, require_same
from app.courses.types import Sheet
from app.practicals.models import SecondGrading, SkillCheck, SkillCheckParticipant
from app.practicals.rendering import is_team, recorded_sheet
from app.practicals.services.choosing import candidates
from app.practicals.services.marks import complete_marks, marks_alike, marks_json
from app.practicals.services.reading import standing_of
from app.practicals.services.settling import differences, lock
from app.practicals.types import (
    NotSecondExaminer,
    NotWaiting,
    OneResultForAll,
    ParticipantDraft,
    SecondDraft,
    Standing,
)


def waiting_checks(db: Session, person: User, today: date) -> list[SkillCheck]:
    """The checks that wait today for a second examiner, of those whom this person could be."""
    granted = accounts.examinable_sheets(db, person, today)
    query = (
        select(SkillCheck)
        .options(
            selectinload(SkillCheck.participants).joinedload(SkillCheckParticipant.user),
            selectinload(SkillCheck.examiner),
            selectinload(SkillCheck.corrected_by),
        )
        .where(
            SkillCheck.standing == Standing.WAITING,
            SkillCheck.examiner_id != person.id,
            tuple_(SkillCheck.course_slug, SkillCheck.sheet_key).in_(sorted(granted)),
            # What was recorded on an earlier day, in any zone, has lapsed.
            SkillCheck.recorded_at >= datetime.combine(today, time(), UTC) - timedelta(days=1),
        )
        .order_by(SkillCheck.id)
    )
    if not granted:
        return []
    waiting = [c for c in db.scalars(query) if standing_of(c, today) is Standing.WAITING]
    return [check for check in waiting if may_second(db, check, person, today)]


def may_second(db: Session, check: SkillCheck, person: User, today: date) -> bool:
    """Whether the person may be the check's second examiner now.

    She is another person, holds a grant for the sheet on the day of the check and today, and could
    have graded each of the people herself.
    """
    slug, key = check.course_slug, check.sheet_key
    ids = [participant.user_id for participant in check.participants]
    return (
        standing_of(check, today) is Standing.WAITING
        and check.corrected_by is None
        and person.id not in {check.examiner_id, *ids}
        and all(accounts.may_examine(db, person, slug, key, day) for day in {check.held_on, today})
        and len(candidates(db, person, slug, ids, check.session)) == len(ids)
    )


def check_to_second(db: Session, person: User, key: str, today: date) -> SkillCheck:
    """A check that the person may grade as its second examiner, or has graded as such.

    Raises NotFound for any other.
    """
    check = db.scalars(select(SkillCheck).where(SkillCheck.key == key)).one_or_none()
    if check is None:
        raise NotFound
    is_second = check.second is not None and check.second.examiner_id == person.id
    if not is_second and not may_second(db, check, person, today):
        raise NotFound
    return check


def record_second(
    db: Session, check: SkillCheck, draft: SecondDraft, by: User, today: date, at: datetime
) -> SecondGrading:
    """Write the second examiner's marks; the result counts at once where the two do not differ.

    Raises EventConflict, NotWaiting, NotSecondExaminer, StepMissing, ReasonMissing or
    OneResultForAll.
    """
    lock(db, check)
    known = db.scalars(
        select(SecondGrading).where(SecondGrading.event_id == draft.event_id)
    ).one_or_none()
    content = {"check": check.key, "by": by.key, **asdict(draft)}
    if known is not None:
        require_same(known.content_digest, content)
        return known
    if standing_of(check, today) is not Standing.WAITING or check.corrected_by is not None:
        raise NotWaiting
    if not may_second(db, check, by, today):
        raise NotSecondExaminer
    second = SecondGrading(
        event_id=draft.event_id,
        content_digest=digest_of(content),
        check=check,
        examiner_id=by.id,
        marks=_marks(check, recorded_sheet(check), draft),
        recorded_at=at,
    )
    check.standing = Standing.DIFFERING if differences(check) else Standing.COUNTS
    db.add(second)
    try:
        db.flush()
    except IntegrityError as error:  # another second examiner was first
        raise NotWaiting from error
    audit.record(db, "practicals.second-grading", by.key, at, "skill_check", check.key)
    return second


def _marks(check: SkillCheck, sheet: Sheet, draft: SecondDraft) -> dict[str, Any]:
    given = {participant.user_id: participant for participant in draft.participants}
    rows = {row.user_id: row for row in check.participants}
    if set(given) != set(rows):
        raise NotSecondExaminer
    if is_team(check) and len({marks_alike(one) for one in given.values()}) > 1:
        raise OneResultForAll
    return {str(rows[user_id].id): _one(sheet, rows[user_id], p) for user_id, p in given.items()}


def _one(sheet: Sheet, row: SkillCheckParticipant, given: ParticipantDraft) -> dict[str, Any]:
    marks = complete_marks(sheet, given, row.user.display_name)
    return {**marks_json(given, marks), "comment": given.comment}
