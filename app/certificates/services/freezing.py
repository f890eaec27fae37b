"""What is frozen in a certificate: everything printed, and what the award rests on."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import Grant, User
from app.certificates import rendering
from app.certificates.loader import Template
from app.certificates.types import Award, Changed, Part, Readiness
from app.core.clock import programme_date
from app.core.events import digest_of
from app.core.languages import SOURCE_LANGUAGE
from app.courses.library import library
from app.courses.types import Course, Lesson
from app.practicals.services.attendance import minutes_of_presence

DIGEST = 16  # letters of a SHA-256 that tell one text from another here
Seen = Mapping[str, Mapping[Part, str]]


def holder_facts(user: User, template: Template) -> dict[str, Any]:
    """What every paper says of its holder and its template, as plain data."""
    return {
        **rendering.template_facts(template),
        "format": rendering.FORMAT,
        "version": 1,
        "language": user.language,
        "languages": rendering.printed_languages(user.language),
        "names": rendering.printed_names(user.native_name, user.latin_name, user.chinese_name),
    }


def printed_facts(
    ready: Readiness,
    award: Award,
    numbers: Mapping[str, str],
    base_url: str,
    template: Template,
) -> dict[str, Any]:
    """Everything that the certificate says, as plain data; see `rendering.certificate_pdf`."""
    return {
        **holder_facts(ready.user, template),
        **numbered(numbers, base_url),
        "kind": award.kind.value,
        "course": {
            "slug": award.slug,
            "key": award.key,
            "edition": award.edition,
            "titles": dict(award.titles),
        },
        **({"courses": [dict(one) for one in award.courses]} if award.courses else {}),
        "training": dict(award.training),
        "award_date": str(ready.award_date),
        "valid_until": str(ready.valid_until),
    }


def numbered(numbers: Mapping[str, str], base_url: str) -> dict[str, str]:
    """Serial number, code and the address that the QR code leads to."""
    return {
        "serial": numbers["serial"],
        "code": numbers["code"],
        "address": f"{base_url.rstrip('/')}/v/{rendering.grouped(numbers['code'])}",
    }


def searchable(facts: Mapping[str, Any]) -> str:
    """What the office's search looks into."""
    return folded(" ".join([facts["serial"], facts["code"], *facts["names"].values()]))


def folded(text: str) -> str:
    """Text without differences of case, composition and hyphens in codes."""
    return unicodedata.normalize("NFC", text).casefold()


def lesson_digest(lesson: Lesson) -> str:
    """Of a lesson's text in the source language: a corrected translation teaches nothing new."""
    blocks = [
        [block.id, block.kind.value, block.texts.get(SOURCE_LANGUAGE, "")]
        for block in lesson.blocks
    ]
    return digest_of({"blocks": blocks})[:DIGEST]


def lesson_digests(course: Course) -> dict[str, str]:
    """The digest of every lesson, to see at a renewal what has changed."""
    return {lesson.key: lesson_digest(lesson) for lesson in course.lessons}


def seen_of(ready: Readiness, award: Award, template: Template) -> dict[Part, str]:
    """A digest of each part of what the person's certificate would say, and of its evidence."""
    facts = printed_facts(ready, award, {"serial": "", "code": ""}, "", template)
    names, days = facts.pop("names"), (facts.pop("award_date"), facts.pop("valid_until"))
    del facts["template_version"], facts["template_digest"]  # given when a state is first issued
    design = {"html": template.html, "css": template.css}
    rest = {"facts": facts, "evidence": dict(ready.evidence), "design": design}
    parts = {Part.NAMES: {"names": names}, Part.DATES: {"days": days}, Part.REST: rest}
    return {part: digest_of(content)[:DIGEST] for part, content in parts.items()}


def changes(
    ready: Sequence[Readiness], award: Award, seen: Seen, template: Template
) -> list[Changed]:
    """Whose certificate would not be as it was seen, and how."""
    found = []
    for one in ready:
        before = seen.get(one.user.key, {})
        if not one.is_issuable:
            if one.certificate is None or before:
                found.append(Changed(one.user, missing=one.missing))
            continue
        now = seen_of(one, award, template)
        parts = tuple(part for part in Part if before.get(part) != now[part])
        if parts:
            found.append(Changed(one.user, parts))
    return found


def complete_evidence(
    db: Session,
    ready: Sequence[Readiness],
    course: Course | None,
) -> dict[int, dict[str, Any]]:
    """The whole evidence of each person by her id: three queries for all of them.

    Beside what made them ready: minutes of attendance, the authority of each examiner on the day
    of the check, and the state of each lesson. Training and template stand in the facts.
    """
    ids = [one.user.id for one in ready]
    minutes = minutes_of_presence(db, ids, course.slug if course else None) if ids else {}
    grants = accounts.examining_grants(db, _examiners(ready))
    lessons = lesson_digests(course) if course else {}
    found = {}
    for one in ready:
        evidence = dict(one.evidence)
        evidence["sheets"] = [_with_authority(sheet, grants) for sheet in evidence["sheets"]]
        evidence["attendance_minutes"] = minutes.get(one.user.id, 0)
        evidence["course"] = {**evidence["course"], "lessons": lessons}
        found[one.user.id] = evidence
    return found


def _examiners(ready: Sequence[Readiness]) -> set[str]:
    return {sheet["examiner_key"] for one in ready for sheet in one.evidence["sheets"]}


def _with_authority(
    sheet: Mapping[str, Any], grants: Mapping[str, Sequence[Grant]]
) -> dict[str, Any]:
    """The sheet with the examiner's right to sign it, as it stood on the day of the check."""
    frozen = {name: value for name, value in sheet.items() if name != "examiner_key"}
    held_on = date.fromisoformat(sheet["held_on"])
    for grant in grants.get(sheet["examiner_key"], ()):
        if grant.scope == sheet["scope"] and grant.covered(held_on):
            until = grant.ends_on.isoformat() if grant.ends_on else None
            begins = programme_date(grant.given_at, library().programme.timezone)
            frozen["authority"] = {"from": begins.isoformat(), "until": until}
    return frozen
