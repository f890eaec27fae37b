"""Lists of people from a file into a cohort: read, mapped, previewed, confirmed, undone.

Nothing is written before the confirmation but the list itself, and that is gone after 24 h.
"""

from app.cohorts.services.roster.confirming import confirm_import
from app.cohorts.services.roster.pending import (
    discard_import,
    import_of,
    imports_of,
    pending_of,
    purge_expired,
    set_choices,
    set_columns,
    start_import,
)
from app.cohorts.services.roster.preview import Preview, Row, left_out_rows, preview_of
from app.cohorts.services.roster.undoing import UndoPlan, undo_import, undo_plan

__all__ = [
    "Preview",
    "Row",
    "UndoPlan",
    "confirm_import",
    "discard_import",
    "import_of",
    "imports_of",
    "left_out_rows",
    "pending_of",
    "preview_of",
    "purge_expired",
    "set_choices",
    "set_columns",
    "start_import",
    "undo_import",
    "undo_plan",
]
