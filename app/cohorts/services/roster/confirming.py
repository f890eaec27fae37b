"""The confirmation: what the preview showed, all of it or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.types import ImportedPerson
from app.cohorts.models import CohortMember, RosterChange, RosterContent, RosterImport
from app.cohorts.services.members import (
    come_back,
    enrol_in_courses,
    locked_cohort,
    require_places,
    settle_requests,
)
from app.cohorts.services.roster.data import Change, Entry
from app.cohorts.services.roster.pending import UNDO_KEPT
from app.cohorts.services.roster.preview import Preview, Row, left_out_of, preview_of
from app.cohorts.types import (
    NAME_FIELDS,
    CohortArchived,
    ListMoved,
    NothingToImport,
    RosterField,
    RosterState,
    RowState,
)
from app.core import audit, jobs
from app.core.db import insert_missing
from app.core.errors import EventConflict, NotFound

_NAME_COLUMNS = {
    RosterField.NATIVE_NAME: "native_name",
    RosterField.LATIN_NAME: "latin_name",
    RosterField.CHINESE_NAME: "chinese_name",
    RosterField.NATIONALITY: "nationality",
}


def confirm_import(
    db: Session, roster: RosterImport, event_id: str, fingerprint: str, by: User, at: datetime
) -> RosterImport:
    """Write what the preview with this fingerprint showed; a repeat changes nothing.

    Raises ListMoved when the preview is another one by now, NothingToImport when every row is left
    out, CohortArchived, CohortHasNoPlace, EventConflict, and NumberTaken when somebody was quicker
    with a number.
    """
    if not _claimed(db, roster, event_id, fingerprint, at):
        return _repeated(roster, event_id, fingerprint)
    if locked_cohort(db, roster.cohort).archived_at is not None:
        raise CohortArchived
    content = db.get(RosterContent, roster.id)
    if content is None:
        raise NotFound
    preview = preview_of(db, roster, content, by)
    if preview.fingerprint != fingerprint:
        raise ListMoved
    if not preview.written:
        raise NothingToImport
    _write(db, roster, preview, by, at)
    _forget(db, content, preview)
    roster.counts = {state.value: count for state, count in preview.counts.items()}
    detail = {"list": roster.key, "people": preview.written}
    audit.record(db, "cohorts.import-list", by.key, at, "cohort", roster.cohort.key, detail)
    jobs.enqueue(db, "cohorts.purge-lists", {"import": roster.key}, not_before=at + UNDO_KEPT)
    db.flush()
    return roster


def _claimed(
    db: Session, roster: RosterImport, event_id: str, fingerprint: str, at: datetime
) -> bool:
    """Whether this confirmation is the first: the row decides between two at once."""
    first = db.execute(
        update(RosterImport)
        .where(
            RosterImport.id == roster.id,
            RosterImport.state == RosterState.PENDING,
            RosterImport.expires_at > at,
        )
        .values(
            state=RosterState.DONE,
            confirm_event_id=event_id,
            confirm_digest=fingerprint,
            confirmed_at=at,
        )
        .returning(RosterImport.id)
    ).first()
    db.refresh(roster)
    return first is not None


def _repeated(roster: RosterImport, event_id: str, fingerprint: str) -> RosterImport:
    if roster.state is RosterState.PENDING:  # too old
        raise NotFound
    if roster.confirm_event_id == event_id and roster.confirm_digest != fingerprint:
        raise EventConflict
    return roster


def _write(db: Session, roster: RosterImport, preview: Preview, by: User, at: datetime) -> None:
    cohort, new = roster.cohort, preview.of(RowState.NEW)
    known = [row for row in preview.rows if row.state in {RowState.SAME, RowState.CHANGED}]
    people = [_person(row.entry) for row in new]
    users = accounts.create_imported(db, people, by, at)
    present = _accounts(db, known)
    joined = [present[row.person.id] for row in known if row.person and row.joins]
    left_before = _put_into_cohort(db, roster, [*users, *joined], at)
    waited = settle_requests(db, cohort, at)
    everybody = [user.id for user in [*users, *joined]]
    enrollments: dict[int, list[int]] = {}
    for enrollment in enrol_in_courses(db, cohort, everybody, at):
        enrollments.setdefault(enrollment.user_id, []).append(enrollment.id)
    records = [_created(roster, row, user) for row, user in zip(new, users, strict=True)]
    records += [
        _touched(db, roster, row, present[row.person.id], by, at)
        for row in known
        if row.person and (row.joins or row.changes)
    ]
    for record in records:
        record.enrollment_ids = enrollments.get(record.user_id, [])
        if place := left_before.get(record.user_id):
            record.left_before = place.pop("withdrawn_at")
            record.before = {**record.before, "place": place}
        if record.user_id in waited:
            record.before = {**record.before, "request": waited[record.user_id]}
    db.add_all(records)


def _person(entry: Entry) -> ImportedPerson:
    return ImportedPerson(
        names=entry.names,
        nationality=entry.nationality,
        language=entry.language,
        student_number=entry.student_number,
        student_number_key=entry.student_number_key,
        passport_hash=entry.passport_hash,
        passport_last4=entry.passport_last4,
        gender=entry.gender,
    )


def _accounts(db: Session, rows: Sequence[Row]) -> dict[int, User]:
    ids = [row.person.id for row in rows if row.person and (row.joins or row.changes)]
    found: dict[int, User] = {}
    for start in range(0, len(ids), 500):
        query = select(User).where(User.id.in_(ids[start : start + 500]))
        found |= {user.id: user for user in db.scalars(query.with_for_update())}
    return found


def _put_into_cohort(
    db: Session, roster: RosterImport, users: Sequence[User], at: datetime
) -> dict[int, dict[str, Any]]:
    """Make them members; returns the closed places of those who come back.

    Raises CohortHasNoPlace.
    """
    inside = select(CohortMember.user_id).where(
        CohortMember.cohort_id == roster.cohort_id, CohortMember.withdrawn_at.is_(None)
    )
    require_places(db, roster.cohort, len({user.id for user in users} - set(db.scalars(inside))))
    rows = [{"cohort_id": roster.cohort_id, "user_id": user.id, "joined_at": at} for user in users]
    made = {member.user_id for member in insert_missing(db, CohortMember, rows)}
    back = [user.id for user in users if user.id not in made]
    query = select(CohortMember).where(
        CohortMember.cohort_id == roster.cohort_id, CohortMember.user_id.in_(back)
    )
    left: dict[int, dict[str, Any]] = {}
    for member in db.scalars(query) if back else ():
        if member.withdrawn_at is not None:
            left[member.user_id] = {
                "withdrawn_at": member.withdrawn_at,
                "joined_at": member.joined_at.isoformat(),
                "withdrawn_reason": member.withdrawn_reason,
                "moved_to_id": member.moved_to_id,
            }
            come_back(member, at)
    return left


def _created(roster: RosterImport, row: Row, user: User) -> RosterChange:
    return RosterChange(
        import_id=roster.id,
        user_id=user.id,
        row=row.number,
        created=True,
        joined=True,
        before={},
        after={},
    )


def _touched(
    db: Session, roster: RosterImport, row: Row, user: User, by: User, at: datetime
) -> RosterChange:
    after = values_of(row.changes, row.entry)
    before = {name: getattr(user, name) for name in after}
    if after:
        confirmed = user.names_confirmed_at
        accounts.change_imported(db, user, after, by, at)
        if any(name in after for name in NAME_FIELDS):  # no other change unconfirms names
            before["names_confirmed_at"] = confirmed.isoformat() if confirmed else None
    return RosterChange(
        import_id=roster.id,
        user_id=user.id,
        row=row.number,
        created=False,
        joined=row.joins,
        before=before,
        after=after,
    )


def values_of(changes: Sequence[Change], entry: Entry) -> dict[str, Any]:
    """The columns of an account that the changes write."""
    found: dict[str, Any] = {}
    for change in changes:
        found |= _columns(change, entry)
    return found


def _columns(change: Change, entry: Entry) -> Mapping[str, Any]:
    match change.field:
        case RosterField.STUDENT_NUMBER:
            return {
                "student_number": entry.student_number,
                "student_number_key": entry.student_number_key,
            }
        case RosterField.PASSPORT:
            return {
                "passport_hash": entry.passport_hash,
                "passport_last4": entry.passport_last4,
            }
        case _:
            return {_NAME_COLUMNS[change.field]: change.new or None}


def _forget(db: Session, content: RosterContent, preview: Preview) -> None:
    """Delete the list; of the rows that were left out a copy stays until the 24 h are over, so
    that they can be taken away, mended and uploaded again.
    """
    left = left_out_of(content, preview)
    if not left:
        db.delete(content)
        return
    headings = [[number, cells] for number, cells in content.rows if number == content.header]
    content.rows = headings + [
        [one.number, one.cells, [[p.column, p.message, p.values] for p in one.problems]]
        for one in left
    ]
    content.choices = {}
