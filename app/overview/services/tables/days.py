"""The rows about training days and about questions, each fetched through the person who asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from app.accounts import services as accounts
from app.accounts.models import User
from app.cohorts import services as cohorts
from app.cohorts.models import Cohort
from app.core.errors import N_
from app.core.languages import LANGUAGES
from app.courses.library import library
from app.learning import services as learning
from app.overview.services.tables.asking import Asked, Row
from app.practicals.models.sessions import (
    AttendanceEvent,
    SessionStaff,
    TrainingSession,
)
from app.practicals.services import attendance
from app.practicals.types.sessions import HERE, How, Presence, StaffRole

PRESENCE_NAMES = {
    Presence.PRESENT: N_("Present"),
    Presence.LATE: N_("Late"),
    Presence.LEFT_EARLY: N_("Left early"),
    Presence.EXCUSED: N_("Excused"),
    Presence.ABSENT: N_("Absent"),
}
HOW_NAMES = {How.SCAN: N_("Card scanned"), How.TICK: N_("By hand")}


def _led(asked: Asked) -> Select[int]:
    """The numbers of the cohorts that are asked for."""
    query = cohorts.visible_cohorts(asked.person).with_only_columns(Cohort.id)
    return query.where(Cohort.id == asked.cohort.id) if asked.cohort else query


def attendance_rows(asked: Asked) -> Iterator[Row]:
    """A row for each person and day with an entry; what holds is the newest one."""
    query = (
        select(AttendanceEvent, TrainingSession)
        .join(TrainingSession, TrainingSession.id == AttendanceEvent.session_id)
        .join(TrainingSession.cohort)
        .options(
            contains_eager(TrainingSession.cohort),
            joinedload(AttendanceEvent.user),
        )
        .where(TrainingSession.cohort_id.in_(_led(asked)), TrainingSession.cancelled_at.is_(None))
        .order_by(
            TrainingSession.held_on,
            TrainingSession.id,
            AttendanceEvent.user_id,
            AttendanceEvent.number,
        )
    )
    found = asked.db.execute(query)
    for _key, rows in groupby(found, lambda row: (row[1].id, row[0].user_id)):
        entries = [(event, day) for event, day in rows]
        yield _stay_row(asked, [event for event, _day in entries], entries[0][1])


def _stay_row(asked: Asked, events: Sequence[AttendanceEvent], day: TrainingSession) -> Row:
    stay, last = attendance.stay(day, events), events[-1]
    user = last.user
    return (
        day.cohort.name,
        day.held_on,
        day.place,
        user.native_name,
        user.latin_name,
        user.chinese_name,
        asked.say(PRESENCE_NAMES[last.what]),
        f"{last.clock:%H:%M}" if last.clock else None,
        stay.minutes,
        asked.say(HOW_NAMES[last.how]),
        last.note or None,
    )


def session_rows(asked: Asked) -> Iterator[Row]:
    """A row for each training day, cancelled ones too."""
    query = (
        select(TrainingSession)
        .options(
            joinedload(TrainingSession.cohort),
            selectinload(TrainingSession.stations),
            selectinload(TrainingSession.staff).joinedload(SessionStaff.user),
        )
        .where(TrainingSession.cohort_id.in_(_led(asked)))
        .order_by(TrainingSession.held_on, TrainingSession.begins, TrainingSession.id)
    )
    days = asked.db.scalars(query).all()
    here = _here(asked)
    for day in days:
        yield (
            day.cohort.name,
            day.held_on,
            f"{day.begins:%H:%M}",
            f"{day.ends:%H:%M}",
            day.timezone,
            day.place,
            ", ".join(asked.course(slug) for slug in day.courses),
            ", ".join(one.sheet_key for one in day.stations),
            _staff(day, StaffRole.INSTRUCTOR),
            _staff(day, StaffRole.EXAMINER),
            here.get(day.id, 0),
            asked.say(_state(day)),
        )


def _here(asked: Asked) -> dict[int, int]:
    """How many people took part in each day; one query."""
    query = (
        select(AttendanceEvent.session_id, AttendanceEvent.user_id, AttendanceEvent.what)
        .join(TrainingSession, TrainingSession.id == AttendanceEvent.session_id)
        .where(TrainingSession.cohort_id.in_(_led(asked)))
        .order_by(AttendanceEvent.number)
    )
    newest = {(session, user): what for session, user, what in asked.db.execute(query)}
    counts: dict[int, int] = {}
    for (session, _user), what in newest.items():
        counts[session] = counts.get(session, 0) + (what in HERE)
    return counts


def _staff(day: TrainingSession, role: StaffRole) -> str:
    return ", ".join(one.user.display_name for one in day.staff if one.role is role)


def _state(day: TrainingSession) -> str:
    if day.cancelled_at is not None:
        return N_("Cancelled")
    return N_("Day closed") if day.closed_at is not None else N_("Not closed")


def writes_courses(db: Session, person: User, on: date) -> bool:
    """Whether the person may see keys of questions, and so how they are answered."""
    return accounts.may_author(db, person, "", on)


def item_rows(asked: Asked) -> Iterator[Row]:
    """A row for each question and language, of the courses that the person writes.

    Only sums that were counted; no figure of fewer than 10 people (docs/decisions/0025).
    """
    for course in library().courses:
        if not accounts.may_author(asked.db, asked.person, course.slug, asked.today):
            continue
        analysis = learning.analysis_of(asked.db, course, learning.ALL_TIME)
        for one in learning.figures_of(analysis, course.languages):
            for language in one.languages:
                found = language.dif.found if language.dif else None
                yield (
                    asked.course(course.slug),
                    one.item.key,
                    LANGUAGES[language.code].name,
                    language.answered,
                    _percent(language.share),
                    round(one.discrimination, 2) if one.discrimination is not None else None,
                    LANGUAGES[analysis.reference].name if language.dif else None,
                    round(found.delta, 2) if found else None,
                    found.dif_class.value if found else None,
                    asked.day(analysis.counted_at),
                )


def _percent(share: float | None) -> int | None:
    return round(share * 100) if share is not None else None
