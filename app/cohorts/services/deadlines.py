"""Until when the trainees of cohorts should have passed their courses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cohorts.models import Cohort, CohortCourse, CohortMember
from app.core.db import among


def due_dates(db: Session, user_ids: Collection[int]) -> dict[tuple[str, int], date]:
    """The due date of each course and person, by slug and id; two queries.

    Who is in several cohorts with the course has the latest of their days. Archived cohorts and
    those she has left do not count.
    """
    members = db.execute(
        select(CohortMember.cohort_id, CohortMember.user_id).where(
            among(CohortMember.user_id, user_ids), CohortMember.withdrawn_at.is_(None)
        )
    ).all()
    days = _days_by_cohort(db, {cohort_id for cohort_id, _user in members})
    found: dict[tuple[str, int], date] = {}
    for cohort_id, user_id in members:
        for slug, day in days.get(cohort_id, ()):
            where = slug, user_id
            found[where] = max(day, found.get(where, day))
    return found


def _days_by_cohort(db: Session, cohort_ids: Collection[int]) -> dict[int, list[tuple[str, date]]]:
    """The due dates of the courses of each of the cohorts that is not archived."""
    one = CohortCourse
    rows = db.execute(
        select(one.cohort_id, one.slug, one.due_on)
        .join(Cohort, Cohort.id == one.cohort_id)
        .where(
            among(one.cohort_id, cohort_ids), Cohort.archived_at.is_(None), one.due_on.is_not(None)
        )
    )
    found: defaultdict[int, list[tuple[str, date]]] = defaultdict(list)
    for cohort_id, slug, day in rows:
        if day is not None:
            found[cohort_id].append((slug, day))
    return dict(found)
