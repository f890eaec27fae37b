"""The rules of skill checks: who may grade, what makes a pass, and how a check is corrected."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta

from sqlalchemy import Select, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased, selectinload

from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.types import Role
from app.cohorts import services as cohorts
from app.cohorts.models import CohortMember
from app.core import audit
from app.core.errors import NotFound
from app.core.events import digest_of, require_same
from app.courses.library import library, record_edition
from app.courses.types import Course, Sheet
from app.learning import services as learning
from app.practicals.models import SkillCheck, SkillCheckParticipant
from app.practicals.types import (
    ATTEMPTS_A_DAY,
    DAYS_TO_RECORD,
    AcknowledgedBy,
    AlreadyCorrected,
    CheckDraft,
    Mark,
    NoAuthority,
    NotCurrent,
    NotEnrolledInCourse,
    OwnCheck,
    ParticipantDraft,
    PassedSheet,
    ReasonMissing,
    Result,
    StepMissing,
    TooManyAttemptsToday,
    WrongCorrection,
    WrongDay,
    WrongParticipants,
    WrongPin,
)


def sheets_to_examine(db: Session, person: User, on: date) -> list[tuple[Course, Sheet]]:
    """The sheets that this person may examine on that day."""
    return [
        (course, sheet)
        for course in library().courses
        for sheet in course.sheets
        if accounts.may_examine(db, person, course.slug, sheet.key, on)
    ]


def candidates(db: Session, examiner: User, slug: str) -> Sequence[User]:
    """The trainees whom this person may grade in a course: those of her own cohorts."""
    led = cohorts.visible_cohorts(examiner).with_only_columns(cohorts.Cohort.id)
    query = (
        select(User)
        .join(CohortMember, CohortMember.user_id == User.id)
        .where(CohortMember.cohort_id.in_(led), CohortMember.withdrawn_at.is_(None))
        .distinct()
    )
    people = db.scalars(query.order_by(User.latin_name, User.id)).all()
    enrolled = learning.enrolled_in(db, [person.id for person in people], slug)
    return [person for person in people if person.id in enrolled]


def record_check(db: Session, draft: CheckDraft, by: User, today: date, at: datetime) -> SkillCheck:
    """Write a finished check; the same event again gives the same check.

    Raises EventConflict (same event, other content), NoAuthority, OwnCheck, WrongDay,
    WrongParticipants, NotEnrolledInCourse, StepMissing, ReasonMissing or TooManyAttemptsToday.
    """
    known = _known(db, draft)
    if known is not None:
        return known
    _refuse_wrong_day(draft.held_on, today)
    course, sheet = _examinable(db, draft, by, today)
    people = _people(db, draft, sheet, by)
    check = _new_check(db, draft, course, by, at)
    for participant in draft.participants:
        attempt = _next_attempt(db, draft, participant.user_id)
        if attempt > ATTEMPTS_A_DAY:
            raise TooManyAttemptsToday(name=people[participant.user_id].display_name)
        check.participants.append(_participant(draft, sheet, participant, attempt, 0, people))
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
    known = _known(db, draft)
    if known is not None:
        return known
    _refuse_other_check(original, draft)
    course, sheet = _examinable(db, draft, by, today)
    people = _people(db, draft, sheet, by)
    check = _new_check(db, draft, course, by, at)
    check.corrects_id, check.correction_reason = original.id, reason
    before = {participant.user_id: participant for participant in original.participants}
    for participant in draft.participants:
        old = before[participant.user_id]
        check.participants.append(
            _participant(draft, sheet, participant, old.attempt_of_day, old.correction + 1, people)
        )
    return _finish(db, check, "practicals.correct-check", by, at)


def _known(db: Session, draft: CheckDraft) -> SkillCheck | None:
    check = db.scalars(select(SkillCheck).where(SkillCheck.event_id == draft.event_id)).first()
    if check is not None:
        require_same(check.content_digest, asdict(draft))
    return check


def _refuse_wrong_day(held_on: date, today: date) -> None:
    if not today - timedelta(days=DAYS_TO_RECORD) <= held_on <= today:
        raise WrongDay


def _refuse_other_check(original: SkillCheck, draft: CheckDraft) -> None:
    if original.corrected_by is not None:
        raise AlreadyCorrected
    same = (
        original.course_slug == draft.course_slug
        and original.sheet_key == draft.sheet_key
        and original.held_on == draft.held_on
        and {p.user_id for p in original.participants} == {p.user_id for p in draft.participants}
    )
    if not same:
        raise WrongCorrection


def _examinable(db: Session, draft: CheckDraft, by: User, today: date) -> tuple[Course, Sheet]:
    """The sheet, if `by` had authority on the day of the check and has it at signing."""
    course = library().course(draft.course_slug)
    sheet = course.sheet(draft.sheet_key)
    for day in {draft.held_on, today}:
        if not accounts.may_examine(db, by, course.slug, sheet.key, day):
            raise NoAuthority
    return course, sheet


def _people(db: Session, draft: CheckDraft, sheet: Sheet, by: User) -> Mapping[int, User]:
    ids = [participant.user_id for participant in draft.participants]
    if by.id in ids:
        raise OwnCheck
    _refuse_wrong_number(draft, sheet)
    own = {person.id: person for person in candidates(db, by, draft.course_slug)}
    for user_id in ids:
        if user_id not in own:
            raise _stranger(db, user_id)
    return own


def _stranger(db: Session, user_id: int) -> Exception:
    user = db.get(User, user_id)
    return NotEnrolledInCourse(name=user.display_name) if user is not None else NotFound()


def _refuse_wrong_number(draft: CheckDraft, sheet: Sheet) -> None:
    roles = [participant.role for participant in draft.participants]
    wanted = sheet.participants
    fits = wanted.min <= len(roles) <= wanted.max
    known = all(role in wanted.roles for role in roles) if wanted.roles else not any(roles)
    ids = {participant.user_id for participant in draft.participants}
    distinct = len(ids) == len(roles) and (not wanted.roles or len(set(roles)) == len(roles))
    if not (fits and known and distinct):
        raise WrongParticipants(least=wanted.min, most=wanted.max)


def _new_check(
    db: Session, draft: CheckDraft, course: Course, by: User, at: datetime
) -> SkillCheck:
    return SkillCheck(
        event_id=draft.event_id,
        content_digest=digest_of(asdict(draft)),
        course_slug=course.slug,
        sheet_key=draft.sheet_key,
        edition_id=record_edition(db, course, at).id,
        examiner_id=by.id,
        cohort_id=draft.cohort_id,
        held_on=draft.held_on,
        place=draft.place,
        language=draft.language,
        equipment=draft.equipment,
        recorded_at=at,
        device_at=draft.device_at,
    )


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
    marks = complete_marks(sheet, participant, name)
    return SkillCheckParticipant(
        user_id=participant.user_id,
        course_slug=draft.course_slug,
        sheet_key=draft.sheet_key,
        held_on=draft.held_on,
        attempt_of_day=attempt,
        correction=correction,
        role=participant.role,
        result=result_of(sheet, participant),
        marks={
            "steps": {key: mark.value for key, mark in marks.items()},
            "step_reasons": dict(participant.step_reasons),
            "critical_fails": dict(participant.critical_fails),
        },
        comment=participant.comment,
    )


def critical_happened(sheet: Sheet, participant: ParticipantDraft) -> bool:
    """Whether a critical fail or a failed critical step ended the attempt."""
    failed = {step.key for step in sheet.steps if step.critical} & {
        key for key, mark in participant.marks.items() if mark is Mark.FAILED
    }
    return bool(failed or participant.critical_fails)


def complete_marks(sheet: Sheet, participant: ParticipantDraft, name: str) -> dict[str, Mark]:
    """A mark for every step of the sheet.

    Raises StepMissing when one is open although nothing ended the attempt, and ReasonMissing for
    a critical fail or a failed critical step without a reason.
    """
    ended = critical_happened(sheet, participant)
    marks = {step.key: participant.marks.get(step.key, Mark.NOT_DONE) for step in sheet.steps}
    if not ended and Mark.NOT_DONE in marks.values():
        raise StepMissing(name=name)
    for step in sheet.steps:
        reason = participant.step_reasons.get(step.key, "")
        if step.critical and marks[step.key] is Mark.FAILED and not reason.strip():
            raise ReasonMissing(name=name)
    known = set(participant.critical_fails) <= set(sheet.critical_fails)
    if not known or not all(text.strip() for text in participant.critical_fails.values()):
        raise ReasonMissing(name=name)
    return marks


def result_of(sheet: Sheet, participant: ParticipantDraft) -> Result:
    """Passed when every step is passed and no critical fail happened (curriculum)."""
    all_passed = all(participant.marks.get(step.key) is Mark.PASSED for step in sheet.steps)
    clean = not critical_happened(sheet, participant)
    return Result.PASSED if all_passed and clean else Result.FAILED


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


def _visible(person: User) -> Select[tuple[SkillCheck]]:
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
            led = cohorts.visible_cohorts(person).with_only_columns(cohorts.Cohort.id)
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


def _is_current() -> object:
    later = aliased(SkillCheck)
    return ~select(later.id).where(later.corrects_id == SkillCheck.id).exists()


def result_in(check: SkillCheck, user_id: int) -> SkillCheckParticipant:
    """One person's result in a check; raises NotFound when she was not in it."""
    for participant in check.participants:
        if participant.user_id == user_id:
            return participant
    raise NotFound


