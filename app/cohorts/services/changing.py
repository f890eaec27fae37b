"""Making, changing and archiving a cohort."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.types import Role
from app.cohorts.models import Cohort, CohortCourse
from app.cohorts.services.leading import lead
from app.cohorts.services.members import enrol_in_courses, members_of
from app.cohorts.types import (
    CohortDraft,
    CourseHasNoContent,
)
from app.core import audit
from app.core.db import insert_or_get
from app.core.errors import EventConflict
from app.courses.library import library


def create_cohort(db: Session, draft: CohortDraft, event_id: str, by: User, at: datetime) -> Cohort:
    """Create a cohort led by `by` (if an instructor); the same event again gives the same cohort.

    Raises CourseHasNoContent for a course that is still in preparation, and EventConflict when
    the event made another cohort.
    """
    _refuse_empty_courses(draft.courses)
    draft = _with_needs(draft)
    values = {
        "event_id": event_id,
        "name": draft.name,
        "partner": draft.partner,
        "country": draft.country,
        "language": draft.language,
        "starts_on": draft.starts_on,
        "ends_on": draft.ends_on,
        "created_at": at,
    }
    cohort, created = insert_or_get(db, Cohort, values, ("event_id",))
    if created:
        _fill_new(db, cohort, draft, by)
        audit.record(db, "cohorts.create", by.key, at, "cohort", cohort.key)
    elif _draft_of(cohort) != draft:
        raise EventConflict
    return cohort


def _draft_of(cohort: Cohort) -> CohortDraft:
    return CohortDraft(
        name=cohort.name,
        partner=cohort.partner,
        country=cohort.country,
        starts_on=cohort.starts_on,
        ends_on=cohort.ends_on,
        language=cohort.language,
        courses=tuple(course.slug for course in cohort.courses),
    )


def _with_needs(draft: CohortDraft) -> CohortDraft:
    """The draft with the courses that its courses need: without them the others stay locked."""
    return replace(draft, courses=library().with_needs(draft.courses))


def _refuse_empty_courses(slugs: Iterable[str]) -> None:
    known = {course.slug for course in library().courses}
    if not known.issuperset(slugs):
        raise CourseHasNoContent


def _fill_new(db: Session, cohort: Cohort, draft: CohortDraft, by: User) -> None:
    cohort.courses = [
        CohortCourse(slug=slug, position=position) for position, slug in enumerate(draft.courses)
    ]
    if by.role is Role.INSTRUCTOR:
        lead(db, cohort, by)
    db.flush()


def change_cohort(db: Session, cohort: Cohort, draft: CohortDraft, by: User, at: datetime) -> None:
    """Write the draft into the cohort and enrol its members in courses that are new."""
    _refuse_empty_courses(draft.courses)
    draft = _with_needs(draft)
    cohort.name, cohort.partner, cohort.country = draft.name, draft.partner, draft.country
    cohort.starts_on, cohort.ends_on = draft.starts_on, draft.ends_on
    cohort.language = draft.language
    kept = {course.slug: course for course in cohort.courses}
    cohort.courses = [kept.get(slug, CohortCourse(slug=slug)) for slug in draft.courses]
    for position, course in enumerate(cohort.courses):
        course.position = position
    for member in members_of(db, cohort):
        enrol_in_courses(db, cohort, member, at)
    audit.record(db, "cohorts.change", by.key, at, "cohort", cohort.key)


def archive_cohort(db: Session, cohort: Cohort, by: User, at: datetime) -> None:
    """Take the cohort out of the lists; nothing is deleted."""
    cohort.archived_at = cohort.archived_at or at
    audit.record(db, "cohorts.archive", by.key, at, "cohort", cohort.key)
