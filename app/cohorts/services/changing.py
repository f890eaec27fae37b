"""Making, changing, copying and archiving a cohort."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.types import Role
from app.cohorts.models import Cohort, CohortCourse, CohortInstructor
from app.cohorts.services.leading import lead
from app.cohorts.services.members import (
    enrol_in_courses,
    locked_cohort,
    member_count,
    members_of,
)
from app.cohorts.types import (
    CapacityTooSmall,
    CohortDraft,
    CourseHasNoContent,
    DueOutsideCohort,
)
from app.core import audit
from app.core.db import insert_or_get
from app.core.errors import EventConflict
from app.courses.library import library


def create_cohort(db: Session, draft: CohortDraft, event_id: str, by: User, at: datetime) -> Cohort:
    """Create a cohort led by `by` (if an instructor); the same event again gives the same cohort.

    Raises CourseHasNoContent for a course that is still in preparation, DueOutsideCohort, and
    EventConflict when the event made another cohort.
    """
    draft = _checked(draft)
    values = {"event_id": event_id, "created_at": at, **_values_of(draft)}
    cohort, created = insert_or_get(db, Cohort, values, ("event_id",))
    if created:
        _set_courses(cohort, draft)
        if by.role is Role.INSTRUCTOR:
            lead(db, cohort, by)
        db.flush()
        audit.record(db, "cohorts.create", by.key, at, "cohort", cohort.key)
    elif draft_of(cohort) != draft:
        raise EventConflict
    return cohort


def _values_of(draft: CohortDraft) -> dict[str, object]:
    return {
        "name": draft.name,
        "partner": draft.partner,
        "countries": list(draft.countries),
        "language": draft.language,
        "second_language": draft.second_language,
        "starts_on": draft.starts_on,
        "ends_on": draft.ends_on,
        "capacity": draft.capacity,
    }


def draft_of(cohort: Cohort) -> CohortDraft:
    """The cohort as somebody would have filled it in."""
    return CohortDraft(
        name=cohort.name,
        partner=cohort.partner,
        countries=tuple(cohort.countries),
        starts_on=cohort.starts_on,
        ends_on=cohort.ends_on,
        language=cohort.language,
        second_language=cohort.second_language,
        capacity=cohort.capacity,
        courses=tuple(course.slug for course in cohort.courses),
        due_on={course.slug: course.due_on for course in cohort.courses if course.due_on},
    )


def _checked(draft: CohortDraft) -> CohortDraft:
    """The draft with the courses that its courses need: without them the others stay locked.

    Due dates of courses that are not in it are dropped. Raises CourseHasNoContent and
    DueOutsideCohort.
    """
    _refuse_empty_courses(draft.courses)
    courses = library().with_needs(draft.courses)
    due_on = {slug: draft.due_on[slug] for slug in courses if slug in draft.due_on}
    last = draft.ends_on or date.max
    if not all(draft.starts_on <= day <= last for day in due_on.values()):
        raise DueOutsideCohort
    second = draft.second_language if draft.second_language != draft.language else None
    return replace(draft, courses=courses, due_on=due_on, second_language=second)


def _refuse_empty_courses(slugs: Iterable[str]) -> None:
    known = {course.slug for course in library().courses}
    if not known.issuperset(slugs):
        raise CourseHasNoContent


def _set_courses(cohort: Cohort, draft: CohortDraft) -> None:
    kept = {course.slug: course for course in cohort.courses}
    cohort.courses = [kept.get(slug, CohortCourse(slug=slug)) for slug in draft.courses]
    for position, course in enumerate(cohort.courses):
        course.position = position
        course.due_on = draft.due_on.get(course.slug)


def change_cohort(db: Session, cohort: Cohort, draft: CohortDraft, by: User, at: datetime) -> None:
    """Write the draft into the cohort and enrol its members in courses that are new.

    Raises CourseHasNoContent, DueOutsideCohort and CapacityTooSmall.
    """
    draft = _checked(draft)
    locked_cohort(db, cohort)
    members = member_count(db, cohort)
    if draft.capacity is not None and draft.capacity < members:
        raise CapacityTooSmall(members=members)
    for name, value in _values_of(draft).items():
        setattr(cohort, name, value)
    _set_courses(cohort, draft)
    enrol_in_courses(db, cohort, [member.id for member in members_of(db, cohort)], at)
    audit.record(db, "cohorts.change", by.key, at, "cohort", cohort.key)


def copy_cohort(
    db: Session,
    source: Cohort,
    name: str,
    starts_on: date,
    event_id: str,
    by: User,
    at: datetime,
) -> Cohort:
    """The next intake: all but people, codes and announcements, each day as far on as the first.

    An administrator's copy is led by the same instructors, an instructor's by herself. Raises
    CourseHasNoContent, and EventConflict when the event made another cohort.
    """
    draft, shift = draft_of(source), starts_on - source.starts_on
    draft = replace(
        draft,
        name=name,
        starts_on=starts_on,
        ends_on=_moved(draft.ends_on, shift) if draft.ends_on else None,
        due_on={slug: _moved(day, shift) for slug, day in draft.due_on.items()},
    )
    cohort = create_cohort(db, draft, event_id, by, at)
    if by.role is Role.ADMINISTRATOR:
        leading = select(User).join(CohortInstructor, CohortInstructor.user_id == User.id)
        for instructor in db.scalars(leading.where(CohortInstructor.cohort_id == source.id)):
            lead(db, cohort, instructor)
    return cohort


def _moved(day: date, shift: timedelta) -> date:
    """The day moved on or back, at most to the end of the calendar."""
    try:
        return day + shift
    except OverflowError:
        return date.max if shift > timedelta() else date.min


def archive_cohort(db: Session, cohort: Cohort, by: User, at: datetime) -> None:
    """Take the cohort out of the lists; nothing is deleted. A second time changes nothing."""
    if cohort.archived_at is None:
        cohort.archived_at = at
        audit.record(db, "cohorts.archive", by.key, at, "cohort", cohort.key)


def restore_cohort(db: Session, cohort: Cohort, by: User, at: datetime) -> None:
    """Bring an archived cohort back; its codes that are in force work again."""
    if cohort.archived_at is not None:
        cohort.archived_at = None
        audit.record(db, "cohorts.restore", by.key, at, "cohort", cohort.key)