def acknowledge(
    db: Session,
    result: SkillCheckParticipant,
    how: AcknowledgedBy,
    event_id: str,
    at: datetime,
) -> SkillCheckParticipant:
    """Record that the trainee has seen the result; again changes nothing.

    Raises NotCurrent when the check was corrected.
    """
    if result.check.corrected_by is not None:
        raise NotCurrent
    if result.acknowledged_at is None:
        result.acknowledged_at, result.acknowledged_by = at, how
        result.acknowledge_event_id = event_id
        db.flush()  # the event id is unique: the same one for another result fails here
        audit.record(
            db, "practicals.acknowledge", result.user.key, at, "skill_check", result.check.key
        )
    return result


def require_pin(is_right: bool) -> None:
    """Raise WrongPin unless the trainee's PIN was right."""
    if not is_right:
        raise WrongPin


def passed_sheets(
    db: Session, user_ids: Collection[int], slug: str
) -> dict[int, dict[str, PassedSheet]]:
    """For each person the sheets of the course she has passed, each by its earliest check.

    Corrected checks do not count. An acknowledged check goes before one that is not. One query.
    """
    query = (
        select(SkillCheckParticipant, SkillCheck, User)
        .join(SkillCheck, SkillCheck.id == SkillCheckParticipant.check_id)
        .join(User, User.id == SkillCheck.examiner_id)
        .where(
            SkillCheckParticipant.user_id.in_(user_ids),
            SkillCheckParticipant.course_slug == slug,
            SkillCheckParticipant.result == Result.PASSED,
            _is_current(),  # type: ignore[arg-type]
        )
        .order_by(SkillCheck.held_on, SkillCheck.id)
    )
    passed: dict[int, dict[str, PassedSheet]] = {}
    for result, check, examiner in db.execute(query).tuples():
        sheets = passed.setdefault(result.user_id, {})
        known = sheets.get(result.sheet_key)
        if known is None or (result.acknowledged_at is not None and not known.acknowledged):
            sheets[result.sheet_key] = _passed(result, check, examiner)
    return passed


def _passed(result: SkillCheckParticipant, check: SkillCheck, examiner: User) -> PassedSheet:
    return PassedSheet(
        sheet_key=result.sheet_key,
        held_on=check.held_on,
        check_key=check.key,
        examiner_key=examiner.key,
        examiner_name=examiner.latin_name,
        language=check.language,
        place=check.place,
        acknowledged=result.acknowledged_at is not None,
    )
