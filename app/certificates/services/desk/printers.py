"""Printers and how far each misses the place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.certificates.models import Printer
from app.certificates.types.desk import PrinterExists
from app.core import audit
from app.core.errors import NotFound
from app.core.events import new_event_id
from app.core.pdf import Shift


def printers(db: Session) -> Sequence[Printer]:
    """All of them, by name."""
    return db.scalars(select(Printer).order_by(func.lower(Printer.name), Printer.id)).all()


def printer_of(db: Session, key: str) -> Printer:
    """A printer by its key; raises NotFound."""
    found = db.scalars(select(Printer).where(Printer.key == key)).one_or_none()
    if found is None:
        raise NotFound
    return found


def known_name(db: Session, name: str | None) -> str | None:
    """The name when there is such a printer, else None."""
    return db.scalar(select(Printer.name).where(Printer.name == name)) if name else None


def shift_of(db: Session, name: str | None) -> Shift:
    """What a printer's pages need; nothing for no printer and for one that is not known."""
    found = db.scalars(select(Printer).where(Printer.name == name)).one_or_none() if name else None
    if found is None:
        return Shift()
    return Shift(found.right_mm, found.down_mm, found.percent)


def change_printer(
    db: Session, printer: Printer | None, name: str, shift: Shift, by: User, at: datetime
) -> Printer:
    """Name a new printer (None), or change one; the same again changes nothing.

    Runs that were made keep the shift of their day. Raises PrinterExists; the
    caller then rolls back.
    """
    values = (name, *_rounded(shift))
    if printer is None:
        printer = db.scalars(select(Printer).where(Printer.name == name)).one_or_none()
        if printer is not None and values != _values(printer):
            raise PrinterExists
    if printer is not None and values == _values(printer):
        return printer
    if printer is None:
        printer = Printer(key=new_event_id())
    printer.name, printer.right_mm, printer.down_mm, printer.percent = values
    printer.changed_at, printer.changed_by_id = at, by.id
    db.add(printer)
    try:
        db.flush()
    except IntegrityError as error:
        raise PrinterExists from error
    detail = dict(zip(("name", "right_mm", "down_mm", "percent"), values, strict=True))
    audit.record(db, "certificates.change-printer", by.key, at, "printer", printer.key, detail)
    return printer


def _rounded(shift: Shift) -> tuple[float, float, float]:
    return round(shift.right_mm, 2), round(shift.down_mm, 2), round(shift.percent, 2)


def _values(printer: Printer) -> tuple[str, float, float, float]:
    return printer.name, printer.right_mm, printer.down_mm, printer.percent
