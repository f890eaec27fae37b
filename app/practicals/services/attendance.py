"""Attendance: a log of entries by staff. There is no way for a trainee to write one.

The newest entry is a person's state; a correction is a new entry.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from app.accounts import services as accounts
from app.accounts.models import User
from app.core import audit
from app.core.db import among
from app.core.errors import EventConflict, NotFound
from app.core.events import digest_of, require_same
from app.practicals.models.sessions import AttendanceEvent, TrainingSession
from app.practicals.services.sessions import (
    locked,
    moment_of,
    people_of,
    require_open,
    today_at,
)
from app.practicals.types.sessions import (
    HERE,
    LATE_AFTER,
    Entry,
    How,
    NotExpected,
    NotToday,
    NotYet,
    Presence,
)

LONGEST_DELAY = timedelta(hours=12)  # a scan that waited longer for the network counts as now


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry, and whether it was added now (a second scan adds none)."""

    event: AttendanceEvent
    is_new: bool


@dataclass(frozen=True, slots=True)
class Stay:
    """How somebody attended: the newest entry and the minutes of presence."""

    event: AttendanceEvent | None
    minutes: int

    @property
    def what(self) -> Presence | None:
        """The state; None when nobody has entered anything."""
        return self.event.what if self.event is not None else None

    @property
    def is_here(self) -> bool:
        """Whether the person took part, be it for a part of the day."""
        return self.what in HERE


def record_entry(
    db: Session,
    session: TrainingSession,
    entry: Entry,
    by: User,
    at: datetime,
    device_at: datetime | None = None,
) -> Recorded:
    """Add an entry by hand. The same event, or the state that already is, adds nothing.

    Raises EventConflict, SessionClosed, SessionCancelled, NotYet, and NotFound for somebody who
    does not belong to the day.
    """
    found = locked(db, session.id)
    return _recorded(db, found, _people(db, found), entry, by, at, device_at)


def record_entries(
    db: Session, session: TrainingSession, entries: Iterable[Entry], by: User, at: datetime
) -> int:
    """Add several entries by hand; returns how many were new. Raises as `record_entry`."""
    found = locked(db, session.id)
    people = _people(db, found)
    return sum(_recorded(db, found, people, entry, by, at).is_new for entry in entries)


def _people(db: Session, session: TrainingSession) -> dict[str, User]:
    return {user.key: user for user in people_of(db, session)}


def _recorded(
    db: Session,
    found: TrainingSession,
    people: Mapping[str, User],
    entry: Entry,
    by: User,
    at: datetime,
    device_at: datetime | None = None,
) -> Recorded:
    content = {
        "session": found.key,
        "user": entry.user_key,
        "what": entry.what.value,
        "clock": str(entry.clock),
        "note": entry.note,
    }
    if (known := _known(db, entry.event_id, content)) is not None:
        return Recorded(known, is_new=False)
    require_open(found)
    _refuse_early(found, entry.what, at)
    user = people.get(entry.user_key)
    if user is None:
        raise NotFound
    event = _event(found, user, entry, How.TICK, by, at, device_at, digest_of(content))
    return _added(db, event)


def part_of(event_id: str, part: str) -> str:
    """The id of one part of an event that does several things at once; always the same one."""
    return str(uuid5(NAMESPACE_URL, f"{event_id}/{part}"))


def scan_card(
    db: Session,
    session: TrainingSession,
    scanned: str,
    event_id: str,
    by: User,
    at: datetime,
    *,
    delay: timedelta = timedelta(0),
    device_at: datetime | None = None,
) -> Recorded:
    """Enter the holder of a scanned card: present, or late when the day began long ago.

    `delay`: how long the scan waited for the network. A card scanned again adds nothing. Raises
    UnknownCard, NotExpected, NotToday, and what `record_entry` raises.
    """
    found = locked(db, session.id)
    content = {"session": found.key, "scanned": digest_of({"card": scanned})}
    if (known := _known(db, event_id, content)) is not None:
        return Recorded(known, is_new=False)
    require_open(found)
    moment = at - delay if timedelta(0) <= delay <= LONGEST_DELAY else at
    if today_at(found, moment) != found.held_on:
        raise NotToday
    user = accounts.card_holder(db, scanned)
    if user.id not in {person.id for person in people_of(db, found)}:
        raise NotExpected(name=user.display_name)
    last = _newest(db, found, user)
    if last is not None and last.what in HERE:
        return Recorded(last, is_new=False)
    what, clock = _by_the_clock(found, moment)
    entry = Entry(event_id, user.key, what, clock)
    event = _event(found, user, entry, How.SCAN, by, at, device_at, digest_of(content))
    return _added(db, event)


def _by_the_clock(session: TrainingSession, moment: datetime) -> tuple[Presence, time | None]:
    local = moment.astimezone(moment_of(session, session.begins).tzinfo)
    if local <= moment_of(session, session.begins) + LATE_AFTER:
        return Presence.PRESENT, None
    return Presence.LATE, time(local.hour, local.minute)


def _known(db: Session, event_id: str, content: Mapping[str, object]) -> AttendanceEvent | None:
    query = select(AttendanceEvent).where(AttendanceEvent.event_id == event_id)
    event = db.scalars(query).one_or_none()
    if event is not None:
        require_same(event.content_digest, content)
    return event


def _refuse_early(session: TrainingSession, what: Presence, at: datetime) -> None:
    if what is not Presence.EXCUSED and today_at(session, at) < session.held_on:
        raise NotYet


