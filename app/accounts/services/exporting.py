"""A person's own data, to take away."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Grant, LoginCard, User, UserSession
from app.accounts.services.consents import consents_of
from app.accounts.services.grants import grants_of
from app.accounts.services.merging import merged_into


def export_account(db: Session, user: User) -> dict[str, Any]:
    """What this room keeps about the person, ready for JSON; no hashes, no secrets."""
    return {
        "key": user.key,
        "username": user.username,
        "role": user.role.value,
        "names": {
            "native": user.native_name,
            "latin": user.latin_name,
            "chinese": user.chinese_name,
            "confirmed_at": _time(user.names_confirmed_at),
        },
        "nationality": user.nationality,
        "gender": user.gender.value if user.gender else None,
        "student_number": user.student_number,
        "passport_last_four": user.passport_last4,
        "languages": {"preferred": user.language, "second": user.second_language},
        "created_at": _time(user.created_at),
        "merged_accounts": [
            {"username": one.username, "merged_at": _time(one.merged_at)}
            for one in merged_into(db, user)
        ],
        "consents": [
            {
                "purpose": consent.purpose.value,
                "version": consent.version,
                "language": consent.language,
                "given_at": _time(consent.given_at),
                "withdrawn_at": _time(consent.withdrawn_at),
            }
            for consent in consents_of(db, user)
        ],
        "sessions": _sessions(db, user),
        "login_cards": _cards(db, user),
        "grants": [_grant(grant) for grant in grants_of(db, user)],
    }


def _cards(db: Session, user: User) -> list[dict[str, Any]]:
    rows = db.scalars(select(LoginCard).where(LoginCard.user_id == user.id).order_by(LoginCard.id))
    return [
        {
            "made_at": _time(row.made_at),
            "first_used_at": _time(row.first_used_at),
            "ended_at": _time(row.ended_at),
        }
        for row in rows
    ]


def _sessions(db: Session, user: User) -> list[dict[str, Any]]:
    rows = db.scalars(
        select(UserSession).where(UserSession.user_id == user.id).order_by(UserSession.id)
    )
    return [
        {
            "device": row.device,
            "began_at": _time(row.created_at),
            "expires_at": _time(row.expires_at),
            "ended_at": _time(row.ended_at),
        }
        for row in rows
    ]


def _grant(grant: Grant) -> dict[str, Any]:
    return {
        "kind": grant.kind.value,
        "scope": grant.scope,
        "given_at": _time(grant.given_at),
        "ends_on": grant.ends_on.isoformat() if grant.ends_on else None,
        "ended_at": _time(grant.ended_at),
    }


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
