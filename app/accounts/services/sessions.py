"""Signing in and the sessions that follow from it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, desc, or_, select, update
from sqlalchemy.orm import Session

from app.accounts.models import User, UserSession
from app.accounts.services.naming import fold_username
from app.accounts.types import SESSION_LIFETIMES, AccountDisabled, WrongSignIn
from app.core import audit
from app.core.db import UtcDateTime, among
from app.core.errors import NotFound
from app.core.passwords import MAXIMUM_LENGTH, verify_secret

KEEP_ENDED = timedelta(days=30)


def token_hash(token: str) -> str:
    """What the database knows of a session's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def user_named(db: Session, username: str) -> User | None:
    """The person with this username, however it is capitalised."""
    return db.scalars(
        select(User).where(User.username_folded == fold_username(username))
    ).one_or_none()


def authenticate(db: Session, username: str, password: str, at: datetime) -> User:
    """The person who has this username and password.

    Raises WrongSignIn, the same and after the same time for an unknown username as for a wrong
    password; AccountDisabled when both are right but the account is closed.
    """
    user = user_named(db, username)
    right = verify_secret(user.password_hash if user else None, password[: MAXIMUM_LENGTH + 1])
    if user is None or not right:
        raise WrongSignIn
    if user.disabled_at is not None and user.disabled_at <= at:
        raise AccountDisabled
    return user


def open_session(db: Session, user: User, device: str, at: datetime) -> str:
    """Begin a session; returns the token that only the browser keeps (256 random bits)."""
    token = secrets.token_urlsafe(32)
    _forget_old_sessions(db, user, at)
    db.add(
        UserSession(
            token_hash=token_hash(token),
            user_id=user.id,
            device=device[:60],
            created_at=at,
            expires_at=at + SESSION_LIFETIMES[user.role],
        )
    )
    audit.record(db, "accounts.sign-in", user.key, at, "user", user.key)
    db.flush()
    return token


def _forget_old_sessions(db: Session, user: User, at: datetime) -> None:
    old = at - KEEP_ENDED
    db.execute(
        delete(UserSession).where(
            UserSession.user_id == user.id,
            or_(UserSession.expires_at < old, UserSession.ended_at < old),
        )
    )


# Built once: each request runs it, and making a statement costs more than running it.
_PERSON_OF_TOKEN = (
    select(User)
    .join(UserSession, UserSession.user_id == User.id)
    .where(
        UserSession.token_hash == bindparam("token_hash"),
        UserSession.ended_at.is_(None),
        UserSession.expires_at > bindparam("at", type_=UtcDateTime()),
        User.disabled_at.is_(None),
    )
)


def person_of_token(db: Session, token: str, at: datetime) -> User | None:
    """The person of a live session, in one query; None when it ended or she is disabled."""
    given = {"token_hash": token_hash(token), "at": at}
    return db.scalars(_PERSON_OF_TOKEN, given).one_or_none()


def live_sessions(db: Session, user: User, at: datetime) -> Sequence[UserSession]:
    """The person's sessions that still work, newest first."""
    return db.scalars(
        select(UserSession)
        .where(
            UserSession.user_id == user.id,
            UserSession.ended_at.is_(None),
            UserSession.expires_at > at,
        )
        .order_by(desc(UserSession.id))
    ).all()


def end_session(db: Session, token: str, at: datetime) -> None:
    """Sign out: the token never works again."""
    db.execute(
        update(UserSession)
        .where(UserSession.token_hash == token_hash(token), UserSession.ended_at.is_(None))
        .values(ended_at=at)
    )


def end_session_by_key(db: Session, user: User, key: str, at: datetime) -> None:
    """End one of the person's own sessions; raises NotFound for anybody else's."""
    row = db.scalars(
        select(UserSession).where(UserSession.user_id == user.id, UserSession.key == key)
    ).one_or_none()
    if row is None:
        raise NotFound
    row.ended_at = row.ended_at or at


def end_sessions(db: Session, user: User, at: datetime, keep_token: str | None = None) -> None:
    """End every session of the person, but the one with `keep_token` if it is given."""
    ended = (
        update(UserSession)
        .where(UserSession.user_id == user.id, UserSession.ended_at.is_(None))
        .values(ended_at=at)
    )
    if keep_token is not None:
        ended = ended.where(UserSession.token_hash != token_hash(keep_token))
    db.execute(ended)


def people_signed_in(db: Session, user_ids: Collection[int]) -> set[int]:
    """Those of the people who have a session, or had one that is still kept. One query."""
    query = select(UserSession.user_id).where(among(UserSession.user_id, user_ids))
    return set(db.scalars(query.distinct()))
