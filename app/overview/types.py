"""Plain data of the pages that look across rooms."""

from __future__ import annotations

from dataclasses import dataclass

from app.accounts.models import User
from app.certificates.types import Readiness
from app.cohorts.models import Cohort
from app.courses.types import Course
from app.learning.types import CourseProgress


@dataclass(frozen=True, slots=True)
class CourseWay:
    """One trainee's way to one course's certificate."""

    course: Course
    progress: CourseProgress
    readiness: Readiness


@dataclass(frozen=True, slots=True)
class CohortCard:
    """A cohort on a start page, with how many are there and how many are ready."""

    cohort: Cohort
    members: int
    issuable: int
    certified: int


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One trainee in a cohort's progress table."""

    user: User
    ways: tuple[CourseWay, ...]
