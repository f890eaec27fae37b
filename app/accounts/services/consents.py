"""What people agreed to, to which version of the notice, and when they took it back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.models import Consent, User
from app.accounts.types import PRIVACY_VERSION, ConsentMissing, Consents, Purpose
from app.core import audit
from app.core.db import among


def record_consents(db: Session, user: User, consents: Consents, at: datetime) -> None:
    """Store the answers; no to the public check takes back an earlier yes.

    Raises ConsentMissing when the training record is refused.
    """
    if not consents.training_record:
        raise ConsentMissing
    give_consent(db, user, Purpose.TRAINING_RECORD, consents, at)
    if consents.public_verification:
        give_consent(db, user, Purpose.PUBLIC_VERIFICATION, consents, at)
    else:
        withdraw_consent(db, user, Purpose.PUBLIC_VERIFICATION, at)


def give_consent(
    db: Session, user: User, purpose: Purpose, consents: Consents, at: datetime
) -> None:
    """Add one agreement; a second click on the same button changes nothing."""
    db.execute(select(User.id).where(User.id == user.id).with_for_update())
    in_force = select(Consent.id).where(
        Consent.user_id == user.id,
        Consent.purpose == purpose,
        Consent.version == consents.version,
        Consent.withdrawn_at.is_(None),
    )
    if db.scalar(in_force) is not None:
        return
    db.add(
        Consent(
            user_id=user.id,
            purpose=purpose,
            version=consents.version,
            language=consents.language,
            given_at=at,
        )
    )
    detail = {"purpose": purpose.value, "version": consents.version}
    audit.record(db, "accounts.consent", user.key, at, "user", user.key, detail)
    db.flush()


def withdraw_consent(db: Session, user: User, purpose: Purpose, at: datetime) -> None:
    """Take an agreement back. What was issued while it was in force stays."""
    taken_back = db.execute(
        update(Consent)
        .where(
            Consent.user_id == user.id,
            Consent.purpose == purpose,
            Consent.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=at)
        .returning(Consent.id)
    ).all()
    if taken_back:
        detail = {"purpose": purpose.value}
        audit.record(db, "accounts.withdraw-consent", user.key, at, "user", user.key, detail)


def has_consent(db: Session, user: User, purpose: Purpose) -> bool:
    """Whether the person has agreed, to any version, and not taken it back."""
    return user.id in people_with_consent(db, [user.id], purpose)


def people_with_consent(db: Session, user_ids: Iterable[int], purpose: Purpose) -> set[int]:
    """Those of the people who have agreed and not taken it back."""
    return set(
        db.scalars(
            select(Consent.user_id)
            .where(
                among(Consent.user_id, user_ids),
                Consent.purpose == purpose,
                Consent.withdrawn_at.is_(None),
            )
            .distinct()
        )
    ) - {None}  # type: ignore[return-value]


def needs_consent(db: Session, user: User) -> bool:
    """Whether a trainee has not yet agreed to the present notice. Staff are not asked."""
    if user.is_staff:
        return False
    return not any(
        consent.purpose is Purpose.TRAINING_RECORD and consent.version == PRIVACY_VERSION
        for consent in consents_of(db, user)
        if consent.withdrawn_at is None
    )


def consents_of(db: Session, user: User) -> Sequence[Consent]:
    """Every agreement of the person, oldest first, withdrawn ones too."""
    return db.scalars(select(Consent).where(Consent.user_id == user.id).order_by(Consent.id)).all()
