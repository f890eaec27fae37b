"""Which template serves which course, the programme, the letter and the card."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.certificates import loader
from app.certificates.loader.content import DEFAULTS, Kind
from app.certificates.models import CertificateTemplateChoice
from app.certificates.types.templates import OtherKind
from app.core import audit
from app.core.db import insert_or_get
from app.courses.library import library

Choice = CertificateTemplateChoice


def scope_of(kind: Kind, slug: str = "") -> str:
    """The name under which a choice is kept: a course has its own, another kind has one."""
    return f"{kind.value}:{slug}" if kind is Kind.COURSE and slug else kind.value


def serving(db: Session, kind: Kind, slug: str = "") -> str:
    """The template that serves a kind, or a course: the chosen one, else the default."""
    scope = scope_of(kind, slug)
    name = db.scalar(select(Choice.name).where(Choice.scope == scope))
    return name if name in loader.names_of(kind) else DEFAULTS[kind]


def scopes() -> dict[str, tuple[Kind, str]]:
    """Everything that a template can serve, in the order in which pages list it."""
    courses = [(Kind.COURSE, course.slug) for course in library().courses]
    others = [(kind, "") for kind in Kind if kind is not Kind.COURSE]
    return {scope_of(*one): one for one in [*courses, *others]}


def choices(db: Session) -> dict[str, str]:
    """The template of each scope."""
    chosen = {row.scope: row.name for row in db.scalars(select(Choice))}
    found = {}
    for scope, (kind, _slug) in scopes().items():
        name = chosen.get(scope, "")
        found[scope] = name if name in loader.names_of(kind) else DEFAULTS[kind]
    return found


def choose(db: Session, wanted: Mapping[str, str], by: User, at: datetime) -> list[str]:
    """Let templates serve these scopes from now on; returns the scopes that changed.

    Issued certificates stay as they are. Raises OtherKind.
    """
    known, before = scopes(), choices(db)
    for scope, name in wanted.items():
        if scope not in known or name not in loader.names_of(known[scope][0]):
            raise OtherKind
    changed = [scope for scope, name in wanted.items() if before[scope] != name]
    for scope in changed:
        values = {"scope": scope, "name": wanted[scope], "by_id": by.id, "chosen_at": at}
        row, _is_new = insert_or_get(db, Choice, values, ("scope",))
        row.name, row.by_id, row.chosen_at = wanted[scope], by.id, at
        detail = {"serves": scope}
        kind = "certificate_template"
        audit.record(db, "certificates.choose-template", by.key, at, kind, wanted[scope], detail)
    return changed
