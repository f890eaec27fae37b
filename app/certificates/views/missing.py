"""Where what is missing can be seen or mended: for the office, an instructor, and herself."""

from __future__ import annotations

from typing import Any

from flask import current_app, url_for

from app.certificates.types import Missing, MissingKind
from app.certificates.views.frame import blueprint, me
from app.cohorts.models import Cohort
from app.core.permissions import Permission, may

Way = tuple[str, dict[str, Any]]


def missing_address(
    missing: Missing, user_key: str, cohort: Cohort, *, on_her_page: bool = False
) -> str | None:
    """Where staff see or mend what a trainee of the cohort misses, or None.

    `on_her_page`: the link stands on the page of her progress already.
    """
    her = {"key": cohort.key, "user": user_key}
    wanted: Way | None = None if on_her_page else ("overview.member_progress", her)
    match missing.kind:
        case MissingKind.COURSE_CERTIFICATE if _follows(cohort, missing.key):
            wanted = ("certificates.eligible", {"key": cohort.key, "slug": missing.key})
        case MissingKind.NAMES | MissingKind.LETTERS | MissingKind.CONSENT:
            manages = may(me(), Permission.ACCOUNTS_MANAGE)
            wanted = ("accounts.person", {"key": user_key}) if manages else ("cohorts.member", her)
        case MissingKind.LANGUAGE:
            wanted = ("courses.reviews", {}) if may(me(), Permission.COURSES_REVIEW) else None
        case MissingKind.ATTENDANCE:
            wanted = ("certificates.member_letters", her)
        case MissingKind.SHEET | MissingKind.SHEET_EXPIRED | MissingKind.EXERCISE:
            wanted = ("practicals.sessions_list", {"cohort": cohort.key})
        case MissingKind.ACKNOWLEDGEMENT:
            wanted = ("practicals.checks", {})
    return _address(wanted)


def _follows(cohort: Cohort, slug: str) -> bool:
    return slug in {course.slug for course in cohort.courses}


def own_missing_address(missing: Missing, slug: str) -> str | None:
    """Where the trainee herself sees or mends what she misses for the course, or None."""
    wanted: Way | None = None
    match missing.kind:
        case MissingKind.LESSONS | MissingKind.ASSESSMENT:
            wanted = ("learning.course", {"slug": slug})
        case MissingKind.NEEDED_COURSE:
            wanted = ("learning.course", {"slug": missing.key})
        case (
            MissingKind.SHEET
            | MissingKind.SHEET_EXPIRED
            | MissingKind.ACKNOWLEDGEMENT
            | MissingKind.EXERCISE
        ):
            wanted = ("practicals.checks", {})
        case MissingKind.NAMES | MissingKind.LETTERS:
            wanted = ("accounts.names", {})
        case MissingKind.CONSENT:
            wanted = ("accounts.consent", {})
        case MissingKind.ATTENDANCE:
            wanted = ("certificates.own_letters", {})
        case MissingKind.REFRESHER | MissingKind.REVOKED:
            wanted = ("certificates.mine", {})
    return _address(wanted)


def _address(wanted: Way | None) -> str | None:
    """Pages of other rooms go by name, if they are there."""
    if wanted is None or wanted[0] not in current_app.view_functions:
        return None
    return url_for(wanted[0], **wanted[1])


@blueprint.app_context_processor
def ways() -> dict[str, Any]:
    """The two, for the templates."""
    return {"missing_address": missing_address, "own_missing_address": own_missing_address}
