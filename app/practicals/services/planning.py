"""Planning a training day: who may, sensible proposals, and what the plan lacks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.types import Role
from app.cohorts import services as cohorts
from app.cohorts.models import Cohort, CohortMember
from app.core import audit
from app.core.db import insert_or_get
from app.core.errors import NotFound
from app.core.events import digest_of, require_same
from app.courses.library import library
from app.practicals.models import SkillCheck
from app.practicals.models.sessions import (
    AttendanceEvent,
    DeferralEvent,
    SessionGuest,
    SessionPaper,
    SessionStaff,
    SessionStation,
    TrainingSession,
)
from app.practicals.services.sessions import locked, people_of, require_open
from app.practicals.types.sessions import (
    LEARNERS_PER_INSTRUCTOR,
    LEARNERS_PER_MANIKIN,
    ZONES,
    AlreadyStarted,
    SessionDraft,
    StaffRole,
    StationInUse,
    WrongTimes,
)

USUAL_HOURS = time(9, 0), time(16, 0)


def plan_session(
    db: Session, cohort: Cohort, draft: SessionDraft, event_id: str, by: User, at: datetime
) -> TrainingSession:
    """Add a day of a cohort; the same event again gives the same day.

    Raises EventConflict, WrongTimes, and NotFound for a course, sheet or person that is not there.
    """
    _check(db, cohort, draft)
    content = {"cohort": cohort.key, **asdict(draft)}
    values = {
        "event_id": event_id,
        "content_digest": digest_of(content),
        "cohort_id": cohort.id,
        "created_by_id": by.id,
        "created_at": at,
        **_facts(draft),
    }
    session, is_new = insert_or_get(db, TrainingSession, values, ("event_id",))
    if not is_new:
        require_same(session.content_digest, content)
        return session
    _set_stations(db, session, draft)
    _set_staff(db, session, draft)
    db.flush()
    detail = {"cohort": cohort.key, "day": draft.held_on.isoformat()}
    audit.record(db, "practicals.plan-session", by.key, at, "training_session", session.key, detail)
    return session


def change_session(
    db: Session, session: TrainingSession, draft: SessionDraft, by: User, at: datetime
) -> TrainingSession:
    """Change the plan of an open day.

    Raises SessionClosed, SessionCancelled, StationInUse, AlreadyStarted when the day moves although
    something is recorded on it, and what `plan_session` raises.
    """
    found = locked(db, session.id)
    require_open(found)
    _check(db, found.cohort, draft)
    if draft.held_on != found.held_on and has_started(db, found):
        raise AlreadyStarted
    for name, value in _facts(draft).items():
        setattr(found, name, value)
    _set_stations(db, found, draft)
    _set_staff(db, found, draft)
    db.flush()
    detail = {"day": draft.held_on.isoformat()}
    audit.record(db, "practicals.change-session", by.key, at, "training_session", found.key, detail)
    return found


def cancel_session(
    db: Session, session: TrainingSession, reason: str, by: User, at: datetime
) -> None:
    """Cancel a planned day, which stays in the lists; a second time changes nothing.

    Raises SessionClosed, and AlreadyStarted when something is recorded on it.
    """
    found = locked(db, session.id)
    if found.cancelled_at is not None:
        return
    require_open(found)
    if has_started(db, found):
        raise AlreadyStarted
    found.cancelled_at, found.cancel_reason = at, reason
    audit.record(db, "practicals.cancel-session", by.key, at, "training_session", found.key)


def has_started(db: Session, session: TrainingSession) -> bool:
    """Whether attendance or a check is recorded on the day."""
    seen = select(AttendanceEvent.id).where(AttendanceEvent.session_id == session.id)
    graded = select(SkillCheck.id).where(SkillCheck.session_id == session.id)
    return any(db.scalar(query.limit(1)) is not None for query in (seen, graded))


def _facts(draft: SessionDraft) -> dict[str, object]:
    of_stations = (slug for slug, _sheet in draft.stations)
    return {
        "held_on": draft.held_on,
        "begins": draft.begins,
        "ends": draft.ends,
        "place": draft.place,
        "timezone": draft.timezone,
        "courses": list(dict.fromkeys([*draft.courses, *of_stations])),
        "manikins": draft.manikins,
        "equipment": draft.equipment,
        "note": draft.note,
    }


def _check(db: Session, cohort: Cohort, draft: SessionDraft) -> None:
    if draft.ends <= draft.begins:
        raise WrongTimes
    own = {course.slug for course in cohort.courses}
    slugs = {*draft.courses, *(slug for slug, _sheet in draft.stations)}
    known = {choice.key for choice in staff_choices(db)}
    if draft.timezone not in ZONES or not slugs <= own:
        raise NotFound
    if not {*draft.instructors, *draft.examiners} <= known:
        raise NotFound
    for slug, sheet in draft.stations:
        library().course(slug).sheet(sheet)


def _set_stations(db: Session, session: TrainingSession, draft: SessionDraft) -> None:
    present = {station.sheet: station for station in session.stations}
    wanted = list(dict.fromkeys(draft.stations))
    for sheet, station in present.items():
        if sheet not in wanted:
            _refuse_use(db, session, station)
            session.stations.remove(station)
    for position, (slug, key) in enumerate(wanted, start=1):
        station = present.get((slug, key)) or SessionStation(course_slug=slug, sheet_key=key)
        station.position = position
        if station not in session.stations:
            session.stations.append(station)


def _refuse_use(db: Session, session: TrainingSession, station: SessionStation) -> None:
    slug, key = station.sheet
    graded = select(SkillCheck.id).where(
        SkillCheck.session_id == session.id,
        SkillCheck.course_slug == slug,
        SkillCheck.sheet_key == key,
    )
    put_off = select(DeferralEvent.id).where(DeferralEvent.station_id == station.id)
    printed = select(SessionPaper.id).where(SessionPaper.station_id == station.id)
    if any(db.scalar(query.limit(1)) is not None for query in (graded, put_off, printed)):
        raise StationInUse(name=library().course(slug).sheet(key).code)


def _set_staff(db: Session, session: TrainingSession, draft: SessionDraft) -> None:
    people = {user.key: user for user in staff_choices(db)}
    wanted = {(people[key].id, StaffRole.INSTRUCTOR) for key in draft.instructors}
    wanted |= {(people[key].id, StaffRole.EXAMINER) for key in draft.examiners}
    for member in list(session.staff):
        if (member.user_id, member.role) not in wanted:
            session.staff.remove(member)
    present = {(member.user_id, member.role) for member in session.staff}
    for user_id, role in sorted(wanted - present, key=lambda one: (one[1], one[0])):
        session.staff.append(SessionStaff(user_id=user_id, role=role))


def staff_choices(db: Session) -> Sequence[User]:
    """Everybody who may instruct or examine: instructors and administrators, by Latin name."""
    query = select(User).where(User.role != Role.TRAINEE, User.disabled_at.is_(None))
    return db.scalars(query.order_by(func.lower(User.latin_name), User.id)).all()


def proposal(db: Session, cohort: Cohort, by: User, today: date, zone: str) -> SessionDraft:
    """What a new day of the cohort probably is: as its last one, a week later or today."""
    query = select(TrainingSession).where(TrainingSession.cohort_id == cohort.id)
    newest = query.order_by(TrainingSession.held_on.desc(), TrainingSession.id.desc()).limit(1)
    last = db.scalars(newest).first()
    if last is None:
        leaders = cohorts.instructors_of(db, cohort) or [by]
        slugs = {course.slug for course in cohort.courses}
        return SessionDraft(
            held_on=today,
            begins=USUAL_HOURS[0],
            ends=USUAL_HOURS[1],
            place="",
            timezone=zone if zone in ZONES else next(iter(ZONES)),
            courses=tuple(course.slug for course in cohort.courses),
            stations=(),
            instructors=tuple(one.key for one in leaders),
            examiners=tuple(
                one.key
                for one in leaders
                if any(slug in slugs for slug, _ in accounts.examinable_sheets(db, one, today))
            ),
            manikins=-(-_members(db, cohort) // LEARNERS_PER_MANIKIN),
        )
    own = {course.slug for course in cohort.courses}
    return SessionDraft(
        held_on=max(today, last.held_on + timedelta(days=7)),
        begins=last.begins,
        ends=last.ends,
        place=last.place,
        timezone=last.timezone,
        courses=tuple(slug for slug in last.courses if slug in own),
        stations=tuple(one.sheet for one in last.stations if one.course_slug in own),
        instructors=_keys(last, StaffRole.INSTRUCTOR),
        examiners=_keys(last, StaffRole.EXAMINER),
        manikins=last.manikins,
        equipment=last.equipment,
    )


def draft_of(session: TrainingSession) -> SessionDraft:
    """The plan as it is."""
    return SessionDraft(
        held_on=session.held_on,
        begins=session.begins,
        ends=session.ends,
        place=session.place,
        timezone=session.timezone,
        courses=tuple(session.courses),
        stations=tuple(station.sheet for station in session.stations),
        instructors=_keys(session, StaffRole.INSTRUCTOR),
        examiners=_keys(session, StaffRole.EXAMINER),
        manikins=session.manikins,
        equipment=session.equipment,
        note=session.note,
    )


def _keys(session: TrainingSession, role: StaffRole) -> tuple[str, ...]:
    return tuple(member.user.key for member in session.staff if member.role is role)


def _members(db: Session, cohort: Cohort) -> int:
    return cohorts.member_counts(db, [cohort]).get(cohort.id, 0)


# What the plan lacks


@dataclass(frozen=True, slots=True)
class Warnings:
    """What the curriculum or the grants want and the plan lacks. Nothing of it blocks."""

    learners: int
    #: How many instructors, or manikins, are too few; 0 when there are enough.
    more_instructors: int = 0
    more_manikins: int = 0
    #: (examiner, station) without authority for the sheet on the day.
    without_authority: tuple[tuple[User, SessionStation], ...] = ()
    #: Stations at which nobody of the examiners may sign.
    without_examiner: tuple[SessionStation, ...] = field(default=())

    def __bool__(self) -> bool:
        """Whether there is anything to say."""
        return bool(
            self.more_instructors
            or self.more_manikins
            or self.without_authority
            or self.without_examiner
        )


def warnings_of(db: Session, session: TrainingSession) -> Warnings:
    """What the plan of a day lacks: ratios of the curriculum, authority of the examiners."""
    learners = len(people_of(db, session))
    instructors = sum(member.role is StaffRole.INSTRUCTOR for member in session.staff)
    examiners = [member.user for member in session.staff if member.role is StaffRole.EXAMINER]
    pairs = [(examiner, station) for examiner in examiners for station in session.stations]
    allowed = {
        (examiner.id, station.id)
        for examiner, station in pairs
        if accounts.may_examine(db, examiner, *station.sheet, session.held_on)
    }
    signed = {station for _examiner, station in allowed}
    return Warnings(
        learners=learners,
        more_instructors=_too_few(learners, LEARNERS_PER_INSTRUCTOR, instructors),
        more_manikins=_too_few(learners, LEARNERS_PER_MANIKIN, session.manikins)
        if needs_manikins(session)
        else 0,
        without_authority=tuple((e, s) for e, s in pairs if (e.id, s.id) not in allowed),
        without_examiner=tuple(s for s in session.stations if s.id not in signed),
    )


def _too_few(learners: int, each: int, there: int) -> int:
    return max(0, -(-learners // each) - there)


def needs_manikins(session: TrainingSession) -> bool:
    """Whether a course of the day has a sheet for which a manikin is needed."""
    known = (library().course(slug) for slug in session.courses if library().has_course(slug))
    return any(
        key.startswith("manikin")
        for course in known
        for sheet in course.sheets
        for key in sheet.equipment
    )


# Guests


def possible_guests(db: Session, session: TrainingSession, person: User) -> Sequence[User]:
    """Trainees of the person's other cohorts who do not belong to the day yet."""
    led = cohorts.visible_cohorts(person).with_only_columns(Cohort.id)
    expected = [user.id for user in people_of(db, session)]
    query = (
        select(User)
        .join(CohortMember, CohortMember.user_id == User.id)
        .where(
            CohortMember.cohort_id.in_(led),
            CohortMember.withdrawn_at.is_(None),
            User.id.not_in(expected),
        )
        .distinct()
    )
    return sorted(db.scalars(query), key=lambda user: (user.latin_name.lower(), user.id))


