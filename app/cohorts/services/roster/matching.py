"""Which account a row speaks of: by passport, by student number, then by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.cohorts.services.roster.data import Change, Entry, Problem
from app.cohorts.services.roster.people import Known, People, forms_of
from app.cohorts.services.roster.values import look
from app.cohorts.types import NAME_FIELDS, RosterField
from app.core.errors import N_

TWO_PEOPLE = N_(
    "The student number belongs to %(one)s, the passport number to %(other)s. Mend one of them."
)
STRANGER = N_(
    "A person outside your cohorts has this number. Let the person join with a join code, or ask "
    "an administrator."
)
MOST_CANDIDATES = 5


@dataclass(slots=True)
class Match:
    """A row and whom it speaks of: one person, several candidates, or nobody yet."""

    entry: Entry
    problems: Sequence[Problem] = ()
    person: Known | None = None
    differences: Sequence[Change] = ()
    candidates: Sequence[tuple[Known, Sequence[Change]]] = ()
    may_be_new: bool = True
    twin: int | None = None


def matches_of(
    entries: Sequence[Entry], people: People, columns: Mapping[int, RosterField]
) -> list[Match]:
    """Each row with the person it speaks of."""
    first_column = {field: index for index, field in sorted(columns.items(), reverse=True)}
    matches = [_match(entry, people, first_column) for entry in entries]
    _mark_twins(matches)
    return matches


def _match(entry: Entry, people: People, column: Mapping[RosterField, int]) -> Match:
    if entry.problems:
        return Match(entry, problems=entry.problems)
    for key, field in (
        (entry.student_number_key, RosterField.STUDENT_NUMBER),
        (entry.passport_hash, RosterField.PASSPORT),
    ):
        if key in people.strangers:
            return Match(entry, problems=[Problem(column.get(field), STRANGER)])
    by_number = people.numbered(entry.student_number_key)
    by_passport = people.by_passport.get(entry.passport_hash) if entry.passport_hash else None
    if by_number and by_passport and by_number.id != by_passport.id:
        values = (("one", by_number.names.native), ("other", by_passport.names.native))
        problem = Problem(column.get(RosterField.STUDENT_NUMBER), TWO_PEOPLE, values)
        return Match(entry, problems=[problem])
    found = by_passport or by_number
    if found is not None:
        return _by_number(entry, found)
    return _by_name(entry, people)


def _by_number(entry: Entry, found: Known) -> Match:
    differences = differences_of(entry, found)
    if forms_of(entry.names) & found.name_forms:
        return Match(entry, person=found, differences=differences)
    # The number says one person, the name another: nobody's name is written over unasked.
    return Match(entry, candidates=[(found, differences)], may_be_new=False)


def _by_name(entry: Entry, people: People) -> Match:
    named = people.named(entry.names)
    alike = [one for one in named if not _contradicts(entry, one)]
    inside = [one for one in alike if one.is_member and _is_whole_name(entry, one)]
    if len(named) == 1 and len(inside) == 1:
        return Match(entry, person=inside[0], differences=differences_of(entry, inside[0]))
    candidates = [(one, differences_of(entry, one)) for one in named[:MOST_CANDIDATES]]
    return Match(entry, candidates=candidates)


def _contradicts(entry: Entry, known: Known) -> bool:
    """Whether both have a number of a kind, and not the same."""
    return any(
        ours and theirs and ours != theirs
        for ours, theirs in (
            (entry.student_number_key, known.student_number_key),
            (entry.passport_hash, known.passport_hash),
        )
    )


def _is_whole_name(entry: Entry, known: Known) -> bool:
    """Whether the name is the same with its accents; a list without native names knows no more
    than the Latin ones.
    """
    if look(entry.names.native) == look(known.names.native):
        return True
    is_latin_list = entry.given & set(NAME_FIELDS) == {RosterField.LATIN_NAME}
    return is_latin_list and look(entry.names.latin) == look(known.names.latin)


def differences_of(entry: Entry, known: Known) -> list[Change]:
    """What the list says otherwise than the account. Spellings that look alike are the same, and
    what the list leaves empty changes nothing.
    """
    names, theirs, given = entry.names, known.names, entry.given
    lacks_latin = not theirs.has_latin and not entry.needs_latin
    found = [
        Change(field, old or "", new or "")
        for field, old, new, is_said in (
            (
                RosterField.NATIVE_NAME,
                theirs.native,
                names.native,
                RosterField.NATIVE_NAME in given,
            ),
            (
                RosterField.LATIN_NAME,
                theirs.latin,
                names.latin,
                RosterField.LATIN_NAME in given or lacks_latin,
            ),
            (
                RosterField.CHINESE_NAME,
                theirs.chinese,
                names.chinese,
                RosterField.CHINESE_NAME in given or (bool(names.chinese) and not theirs.chinese),
            ),
        )
        if is_said and look(old) != look(new)
    ]
    if RosterField.NATIONALITY in given and entry.nationality != known.nationality:
        found.append(Change(RosterField.NATIONALITY, known.nationality, entry.nationality))
    if entry.student_number_key not in {None, known.student_number_key}:
        old, new = known.student_number or "", entry.student_number or ""
        found.append(Change(RosterField.STUDENT_NUMBER, old, new))
    if entry.passport_hash not in {None, known.passport_hash}:
        old, new = known.passport_last4 or "", entry.passport_last4 or ""
        found.append(Change(RosterField.PASSPORT, old, new))
    return found


def _mark_twins(matches: Sequence[Match]) -> None:
    """Two rows with one name and no number to tell them apart: the second one asks."""
    seen: dict[str, Match] = {}
    for match in matches:
        if match.problems:
            continue
        name = look(match.entry.names.native)
        first = seen.setdefault(name, match)
        if first is not match and not _told_apart(first.entry, match.entry):
            match.twin = first.entry.number
            if match.person is not None:
                match.candidates, match.person = [(match.person, match.differences)], None


def _told_apart(one: Entry, other: Entry) -> bool:
    return any(
        ours and theirs and ours != theirs
        for ours, theirs in (
            (one.student_number_key, other.student_number_key),
            (one.passport_hash, other.passport_hash),
        )
    )
