"""What an award rests on, as it is shown before the act and frozen with the certificate."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.accounts.models import User
from app.certificates.models import Certificate
from app.certificates.services.known import Known
from app.certificates.services.sheets import sheet_evidence
from app.courses.types import ReviewState
from app.learning.types import Waived


def course_evidence(
    user: User, known: Known, renews: Certificate | None, again: Mapping[str, datetime | None]
) -> dict[str, Any]:
    """Of a course's certificate. `again`: when each lesson was read again for the renewal."""
    progress, course = known.progress[user.id], known.course
    return {
        "course": {"slug": course.slug, "edition": course.edition, "digest": course.digest},
        "lessons": {
            "done": progress.lessons_done,
            "last_at": _iso(progress.last_lesson_at),
            "waived": [_waived(one) for one in progress.waived],
        },
        "assessment": {
            "attempt": progress.attempt_key,
            "passed_at": _iso(progress.passed_at),
            "score": progress.best_score,
            "of": progress.best_max,
        },
        "needed": [
            {"slug": slug, "passed_at": _iso(needed[user.id].first_passed_at)}
            for slug, needed in known.needed.items()
        ],
        "languages": list(progress.languages),
        "reviews": {
            code: _review(known.reviews[code])
            for code in progress.languages
            if code in known.reviews
        },
        "sheets": [
            sheet_evidence(course.slug, sheet.code, known.sheets[user.id][sheet.key])
            for sheet in course.sheets
        ],
        **(renewal_evidence(renews, again) if renews else {}),
        "names_confirmed_at": _iso(user.names_confirmed_at),
    }


def renewal_evidence(renews: Certificate, again: Mapping[str, datetime | None]) -> dict[str, Any]:
    """Which certificate is renewed, and the lessons that were read again for it."""
    return {
        "renews": {"key": renews.key, "serial": renews.serial},
        "read_again": [{"key": key, "at": _iso(at)} for key, at in again.items()],
    }


def _iso(moment: Any) -> str | None:
    return None if moment is None else str(moment.isoformat())


def _review(state: ReviewState) -> dict[str, Any]:
    """How a language was reviewed on the day of issue."""
    opening = state.opening
    return {
        "status": state.status.value,
        "by": [
            {"role": one.role.value, "name": one.name, "on": one.on.isoformat()}
            for one in state.newest
        ],
        "opened_at": _iso(opening.opened_at) if opening else None,
        "reason": opening.reason if opening else None,
    }


def _waived(one: Waived) -> dict[str, Any]:
    """A lesson that was left out, as the why-page tells it."""
    return {
        "key": one.lesson_key,
        "reason": one.reason,
        "by": one.by_name,
        "at": one.at.isoformat(),
    }
