"""Issuing: one explicit act that numbers, freezes and records each certificate, and revoking."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.certificates import loader, rendering
from app.certificates.models import Certificate, CertificateIssue
from app.certificates.services.numbers import lock_counter, new_code, next_serial
from app.certificates.services.readiness import readiness
from app.certificates.types import (
    AlreadyRevoked,
    NobodyChosen,
    NotEligible,
    Readiness,
    ReasonMissing,
)
from app.core import audit, jobs
from app.core.clock import programme_date
from app.core.db import insert_or_get
from app.core.events import digest_of, require_same
from app.core.languages import LANGUAGES
from app.courses.library import library, record_edition
from app.courses.types import Course

AWARD = ("user_id", "slug", "award_date", "version")
MAX_REASON = 1000


def issue(
    db: Session,
    users: Sequence[User],
    course: Course,
    by: User,
    event_id: str,
    at: datetime,
    base_url: str,
    *,
    require_review: bool = False,
) -> list[Certificate]:
    """Certify all these people, in their order, or nobody.

    Who has a certificate of the same award already keeps it: two administrators at once make one.
    The same event again gives the first result. `base_url` is printed and frozen. Raises
    NobodyChosen, NotEligible or EventConflict.
    """
    if not users:
        raise NobodyChosen
    content = {"course": course.slug, "users": sorted(user.key for user in users)}
    act, is_new = _record_act(db, content, course, by, event_id, at)
    if not is_new:
        require_same(act.digest, content)
        return _in_order(db, act.certificate_keys)
    counter = lock_counter(db, _today(at).year)  # before looking who is ready: no number is lost
    certificates = []
    for ready in readiness(db, users, course, _today(at), require_review=require_review):
        if not ready.is_eligible:
            raise NotEligible(name=ready.user.native_name)
        if ready.certificate is not None:
            certificates.append(ready.certificate)
            continue
        values = _values(ready, course, act, next_serial(counter), base_url)
        certificates.append(_insert(db, values, by, at))
    act.certificate_keys = [certificate.key for certificate in certificates]
    record_edition(db, course, at)
    return certificates


def _today(at: datetime) -> date:
    return programme_date(at, library().programme.timezone)


def _record_act(
    db: Session, content: Mapping[str, Any], course: Course, by: User, event_id: str, at: datetime
) -> tuple[CertificateIssue, bool]:
    values = {
        "event_id": event_id,
        "digest": digest_of(content),
        "slug": course.slug,
        "by_id": by.id,
        "issued_at": at,
        "certificate_keys": [],
    }
    return insert_or_get(db, CertificateIssue, values, ("event_id",))


def _in_order(db: Session, keys: Sequence[str]) -> list[Certificate]:
    found = {c.key: c for c in db.scalars(select(Certificate).where(Certificate.key.in_(keys)))}
    return [found[key] for key in keys]


def _values(
    ready: Readiness, course: Course, act: CertificateIssue, serial: str, base_url: str
) -> dict[str, Any]:
    code = new_code()
    facts = printed_facts(ready, course, {"serial": serial, "code": code}, base_url)
    return {
        "user_id": ready.user.id,
        "slug": course.slug,
        "award_date": ready.award_date,
        "version": 1,
        "valid_until": ready.valid_until,
        "serial": serial,
        "code": code,
        "issue_id": act.id,
        "issued_at": act.issued_at,
        "facts": facts,
        "evidence": dict(ready.evidence),
        "searchable": searchable(facts),
    }


def _insert(db: Session, values: Mapping[str, Any], by: User, at: datetime) -> Certificate:
    certificate, is_new = insert_or_get(db, Certificate, values, AWARD)
    if is_new:
        detail = {"serial": certificate.serial}
        audit.record(db, "certificates.issue", by.key, at, "certificate", certificate.key, detail)
        ask_file(db, certificate.id)
    return certificate


def ask_file(db: Session, certificate_id: int) -> None:
    """Have the file of a certificate made; one that waits already is not asked for twice."""
    payload = {"certificate": certificate_id}
    jobs.enqueue(db, "certificates.render", payload, f"certificates.render:{certificate_id}")


def printed_facts(
    ready: Readiness, course: Course, numbers: Mapping[str, str], base_url: str
) -> dict[str, Any]:
    """Everything that the certificate says, as plain data; see `rendering.certificate_pdf`."""
    user, template = ready.user, loader.template()
    return {
        **rendering.template_facts(template),
        "format": rendering.FORMAT,
        "version": 1,
        "serial": numbers["serial"],
        "code": numbers["code"],
        "address": f"{base_url.rstrip('/')}/v/{rendering.grouped(numbers['code'])}",
        "language": user.language,
        "languages": rendering.printed_languages(user.language),
        "names": rendering.printed_names(user.native_name, user.latin_name, user.chinese_name),
        "course": {
            "slug": course.slug,
            "key": course.key,
            "edition": course.edition,
            "titles": {code: course_title(course, code) for code in LANGUAGES},
        },
        "training": {
            "online_minutes": course.minutes.online,
            "practice_minutes": course.minutes.practical,
            "questions": course.assessment.length,
            "checks": len(course.sheets),
        },
        "award_date": str(ready.award_date),
        "valid_until": str(ready.valid_until),
    }


def course_title(course: Course, language: str) -> str:
    """The course's title in a language; the programme's plan knows it in all of them."""
    if not course.has_language(language):
        for planned in library().programme.courses:
            if planned.slug == course.slug:
                return planned.title[language]
    return course.title(language)


def searchable(facts: Mapping[str, Any]) -> str:
    """What the office's search looks into."""
    return folded(" ".join([facts["serial"], facts["code"], *facts["names"].values()]))


def folded(text: str) -> str:
    """Text without differences of case, composition and hyphens in codes."""
    return unicodedata.normalize("NFC", text).casefold()


def revoke(db: Session, certificate: Certificate, reason: str, by: User, at: datetime) -> None:
    """Revoke for good, with a reason; the same person's same reason again changes nothing.

    Raises ReasonMissing or AlreadyRevoked.
    """
    reason = reason.strip()[:MAX_REASON]
    if not reason:
        raise ReasonMissing
    values = {"revoked_at": at, "revoked_by_id": by.id, "revocation_reason": reason}
    not_yet = (Certificate.id == certificate.id, Certificate.revoked_at.is_(None))
    done = db.execute(
        update(Certificate).where(*not_yet).values(**values).returning(Certificate.id)
    ).first()
    db.refresh(certificate)
    if done is not None:
        detail = {"serial": certificate.serial, "reason": reason}
        audit.record(db, "certificates.revoke", by.key, at, "certificate", certificate.key, detail)
    elif (certificate.revoked_by_id, certificate.revocation_reason) != (by.id, reason):
        raise AlreadyRevoked
