"""Rights given to one person beyond the role: translating, writing, examining."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Grant, User
from app.accounts.services.people import refuse_erased
from app.accounts.types import GrantKind, GrantNeedsEnd, ImproperGrant, Role
from app.core import audit
from app.core.errors import NotFound
from app.core.languages import LANGUAGES


def give_grant(
    db: Session,
    user: User,
    kind: GrantKind,
    scope: str,
    ends_on: date | None,
    by: User | None,
    at: datetime,
) -> Grant:
    """Give a right; one for the same scope that is in force ends and the new one replaces it.

    `scope`: a language code, a course's slug ("" for all), or "<slug>/<sheet key>". Raises
    GrantNeedsEnd for an examiner's without a last day, ImproperGrant for a scope or role that
    does not fit.
    """
    refuse_erased(user)
    _check(user, kind, scope, ends_on)
    db.execute(select(User.id).where(User.id == user.id).with_for_update())
    present = _in_force(db, user, kind, scope)
    if present is not None:
        if present.ends_on == ends_on:
            return present
        present.ended_at = at
        db.flush()
    grant = Grant(user_id=user.id, kind=kind, scope=scope, given_at=at, ends_on=ends_on)
    db.add(grant)
    _record(db, "accounts.grant", user, grant, by, at)
    db.flush()
    return grant


def _check(user: User, kind: GrantKind, scope: str, ends_on: date | None) -> None:
    if not user.is_staff and kind is not GrantKind.COURSES_TRANSLATE:
        raise ImproperGrant
    if kind is GrantKind.COURSES_TRANSLATE and scope not in LANGUAGES:
        raise ImproperGrant
    if kind is GrantKind.PRACTICALS_EXAMINE:
        if not all(part.strip() for part in scope.split("/")) or scope.count("/") != 1:
            raise ImproperGrant
        if ends_on is None:
            raise GrantNeedsEnd


def end_grant(db: Session, user: User, key: str, by: User, at: datetime) -> None:
    """End a right of the person now; raises NotFound when she has none with this key."""
    grant = db.scalars(
        select(Grant).where(Grant.user_id == user.id, Grant.key == key)
    ).one_or_none()
    if grant is None:
        raise NotFound
    if grant.ended_at is None:
        grant.ended_at = at
        _record(db, "accounts.end-grant", user, grant, by, at)


def grants_of(db: Session, user: User) -> Sequence[Grant]:
    """Every right the person has or had, newest first."""
    return db.scalars(select(Grant).where(Grant.user_id == user.id).order_by(Grant.id.desc())).all()


def examining_grants(db: Session, keys: Collection[str]) -> dict[str, list[Grant]]:
    """Every right to examine that these people have or had, by the person's key. One query."""
    if not keys:
        return {}
    query = (
        select(User.key, Grant)
        .join(User, User.id == Grant.user_id)
        .where(User.key.in_(keys), Grant.kind == GrantKind.PRACTICALS_EXAMINE)
        .order_by(Grant.id)
    )
    found: dict[str, list[Grant]] = {}
    for key, grant in db.execute(query):
        found.setdefault(key, []).append(grant)
    return found


def may_examine(db: Session, user: User, slug: str, sheet_key: str, on: date) -> bool:
    """Whether the person may sign a check of this sheet on the day (programme's time zone)."""
    if not user.is_staff or user.disabled_at is not None:
        return False
    grant = _in_force(db, user, GrantKind.PRACTICALS_EXAMINE, f"{slug}/{sheet_key}")
    return grant is not None and grant.covers(on)


def examinable_sheets(db: Session, user: User, on: date) -> set[tuple[str, str]]:
    """The (course slug, sheet key) pairs that the person may examine on the day."""
    if not user.is_staff or user.disabled_at is not None:
        return set()
    grants = [g for g in grants_of(db, user) if g.kind is GrantKind.PRACTICALS_EXAMINE]
    pairs = (grant.scope.partition("/") for grant in grants if grant.covers(on))
    return {(slug, sheet) for slug, _slash, sheet in pairs}


def translatable_languages(db: Session, user: User, on: date) -> tuple[str, ...]:
    """The languages into which the person may translate on the day; an administrator into all."""
    if user.disabled_at is not None:
        return ()
    if user.role is Role.ADMINISTRATOR:
        return tuple(LANGUAGES)
    scopes = _scopes(db, user, GrantKind.COURSES_TRANSLATE, on)
    return tuple(code for code in LANGUAGES if code in scopes)


def may_author(db: Session, user: User, slug: str, on: date) -> bool:
    """Whether the person writes this course ("": any course at all) on the day."""
    if not user.is_staff or user.disabled_at is not None:
        return False
    if user.role is Role.ADMINISTRATOR:
        return True
    scopes = _scopes(db, user, GrantKind.COURSES_AUTHOR, on)
    return bool(scopes & {slug, ""}) if slug else bool(scopes)


def _scopes(db: Session, user: User, kind: GrantKind, on: date) -> set[str]:
    grants = grants_of(db, user)
    return {grant.scope for grant in grants if grant.kind is kind and grant.covers(on)}


def _in_force(db: Session, user: User, kind: GrantKind, scope: str) -> Grant | None:
    return db.scalars(
        select(Grant).where(
            Grant.user_id == user.id,
            Grant.kind == kind,
            Grant.scope == scope,
            Grant.ended_at.is_(None),
        )
    ).one_or_none()


def _record(
    db: Session, action: str, user: User, grant: Grant, by: User | None, at: datetime
) -> None:
    last = grant.ends_on.isoformat() if grant.ends_on else None
    detail = {"kind": grant.kind.value, "scope": grant.scope, "ends_on": last}
    audit.record(db, action, by.key if by else "", at, "user", user.key, detail)
