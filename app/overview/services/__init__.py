"""The rules of the pages that look across rooms."""

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
    cohort_cards,
    cohort_rows,
    courses_of,
    export_person,
    ways_of,
    ways_of_trainee,
)

__all__ = [
    "MERGE_MOVES",
    "MERGE_STAYS",
    "candidates",
    "cohort_cards",
    "cohort_rows",
    "courses_of",
    "export_person",
    "merge_people",
    "mergeable",
    "share_a_name",
    "side_of",
    "ways_of",
    "ways_of_trainee",
]
