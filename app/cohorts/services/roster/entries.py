"""Rows of a list as people: what is given, what is derived, what is wrong with which cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from app.accounts import services as accounts
from app.cohorts.models import Cohort
from app.cohorts.services.roster.data import Entry, Problem
from app.cohorts.services.roster.values import (
    EXCEL_DATE,
    EXCEL_SHORTENED,
    country_of,
    filled,
    gender_of,
    language_of,
    names_of,
)
from app.cohorts.types import NAME_FIELDS, RosterField
from app.core.errors import N_

FORMULA = N_(
    "A formula stands here. Copy the column in Excel, choose Paste special, Values, and upload "
    "the list again."
)
EXCEL_ERROR = N_("Excel shows an error here. Write the value itself.")
A_DATE = N_("Excel made a date of this number. Format the column as text and type it again.")
SHORTENED = N_("Excel shortened this number. Format the column as text and type it again.")
NO_NAME = N_("The name is missing. Write it in this column.")
NO_PASSPORT = N_(
    "This is no passport number. Write 6 to 15 Latin letters and digits, or leave it empty."
)
NO_STUDENT_NUMBER = N_("This is no student number. Use at most 40 letters and digits.")
NO_COUNTRY = N_("We do not know this country. Write its name or its two letters, such as LA.")
NO_LANGUAGE = N_("Write English, Chinese, Vietnamese, Lao or Khmer, or leave it empty.")
NO_GENDER = N_("Write F or M, other, or leave it empty.")
DOUBLE_NUMBER = N_("Row %(row)s has the same student number. Mend or delete one of them.")
DOUBLE_PASSPORT = N_("Row %(row)s has the same passport number. Mend or delete one of them.")

_HAN_FORM = re.compile("[\u3400-\u9fff]")
#: The language of ours that is read in a country (ISO 3166-1 alpha-2).
_LANGUAGE_OF = {"CN": "zh", "KH": "km", "LA": "lo", "VN": "vi"}
_FIELD_OF_NAME = {
    "native": RosterField.NATIVE_NAME,
    "latin": RosterField.LATIN_NAME,
    "chinese": RosterField.CHINESE_NAME,
}


def entries_of(
    rows: Iterable[tuple[int, Sequence[str]]], columns: Mapping[int, RosterField], cohort: Cohort
) -> list[Entry]:
    """Every row as a person, in the order of the list; a number that comes twice is a problem."""
    reader = _Reader(columns, cohort)
    entries = [reader.entry(number, cells) for number, cells in rows]
    _mark_doubles(entries, reader)
    return entries


class _Reader:
    """Reads one row after the other with the same columns."""

    def __init__(self, columns: Mapping[int, RosterField], cohort: Cohort) -> None:
        self.columns, self.cohort = columns, cohort
        self.first = {field: index for index, field in sorted(columns.items(), reverse=True)}

    def entry(self, number: int, cells: Sequence[str]) -> Entry:
        given = self._given(cells)
        problems = self._faulty_cells(cells)
        names, needs_latin = names_of(
            given.get(RosterField.NATIVE_NAME, ""),
            given.get(RosterField.LATIN_NAME, ""),
            given.get(RosterField.CHINESE_NAME, ""),
        )
        entry = Entry(
            number=number,
            names=names,
            nationality=self.cohort.country,
            language=self.cohort.language,
            given=frozenset(given),
            needs_latin=needs_latin,
            problems=problems,
        )
        if not problems:
            self._check_names(entry)
            self._read_numbers(entry, given)
            self._read_places(entry, given)
        return entry

    def column(self, field: RosterField) -> int | None:
        """The first column of a field; of a name that the list has not, the one that stands in."""
        found = [self.first[one] for one in (field, *NAME_FIELDS) if one in self.first]
        return found[0] if found else None

    def _given(self, cells: Sequence[str]) -> dict[RosterField, str]:
        """What the row fills; two columns of one name are joined as they stand."""
        found: dict[RosterField, str] = {}
        for index, field in self.columns.items():
            text = filled(cells[index]) if index < len(cells) else ""
            if text:
                before = found.get(field, "")
                gap = "" if not before or _HAN_FORM.match(text) else " "
                found[field] = f"{before}{gap}{text}"
        return found

    def _faulty_cells(self, cells: Sequence[str]) -> list[Problem]:
        found: list[Problem] = []
        for index in self.columns:
            text = cells[index] if index < len(cells) else ""
            if text.startswith("="):
                found.append(Problem(index, FORMULA))
            elif text.startswith("#") and text.rstrip("!?").isupper():
                found.append(Problem(index, EXCEL_ERROR))
        return found

    def _check_names(self, entry: Entry) -> None:
        if not entry.names.native:
            entry.problems.append(Problem(self.column(RosterField.NATIVE_NAME), NO_NAME))
            return
        wrong = accounts.name_problems(entry.names)
        if entry.needs_latin:
            wrong.pop("latin", None)
        for form, message in wrong.items():
            entry.problems.append(Problem(self.column(_FIELD_OF_NAME[form]), message))

    def _read_numbers(self, entry: Entry, given: Mapping[RosterField, str]) -> None:
        number = self._number(entry, given, RosterField.STUDENT_NUMBER)
        if number and (
            len(number) > accounts.STUDENT_NUMBER_LENGTH or not any(map(str.isalnum, number))
        ):
            self._fault(entry, RosterField.STUDENT_NUMBER, NO_STUDENT_NUMBER)
        elif number:
            entry.student_number = number
            entry.student_number_key = accounts.student_number_key(self.cohort.partner, number)
        passport = self._number(entry, given, RosterField.PASSPORT)
        normal = accounts.normal_passport(passport)
        if normal:
            entry.passport_hash = accounts.passport_hash(normal)
            entry.passport_last4 = normal[-4:]
        elif passport:
            self._fault(entry, RosterField.PASSPORT, NO_PASSPORT)

    def _number(self, entry: Entry, given: Mapping[RosterField, str], field: RosterField) -> str:
        text = given.get(field, "")
        if EXCEL_DATE.fullmatch(text):
            self._fault(entry, field, A_DATE)
            return ""
        if EXCEL_SHORTENED.fullmatch(text):
            self._fault(entry, field, SHORTENED)
            return ""
        return text

    def _read_places(self, entry: Entry, given: Mapping[RosterField, str]) -> None:
        if country := given.get(RosterField.NATIONALITY):
            code = country_of(country)
            entry.nationality = code or entry.nationality
            if entry.nationality != self.cohort.country:
                # In a mixed cohort somebody reads the language of home rather than the others'.
                entry.language = _LANGUAGE_OF.get(entry.nationality, entry.language)
            if code is None:
                self._fault(entry, RosterField.NATIONALITY, NO_COUNTRY)
        if spoken := given.get(RosterField.LANGUAGE):
            code = language_of(spoken)
            entry.language = code or entry.language
            if code is None:
                self._fault(entry, RosterField.LANGUAGE, NO_LANGUAGE)
        if said := given.get(RosterField.GENDER):
            entry.gender, is_known = gender_of(said)
            if not is_known:
                self._fault(entry, RosterField.GENDER, NO_GENDER)

    def _fault(self, entry: Entry, field: RosterField, message: str) -> None:
        entry.problems.append(Problem(self.column(field), message))


def _mark_doubles(entries: Sequence[Entry], reader: _Reader) -> None:
    seen: dict[str, int] = {}
    for entry in entries:
        marks = (
            (entry.student_number_key, RosterField.STUDENT_NUMBER, DOUBLE_NUMBER),
            (entry.passport_hash, RosterField.PASSPORT, DOUBLE_PASSPORT),
        )
        for key, field, message in marks:
            if key and seen.setdefault(key, entry.number) != entry.number:
                column, values = reader.column(field), (("row", seen[key]),)
                entry.problems.append(Problem(column, message, values))
