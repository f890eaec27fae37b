"""This room's part of making two accounts of one person one: certificates go over as they are."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.certificates.models import Certificate

_PREVIEW = (
    "a preview of the office, which nobody opens any more; the next one after a day deletes it"
)
#: Columns that point to a person: what a merge moves, and what stays, with the reason.
MERGE_MOVES = frozenset({"certificate.user_id"})
MERGE_STAYS = {
    "certificate.revoked_by_id": "who revoked stays as it was written",
    "certificate_issue.by_id": "who issued stays as it was written",
    "certificate_preview.by_id": _PREVIEW,
    "print_run.by_id": "who printed stays as it was written",
    "printer.changed_by_id": "who measured a printer stays as it was written",
    "sheet_act.by_id": "who spoiled or handed over stays as it was written",
    "certificate_picture.added_by_id": "who added a picture stays as it was written",
    "certificate_template_choice.by_id": "who chose a template stays as it was written",
    "certificate_template_draft.by_id": _PREVIEW,
    "certificate_template_version.by_id": "who saved a template stays as it was written",
}


def count_records(db: Session, user: User) -> dict[str, int]:
    """How many certificates the person has."""
    query = select(func.count(Certificate.id)).where(Certificate.user_id == user.id)
    return {"certificates": db.scalar(query) or 0}


def merge_people(db: Session, kept: User, other: User) -> None:
    """Move certificates to `kept`: number, words, dates and file stay as they were issued.

    With them go their printed sheets and what was read again for a renewal. Nothing is deleted.
    Two awards of one course on one day are told apart by their version: the moved ones count on.
    """
    query = select(Certificate).where(Certificate.user_id.in_([kept.id, other.id]))
    found = db.scalars(query.order_by(Certificate.id).with_for_update()).all()
    last: dict[tuple[str, object], int] = defaultdict(int)
    for one in found:
        if one.user_id == kept.id:
            last[one.slug, one.award_date] = max(last[one.slug, one.award_date], one.version)
    for one in found:
        if one.user_id == other.id:
            one.version += last[one.slug, one.award_date]
            one.user_id = kept.id
    db.flush()