def _event(
    session: TrainingSession,
    user: User,
    entry: Entry,
    how: How,
    by: User,
    at: datetime,
    device_at: datetime | None,
    digest: str,
) -> AttendanceEvent:
    return AttendanceEvent(
        event_id=entry.event_id,
        content_digest=digest,
        session_id=session.id,
        user_id=user.id,
        user=user,
        what=entry.what,
        clock=entry.clock if entry.what in {Presence.LATE, Presence.LEFT_EARLY} else None,
        note=entry.note,
        how=how,
        by_id=by.id,
        at=at,
        device_at=device_at,
    )


def _added(db: Session, event: AttendanceEvent) -> Recorded:
    last = _newest(db, event, event.user)
    if last is not None and _says_the_same(last, event):
        return Recorded(last, is_new=False)
    event.number = last.number + 1 if last is not None else 1
    session = db.get_one(TrainingSession, event.session_id)
    detail = {"person": event.user.key, "what": event.what.value, "how": event.how.value}
    db.add(event)
    try:
        db.flush()  # the unique keys decide between two at once
    except IntegrityError as error:
        raise EventConflict from error
    by = db.get_one(User, event.by_id).key
    audit.record(db, "practicals.attend", by, event.at, "training_session", session.key, detail)
    return Recorded(event, is_new=True)


def _says_the_same(last: AttendanceEvent, event: AttendanceEvent) -> bool:
    return (last.what, last.clock, last.note) == (event.what, event.clock, event.note)


def _newest(
    db: Session, session: TrainingSession | AttendanceEvent, user: User
) -> AttendanceEvent | None:
    session_id = session.session_id if isinstance(session, AttendanceEvent) else session.id
    query = select(AttendanceEvent).where(
        AttendanceEvent.session_id == session_id, AttendanceEvent.user_id == user.id
    )
    return db.scalars(query.order_by(AttendanceEvent.number.desc()).limit(1)).first()


# Reading


def log_of(db: Session, session: TrainingSession) -> dict[int, list[AttendanceEvent]]:
    """Every entry of the day by the person's id, oldest first; one query."""
    query = (
        select(AttendanceEvent)
        .options(joinedload(AttendanceEvent.by))
        .where(AttendanceEvent.session_id == session.id)
        .order_by(AttendanceEvent.user_id, AttendanceEvent.number)
    )
    log: dict[int, list[AttendanceEvent]] = {}
    for event in db.scalars(query):
        log.setdefault(event.user_id, []).append(event)
    return log


def stays_of(db: Session, session: TrainingSession, people: Iterable[User]) -> dict[int, Stay]:
    """How each person attended, by her id."""
    log = log_of(db, session)
    return {user.id: stay(session, log.get(user.id, ())) for user in people}


def stay(session: TrainingSession, events: Sequence[AttendanceEvent]) -> Stay:
    """What the entries of one person, oldest first, add up to."""
    came: time | None = None
    left = session.ends
    for event in events:
        match event.what:
            case Presence.PRESENT:
                came, left = session.begins, session.ends
            case Presence.LATE:
                came = event.clock or session.begins
            case Presence.LEFT_EARLY:
                came, left = came or session.begins, event.clock or session.ends
            case _:
                came, left = None, session.ends
    minutes = _minutes(session, came, left) if came is not None else 0
    return Stay(events[-1] if events else None, minutes)


def _minutes(session: TrainingSession, came: time, left: time) -> int:
    start, end = max(came, session.begins), min(left, session.ends)
    span = moment_of(session, end) - moment_of(session, start)
    return max(0, int(span.total_seconds()) // 60)


def minutes_of_presence(
    db: Session, user_ids: Collection[int], slug: str | None = None
) -> dict[int, int]:
    """Minutes of in-person training of each person, over all days that were not cancelled.

    With `slug` only of days on which that course was trained. Two queries.
    """
    query = (
        select(AttendanceEvent)
        .join(TrainingSession, TrainingSession.id == AttendanceEvent.session_id)
        .where(among(AttendanceEvent.user_id, user_ids), TrainingSession.cancelled_at.is_(None))
        .order_by(AttendanceEvent.session_id, AttendanceEvent.number)
    )
    logs: dict[tuple[int, int], list[AttendanceEvent]] = {}
    for event in db.scalars(query):
        logs.setdefault((event.session_id, event.user_id), []).append(event)
    ids = {session_id for session_id, _user in logs}
    found = db.scalars(select(TrainingSession).where(among(TrainingSession.id, ids)))
    days = {day.id: day for day in found}
    minutes = dict.fromkeys(user_ids, 0)
    for (session_id, user_id), events in logs.items():
        day = days[session_id]
        if slug is None or slug in day.courses:
            minutes[user_id] += stay(day, events).minutes
    return minutes


def export_attendance(db: Session, person: User) -> list[dict[str, Any]]:
    """Every entry about the person, as plain data."""
    query = (
        select(AttendanceEvent, TrainingSession)
        .join(TrainingSession, TrainingSession.id == AttendanceEvent.session_id)
        .where(AttendanceEvent.user_id == person.id)
        .order_by(AttendanceEvent.id)
    )
    return [
        {
            "day": day.held_on.isoformat(),
            "place": day.place,
            "what": event.what.value,
            "clock": str(event.clock) if event.clock else None,
            "note": event.note,
            "how": event.how.value,
            "at": event.at.isoformat(),
        }
        for event, day in db.execute(query)
    ]
