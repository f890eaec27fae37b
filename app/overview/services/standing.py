"""How far each of many trainees is in each course, and who is late, stuck or blocked by what.

A fixed number of queries, and five more for each course in which somebody has learnt everything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.certificates import services as certificates
from app.certificates.types import Missing, MissingKind, Readiness
from app.cohorts import services as cohorts
from app.core.clock import programme_date
from app.courses import services as courses
from app.courses.library import library
from app.courses.types import Course
from app.learning import services as learning
from app.learning.types import CourseProgress, Extended
from app.overview.types import Block, BlockKind, Cell, Standing, State, Verdict
from app.practicals import services as practicals

#: Our own choice: two weeks without an act, where a course takes a few hours, ask for a word.
STUCK_DAYS = 14
_ORDER = tuple(Verdict)
_Where = tuple[str, int]  # a course's slug and a person's id
_PRACTICAL = {MissingKind.SHEET, MissingKind.SHEET_EXPIRED, MissingKind.REVOKED}


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database says about all the people."""

    at: datetime
    today: date
    progress: Mapping[str, Mapping[int, CourseProgress]]
    releases: Mapping[_Where, int]
    due: Mapping[_Where, date]
    extended: Mapping[_Where, Extended]
    ready: Mapping[_Where, Readiness]
    closed: Mapping[str, frozenset[str]]  # by course: languages that trainees cannot read it in
    signed_in: set[int]  # of those who have done nothing yet
    courses: Mapping[str, Course]
    every_sheet: Mapping[str, tuple[Missing, ...]]  # by course


def standings(
    db: Session,
    users: Sequence[User],
    at: datetime,
    *,
    require_review: bool = False,
    deadlines: bool = False,
) -> list[Standing]:
    """Where each person stands in each course that she follows, in the given order.

    With `deadlines` each progress has `due_on` only while the practical is not done.
    """
    known = _ask(db, users, at, require_review, deadlines)
    return [_standing(user, user.id, known) for user in users]


def standing_by(
    db: Session,
    trainee: User,
    at: datetime,
    progress: Mapping[str, Mapping[int, CourseProgress]],
    ready: Mapping[_Where, Readiness],
    *,
    require_review: bool = False,
) -> Standing:
    """The same for one trainee whose progress and readiness were asked before."""
    known = _known(db, [trainee.id], at, progress, ready, require_review)
    return _standing(trainee, trainee.id, known)


def _ask(
    db: Session, users: Sequence[User], at: datetime, require_review: bool, deadlines: bool
) -> _Known:
    slugs = [course.slug for course in library().courses]
    progress, ready = progress_and_readiness(
        db, users, slugs, at, require_review=require_review, deadlines=deadlines
    )
    return _known(db, [user.id for user in users], at, progress, ready, require_review)


def progress_and_readiness(
    db: Session,
    users: Sequence[User],
    slugs: Sequence[str],
    at: datetime,
    *,
    require_review: bool = False,
    deadlines: bool = False,
) -> tuple[Mapping[str, Mapping[int, CourseProgress]], Mapping[_Where, Readiness]]:
    """What each has done in each course, and the readiness of those who may be ready."""
    ids, today = [user.id for user in users], programme_date(at, library().programme.timezone)
    progress = learning.progress_in(db, ids, slugs, today, languages=False, deadlines=deadlines)
    return progress, _ready(db, users, progress, today, require_review)


def _known(
    db: Session,
    ids: Sequence[int],
    at: datetime,
    progress: Mapping[str, Mapping[int, CourseProgress]],
    ready: Mapping[_Where, Readiness],
    require_review: bool,
) -> _Known:
    idle = [each for each in ids if not any(one[each].last_at for one in progress.values())]
    shelf = library()
    known = {slug: shelf.course(slug) for slug in progress}
    return _Known(
        at=at,
        today=programme_date(at, shelf.programme.timezone),
        progress=progress,
        releases=learning.releases_in(db, ids, [*progress]),
        due=cohorts.due_dates(db, ids),
        extended=learning.extensions_in(db, ids, [*progress]),
        ready=ready,
        closed=_closed(db) if require_review else {},
        signed_in=accounts.people_signed_in(db, idle) if idle else set(),
        courses=known,
        every_sheet={slug: _every_sheet(course) for slug, course in known.items()},
    )


