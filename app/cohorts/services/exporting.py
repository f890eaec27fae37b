"""What this room keeps about a person, to take away."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.accounts.models import User
from app.cohorts.models import Announcement, AnnouncementReading, CohortMember
from app.cohorts.services.waiting import requests_of


def export_cohorts(db: Session, person: User) -> dict[str, Any]:
    """Memberships, requests to join and read announcements, ready for JSON."""
    members = select(CohortMember).options(
        selectinload(CohortMember.cohort), selectinload(CohortMember.moved_to)
    )
    members = members.where(CohortMember.user_id == person.id).order_by(CohortMember.id)
    return {
        "cohorts": [_membership(one) for one in db.scalars(members)],
        "requests_to_join": [
            {
                "cohort": one.cohort.name,
                "state": one.state.value,
                "asked_at": _time(one.asked_at),
                "decided_at": _time(one.decided_at),
            }
            for one in requests_of(db, person)
        ],
        "announcements_read": _readings(db, person),
    }


def _membership(member: CohortMember) -> dict[str, Any]:
    return {
        "name": member.cohort.name,
        "partner": member.cohort.partner,
        "joined_at": _time(member.joined_at),
        "withdrawn_at": _time(member.withdrawn_at),
        "reason": member.withdrawn_reason,
        "moved_to": member.moved_to.name if member.moved_to else None,
    }


def _readings(db: Session, person: User) -> list[dict[str, Any]]:
    query = (
        select(Announcement, AnnouncementReading.read_at)
        .join(AnnouncementReading, AnnouncementReading.announcement_id == Announcement.id)
        .where(AnnouncementReading.user_id == person.id)
        .order_by(AnnouncementReading.id)
    )
    return [
        {"title": one.texts[one.language]["title"], "read_at": _time(read_at)}
        for one, read_at in db.execute(query)
    ]


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
