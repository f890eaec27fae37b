"""Who may be certified, and exactly what the others miss. A fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.types import Purpose
from app.certificates.models import Certificate
from app.certificates.services.formalities import formalities
from app.certificates.services.renewing import (
    ReadAgain,
    read_of,
    readings_of,
    to_read_again,
    window_opens,
)
from app.certificates.services.sheets import sheet_evidence
from app.certificates.types import Missing, MissingKind, Readiness
from app.core.clock import add_months, programme_date
from app.courses import services as courses
from app.courses.library import library
from app.courses.types import Course, ReviewState
from app.learning import services as learning
from app.learning.types import CourseProgress, Waived
from app.practicals import services as practicals
from app.practicals.services.attendance import minutes_of_presence
from app.practicals.types import PassedSheet

Sheets = Mapping[str, PassedSheet]


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database says about all the people, by the person's id."""

    course: Course
    on: date | None
    reviews: Mapping[str, ReviewState]  # by language
    require_review: bool
    progress: Mapping[int, CourseProgress]
    needed: Mapping[str, Mapping[int, CourseProgress]]
    sheets: Mapping[int, Sheets]  # that count for a new award
    all_sheets: Mapping[int, Sheets]
    kept_sheets: Mapping[int, Sheets]  # since the first check of the newest certificate
    consenting: set[int]
    newest: Mapping[int, Certificate]
    attended: Mapping[int, int]  # minutes; empty where the course asks for none
    read_again: Mapping[int, ReadAgain]  # by the certificate's id


def readiness(
    db: Session,
    users: Sequence[User],
    course: Course,
    on: date | None = None,
    *,
    require_review: bool = False,
    progress: Mapping[str, Mapping[int, CourseProgress]] | None = None,
) -> list[Readiness]:
    """Where each person stands on the way to the course's certificate, in the given order.

    `on` is the day of asking in the programme's zone: skill checks too old to give a certificate
    that holds on that day do not count. Without it no check is too old. With `require_review`
    every language in which the person learnt or was assessed must be reviewed or opened.
    `progress` is what the caller has asked already, by course and person.
    """
    return readiness_in(db, users, [course], on, require_review=require_review, progress=progress)[
        course.slug
    ]


def readiness_in(
    db: Session,
    users: Sequence[User],
    wanted: Sequence[Course],
    on: date | None = None,
    *,
    require_review: bool = False,
    progress: Mapping[str, Mapping[int, CourseProgress]] | None = None,
) -> dict[str, list[Readiness]]:
    """The same in several courses, by slug; what is true of a person is asked once."""
    ids = [user.id for user in users]
    asked = _Asked(
        db,
        ids,
        _progress(db, ids, wanted, on, progress or {}),
        courses.review_states(db, wanted),
        accounts.people_with_consent(db, ids, Purpose.PUBLIC_VERIFICATION),
    )
    found = {}
    for course in wanted:
        known = _ask(asked, course, on, require_review)
        found[course.slug] = [_readiness(user, known) for user in users]
    return found


@dataclass(frozen=True, slots=True)
class _Asked:
    """Of whom, and what is known of them."""

    db: Session
    ids: list[int]
    progress: Mapping[str, Mapping[int, CourseProgress]]  # in the courses and those they need
    reviews: Mapping[str, Mapping[str, ReviewState]]
    consenting: set[int]


def _progress(
    db: Session,
    ids: list[int],
    wanted: Iterable[Course],
    on: date | None,
    known: Mapping[str, Mapping[int, CourseProgress]],
) -> dict[str, Mapping[int, CourseProgress]]:
    slugs = {slug for course in wanted for slug in (course.slug, *course.needs)}
    unknown = [slug for slug in slugs - known.keys() if library().has_course(slug)]
    return {**known, **(learning.progress_in(db, ids, unknown, on) if unknown else {})}


def _ask(asked: _Asked, course: Course, on: date | None, require_review: bool) -> _Known:
    db, ids = asked.db, asked.ids
    newest = _newest_certificates(db, ids, course.slug)
    minutes = minutes_of_presence(db, ids, course.slug) if course.attendance_minutes else {}
    needed = [slug for slug in course.needs if library().has_course(slug)]
    resting = {number: _before_checks(one) for number, one in newest.items()}
    passed, counted, kept = practicals.passed_since(
        db, ids, course.slug, {}, _after(ids, newest, course, on), resting
    )
    return _Known(
        course=course,
        on=on,
        reviews=asked.reviews[course.slug],
        require_review=require_review,
        progress=asked.progress[course.slug],
        needed={slug: asked.progress[slug] for slug in needed},
        sheets=counted,
        all_sheets=passed,
        kept_sheets=kept,
        consenting=asked.consenting,
        newest=newest,
        attended=minutes,
        read_again=readings_of(db, [one.id for one in newest.values()]),
    )


