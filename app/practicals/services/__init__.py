"""The rules of skill checks: who may grade, what makes a pass, how a check is corrected.

Those of training days are in modules of their own: sessions, planning, attendance, deferring,
closing, papers.
"""

from app.learning import services as learning
from app.practicals.services.acknowledging import acknowledge, require_pin
from app.practicals.services.checked import checked_in
from app.practicals.services.choosing import (
    candidates,
    own_sheets,
    shared_cohort,
    used_on,
    who_is_next,
)
from app.practicals.services.deadlines import (
    REMIND_DAYS,
    deadlines_of,
    passed_team_exercise,
    passes_due,
)
from app.practicals.services.erasing import erase_days
from app.practicals.services.listing import ChecksPage, checks_by
from app.practicals.services.marks import complete_marks, critical_happened, result_of
from app.practicals.services.merging import MERGE_MOVES, MERGE_STAYS, count_records, merge_people
from app.practicals.services.reading import (
    check_of,
    export_checks,
    given_of,
    passed_days,
    passed_sheets,
    passed_since,
    result_by_key,
    result_in,
    results_of,
    shows_marks,
    standing_of,
    visible_results,
)
from app.practicals.services.recording import (
    correct_check,
    may_correct,
    record_check,
    require_correctable,
)
from app.practicals.services.second import (
    check_to_second,
    may_second,
    record_second,
    waiting_checks,
)
from app.practicals.services.settling import (
    agree,
    decide_lapsed,
    differences,
    final_marks,
    may_decide_lapsed,
    may_settle,
    newest_proposal,
    settle,
)
from app.practicals.services.sheets import all_sheets, find_sheet, sheets_to_examine, teaching

# A passed assessment holds only with its practical: learning asks this room for it.
learning.tell_practical(passed_days)

__all__ = [
    "MERGE_MOVES",
    "MERGE_STAYS",
    "REMIND_DAYS",
    "ChecksPage",
    "acknowledge",
    "agree",
    "all_sheets",
    "candidates",
    "check_of",
    "check_to_second",
    "checked_in",
    "checks_by",
    "complete_marks",
    "correct_check",
    "count_records",
    "critical_happened",
    "deadlines_of",
    "decide_lapsed",
    "differences",
    "erase_days",
    "export_checks",
    "final_marks",
    "find_sheet",
    "given_of",
    "may_correct",
    "may_decide_lapsed",
    "may_second",
    "may_settle",
    "merge_people",
    "newest_proposal",
    "own_sheets",
    "passed_days",
    "passed_sheets",
    "passed_since",
    "passed_team_exercise",
    "passes_due",
    "record_check",
    "record_second",
    "require_correctable",
    "require_pin",
    "result_by_key",
    "result_in",
    "result_of",
    "results_of",
    "settle",
    "shared_cohort",
    "sheets_to_examine",
    "shows_marks",
    "standing_of",
    "teaching",
    "used_on",
    "visible_results",
    "waiting_checks",
    "who_is_next",
]
