"""Who may have the programme's certificate: every course valid on one day, and the exercise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased, defer, joinedload

from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.types import Purpose
from app.certificates.models import Certificate
from app.certificates.services.evidence import renewal_evidence
from app.certificates.services.formalities import formalities
from app.certificates.services.sheets import sheet_evidence
from app.certificates.services.verifying import state_of
from app.certificates.types import CertificateState, Missing, MissingKind, Readiness
from app.core.db import among
from app.courses.library import library
from app.courses.types import Programme
from app.practicals import services as practicals
from app.practicals.types import PassedSheet

Held = Mapping[str, Certificate]  # by slug
Dates = tuple[date | None, date | None]


def programme_readiness(
    db: Session, users: Sequence[User], programme: Programme, on: date
) -> list[Readiness]:
    """Where each person stands on the way to the programme's certificate on a day, in order.

    It is valid until the first of the courses' certificates ends. Four queries.
    """
    ids = [user.id for user in users]
    held, standing = _certificates(db, ids, programme)
    exercises = practicals.passed_team_exercise(db, ids) if programme.award.exercise else None
    consenting = accounts.people_with_consent(db, ids, Purpose.PUBLIC_VERIFICATION)
    found = [
        _stand(user, held.get(user.id, {}), exercises, programme, on, user.id in consenting)
        for user in users
    ]
    return [_renewing(one, standing.get(one.user.id)) for one in found]


def ever_certified(db: Session, user_ids: Sequence[int], programme: Programme) -> set[int]:
    """Those of the people who ever had a certificate of one of its courses. One query."""
    slugs = [course.slug for course in programme.courses]
    query = select(Certificate.user_id).where(
        among(Certificate.user_id, user_ids), Certificate.slug.in_(slugs)
    )
    return set(db.scalars(query.distinct()))


def _certificates(
    db: Session, ids: Sequence[int], programme: Programme
) -> tuple[dict[int, dict[str, Certificate]], dict[int, Certificate]]:
    """Each person's newest certificates, and her newest of the programme that still stands."""
    slugs = [programme.key, *(course.slug for course in programme.courses)]
    query = (
        select(Certificate)
        .options(
            defer(Certificate.signed),
            joinedload(Certificate.replacement).load_only(Certificate.replaces_id),
        )
        .where(among(Certificate.user_id, ids), Certificate.slug.in_(slugs))
        .order_by(Certificate.award_date, Certificate.version)
    )
    found: dict[int, dict[str, Certificate]] = {}
    standing: dict[int, Certificate] = {}
    for one in db.scalars(query).unique():
        found.setdefault(one.user_id, {})[one.slug] = one
        if one.slug == programme.key and one.revoked_at is None and one.replacement is None:
            standing[one.user_id] = one
    return found, standing


def _renewing(found: Readiness, standing: Certificate | None) -> Readiness:
    """With the certificate that a new one renews: the newest that was not revoked."""
    if standing is None or found.certificate is not None:
        return found
    evidence = found.evidence and {**found.evidence, **renewal_evidence(standing, {})}
    return found._replace(evidence=evidence, renews=standing)


def _stand(
    user: User,
    held: Held,
    exercises: Mapping[int, PassedSheet] | None,
    programme: Programme,
    on: date,
    consents: bool,
) -> Readiness:
    exercise = exercises.get(user.id) if exercises is not None else None
    missing = [*_missing_courses(held, programme, on), *_missing_exercise(exercises, exercise)]
    dates: Dates = (None, None) if missing else _dates(held, exercise, programme)
    newest = held.get(programme.key)
    if newest is not None and not _reaches_further(dates, newest):
        if newest.revoked_at is not None:
            return Readiness(user, (Missing(MissingKind.REVOKED),))
        if on <= newest.valid_until:
            evidence, until = newest.evidence, newest.valid_until
            return Readiness(user, (), newest.award_date, until, newest, evidence)
    missing += formalities(user, consents=consents)
    evidence = {} if missing else _evidence(user, held, exercise, programme)
    award_date, valid_until = dates
    return Readiness(user, tuple(missing), award_date, valid_until, None, evidence)


def _missing_courses(held: Held, programme: Programme, on: date) -> Iterable[Missing]:
    for course in programme.courses:
        one = held.get(course.slug)
        if one is None or state_of(one, on) is not CertificateState.VALID:
            yield Missing(MissingKind.COURSE_CERTIFICATE, course.slug)


def _missing_exercise(
    exercises: Mapping[int, PassedSheet] | None, exercise: PassedSheet | None
) -> Iterable[Missing]:
    if exercises is None:
        return
    if exercise is None:
        yield Missing(MissingKind.EXERCISE)
    elif not exercise.acknowledged:
        yield Missing(MissingKind.ACKNOWLEDGEMENT, exercise.sheet_key)


def _dates(held: Held, exercise: PassedSheet | None, programme: Programme) -> tuple[date, date]:
    certificates = [held[course.slug] for course in programme.courses]
    met = [one.award_date for one in certificates]
    if exercise is not None:
        met.append(exercise.held_on)
    return max(met), min(one.valid_until for one in certificates)


def _reaches_further(dates: Dates, newest: Certificate) -> bool:
    """Whether a new certificate would be of a later day and hold longer."""
    award_date, valid_until = dates
    if award_date is None or valid_until is None:
        return False
    is_longer = valid_until > newest.valid_until or newest.revoked_at is not None
    return award_date > newest.award_date and is_longer


def _evidence(
    user: User, held: Held, exercise: PassedSheet | None, programme: Programme
) -> dict[str, Any]:
    certificates = [held[course.slug] for course in programme.courses]
    languages = {code: None for one in certificates for code in one.evidence["languages"]}
    team = library().exercise
    code = team.code if team else ""
    confirmed = user.names_confirmed_at
    return {
        "course": {"slug": programme.key, "edition": programme.edition, "digest": ""},
        "courses": [_certificate(one) for one in certificates],
        "languages": list(languages),
        "sheets": [sheet_evidence(programme.key, code, exercise)] if exercise else [],
        "names_confirmed_at": confirmed.isoformat() if confirmed else None,
    }


def _certificate(one: Certificate) -> dict[str, Any]:
    return {
        "slug": one.slug,
        "key": one.key,
        "serial": one.serial,
        "edition": one.facts["course"]["edition"],
        "award_date": one.award_date.isoformat(),
        "valid_until": one.valid_until.isoformat(),
    }


def lost_courses(db: Session, certificate: Certificate) -> tuple[str, ...]:
    """Slugs of the courses whose certificates the award rests on and that were revoked since.

    Also where a corrected version was revoked: it is the same award.
    """
    rests_on = {one["key"]: one["slug"] for one in certificate.evidence.get("courses", ())}
    if not rests_on:
        return ()
    named = aliased(Certificate)
    query = select(named.key).where(
        named.key.in_(rests_on),
        named.user_id == Certificate.user_id,
        named.slug == Certificate.slug,
        named.award_date == Certificate.award_date,
        Certificate.revoked_at.is_not(None),
    )
    return tuple(rests_on[key] for key in db.scalars(query.distinct()))