def _newest_certificates(db: Session, ids: list[int], slug: str) -> dict[int, Certificate]:
    query = (
        select(Certificate)
        .options(joinedload(Certificate.replacement))
        .where(Certificate.user_id.in_(ids), Certificate.slug == slug)
        .order_by(Certificate.award_date, Certificate.version)
    )
    return {certificate.user_id: certificate for certificate in db.scalars(query).unique()}


def _after(
    ids: Iterable[int], newest: Mapping[int, Certificate], course: Course, on: date | None
) -> dict[int, date]:
    """For each person the day up to which checks no longer count for a new award.

    That is the last day before the renewal's window, or the day of an award that was revoked, and
    the last day whose certificate would be expired.
    """
    expired = add_months(on, -course.validity_months) - timedelta(days=1) if on else date.min
    spent = {user_id: _spent(one, course) for user_id, one in newest.items()}
    return {user_id: max(expired, spent.get(user_id, date.min)) for user_id in ids}


def _spent(newest: Certificate, course: Course) -> date:
    if newest.revoked_at is not None:
        return newest.award_date
    return max(newest.award_date, window_opens(newest, course) - timedelta(days=1))


def _readiness(user: User, known: _Known) -> Readiness:
    newest = known.newest.get(user.id)
    if newest is not None and not _has_new_sheets(user, known):
        if newest.revoked_at is not None:
            return Readiness(user, (Missing(MissingKind.REVOKED),))
        if known.on is None or known.on <= newest.valid_until:
            return _covered(user, newest, known)
    renews = newest if newest is not None and newest.revoked_at is None else None
    award_date, valid_until = _dates(user, known)
    missing = tuple(_missing(user, known, valid_until, renews))
    if missing and renews is not None and known.on is not None and known.on <= renews.valid_until:
        return _covered(user, renews, known)
    evidence = {} if missing else _evidence(user, known)
    due = _practical_due(user, known)
    return Readiness(
        user,
        missing,
        award_date,
        valid_until,
        None,
        evidence,
        renews=renews,
        practical_due=due,
    )


def _practical_due(user: User, known: _Known) -> date | None:
    """The one place where a provisional pass is told: until when the practical may be done.

    A pass that lapsed does not count: the learning room says then that none was passed.
    """
    return known.progress[user.id].due_on


def _covered(user: User, newest: Certificate, known: _Known) -> Readiness:
    return Readiness(
        user,
        (),
        newest.award_date,
        newest.valid_until,
        newest,
        newest.evidence,
        _lost(newest, known.kept_sheets.get(user.id, {})),
    )


def lost_sheets(db: Session, certificate: Certificate) -> tuple[str, ...]:
    """Keys of the skill sheets that the award rests on and that are not passed any more.

    A check was corrected after the certificate was issued: whether to revoke it is for the office.
    """
    number, since = certificate.user_id, _before_checks(certificate)
    passed = practicals.passed_sheets(db, [number], certificate.slug, {number: since})
    return _lost(certificate, passed.get(number, {}))


def _before_checks(certificate: Certificate) -> date:
    """The day before the first check that it rests on: those of an earlier award do not bear it.

    A corrected check keeps its day.
    """
    held = [date.fromisoformat(sheet["held_on"]) for sheet in certificate.evidence["sheets"]]
    return min(held) - timedelta(days=1) if held else date.min


def _lost(certificate: Certificate, passed: Sheets) -> tuple[str, ...]:
    """`passed`: since the first check of the certificate."""
    held = {key: sheet.held_on for key, sheet in passed.items()}
    needed = [sheet["key"] for sheet in certificate.evidence["sheets"]]
    return tuple(key for key in needed if held.get(key, date.max) > certificate.award_date)


def _has_new_sheets(user: User, known: _Known) -> bool:
    passed = known.sheets.get(user.id, {})
    return bool(known.course.sheets) and all(s.key in passed for s in known.course.sheets)


def _missing(
    user: User, known: _Known, valid_until: date | None, renews: Certificate | None
) -> Iterable[Missing]:
    progress = known.progress[user.id]
    if not progress.enrolled or not progress.is_lessons_done:
        yield Missing(MissingKind.LESSONS, done=progress.lessons_met, total=progress.lessons_total)
    if progress.passed_at is None:
        yield Missing(MissingKind.ASSESSMENT)
    for slug, needed in known.needed.items():
        if needed[user.id].first_passed_at is None:
            yield Missing(MissingKind.NEEDED_COURSE, slug)
    yield from _missing_sheets(user, known, valid_until)
    yield from _missing_attendance(user, known)
    if renews is not None:
        yield from _missing_refresher(renews, known)
    yield from _missing_reviews(progress.languages, known)
    yield from formalities(user, consents=user.id in known.consenting)


