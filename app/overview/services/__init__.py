"""The rules of the pages that look across rooms."""

from app.overview.services.grids import (
    PAGE_SIZE,
    cohort_grid,
    everybody_grid,
    everybody_of,
    staff_start,
)
from app.overview.services.merging import (
    MERGE_MOVES,
    MERGE_STAYS,
    candidates,
    merge_people,
    mergeable,
    share_a_name,
    side_of,
)
from app.overview.services.progress import (
    courses_of,
    due_of_trainee,
    export_person,
    reminders_of,
    ways_and_standing,
    ways_of_trainee,
)
from app.overview.services.standing import STUCK_DAYS, standings
from app.overview.services.statistics import Stage, Statistics, statistics
from app.overview.services.timeline import timeline

__all__ = [
    "MERGE_MOVES",
    "MERGE_STAYS",
    "PAGE_SIZE",
    "STUCK_DAYS",
    "Stage",
    "Statistics",
    "candidates",
    "cohort_grid",
    "courses_of",
    "due_of_trainee",
    "everybody_grid",
    "everybody_of",
    "export_person",
    "merge_people",
    "mergeable",
    "reminders_of",
    "share_a_name",
    "side_of",
    "staff_start",
    "standings",
    "statistics",
    "timeline",
    "ways_and_standing",
    "ways_of_trainee",
]
