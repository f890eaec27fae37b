"""The rules of skill checks: who may grade, what makes a pass, how a check is corrected."""

from app.practicals.services.acknowledging import acknowledge, require_pin
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
    "checks_by",
    "complete_marks",
    "correct_check",
    "count_records",
    "critical_happened",
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
