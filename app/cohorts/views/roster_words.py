"""The words of a list's pages: fields, states, what is wrong and what would change."""

from __future__ import annotations

from app.accounts.services import territory_name
from app.accounts.types import NameForm
from app.cohorts.forms import NAME_FORMS
from app.cohorts.services import roster
from app.cohorts.types import RosterField, RowState
from app.core.i18n import _, current_language, lazy
from app.core.spreadsheets.cells import column_name

FIELD_NAMES = {
    RosterField.NATIVE_NAME: NAME_FORMS[NameForm.NATIVE],
    RosterField.LATIN_NAME: NAME_FORMS[NameForm.LATIN],
    RosterField.CHINESE_NAME: NAME_FORMS[NameForm.CHINESE],
    RosterField.STUDENT_NUMBER: lazy("Student number"),
    RosterField.PASSPORT: lazy("Passport number"),
    RosterField.NATIONALITY: lazy("Nationality"),
    RosterField.LANGUAGE: lazy("Language"),
    RosterField.GENDER: lazy("Gender"),
}
#: Each state in a word, its tone, and what happens to such rows.
STATES = {
    RowState.NEW: (lazy("New"), "good"),
    RowState.SAME: (lazy("Same person"), "neutral"),
    RowState.CHANGED: (lazy("Changed"), "care"),
    RowState.QUESTION: (lazy("To decide"), "care"),
    RowState.PROBLEM: (lazy("Problem"), "danger"),
    RowState.LEFT_OUT: (lazy("Left out"), "neutral"),
}


def problem_text(problem: roster.Problem) -> str:
    """What is wrong and how to mend it."""
    return str(_(problem.message)) % dict(problem.values) if problem.values else _(problem.message)


def place_of(number: int, column: int | None) -> str:
    """Where in the file: "Row 17, column D"."""
    if column is None:
        return _("Row %(row)s", row=number)
    return _("Row %(row)s, column %(column)s", row=number, column=column_name(column))


def value_of(change: roster.Change, value: str) -> str:
    """An old or new value as a page shows it."""
    if not value:
        return "–"
    if change.field is RosterField.NATIONALITY:
        return territory_name(value, current_language())
    return f"…{value}" if change.field is RosterField.PASSPORT else value


def reason_of(row: roster.LeftOut) -> str:
    """Why a row is left out, for the file to mend."""
    told = [f"{place_of(row.number, one.column)}: {problem_text(one)}" for one in row.problems]
    return " ".join(told) or _("Left out or not decided")
