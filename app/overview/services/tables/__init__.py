"""The tables that staff may take away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.cohorts.models import Cohort
from app.core import audit
from app.core.errors import N_, NotFound
from app.core.permissions import Permission, may
from app.core.spreadsheets.writing import Table
from app.overview.services.tables import days, rows, sheets
from app.overview.services.tables.asking import Asked, Row


class TableKind(StrEnum):
    """Which table; also its name in addresses and file names."""

    COHORTS = "cohorts"
    MEMBERS = "members"
    PROGRESS = "progress"
    ATTEMPTS = "attempts"
    CHECKS = "checks"
    ATTENDANCE = "attendance"
    SESSIONS = "sessions"
    ITEMS = "items"
    CERTIFICATES = "certificates"
    SHEETS = "sheets"
    STAFF = "staff"
    TRAIL = "trail"


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One table: its title and headers as messages, who may have it, and its rows."""

    title: str
    headers: tuple[str, ...]
    permission: Permission
    rows: Callable[[Asked], Iterator[Row]]
    has_cohort: bool = True
    is_personal: bool = True
    #: What else decides, beside the permission: whether the person needs a grant on that day.
    is_for: Callable[[Session, User, date], bool] = lambda _db, _person, _on: True


def tables_for(db: Session, person: User, on: date) -> dict[TableKind, TableSpec]:
    """The tables that this person may have on this day."""
    return {
        kind: spec
        for kind, spec in TABLES.items()
        if may(person, spec.permission) and spec.is_for(db, person, on)
    }


def spec_of(db: Session, person: User, kind: str, on: date) -> TableSpec:
    """One table; raises NotFound for an unknown one and for one that the person may not have."""
    found = {str(known): spec for known, spec in tables_for(db, person, on).items()}.get(kind)
    if found is None:
        raise NotFound
    return found


def table(spec: TableSpec, asked: Asked) -> Table:
    """The table, its rows fetched as they are read."""
    headers = tuple(asked.say(header) for header in spec.headers)
    return Table(asked.say(spec.title), headers, spec.rows(asked))


def record_export(
    db: Session, kind: TableKind, cohort: Cohort | None, by: User, at: datetime
) -> None:
    """Note in the trail who took which table away."""
    key = cohort.key if cohort else "-"
    audit.record(db, "overview.export", by.key, at, "cohort", key, {"table": str(kind)})


NAME_HEADERS = (N_("Name"), N_("Name in passport"), N_("Chinese name"))


TABLES: dict[TableKind, TableSpec] = {
    TableKind.COHORTS: TableSpec(
        N_("Cohorts"),
        (
            N_("Cohort"),
            N_("Partner"),
            N_("Country"),
            N_("First day"),
            N_("Last day"),
            N_("Trainees"),
            N_("Courses"),
            N_("Archived"),
        ),
        Permission.COHORTS_LEAD,
        rows.cohort_rows,
        has_cohort=False,
        is_personal=False,
    ),
    TableKind.MEMBERS: TableSpec(
        N_("Trainees"),
        (
            N_("Cohort"),
            *NAME_HEADERS,
            N_("Nationality"),
            N_("Language"),
            N_("Names confirmed on"),
            N_("Joined on"),
            N_("Left on"),
        ),
        Permission.COHORTS_LEAD,
        rows.member_rows,
    ),
    TableKind.PROGRESS: TableSpec(
        N_("Progress"),
        (
            N_("Cohort"),
            *NAME_HEADERS,
            N_("Course"),
            N_("Lessons done"),
            N_("Lessons in all"),
            N_("Attempts"),
            N_("Best score"),
            N_("Of points"),
            N_("Assessment passed on"),
            N_("All requirements met"),
            N_("Certificate valid until"),
        ),
        Permission.COHORTS_LEAD,
        rows.progress_rows,
    ),
    TableKind.ATTEMPTS: TableSpec(
        N_("Attempts at assessments"),
        (
            *NAME_HEADERS,
            N_("Course"),
            N_("Attempt"),
            N_("Submitted on"),
            N_("Language"),
            N_("Score"),
            N_("Of points"),
            N_("Passed"),
        ),
        Permission.COHORTS_LEAD,
        rows.attempt_rows,
    ),
    TableKind.CHECKS: TableSpec(
        N_("Skill checks"),
        (
            N_("Day"),
            *NAME_HEADERS,
            N_("Course"),
            N_("Skill sheet"),
            N_("Result"),
            N_("Attempt"),
            N_("Examiner"),
            N_("Place"),
            N_("Language"),
            N_("Acknowledged on"),
            N_("Corrected later"),
        ),
        Permission.COHORTS_LEAD,
        rows.check_rows,
    ),
    TableKind.ATTENDANCE: TableSpec(
        N_("Attendance"),
        (
            N_("Cohort"),
            N_("Day"),
            N_("Place"),
            *NAME_HEADERS,
            N_("Attendance"),
            N_("Came or left at"),
            N_("Minutes of presence"),
            N_("Entered"),
            N_("Note"),
        ),
        Permission.COHORTS_LEAD,
        days.attendance_rows,
    ),
    TableKind.SESSIONS: TableSpec(
        N_("Training days"),
        (
            N_("Cohort"),
            N_("Day"),
            N_("Begins"),
            N_("Ends"),
            N_("Time zone"),
            N_("Place"),
            N_("Courses"),
            N_("Skill sheets"),
            N_("Instructors"),
            N_("Examiners"),
            N_("People who took part"),
            N_("State"),
        ),
        Permission.COHORTS_LEAD,
        days.session_rows,
    ),
    TableKind.ITEMS: TableSpec(
        N_("Statistics of questions"),
        (
            N_("Course"),
            N_("Question"),
            N_("Language"),
            N_("Answered"),
            N_("Right (%)"),
            N_("Discrimination"),
            N_("Compared with"),
            N_("Difference (Δ)"),
            N_("ETS class"),
            N_("Counted on"),
        ),
        Permission.COURSES_AUTHOR,
        days.item_rows,
        has_cohort=False,
        is_personal=False,
        is_for=days.writes_courses,
    ),
    TableKind.CERTIFICATES: TableSpec(
        N_("Certificates"),
        (
            N_("Serial number"),
            *NAME_HEADERS,
            N_("Course"),
            N_("Awarded on"),
            N_("Valid until"),
            N_("State"),
        ),
        Permission.CERTIFICATES_ISSUE,
        rows.certificate_rows,
    ),
    TableKind.SHEETS: TableSpec(
        N_("Register of printed sheets"),
        sheets.HEADERS,
        Permission.CERTIFICATES_ISSUE,
        sheets.sheet_rows,
    ),
    TableKind.STAFF: TableSpec(
        N_("Staff"),
        (N_("Username"), *NAME_HEADERS, N_("Role"), N_("Account made on"), N_("Closed on")),
        Permission.ACCOUNTS_MANAGE,
        rows.staff_rows,
        has_cohort=False,
    ),
    TableKind.TRAIL: TableSpec(
        N_("Who did what"),
        (N_("Time (UTC)"), N_("Act"), N_("By"), N_("Kind"), N_("Key"), N_("Details")),
        Permission.ACCOUNTS_MANAGE,
        rows.trail_rows,
        has_cohort=False,
    ),
}
