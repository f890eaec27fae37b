"""The rules of the pages that look across rooms."""

from app.overview.services.grids import (
    PAGE_SIZE,
    cohort_cards,
    cohort_grid,
    everybody_grid,
    standing_of,
)
from app.overview.services.progress import courses_of, export_person, ways_of_trainee
from app.overview.services.standing import STUCK_DAYS, standings

__all__ = [
    "PAGE_SIZE",
    "STUCK_DAYS",
    "cohort_cards",
    "cohort_grid",
    "courses_of",
    "everybody_grid",
    "export_person",
    "standing_of",
    "standings",
    "ways_of_trainee",
]
