"""Until when the trainees of cohorts should have passed their courses."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cohorts.models import Cohort, CohortCourse, CohortMember
from app.core.db import among


def due_dates(db: Session, user_ids: Collection[int]) -> dict[tuple[str, int], date]:
    """The due date of each course and person, by slug and id; one query.

    Who is in several cohorts with the course has the latest of their days. Archived cohorts and
    those she has left do not count.
    """
    rows = db.execute(
        select(CohortCourse.slug, CohortMember.user_id, func.max(CohortCourse.due_on))
        .join(CohortMember, CohortMember.cohort_id == CohortCourse.cohort_id)
        .join(Cohort, Cohort.id == CohortCourse.cohort_id)
        .where(
            among(CohortMember.user_id, user_ids),
            CohortMember.withdrawn_at.is_(None),
            Cohort.archived_at.is_(None),
            CohortCourse.due_on.is_not(None),
        )
        .group_by(CohortCourse.slug, CohortMember.user_id)
    )
    return {(slug, user_id): due_on for slug, user_id, due_on in rows if due_on is not None}