def _closed(db: Session) -> dict[str, frozenset[str]]:
    return {
        slug: frozenset(code for code, state in states.items() if not state.is_open)
        for slug, states in courses.review_states(db, library().courses).items()
    }


def _ready(
    db: Session,
    users: Sequence[User],
    progress: Mapping[str, Mapping[int, CourseProgress]],
    today: date,
    require_review: bool,
) -> dict[_Where, Readiness]:
    """The readiness of those who have learnt everything and were checked, or have a certificate.

    Of the others is known without asking that they miss every sheet.
    """
    people = {user.id: user for user in users}
    holders = certificates.first_awards(db, people)
    checked = practicals.checked_in(db, people)
    to_ask: defaultdict[str, list[User]] = defaultdict(list)
    for slug, user_id in (where for where in {*holders, *checked} if where[0] in progress):
        if (slug, user_id) in holders or progress[slug][user_id].is_learnt:
            to_ask[slug].append(people[user_id])
    found: dict[_Where, Readiness] = {}
    for slug, asked in to_ask.items():
        ready = certificates.readiness(
            db,
            asked,
            library().course(slug),
            today,
            require_review=require_review,
            evidence=False,
            progress=_with_languages(db, asked, progress, slug) if require_review else progress,
        )
        found |= {(slug, each.user.id): each for each in ready}
    return found


def _with_languages(
    db: Session,
    users: Sequence[User],
    progress: Mapping[str, Mapping[int, CourseProgress]],
    slug: str,
) -> dict[str, Mapping[int, CourseProgress]]:
    """The progress with the languages used in one course, which its reviews are asked for."""
    used = learning.languages_used(db, [user.id for user in users], slug)
    here = progress[slug]
    named = {user.id: here[user.id]._replace(languages=used.get(user.id, ())) for user in users}
    return {**progress, slug: named}


def _standing(user: User, user_id: int, known: _Known) -> Standing:
    followed = {
        slug: progress
        for slug, of_course in known.progress.items()
        if (progress := of_course[user_id]).enrolled
    }
    last_at = max([one.last_at for one in followed.values() if one.last_at], default=None)
    began_at = max([one.enrolled_at for one in followed.values() if one.enrolled_at], default=None)
    since = last_at if last_at and began_at and last_at > began_at else began_at
    quiet_days = (known.at - since).days if since else 0
    cells = {
        slug: _cell(user, (slug, user_id), progress, quiet_days, known)
        for slug, progress in followed.items()
    }
    block = None
    if last_at is None and user_id not in known.signed_in and followed:
        block = Block(BlockKind.NEVER_SIGNED_IN)
    verdicts = _verdicts(cells, block)
    main = next((one for one in _ORDER if one in verdicts), Verdict.ON_TRACK)
    if main is not Verdict.ON_TRACK:  # who is late in one course is not on track in another one
        verdicts -= {Verdict.ON_TRACK}
    return Standing(user, cells, main, verdicts, last_at, quiet_days, block)


def _verdicts(cells: Mapping[str, Cell], block: Block | None) -> frozenset[Verdict]:
    found = {cell.verdict for cell in cells.values()}
    if block is not None:
        found.add(Verdict.BLOCKED)
    if any(cell.is_late for cell in cells.values()):
        found.add(Verdict.LATE)
    if any(cell.is_stuck for cell in cells.values()):
        found.add(Verdict.STUCK)
    return frozenset(found)


