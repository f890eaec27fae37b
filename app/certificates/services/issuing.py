"""Issuing: one explicit act that numbers, freezes and records each certificate, and revoking.

The number of queries does not grow with the number of people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.certificates.loader import Template
from app.certificates.models import Certificate, CertificateIssue
from app.certificates.services.awards import award_of, slug_of
from app.certificates.services.freezing import (
    Seen,
    changes,
    complete_evidence,
    printed_facts,
    searchable,
)
from app.certificates.services.lost_keys import refuse_retired
from app.certificates.services.numbers import lock_counter, new_code, take_serials
from app.certificates.services.signing import free_status_indexes, signed_columns
from app.certificates.services.standing import standing_in
from app.certificates.services.templates import template_to_print
from app.certificates.types import (
    AlreadyRevoked,
    Award,
    IssuedMeanwhile,
    NobodyChosen,
    NotCorrectable,
    NotEligible,
    PreviewChanged,
    Readiness,
    ReasonMissing,
)
from app.core import audit, jobs
from app.core.clock import programme_date
from app.core.db import insert_missing, insert_or_get
from app.core.events import digest_of, new_event_id, require_same
from app.courses.library import library, record_edition
from app.courses.types import Course, Programme

MAX_REASON = 1000


def issue(
    db: Session,
    users: Sequence[User],
    what: Course | Programme,
    by: User,
    event_id: str,
    at: datetime,
    base_url: str,
    *,
    require_review: bool = False,
    seen: Seen | None = None,
) -> list[Certificate]:
    """Certify all these people, in their order, or nobody.

    `seen` is what the administrator was shown, by person and part: when anything is different
    now, nothing is issued (PreviewChanged). Who has a certificate of the same award already keeps
    it: two administrators at once make one. The same event again gives the first result.
    `base_url` is printed and frozen. Raises NobodyChosen, NotEligible, PreviewChanged,
    IssuedMeanwhile, EventConflict or NoKey.
    """
    if not users:
        raise NobodyChosen
    content = {"course": slug_of(what), "users": sorted(user.key for user in users)}
    act, is_new = record_act(db, content, slug_of(what), by, event_id, at)
    if not is_new:
        require_same(act.digest, content)
        return _in_order(db, act.certificate_keys)
    counter = lock_counter(db, _today(at).year)  # before looking who is ready: no number is lost
    ready = standing_in(db, users, what, _today(at), require_review=require_review)
    award = award_of(what)
    template = template_to_print(db, award, at)
    _refuse_changed(ready, award, seen, template)
    course = what if isinstance(what, Course) else None
    fresh = [one for one in ready if one.certificate is None]
    evidence = complete_evidence(db, fresh, course)
    serials = take_serials(counter, len(fresh))
    if fresh:
        refuse_retired(db)
    places = free_status_indexes(db, len(fresh))
    rows = [
        _row(one, award, act, base_url, (serial, place), template)
        | {"evidence": evidence[one.user.id]}
        for one, serial, place in zip(fresh, serials, places, strict=True)
    ]
    made = {one.user_id: one for one in _insert(db, rows, by, at)}
    certificates = [one.certificate or made[one.user.id] for one in ready]
    act.certificate_keys = [certificate.key for certificate in certificates]
    if course is not None:
        record_edition(db, course, at)
    return certificates


def _refuse_changed(
    ready: Sequence[Readiness], award: Award, seen: Seen | None, template: Template
) -> None:
    if seen is not None and (found := changes(ready, award, seen, template)):
        raise PreviewChanged(found)
    for one in ready:
        if not one.is_eligible:
            raise NotEligible(name=one.user.native_name)


def _today(at: datetime) -> date:
    return programme_date(at, library().programme.timezone)


def record_act(
    db: Session, content: Mapping[str, Any], slug: str, by: User, event_id: str, at: datetime
) -> tuple[CertificateIssue, bool]:
    """The row of one act that makes certificates, and whether it is new."""
    values = {
        "event_id": event_id,
        "digest": digest_of(content),
        "slug": slug,
        "by_id": by.id,
        "issued_at": at,
        "certificate_keys": [],
    }
    return insert_or_get(db, CertificateIssue, values, ("event_id",))


def _in_order(db: Session, keys: Sequence[str]) -> list[Certificate]:
    found = {c.key: c for c in db.scalars(select(Certificate).where(Certificate.key.in_(keys)))}
    return [found[key] for key in keys]


def _row(
    ready: Readiness,
    award: Award,
    act: CertificateIssue,
    base_url: str,
    numbers: tuple[str, int],
    template: Template,
) -> dict[str, Any]:
    """`numbers`: the serial number, and the place in the list of what is revoked."""
    serial, place = numbers
    code = new_code()
    facts = printed_facts(ready, award, {"serial": serial, "code": code}, base_url, template)
    return {
        "user_id": ready.user.id,
        "kind": award.kind,
        "slug": award.slug,
        "award_date": ready.award_date,
        "version": 1,
        "renews_id": ready.renews.id if ready.renews else None,
        "valid_until": ready.valid_until,
        **frozen_columns(facts, act, place),
    }


def frozen_columns(facts: dict[str, Any], act: CertificateIssue, place: int) -> dict[str, Any]:
    """The columns that follow from the frozen facts, for an issue and for a correction alike."""
    return {
        "key": new_event_id(),
        "serial": facts["serial"],
        "code": facts["code"],
        "issue_id": act.id,
        "issued_at": act.issued_at,
        "facts": facts,
        "searchable": searchable(facts),
        **signed_columns(facts, place, act.issued_at),
    }


def _insert(
    db: Session, rows: Sequence[Mapping[str, Any]], by: User, at: datetime
) -> Sequence[Certificate]:
    """All the rows, each with its line in the trail and its job, or IssuedMeanwhile."""
    made = insert_missing(db, Certificate, rows)
    if len(made) < len(rows):  # the write is given up, and with it the serial numbers
        raise IssuedMeanwhile
    acts = [(one.key, {"serial": one.serial}) for one in made]
    audit.record_many(db, "certificates.issue", by.key, at, "certificate", acts)
    jobs.enqueue_many(db, "certificates.render", [_job(one.id) for one in made])
    return made


def _job(certificate_id: int) -> tuple[dict[str, Any], str]:
    return {"certificate": certificate_id}, f"certificates.render:{certificate_id}"


def ask_file(db: Session, certificate_id: int) -> None:
    """Have the file of a certificate made; one that waits already is not asked for twice."""
    jobs.enqueue(db, "certificates.render", *_job(certificate_id))


def revoke(db: Session, certificate: Certificate, reason: str, by: User, at: datetime) -> None:
    """Revoke for good, with a reason; the same person's same reason again changes nothing.

    A version that another has replaced is not revoked: the award would stay valid by the newest.
    Raises ReasonMissing, AlreadyRevoked or NotCorrectable.
    """
    reason = reason.strip()[:MAX_REASON]
    if not reason:
        raise ReasonMissing
    is_replaced = lock_version(db, certificate)
    if certificate.revoked_at is not None:
        if (certificate.revoked_by_id, certificate.revocation_reason) != (by.id, reason):
            raise AlreadyRevoked
        return
    if is_replaced:
        raise NotCorrectable
    certificate.revoked_at, certificate.revoked_by_id = at, by.id
    certificate.revocation_reason = reason
    db.flush()
    db.expire(certificate, ["revoked_by"])
    detail = {"serial": certificate.serial, "reason": reason}
    audit.record(db, "certificates.revoke", by.key, at, "certificate", certificate.key, detail)


def lock_version(db: Session, certificate: Certificate) -> bool:
    """Lock the row until the write ends and read it anew; whether another version replaced it.

    A correction and a revocation at the same moment come one after the other.
    """
    row = select(Certificate).where(Certificate.id == certificate.id).with_for_update()
    db.scalars(row.execution_options(populate_existing=True)).one()
    later = select(Certificate.id).where(Certificate.replaces_id == certificate.id)
    return db.scalar(later) is not None