def _missing_attendance(user: User, known: _Known) -> Iterable[Missing]:
    wanted = known.course.attendance_minutes
    attended = known.attended.get(user.id, 0)
    if wanted is not None and attended < wanted:
        yield Missing(MissingKind.ATTENDANCE, done=attended, total=wanted)


def _missing_refresher(renews: Certificate, known: _Known) -> Iterable[Missing]:
    again = to_read_again(renews, known.course)
    read = read_of(again, known.read_again.get(renews.id, {}))
    if len(read) < len(again):
        yield Missing(MissingKind.REFRESHER, done=len(read), total=len(again))


def _missing_sheets(user: User, known: _Known, valid_until: date | None) -> Iterable[Missing]:
    counted = known.sheets.get(user.id, {})
    ever = known.all_sheets.get(user.id, {})
    for sheet in known.course.sheets:
        if sheet.key not in counted:
            kind = MissingKind.SHEET_EXPIRED if sheet.key in ever else MissingKind.SHEET
            yield Missing(kind, sheet.key)
        elif not counted[sheet.key].acknowledged:  # examiner and trainee both sign (curriculum)
            yield Missing(MissingKind.ACKNOWLEDGEMENT, sheet.key)
    if valid_until is not None and known.on is not None and valid_until < known.on:
        oldest = min(counted.values(), key=lambda sheet: sheet.held_on)
        yield Missing(MissingKind.SHEET_EXPIRED, oldest.sheet_key)


def _missing_reviews(languages: Iterable[str], known: _Known) -> Iterable[Missing]:
    for code in languages if known.require_review else ():
        state = known.reviews.get(code)
        if state is None or not state.is_open:
            yield Missing(MissingKind.LANGUAGE, code)


def _dates(user: User, known: _Known) -> tuple[date | None, date | None]:
    """Award date and last valid day, or None for what cannot be said yet."""
    zone = library().programme.timezone
    progress = known.progress[user.id]
    counted = known.sheets.get(user.id, {})
    held = [counted[s.key].held_on for s in known.course.sheets if s.key in counted]
    times = [progress.last_lesson_at, progress.passed_at]
    times += [needed[user.id].first_passed_at for needed in known.needed.values()]
    is_complete = progress.is_lessons_done and len(held) == len(known.course.sheets)
    met = [programme_date(at, zone) for at in times if at is not None]
    if not is_complete or not held or len(met) < len(times):
        return None, None
    return max(*met, *held), add_months(min(held), known.course.validity_months)


def _evidence(user: User, known: _Known) -> dict[str, Any]:
    progress, course = known.progress[user.id], known.course
    return {
        "course": {"slug": course.slug, "edition": course.edition, "digest": course.digest},
        "lessons": {
            "done": progress.lessons_done,
            "last_at": _iso(progress.last_lesson_at),
            "waived": [_waived(one) for one in progress.waived],
        },
        "assessment": {
            "attempt": progress.attempt_key,
            "passed_at": _iso(progress.passed_at),
            "score": progress.best_score,
            "of": progress.best_max,
        },
        "needed": [
            {"slug": slug, "passed_at": _iso(needed[user.id].first_passed_at)}
            for slug, needed in known.needed.items()
        ],
        "languages": list(progress.languages),
        "reviews": {
            code: _review(known.reviews[code])
            for code in progress.languages
            if code in known.reviews
        },
        "sheets": [
            sheet_evidence(course.slug, sheet.code, known.sheets[user.id][sheet.key])
            for sheet in course.sheets
        ],
        "names_confirmed_at": _iso(user.names_confirmed_at),
    }


def _iso(moment: Any) -> str | None:
    return None if moment is None else str(moment.isoformat())


def _review(state: ReviewState) -> dict[str, Any]:
    """How a language was reviewed on the day of issue."""
    opening = state.opening
    return {
        "status": state.status.value,
        "by": [
            {"role": one.role.value, "name": one.name, "on": one.on.isoformat()}
            for one in state.newest
        ],
        "opened_at": _iso(opening.opened_at) if opening else None,
        "reason": opening.reason if opening else None,
    }


def _waived(one: Waived) -> dict[str, Any]:
    """A lesson that was left out, as the why-page tells it."""
    return {
        "key": one.lesson_key,
        "reason": one.reason,
        "by": one.by_name,
        "at": one.at.isoformat(),
    }