def guests_of(db: Session, session: TrainingSession) -> Sequence[User]:
    """Who takes part as a guest."""
    query = select(User).join(SessionGuest, SessionGuest.user_id == User.id)
    return db.scalars(query.where(SessionGuest.session_id == session.id)).all()


def add_guests(
    db: Session, session: TrainingSession, keys: Iterable[str], by: User, at: datetime
) -> int:
    """Let trainees of the person's other cohorts take part; again changes nothing.

    Returns how many were added. Raises NotFound for anybody else, SessionClosed, SessionCancelled.
    """
    found = locked(db, session.id)
    require_open(found)
    present = {user.key for user in people_of(db, found)}
    possible = {user.key: user for user in possible_guests(db, found, by)}
    added = 0
    for key in dict.fromkeys(keys):
        if key in present:
            continue
        if key not in possible:
            raise NotFound
        values = {"session_id": found.id, "user_id": possible[key].id, "added_at": at}
        insert_or_get(db, SessionGuest, values, ("session_id", "user_id"))
        detail = {"guest": key}
        audit.record(db, "practicals.add-guest", by.key, at, "training_session", found.key, detail)
        added += 1
    return added


def remove_guest(
    db: Session, session: TrainingSession, guest_key: str, by: User, at: datetime
) -> None:
    """Take a guest from the list; one with entries stays on it. Raises SessionClosed."""
    found = locked(db, session.id)
    require_open(found)
    guest = next((user for user in guests_of(db, found) if user.key == guest_key), None)
    if guest is None:
        return
    row = (SessionGuest.session_id == found.id, SessionGuest.user_id == guest.id)
    db.execute(delete(SessionGuest).where(*row))
    detail = {"guest": guest.key}
    audit.record(db, "practicals.remove-guest", by.key, at, "training_session", found.key, detail)
