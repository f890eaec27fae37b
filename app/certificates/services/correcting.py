"""Correcting an issued certificate: a next version with the same award date, never a change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.types import Names
from app.certificates import loader, rendering
from app.certificates.loader import Template
from app.certificates.models import Certificate, CertificateIssue
from app.certificates.services.awards import award_named, award_of, is_awarded
from app.certificates.services.freezing import numbered
from app.certificates.services.issuing import (
    MAX_REASON,
    ask_file,
    frozen_columns,
    lock_version,
    record_act,
)
from app.certificates.services.lost_keys import refuse_retired
from app.certificates.services.numbers import lock_counter, new_code, take_serials
from app.certificates.services.signing import free_status_indexes
from app.certificates.services.templates import to_print
from app.certificates.types import (
    NotCorrectable,
    NothingToCorrect,
    NoWordsOfToday,
    ReasonMissing,
)
from app.core import audit
from app.core.clock import programme_date
from app.core.db import insert_missing
from app.core.events import require_same
from app.courses.library import library


@dataclass(frozen=True, slots=True)
class Correction:
    """What the next version says. `texts`: also today's words of the template and the title."""

    names: Names
    texts: bool
    reason: str


def correct(
    db: Session,
    certificate: Certificate,
    wish: Correction,
    by: User,
    event_id: str,
    at: datetime,
    base_url: str,
) -> Certificate:
    """Issue the next version: same award, own number and code; the old one says "replaced by".

    The same event again gives the same version, and of two at once one is made. Raises
    ReasonMissing, ImproperName, UnprintableName, NothingToCorrect, NotCorrectable, NoWordsOfToday,
    EventConflict, NoKey.
    """
    reason = wish.reason.strip()[:MAX_REASON]
    if not reason:
        raise ReasonMissing
    content = {
        "corrects": certificate.key,
        "names": [wish.names.native, wish.names.latin, wish.names.chinese or ""],
        "texts": wish.texts,
        "reason": reason,
    }
    act, is_new = record_act(db, content, certificate.slug, by, event_id, at)
    if not is_new:
        require_same(act.digest, content)
        query = select(Certificate).where(Certificate.key.in_(act.certificate_keys))
        return db.scalars(query).one()
    if wish.texts and not has_words_of_today(certificate):
        raise NoWordsOfToday
    counter = lock_counter(db, _today(at).year)  # two corrections at once: one after the other
    _require_correctable(db, certificate)
    template = to_print(db, certificate.facts["template"], at) if wish.texts else None
    facts = corrected_facts(certificate, wish, template)
    numbers = {"serial": take_serials(counter, 1)[0], "code": new_code()}
    facts |= {"replaces": certificate.serial, **numbered(numbers, base_url)}
    return _insert(db, certificate, facts, act, reason, by, at)


def has_words_of_today(certificate: Certificate) -> bool:
    """Whether what it is of, and its template, are still there to take today's words from."""
    return is_awarded(certificate.slug) and certificate.facts["template"] in loader.names()


def _today(at: datetime) -> date:
    return programme_date(at, library().programme.timezone)


def _require_correctable(db: Session, certificate: Certificate) -> None:
    if lock_version(db, certificate) or certificate.revoked_at is not None:
        raise NotCorrectable


def corrected_facts(
    certificate: Certificate, wish: Correction, template: Template | None
) -> dict[str, Any]:
    """What the next version would print, before it has a number.

    With `template` it also says that one's words of today, and the title's.

    Raises ImproperName, UnprintableName, NothingToCorrect.
    """
    old, names = dict(certificate.facts), accounts.check_names(wish.names)
    facts = {
        **old,
        "names": rendering.printed_names(names.native, names.latin, names.chinese),
        **(_todays_texts(certificate, template) if template else {}),
    }
    rendering.refuse_unprintable(facts)
    if facts == old:
        raise NothingToCorrect
    return {**facts, "version": old["version"] + 1}


def _todays_texts(certificate: Certificate, template: Template) -> dict[str, Any]:
    """The template's and the title's words of today; hours, dates and edition stay."""
    facts = certificate.facts
    award = award_of(award_named(certificate.slug))
    words = rendering.template_facts(template)
    titles = {one["key"]: one["titles"] for one in award.courses}
    covered = [
        {**one, "titles": dict(titles.get(one["key"], one["titles"]))}
        for one in facts.get("courses", ())
    ]
    return {
        **words,
        **({"courses": covered} if covered else {}),
        "course": {**facts["course"], "titles": dict(award.titles)},
    }


def _insert(
    db: Session,
    old: Certificate,
    facts: dict[str, Any],
    act: CertificateIssue,
    reason: str,
    by: User,
    at: datetime,
) -> Certificate:
    refuse_retired(db)
    award = (Certificate.user_id == old.user_id, Certificate.slug == old.slug)
    same_day = Certificate.award_date == old.award_date
    last = db.scalar(select(func.max(Certificate.version)).where(*award, same_day)) or 1
    row = {
        "user_id": old.user_id,
        "kind": old.kind,
        "slug": old.slug,
        "award_date": old.award_date,
        "version": last + 1,
        "replaces_id": old.id,
        "renews_id": old.renews_id,
        "correction_reason": reason,
        "valid_until": old.valid_until,
        "evidence": dict(old.evidence),
        **frozen_columns(facts, act, free_status_indexes(db, 1)[0]),
    }
    made = insert_missing(db, Certificate, [row])
    if not made:
        raise NotCorrectable
    (certificate,) = made
    act.certificate_keys = [certificate.key]
    detail = {"serial": certificate.serial, "replaces": old.serial, "reason": reason}
    audit.record(db, "certificates.correct", by.key, at, "certificate", certificate.key, detail)
    ask_file(db, certificate.id)
    db.expire(old, ["replacement"])
    return certificate
