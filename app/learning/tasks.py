"""Slow work: counting the answers to a course's questions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.core.jobs import begin_step, task
from app.courses.library import library
from app.learning import services


@task("learning.analyse")
def analyse(db: Session, payload: Mapping[str, Any], at: datetime) -> None:
    """Count the first attempts at a course; nobody waits for a lock meanwhile."""
    db.rollback()
    course = library().course(str(payload["course"]))
    since = date.fromisoformat(str(payload["since"]))
    counted = services.count_analysis(db, course, since)
    begin_step(db)
    services.store_analysis(db, course, since, counted, at)
