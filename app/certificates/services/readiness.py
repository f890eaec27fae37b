"""Who may be certified, and exactly what the others miss. A fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.certificates.models import Certificate
from app.certificates.services.evidence import course_evidence
from app.certificates.services.formalities import formalities
from app.certificates.services.known import Known, Sheets, ask, before_checks
from app.certificates.services.refreshing import times_read
from app.certificates.types import Missing, MissingKind, Readiness
from app.core.clock import add_months, programme_date
from app.courses.library import library
from app.courses.types import Course
from app.learning.types import CourseProgress
from app.practicals import services as practicals

#: Each lesson to read again for a renewal, with the time when it was read, or None.
Refresher = Mapping[str, datetime | None]


def readiness(
    db: Session,
    users: Sequence[User],
    course: Course,
    on: date | None = None,
    *,
    require_review: bool = False,
    evidence: bool = True,
    progress: Mapping[str, Mapping[int, CourseProgress]] | None = None,
) -> list[Readiness]:
    """Where each person stands on the way to the course's certificate, in the given order.

    `on` is the day of asking in the programme's zone: skill checks too old to give a certificate
    that holds on that day do not count. Without it no check is too old. With `require_review`
    every language in which the person learnt or was assessed must be reviewed or opened. Without
    `evidence` what a new award would rest on is left out.
    `progress` is what the caller has asked already, by course and person.
    """
    found = readiness_in(
        db,
        users,
        [course],
        on,
        require_review=require_review,
        evidence=evidence,
        progress=progress,
    )
    return found[course.slug]


def readiness_in(
    db: Session,
    users: Sequence[User],
    wanted: Sequence[Course],
    on: date | None = None,
    *,
    require_review: bool = False,
    evidence: bool = True,
    progress: Mapping[str, Mapping[int, CourseProgress]] | None = None,
) -> dict[str, list[Readiness]]:
    """The same in several courses, by slug; what is true of a person is asked once."""
    ids = [user.id for user in users]
    found = ask(db, ids, wanted, on, require_review=require_review, progress=progress or {})
    return {
        slug: [_readiness(user, known, evidence=evidence) for user in users]
        for slug, known in found.items()
    }


def next_award(
    db: Session, certificate: Certificate, on: date, *, require_review: bool = False
) -> Readiness:
    """Where the holder stands on the way to the certificate that renews this one of a course.

    By the rules of `readiness`, and told also while the certificate still holds.
    """
    user, course = certificate.user, library().course(certificate.slug)
    known = ask(db, [user.id], [course], on, require_review=require_review, progress={})
    here = known[course.slug]
    found = _next(user, here)
    return found._replace(missing=(*_missing_after_revoking(user, here), *found.missing))


def _readiness(user: User, known: Known, *, evidence: bool) -> Readiness:
    if revoked := _missing_after_revoking(user, known):
        return Readiness(user, revoked)
    holds = _holding(user, known)
    if holds is not None and not _has_new_sheets(user, known):
        return _covered(user, holds, known)
    found = _next(user, known, evidence=evidence)
    return _covered(user, holds, known) if found.missing and holds is not None else found


def _missing_after_revoking(user: User, known: Known) -> tuple[Missing, ...]:
    newest = known.newest.get(user.id)
    if newest is None or newest.revoked_at is None or _has_new_sheets(user, known):
        return ()
    return (Missing(MissingKind.REVOKED),)


def _holding(user: User, known: Known) -> Certificate | None:
    """Her newest certificate, if it holds on the day."""
    newest = known.newest.get(user.id)
    if newest is None or newest.revoked_at is not None:
        return None
    return newest if known.on is None or known.on <= newest.valid_until else None


def _next(user: User, known: Known, *, evidence: bool = True) -> Readiness:
    """Where she stands on the way to a new certificate, whatever she holds."""
    renews = known.standing.get(user.id)
    again: Refresher = {}
    if renews is not None:
        again = times_read(renews, known.course, known.read_again.get(renews.id, {}))
    award_date, valid_until = _dates(user, known, again)
    missing = tuple(_missing(user, known, valid_until, again))
    counted = known.sheets.get(user.id, {})
    return Readiness(
        user,
        missing,
        award_date,
        valid_until,
        None,
        course_evidence(user, known, renews, again) if evidence and not missing else {},
        renews=renews,
        practical_due=_practical_due(user, known),
        held={key: one.held_on for key, one in counted.items()},
    )


def _practical_due(user: User, known: Known) -> date | None:
    """The one place where a provisional pass is told: until when the practical may be done.

    A pass that lapsed does not count: the learning room says then that none was passed.
    """
    return known.progress[user.id].due_on


def _covered(user: User, newest: Certificate, known: Known) -> Readiness:
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
    number, since = certificate.user_id, before_checks(certificate)
    passed = practicals.passed_sheets(db, [number], certificate.slug, {number: since})
    return _lost(certificate, passed.get(number, {}))


def _lost(certificate: Certificate, passed: Sheets) -> tuple[str, ...]:
    """`passed`: since the first check of the certificate."""
    held = {key: sheet.held_on for key, sheet in passed.items()}
    needed = [sheet["key"] for sheet in certificate.evidence["sheets"]]
    return tuple(key for key in needed if held.get(key, date.max) > certificate.award_date)


def _has_new_sheets(user: User, known: Known) -> bool:
    passed = known.sheets.get(user.id, {})
    return bool(known.course.sheets) and all(s.key in passed for s in known.course.sheets)


def _missing(
    user: User, known: Known, valid_until: date | None, again: Refresher
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
    yield from _missing_refresher(again)
    yield from _missing_reviews(progress.languages, known)
    yield from formalities(user, consents=user.id in known.consenting)


def _missing_attendance(user: User, known: Known) -> Iterable[Missing]:
    wanted = known.course.attendance_minutes
    attended = known.attended.get(user.id, 0)
    if wanted is not None and attended < wanted:
        yield Missing(MissingKind.ATTENDANCE, done=attended, total=wanted)


def _missing_refresher(again: Refresher) -> Iterable[Missing]:
    read = [at for at in again.values() if at is not None]
    if len(read) < len(again):
        yield Missing(MissingKind.REFRESHER, done=len(read), total=len(again))


def _missing_sheets(user: User, known: Known, valid_until: date | None) -> Iterable[Missing]:
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


def _missing_reviews(languages: Iterable[str], known: Known) -> Iterable[Missing]:
    for code in languages if known.require_review else ():
        state = known.reviews.get(code)
        if state is None or not state.is_open:
            yield Missing(MissingKind.LANGUAGE, code)


def _dates(user: User, known: Known, again: Refresher) -> tuple[date | None, date | None]:
    """Award date and last valid day, or None for what cannot be said yet."""
    zone = library().programme.timezone
    progress = known.progress[user.id]
    counted = known.sheets.get(user.id, {})
    held = [counted[s.key].held_on for s in known.course.sheets if s.key in counted]
    if not held or len(held) < len(known.course.sheets):
        return None, None
    times = [*_times_learnt(user, progress, known), *again.values()]
    met = [programme_date(at, zone) for at in times if at is not None]
    is_complete = progress.is_lessons_done and len(met) == len(times)
    award_date = max(*met, *held) if is_complete else None
    return award_date, add_months(min(held), known.course.validity_months)


def _times_learnt(user: User, progress: CourseProgress, known: Known) -> Iterable[datetime | None]:
    yield progress.last_lesson_at
    yield progress.passed_at
    for needed in known.needed.values():
        yield needed[user.id].first_passed_at
