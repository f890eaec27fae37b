"""Plain data of the pages that look across rooms."""

from __future__ import annotations

from collections.abc import Mapping
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


@dataclass(frozen=True, slots=True)
class Side:
    """One of two accounts of one person, with how many records of each kind it has."""

    user: User
    cohorts: tuple[str, ...]
    has_open_attempt: bool
    records: Mapping[str, int]
