"""The trail of acts that somebody may ask about. Rows are added and never changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, desc, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.db import Base


class AuditEvent(Base):
    """One act: who did what to which thing, and when. Names of people are not in `detail`."""

    __tablename__ = "audit_event"
    __table_args__ = (Index("ix_audit_event_object", "object_kind", "object_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    action: Mapped[str] = mapped_column(String(80))
    #: The actor's public key; empty for a command on the server. No foreign key: the trail
    #: stays when an account is erased.
    by_key: Mapped[str] = mapped_column(String(36))
    object_kind: Mapped[str] = mapped_column(String(40))
    object_key: Mapped[str] = mapped_column(String(80))
    detail: Mapped[dict[str, Any]]


def record(
    db: Session,
    action: str,
    by_key: str,
    at: datetime,
    object_kind: str,
    object_key: str,
    detail: dict[str, Any] | None = None,
) -> AuditEvent:
    """Add one act to the trail, in the same transaction as the act itself."""
    event = AuditEvent(
        action=action,
        by_key=by_key,
        at=at,
        object_kind=object_kind,
        object_key=object_key,
        detail=detail or {},
    )
    db.add(event)
    return event


def record_many(
    db: Session,
    action: str,
    by_key: str,
    at: datetime,
    object_kind: str,
    acts: Sequence[tuple[str, dict[str, Any]]],
) -> None:
    """Add one line for each of many things, by key and detail, in one statement."""
    rows = [
        {
            "action": action,
            "by_key": by_key,
            "at": at,
            "object_kind": object_kind,
            "object_key": key,
            "detail": detail,
        }
        for key, detail in acts
    ]
    if rows:
        db.execute(insert(AuditEvent), rows)


def events(db: Session, limit: int = 100, before: int | None = None) -> Sequence[AuditEvent]:
    """The newest acts, at most `limit`, older than the row `before` when it is given."""
    query = select(AuditEvent).order_by(desc(AuditEvent.id)).limit(limit)
    if before is not None:
        query = query.where(AuditEvent.id < before)
    return db.scalars(query).all()


def trail_of(db: Session, object_kind: str, object_key: str) -> Sequence[AuditEvent]:
    """Every act on one thing, oldest first."""
    return db.scalars(
        select(AuditEvent)
        .where(AuditEvent.object_kind == object_kind, AuditEvent.object_key == object_key)
        .order_by(AuditEvent.id)
    ).all()
