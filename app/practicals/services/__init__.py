"""The rules of skill checks: who may grade, what makes a pass, how a check is corrected.

Those of training days are in modules of their own: sessions, planning, attendance, deferring,
closing, papers.
"""

from app.practicals.services.acknowledging import acknowledge, require_pin
from app.practicals.services.checked import checked_in
from app.practicals.services.erasing import erase_days
from app.practicals.services.marks import complete_marks, critical_happened, result_of
from app.practicals.services.merging import (
    MERGE_MOVES,
    MERGE_STAYS,
    count_records,
    merge_people,
)
from app.practicals.services.reading import (
    check_of,
    checks_by,
    export_checks,
    given_of,
    passed_sheets,
    result_by_key,
    result_in,
    results_of,
    visible_results,
)
from app.practicals.services.recording import (
    candidates,
    correct_check,
    may_correct,
    record_check,
    require_correctable,
    shared_cohort,
    sheets_to_examine,
)

__all__ = [
    "MERGE_MOVES",
    "MERGE_STAYS",
    "acknowledge",
    "candidates",
    "check_of",
    "checked_in",
    "checks_by",
    "complete_marks",
    "correct_check",
    "count_records",
    "critical_happened",
    "erase_days",
    "export_checks",
    "given_of",
    "may_correct",
    "merge_people",
    "passed_sheets",
    "record_check",
    "require_correctable",
    "require_pin",
    "result_by_key",
    "result_in",
    "result_of",
    "results_of",
    "shared_cohort",
    "sheets_to_examine",
    "visible_results",
]
