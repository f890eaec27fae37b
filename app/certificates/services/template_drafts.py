"""Looking before saving: an administrator's draft of a template, with the sample or real people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.certificates import rendering
from app.certificates.loader import Template
from app.certificates.models import CertificateTemplateDraft
from app.certificates.services.templates import checked
from app.certificates.types import UnknownCertificate
from app.core.events import new_event_id
from app.core.pdf import width_of

MOST_PEOPLE = 5
_LIFETIME = timedelta(days=1)
Draft = CertificateTemplateDraft


def keep_draft(
    db: Session, name: str, content: Mapping[str, Any], by: User, at: datetime
) -> CertificateTemplateDraft:
    """Keep what is to be looked at; replaces this administrator's last draft.

    Raises TemplateRefused.
    """
    template = checked(db, name, content)
    old = Draft.asked_at < at - _LIFETIME
    db.execute(delete(Draft).where(old | (Draft.by_id == by.id)))
    kept = template.content.model_dump(mode="json")
    draft = Draft(key=new_event_id(), by_id=by.id, name=name, content=kept, asked_at=at)
    db.add(draft)
    db.flush()
    return draft


def draft_of(db: Session, by: User, key: str) -> Template:
    """The template of an administrator's own draft; raises UnknownCertificate."""
    own = (Draft.key == key, Draft.by_id == by.id)
    draft = db.scalars(select(Draft).where(*own)).one_or_none()
    if draft is None:
        raise UnknownCertificate
    return checked(db, draft.name, draft.content)


def hardest_names(people: Sequence[User]) -> list[User]:
    """At most five people: those whose names need most room, where a template fails first."""
    return sorted(people, key=lambda user: -width_of(user.native_name, 700))[:MOST_PEOPLE]


def facts_of(template: Template, user: User, today: date, base_url: str) -> dict[str, Any]:
    """What a preview says of a real person: her names and language, and else the sample's words.

    It has no number, and the page says that it is no certificate.
    """
    facts = rendering.sample_facts(template, user.language, base_url)
    names = rendering.printed_names(user.native_name, user.latin_name, user.chinese_name)
    facts["names"] = names
    if "serial" in facts:
        code = "0" * 16
        address = f"{base_url}/v/{rendering.grouped(code)}"
        facts |= {"serial": "KPK-0000-000000-0", "code": code, "address": address}
    day = "award_date" if "award_date" in facts else "written_on"
    return {**facts, day: today.isoformat()}
