"""Writing a finished check and its correction: who may, of whom, on which day."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta

from sqlalchemy import Select, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.types import Role
from app.cohorts import services as cohorts
from app.cohorts.models import Cohort, CohortMember
from app.core import audit
from app.core.errors import NotFound
from app.core.events import digest_of, require_same
from app.courses.library import library, record_edition
from app.courses.types import Course, Sheet
from app.learning import services as learning
from app.practicals.models import SkillCheck, SkillCheckParticipant
from app.practicals.services import sessions
from app.practicals.services.marks import complete_marks, result_of
from app.practicals.types import (
    ATTEMPTS_A_DAY,
    DAYS_TO_RECORD,
    AlreadyCorrected,
    CheckDraft,
    NoAuthority,
    NotEnrolledInCourse,
    OwnCheck,
    ParticipantDraft,
    TooManyAttemptsToday,
    WrongCorrection,
    WrongDay,
    WrongParticipants,
)


def sheets_to_examine(db: Session, person: User, on: date) -> list[tuple[Course, Sheet]]:
    """The sheets that this person may examine on that day."""
    return [
        (course, sheet)
        for course in library().courses
        for sheet in course.sheets
        if accounts.may_examine(db, person, course.slug, sheet.key, on)
    ]


def candidates(
    db: Session, examiner: User, slug: str, ids: Collection[int] | None = None
) -> Sequence[User]:
    """The trainees whom this person may grade in a course: of her own cohorts and training days.

    With `ids` only those of these people.
    """
    days = sessions.people_to_examine(examiner)
    query = select(User).where(or_(User.id.in_(_own_trainees(examiner)), User.id.in_(days)))
    if ids is not None:
        query = query.where(User.id.in_(ids))
    people = db.scalars(query.order_by(User.latin_name, User.id)).all()
    enrolled = learning.enrolled_in(db, [person.id for person in people], slug)
    return [person for person in people if person.id in enrolled]


def _own_trainees(person: User) -> Select[int]:
    led = cohorts.visible_cohorts(person).with_only_columns(Cohort.id)
    return select(CohortMember.user_id).where(
        CohortMember.cohort_id.in_(led), CohortMember.withdrawn_at.is_(None)
    )


def shared_cohort(db: Session, person: User, people: Sequence[User]) -> int | None:
    """The id of a cohort of this person in which all of the people are, if there is one."""
    led = cohorts.visible_cohorts(person).with_only_columns(Cohort.id)
    ids = [member.id for member in people]
    query = (
        select(CohortMember.cohort_id)
        .where(
            CohortMember.user_id.in_(ids),
            CohortMember.withdrawn_at.is_(None),
            CohortMember.cohort_id.in_(led),
        )
        .group_by(CohortMember.cohort_id)
        .having(func.count() == len(ids))
        .order_by(CohortMember.cohort_id.desc())
    )
    return db.scalars(query.limit(1)).first()


def record_check(db: Session, draft: CheckDraft, by: User, today: date, at: datetime) -> SkillCheck:
    """Write a finished check; the same event again gives the same check.

    Raises EventConflict (same event, other content), NoAuthority, OwnCheck, WrongDay,
    WrongParticipants, NotEnrolledInCourse, StepMissing, ReasonMissing or TooManyAttemptsToday;
    on a training day also SessionClosed, SessionCancelled, NotExpected.
    """
    _wait_in_line(db, draft)
    known = _known(db, draft)
    if known is not None:
        return known
    _refuse_wrong_day(draft.held_on, today)
    course, sheet = _examinable(db, draft, by, today)
    people = _people(db, draft, sheet, by)
    _join_session(db, draft, by)
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
    _wait_in_line(db, draft)
    known = _known(db, draft)
    if known is not None:
        return known
    require_correctable(db, original, by, today)
    _refuse_other_check(original, draft)
    course, sheet = _examinable(db, draft, by, today)
    _refuse_own(draft, by)
    _refuse_wrong_number(draft, sheet)
    # Who was checked may have left the cohort since: the check can still be wrong.
    people = {participant.user_id: participant.user for participant in original.participants}
    check = _new_check(db, draft, course, by, at)
    check.corrects_id, check.correction_reason = original.id, reason
    check.session_id = original.session_id  # also when its books are closed
    before = {participant.user_id: participant for participant in original.participants}
    for participant in draft.participants:
        old = before[participant.user_id]
        check.participants.append(
            _participant(draft, sheet, participant, old.attempt_of_day, old.correction + 1, people)
        )
    return _finish(db, check, "practicals.correct-check", by, at)


def may_correct(db: Session, check: SkillCheck, person: User, today: date) -> bool:
    """Whether this person may replace the check by a new one today."""
    return (
        check.corrected_by is None
        and person.is_staff
        and has_sheet(check)
        and (check.examiner_id == person.id or person.role is Role.ADMINISTRATOR)
        and accounts.may_examine(db, person, check.course_slug, check.sheet_key, today)
    )


def has_sheet(check: SkillCheck) -> bool:
    """Whether today's course still has the sheet of the check."""
    slug = check.course_slug
    keys = library().course(slug).sheets if library().has_course(slug) else ()
    return check.sheet_key in {sheet.key for sheet in keys}


def require_correctable(db: Session, check: SkillCheck, person: User, today: date) -> None:
    """Raise AlreadyCorrected or NoAuthority unless `may_correct`."""
    if check.corrected_by is not None:
        raise AlreadyCorrected
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
        require_same(check.content_digest, asdict(draft))
    return check


def _refuse_wrong_day(held_on: date, today: date) -> None:
    if not today - timedelta(days=DAYS_TO_RECORD) <= held_on <= today:
        raise WrongDay


def _refuse_other_check(original: SkillCheck, draft: CheckDraft) -> None:
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
    _refuse_own(draft, by)
    _refuse_wrong_number(draft, sheet)
    own = {person.id: person for person in candidates(db, by, draft.course_slug, ids)}
    for user_id in ids:
        if user_id not in own:
            raise _stranger(db, user_id)
    return own


def _join_session(db: Session, draft: CheckDraft, by: User) -> None:
    """An examiner of a training day grades strangers to her cohorts there and nowhere else."""
    ids = [participant.user_id for participant in draft.participants]
    if draft.session_id is not None:
        session = sessions.open_for_check(db, by, draft.session_id, ids)
        if session.held_on != draft.held_on:
            raise WrongDay
        return
    own = set(db.scalars(_own_trainees(by).where(CohortMember.user_id.in_(ids))))
    for user_id in ids:
        if user_id not in own:
            raise _stranger(db, user_id)


def _refuse_own(draft: CheckDraft, by: User) -> None:
    if by.id in {participant.user_id for participant in draft.participants}:
        raise OwnCheck


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
        session_id=draft.session_id,
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
