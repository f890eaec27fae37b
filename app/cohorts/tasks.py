"""Slow work of cohorts: deleting lists whose time is over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.cohorts.services import roster
from app.core.jobs import task


@task("cohorts.purge-lists")
def purge_lists(db: Session, payload: Mapping[str, Any], at: datetime) -> None:  # noqa: ARG001
    """Delete every list that has expired by now, not only the one the job was made for."""
    roster.purge_expired(db, at)
