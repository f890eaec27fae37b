"""Writing a finished check and its correction: who may, of whom, on which day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.types import Role
from app.core import audit
from app.core.errors import NotFound
from app.core.events import digest_of, require_same
from app.courses.types import Participants, Sheet
from app.practicals.models import SkillCheck, SkillCheckParticipant
from app.practicals.services import sessions
from app.practicals.services.choosing import candidates
from app.practicals.services.marks import complete_marks, marks_alike, marks_json, result_of
from app.practicals.services.reading import standing_of
from app.practicals.services.settling import lock
from app.practicals.services.sheets import edition_of, find_sheet, has_sheet
from app.practicals.types import (
    ATTEMPTS_A_DAY,
    DAYS_TO_RECORD,
    AcknowledgedBy,
    AlreadyCorrected,
    CheckDraft,
    Examinable,
    NoAuthority,
    NotEnrolledInCourse,
    OneResultForAll,
    OwnCheck,
    ParticipantDraft,
    SessionElsewhere,
    SettleFirst,
    Standing,
    TooManyAttemptsToday,
    WrongCorrection,
    WrongDay,
    WrongParticipants,
    WrongSignatureDay,
)


def record_check(db: Session, draft: CheckDraft, by: User, today: date, at: datetime) -> SkillCheck:
    """Write a finished check; the same event again gives the same check.

    Raises EventConflict (same event, other content), NoAuthority, OwnCheck, WrongDay,
    WrongParticipants, NotEnrolledInCourse, StepMissing, ReasonMissing, TooManyAttemptsToday,
    OneResultForAll or WrongSignatureDay; on a training day also SessionElsewhere, SessionClosed,
    SessionCancelled, NotExpected. A sheet for two examiners makes a check that waits for the
    second one.
    """
    _wait_in_line(db, draft)
    known = _known(db, draft)
    if known is not None:
        return known
    _refuse_wrong_day(draft, today)
    which = _examinable(db, draft, by, today)
    _refuse_own(draft, by)
    _refuse_wrong_number(draft, which)
    people = _people(db, draft, by)
    check = _new_check(db, draft, which, by, at)
    for participant in draft.participants:
        attempt = _next_attempt(db, draft, participant.user_id)
        if attempt > ATTEMPTS_A_DAY:
            raise TooManyAttemptsToday(name=people[participant.user_id].display_name)
        row = _participant(draft, which.sheet, participant, attempt, 0, people)
        check.participants.append(_acknowledged_on_paper(row, participant, draft, which.sheet, at))
    return _finish(db, check, "practicals.record-check", by, at)


def correct_check(
    db: Session,
    original: SkillCheck,
    draft: CheckDraft,
    reason: str,
    by: User,
    today: date,
    at: datetime,
) -> SkillCheck:
    """Write a new check that replaces `original`, which stays as it is.

    Raises AlreadyCorrected, WrongCorrection, and what record_check raises.
    """
    _wait_in_line(db, draft)
    known = _known(db, draft)
    if known is not None:
        return known
    lock(db, original)
    require_correctable(db, original, by, today)
    _refuse_other_check(original, draft)
    _refuse_wrong_signature(draft, today)
    which = _examinable(db, draft, by, today)
    _refuse_own(draft, by)
    _refuse_wrong_number(draft, which)
    # Who was checked may have left the cohort since: the check can still be wrong.
    people = {participant.user_id: participant.user for participant in original.participants}
    check = _new_check(db, draft, which, by, at)
    check.session_id = original.session_id  # also when its books are closed
    check.corrects_id, check.correction_reason = original.id, reason
    before = {participant.user_id: participant for participant in original.participants}
    for participant in draft.participants:
        old = before[participant.user_id]
        row = _participant(
            draft, which.sheet, participant, old.attempt_of_day, old.correction + 1, people
        )
        check.participants.append(_acknowledged_on_paper(row, participant, draft, which.sheet, at))
    return _finish(db, check, "practicals.correct-check", by, at)


def may_correct(db: Session, check: SkillCheck, person: User, today: date) -> bool:
    """Whether this person may replace the check by a new one today.

    While it waits for a second examiner only the first one may: she alone knows its marks. When
    nobody has come, nobody remembers the performance well enough: it is decided or done again.
    """
    is_own = check.examiner_id == person.id
    standing = standing_of(check, today)
    is_blind = standing is Standing.WAITING and not is_own
    return (
        check.corrected_by is None
        and person.is_staff
        and not is_blind
        and standing not in {Standing.DIFFERING, Standing.LAPSED}
        and has_sheet(check.course_slug, check.sheet_key)
        and (is_own or person.role is Role.ADMINISTRATOR)
        and accounts.may_examine(db, person, check.course_slug, check.sheet_key, today)
    )


def require_correctable(db: Session, check: SkillCheck, person: User, today: date) -> None:
    """Raise AlreadyCorrected, SettleFirst or NoAuthority unless `may_correct`."""
    if check.corrected_by is not None:
        raise AlreadyCorrected
    if check.standing is Standing.DIFFERING:
        raise SettleFirst
    if not may_correct(db, check, person, today):
        raise NoAuthority


def _wait_in_line(db: Session, draft: CheckDraft) -> None:
    """Checks of the same people come one after the other: a repeat then finds the first one."""
    ids = [participant.user_id for participant in draft.participants]
    people = select(User.id).where(User.id.in_(ids)).order_by(User.id)
    db.execute(people.with_for_update(key_share=True))


def _known(db: Session, draft: CheckDraft) -> SkillCheck | None:
    check = db.scalars(select(SkillCheck).where(SkillCheck.event_id == draft.event_id)).first()
    if check is not None:
        require_same(check.content_digest, content_of(draft))
    return check


def content_of(draft: CheckDraft) -> dict[str, Any]:
    """What a repeat must have alike; what is not said is left out, as before it could be said."""
    content = asdict(draft)
    for name in ("session_id", "seconds_used", "paper"):
        if content[name] is None:
            del content[name]
    for participant in content["participants"]:
        if not participant["signed_paper"]:
            del participant["signed_paper"]
    return content


def _refuse_wrong_day(draft: CheckDraft, today: date) -> None:
    if not today - timedelta(days=DAYS_TO_RECORD) <= draft.held_on <= today:
        raise WrongDay
    _refuse_wrong_signature(draft, today)


def _refuse_wrong_signature(draft: CheckDraft, today: date) -> None:
    if draft.paper is not None and not draft.held_on <= draft.paper.signed_on <= today:
        raise WrongSignatureDay


def _refuse_other_check(original: SkillCheck, draft: CheckDraft) -> None:
    same = (
        original.course_slug == draft.course_slug
        and original.sheet_key == draft.sheet_key
        and original.held_on == draft.held_on
        and {p.user_id for p in original.participants} == {p.user_id for p in draft.participants}
    )
    if not same:
        raise WrongCorrection


def _examinable(db: Session, draft: CheckDraft, by: User, today: date) -> Examinable:
    """The sheet, if `by` had authority on the day of the check and has it at signing."""
    which = find_sheet(draft.course_slug, draft.sheet_key)
    for day in {draft.held_on, today}:
        if not accounts.may_examine(db, by, which.slug, which.sheet.key, day):
            raise NoAuthority
    return which


def _people(db: Session, draft: CheckDraft, by: User) -> Mapping[int, User]:
    """Who is graded: on a training day strangers to her cohorts too, elsewhere her own trainees."""
    ids = [participant.user_id for participant in draft.participants]
    session = None
    if draft.session_id is not None:
        session = sessions.open_for_check(db, by, draft.session_id, ids)
        if session.held_on != draft.held_on:
            raise SessionElsewhere
    own = {one.id: one for one in candidates(db, by, draft.course_slug, ids, session)}
    for user_id in ids:
        if user_id not in own:
            raise _stranger(db, user_id)
    return own


def _refuse_own(draft: CheckDraft, by: User) -> None:
    if by.id in {participant.user_id for participant in draft.participants}:
        raise OwnCheck


def _stranger(db: Session, user_id: int) -> Exception:
    user = db.get(User, user_id)
    return NotEnrolledInCourse(name=user.display_name) if user is not None else NotFound()


def _refuse_wrong_number(draft: CheckDraft, which: Examinable) -> None:
    people, wanted = draft.participants, which.sheet.participants
    roles = Counter(participant.role for participant in people)
    fits = wanted.min <= len(people) <= wanted.max
    known = all(role in wanted.roles for role in roles) if wanted.roles else not any(roles)
    distinct = len({participant.user_id for participant in people}) == len(people)
    if not (fits and known and distinct and _fits_roles(roles, wanted)):
        raise WrongParticipants(least=wanted.min, most=wanted.max)
    if which.is_team and len({marks_alike(participant) for participant in people}) > 1:
        raise OneResultForAll


def _fits_roles(roles: Counter[str], wanted: Participants) -> bool:
    """Each role once; the last one for all the others where there are more people than roles."""
    shared = wanted.roles[-1:] if wanted.max > len(wanted.roles) else ()
    return not wanted.roles or all(n == 1 or role in shared for role, n in roles.items())


def _new_check(
    db: Session, draft: CheckDraft, which: Examinable, by: User, at: datetime
) -> SkillCheck:
    paper = draft.paper
    return SkillCheck(
        event_id=draft.event_id,
        content_digest=digest_of(content_of(draft)),
        course_slug=which.slug,
        sheet_key=draft.sheet_key,
        edition_id=edition_of(db, which, at).id,
        examiner_id=by.id,
        cohort_id=draft.cohort_id,
        session_id=draft.session_id,
        held_on=draft.held_on,
        place=draft.place,
        language=draft.language,
        equipment=draft.equipment,
        recorded_at=at,
        device_at=draft.device_at,
        standing=Standing.WAITING if which.sheet.second_examiner else Standing.COUNTS,
        seconds_used=draft.seconds_used,
        paper=paper.name if paper else None,
        paper_signed_by=paper.signed_by if paper else None,
        paper_signed_on=paper.signed_on if paper else None,
    )


def _acknowledged_on_paper(
    row: SkillCheckParticipant,
    participant: ParticipantDraft,
    draft: CheckDraft,
    sheet: Sheet,
    at: datetime,
) -> SkillCheckParticipant:
    signs = draft.paper is not None and participant.signed_paper
    if signs and not sheet.second_examiner:  # with two examiners there is no result to sign yet
        row.acknowledged_at, row.acknowledged_by = at, AcknowledgedBy.PAPER
    return row


def _next_attempt(db: Session, draft: CheckDraft, user_id: int) -> int:
    used = db.scalar(
        select(func.max(SkillCheckParticipant.attempt_of_day)).where(
            SkillCheckParticipant.user_id == user_id,
            SkillCheckParticipant.course_slug == draft.course_slug,
            SkillCheckParticipant.sheet_key == draft.sheet_key,
            SkillCheckParticipant.held_on == draft.held_on,
        )
    )
    return (used or 0) + 1


def _participant(
    draft: CheckDraft,
    sheet: Sheet,
    participant: ParticipantDraft,
    attempt: int,
    correction: int,
    people: Mapping[int, User],
) -> SkillCheckParticipant:
    name = people[participant.user_id].display_name
    return SkillCheckParticipant(
        user_id=participant.user_id,
        course_slug=draft.course_slug,
        sheet_key=draft.sheet_key,
        held_on=draft.held_on,
        attempt_of_day=attempt,
        correction=correction,
        role=participant.role,
        result=result_of(sheet, participant),
        marks=marks_json(participant, complete_marks(sheet, participant, name)),
        comment=participant.comment,
    )


def _finish(db: Session, check: SkillCheck, action: str, by: User, at: datetime) -> SkillCheck:
    db.add(check)
    try:
        db.flush()  # the unique constraints decide between two examiners at once
    except IntegrityError as error:
        if "corrects" in str(error.orig):
            raise AlreadyCorrected from error
        raise TooManyAttemptsToday(name="–") from error
    audit.record(db, action, by.key, at, "skill_check", check.key)
    return check