def _cell(
    user: User, where: _Where, progress: CourseProgress, quiet_days: int, known: _Known
) -> Cell:
    course, ready = known.courses[where[0]], known.ready.get(where)
    extended = known.extended.get(where)
    due_on = _due(known.due.get(where), extended)
    if is_past_learning(progress, ready):
        missing = ready.missing if ready else known.every_sheet[course.slug]
        state, verdict, block = shown(ready)
        return Cell(
            course, progress, state, verdict, due_on, extended, block=block, missing=missing
        )
    first = _first_needed(course, where[1], known) if course.needs else ""
    state, block = _working(user, where, progress, first, known)
    is_late = due_on is not None and due_on < known.today
    is_stuck = quiet_days >= STUCK_DAYS and state is not State.LOCKED and block is None
    verdict = Verdict.ON_TRACK
    if block is not None:
        verdict = Verdict.BLOCKED
    elif is_late or is_stuck:
        verdict = Verdict.LATE if is_late else Verdict.STUCK
    return Cell(
        course, progress, state, verdict, due_on, extended, is_late, is_stuck, block, (), first
    )


def is_past_learning(progress: CourseProgress, ready: Readiness | None) -> bool:
    """Whether everything is learnt, or was when the certificate was earned."""
    is_given = ready is not None and (ready.is_eligible or ready.certificate is not None)
    return is_given or progress.is_learnt


def _every_sheet(course: Course) -> tuple[Missing, ...]:
    return tuple(Missing(MissingKind.SHEET, sheet.key) for sheet in course.sheets)


def _due(due_on: date | None, extended: Extended | None) -> date | None:
    if due_on is None or extended is None:
        return due_on
    return max(due_on, extended.due_on)


def shown(ready: Readiness | None) -> tuple[State, Verdict, Block | None]:
    """The state of somebody who has learnt everything; None: she was never checked."""
    if ready is None:
        return State.PRACTICAL, Verdict.ON_TRACK, None
    if ready.certificate is not None:
        return State.CERTIFIED, Verdict.DONE, None
    if ready.is_eligible:
        return State.READY, Verdict.READY, None
    if any(one.kind in _PRACTICAL for one in ready.missing):
        return State.PRACTICAL, Verdict.ON_TRACK, None
    block = Block(BlockKind.MISSING, missing=ready.missing[0])
    return State.FORMALITIES, Verdict.BLOCKED, block


def _first_needed(course: Course, user_id: int, known: _Known) -> str:
    """The first course whose assessment must be passed before; "" when nothing locks this one."""
    for slug in course.needs:
        if slug in known.progress and known.progress[slug][user_id].first_passed_at is None:
            return slug
    return ""


def _working(
    user: User, where: _Where, progress: CourseProgress, first: str, known: _Known
) -> tuple[State, Block | None]:
    """The state of somebody who has not learnt everything, and what keeps her from going on."""
    if first:
        is_open = known.progress[first][where[1]].enrolled
        return State.LOCKED, None if is_open else Block(BlockKind.NEEDED_COURSE, first)
    if known.closed and not _readable(where[0], known) & {user.language, user.second_language}:
        return _by_lessons(progress), Block(BlockKind.LANGUAGE, user.language)
    if progress.passed_at is not None or not progress.tries:
        return _by_lessons(progress), None
    return _by_attempts(where, progress, known)


def _readable(slug: str, known: _Known) -> frozenset[str]:
    return frozenset(known.courses[slug].languages) - known.closed[slug]


def _by_lessons(progress: CourseProgress) -> State:
    if progress.is_lessons_done:
        return State.TO_ASSESS
    return State.LEARNING if progress.lessons_met else State.NOT_STARTED


def _by_attempts(
    where: _Where, progress: CourseProgress, known: _Known
) -> tuple[State, Block | None]:
    rules = known.courses[where[0]].assessment
    released = known.releases.get(where, 0)
    state = learning.attempts_state(rules, progress.tries, released, known.at)
    if state.open_key:
        return State.OPEN, None
    if state.needs_release:
        return State.RELEASE, Block(BlockKind.RELEASE)
    if state.opens_at:
        return State.WAITING, Block(BlockKind.WAIT, until=state.opens_at)
    return State.FAILED if progress.is_lessons_done else State.LEARNING, None
