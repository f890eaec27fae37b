"""Corrections of questions with a wrong key: which of them hold for an edition."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.core.events import digest_of
from app.courses.models import CourseEdition
from app.courses.types import Course, Item
from app.learning.models import Attempt, ItemCorrection, Regrade
from app.learning.services.editions import bank_of
from app.learning.services.grading import AS_IN_THE_FILE, Corrected
from app.learning.types import CorrectionKind

#: Parts of an item that say nothing about what may be answered and what counts as right.
_AROUND = {"lesson", "block", "group", "figure", "must"}


def shape_of(item: Item) -> str:
    """SHA-256 of what may be answered to an item and what counts as right."""
    return digest_of(item.model_dump(mode="json", exclude=_AROUND))


def corrected_in(db: Session, editions: Iterable[CourseEdition]) -> dict[int, Corrected]:
    """What corrections say about each edition now, by its id. One query."""
    wanted = list(editions)
    query = select(ItemCorrection).where(ItemCorrection.slug.in_({one.slug for one in wanted}))
    rows = db.scalars(query.order_by(ItemCorrection.id)).all()
    return {edition.id: _corrected(edition, rows) for edition in wanted}


def corrected_of(db: Session, edition: CourseEdition) -> Corrected:
    """The same for one edition."""
    return corrected_in(db, [edition])[edition.id]


def _corrected(edition: CourseEdition, rows: Sequence[ItemCorrection]) -> Corrected:
    own = {row.item_key: row for row in rows if _covers(row, edition)}  # the newest one wins
    return corrected_by(own.values())


def corrected_by(rows: Iterable[ItemCorrection]) -> Corrected:
    """What these corrections say, one for each question."""
    own = {row.item_key: row for row in rows}
    accepted = {
        key: tuple(row.answers)
        for key, row in own.items()
        if row.kind in {CorrectionKind.NEW_KEY, CorrectionKind.ACCEPT}
    }
    dropped = frozenset(key for key, row in own.items() if row.kind is CorrectionKind.DROP)
    return Corrected(accepted, dropped) if accepted or dropped else AS_IN_THE_FILE


def _covers(row: ItemCorrection, edition: CourseEdition) -> bool:
    item = bank_of(edition).items.get(row.item_key) if row.slug == edition.slug else None
    begins = row.first_edition_id is None or row.first_edition_id <= edition.id
    return item is not None and begins and shape_of(item) == row.item_digest


def in_force(
    db: Session, slug: str, item_key: str, shape: str, editions: Iterable[CourseEdition] = ()
) -> ItemCorrection | None:
    """The newest correction of a question in this shape, in the last of the editions."""
    last = max((edition.id for edition in editions), default=None)
    query = select(ItemCorrection).where(
        ItemCorrection.slug == slug,
        ItemCorrection.item_key == item_key,
        ItemCorrection.item_digest == shape,
    )
    rows = db.scalars(query.order_by(ItemCorrection.id)).all()
    covering = [row for row in rows if last is None or (row.first_edition_id or 0) <= last]
    return covering[-1] if covering else None


def corrected_today(db: Session, course: Course) -> set[str]:
    """The questions of today's course file that a correction scores otherwise than it says."""
    newest = {row.item_key: row for row in reversed(corrections_of(db, course.slug))}
    shapes = {item.key: item for item in course.items}
    return {
        key
        for key, row in newest.items()
        if key in shapes
        and row.kind is not CorrectionKind.RESTORE
        and shape_of(shapes[key]) == row.item_digest
    }


def corrections_of(db: Session, slug: str, item_key: str | None = None) -> Sequence[ItemCorrection]:
    """Every correction of a course or of one question, newest first."""
    query = select(ItemCorrection).where(ItemCorrection.slug == slug)
    if item_key is not None:
        query = query.where(ItemCorrection.item_key == item_key)
    people = joinedload(ItemCorrection.by), joinedload(ItemCorrection.first_edition)
    return db.scalars(query.options(*people).order_by(ItemCorrection.id.desc())).all()


def regrades_of(db: Session, attempt: Attempt) -> Sequence[Regrade]:
    """How an attempt's result changed, oldest first."""
    query = select(Regrade).where(Regrade.attempt_id == attempt.id)
    return db.scalars(query.options(joinedload(Regrade.correction)).order_by(Regrade.id)).all()
