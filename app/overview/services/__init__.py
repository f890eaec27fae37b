"""The rules of the pages that look across rooms."""

from app.overview.services.progress import (
    cohort_cards,
    cohort_rows,
    courses_of,
    due_soon,
    export_person,
    reminders_of,
    ways_of,
    ways_of_trainee,
)

__all__ = [
    "cohort_cards",
    "cohort_rows",
    "courses_of",
    "due_soon",
    "export_person",
    "reminders_of",
    "ways_of",
    "ways_of_trainee",
]
