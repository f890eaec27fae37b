"""Putting a station off for a trainee, by hand and with a reason; and taking that back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit
from app.core.errors import EventConflict, NotFound
from app.core.events import digest_of, require_same
from app.practicals.models.sessions import DeferralEvent, SessionStation, TrainingSession
from app.practicals.services.attendance import part_of
from app.practicals.services.closing import station_of
from app.practicals.services.sessions import locked, people_of, require_open

#: (key of the station, key of the trainee)
Place = tuple[str, str]


def defer(
    db: Session,
    session: TrainingSession,
    places: Iterable[Place],
    reason: str,
    event_id: str,
    by: User,
    at: datetime,
    *,
    is_deferred: bool = True,
) -> int:
    """Put stations off for trainees, or take that back; what is so already adds nothing.

    Returns how many entries were added. Raises EventConflict, SessionClosed, SessionCancelled, and
    NotFound for a station or a person that is not of the day.
    """
    found = locked(db, session.id)
    people = {user.key: user for user in people_of(db, found)}
    added = 0
    for station_key, user_key in dict.fromkeys(places):
        station = station_of(found, station_key)
        content = {
            "station": station_key,
            "user": user_key,
            "reason": reason,
            "is_deferred": is_deferred,
        }
        own_id = part_of(event_id, f"{station_key}/{user_key}")
        if _is_known(db, own_id, content):
            continue
        require_open(found)
        if user_key not in people:
            raise NotFound
        event = DeferralEvent(
            event_id=own_id,
            content_digest=digest_of(content),
            station_id=station.id,
            user_id=people[user_key].id,
            is_deferred=is_deferred,
            reason=reason,
            by_id=by.id,
            at=at,
        )
        added += _add(db, event, station, people[user_key])
    if added:
        action = "practicals.defer" if is_deferred else "practicals.undo-deferral"
        audit.record(db, action, by.key, at, "training_session", found.key, {"count": added})
    return added


def _is_known(db: Session, event_id: str, content: dict[str, object]) -> bool:
    query = select(DeferralEvent.content_digest).where(DeferralEvent.event_id == event_id)
    digest = db.scalar(query)
    if digest is not None:
        require_same(digest, content)
    return digest is not None


def _add(db: Session, event: DeferralEvent, station: SessionStation, user: User) -> bool:
    query = select(DeferralEvent).where(
        DeferralEvent.station_id == station.id, DeferralEvent.user_id == user.id
    )
    last = db.scalars(query.order_by(DeferralEvent.number.desc()).limit(1)).first()
    stands = last is not None and last.is_deferred
    if stands == event.is_deferred and (last is None or last.reason == event.reason):
        return False
    event.number = last.number + 1 if last is not None else 1
    db.add(event)
    try:
        db.flush()  # the unique keys decide between two at once
    except IntegrityError as error:
        raise EventConflict from error
    return True


def export_deferrals(db: Session, person: User) -> list[dict[str, Any]]:
    """Every station that was put off for the person, as plain data."""
    query = (
        select(DeferralEvent, SessionStation)
        .join(SessionStation, SessionStation.id == DeferralEvent.station_id)
        .where(DeferralEvent.user_id == person.id)
        .order_by(DeferralEvent.id)
    )
    return [
        {
            "course": station.course_slug,
            "sheet": station.sheet_key,
            "is_deferred": event.is_deferred,
            "reason": event.reason,
            "at": event.at.isoformat(),
        }
        for event, station in db.execute(query)
    ]
