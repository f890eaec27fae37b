"""A passed skill sheet as evidence."""

from __future__ import annotations

from typing import Any

from app.practicals.types import PassedSheet


def sheet_evidence(slug: str, code: str, passed: PassedSheet) -> dict[str, Any]:
    """A passed sheet of a course, or of the programme, as plain data."""
    return {
        "key": passed.sheet_key,
        "code": code,
        "scope": f"{slug}/{passed.sheet_key}",
        "held_on": passed.held_on.isoformat(),
        "check": passed.check_key,
        "examiner": passed.examiner_name,
        "examiner_key": passed.examiner_key,
        "language": passed.language,
        "place": passed.place,
        "acknowledged": passed.acknowledged,
        **({"second_examiner": passed.second_examiner} if passed.second_examiner else {}),
    }
