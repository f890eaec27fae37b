"""Lists of people from a file into a cohort: read, mapped, previewed, confirmed, undone.

Nothing is written before the confirmation but the list itself, and that is gone after 24 h.
"""

from app.cohorts.services.roster.confirming import confirm_import
from app.cohorts.services.roster.data import Change, Problem
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
from app.cohorts.services.roster.preview import (
    LeftOut,
    Preview,
    Row,
    columns_of,
    left_out_rows,
    people_rows,
    preview_of,
)
from app.cohorts.services.roster.undoing import (
    UndoPlan,
    export_lists,
    is_undoable,
    undo_import,
    undo_plan,
)

__all__ = [
    "Change",
    "LeftOut",
    "Preview",
    "Problem",
    "Row",
    "UndoPlan",
    "columns_of",
    "confirm_import",
    "discard_import",
    "export_lists",
    "import_of",
    "imports_of",
    "is_undoable",
    "left_out_rows",
    "pending_of",
    "people_rows",
    "preview_of",
    "purge_expired",
    "set_choices",
    "set_columns",
    "start_import",
    "undo_import",
    "undo_plan",
]
