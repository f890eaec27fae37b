"""The end of a training day: everybody accounted for at every station, then the books close."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, tuple_, update
from sqlalchemy.orm import Session, contains_eager, joinedload

from app.accounts.models import User
from app.accounts.types import Role
from app.core import audit
from app.core.errors import EventConflict, NotFound
from app.core.permissions import Forbidden
from app.learning import services as learning
from app.practicals.models import SkillCheck, SkillCheckParticipant
from app.practicals.models.sessions import (
    DeferralEvent,
    SessionStation,
    SessionTurn,
    TrainingSession,
)
from app.practicals.services.attendance import Stay, stays_of
from app.practicals.services.sessions import (
    locked,
    newest_turn,
    people_of,
    require_open,
    today_at,
)
from app.practicals.types import Result, Standing
from app.practicals.types.sessions import (
    DONE,
    GAPS,
    CellState,
    GapsLeft,
    NotClosed,
    NotYet,
    Presence,
    SessionCancelled,
    Turn,
)

AWAY = {Presence.ABSENT: CellState.ABSENT, Presence.EXCUSED: CellState.EXCUSED}


@dataclass(frozen=True, slots=True)
class Cell:
    """One trainee at one station: her results of the day, oldest first, or why there is none."""

    station: SessionStation
    state: CellState
    results: tuple[SkillCheckParticipant, ...] = ()
    deferral: DeferralEvent | None = None

    @property
    def is_done(self) -> bool:
        """Whether the trainee was checked."""
        return self.state in DONE


@dataclass(frozen=True, slots=True)
class Row:
    """One trainee at the end of the day."""

    user: User
    stay: Stay
    cells: tuple[Cell, ...]

    @property
    def open_cells(self) -> tuple[Cell, ...]:
        """The stations at which she is not accounted for."""
        return tuple(cell for cell in self.cells if cell.state in GAPS)

    @property
    def lacks_attendance(self) -> bool:
        """Whether nobody has entered that she came or did not."""
        return self.stay.event is None

    @property
    def contradicts(self) -> bool:
        """Whether she was checked although she is entered as away."""
        return self.stay.what in AWAY and any(cell.results for cell in self.cells)

    @property
    def gaps(self) -> int:
        """How many entries are missing or contradict each other."""
        return len(self.open_cells) + self.lacks_attendance + self.contradicts


@dataclass(frozen=True, slots=True)
class Board:
    """Everybody at every station."""

    session: TrainingSession
    rows: tuple[Row, ...]
    #: Checks that count although they name no training day.
    unlinked: tuple[SkillCheck, ...]

    @property
    def gaps(self) -> int:
        """How many entries are missing."""
        return sum(row.gaps for row in self.rows)

    @property
    def rows_with_gaps(self) -> list[Row]:
        """Who is not accounted for."""
        return [row for row in self.rows if row.gaps]

    @property
    def counts(self) -> Mapping[CellState, int]:
        """How many cells are in each state."""
        return Counter(cell.state for row in self.rows for cell in row.cells)

    @property
    def here(self) -> int:
        """How many people took part."""
        return sum(row.stay.is_here for row in self.rows)

    def at(self, station: SessionStation) -> list[tuple[Row, Cell]]:
        """Everybody's cell at one station."""
        return [(row, cell) for row in self.rows for cell in row.cells if cell.station is station]


def board_of(db: Session, session: TrainingSession) -> Board:
    """The day as the books have it now."""
    people = people_of(db, session)
    stays = stays_of(db, session, people)
    results = _results(db, session, people)
    deferrals = _deferrals(db, session)
    enrolled = {
        station.course_slug: learning.enrolled_in(
            db, [user.id for user in people], station.course_slug
        )
        for station in session.stations
    }
    rows = []
    for user in people:
        cells = []
        for station in session.stations:
            found = results.get((user.id, station.sheet), [])
            put_off = deferrals.get((station.id, user.id))
            state = _state(stays[user.id], found, put_off)
            if state is CellState.OPEN and user.id not in enrolled[station.course_slug]:
                state = CellState.NOT_ENROLLED
            cells.append(Cell(station, state, tuple(found), put_off))
        rows.append(Row(user, stays[user.id], tuple(cells)))
    checks = {one.check.id: one.check for found in results.values() for one in found}
    unlinked = tuple(check for check in checks.values() if check.session_id is None)
    return Board(session, tuple(rows), unlinked)


def _state(
    stay: Stay, results: Sequence[SkillCheckParticipant], deferral: DeferralEvent | None
) -> CellState:
    counted = [one for one in results if one.check.standing is Standing.COUNTS]
    if counted:
        passed = any(one.final_result is Result.PASSED for one in counted)
        return CellState.PASSED if passed else CellState.FAILED
    if deferral is not None and deferral.is_deferred:
        return CellState.DEFERRED
    if results:
        return CellState.UNSETTLED
    return AWAY.get(stay.what, CellState.OPEN) if stay.what else CellState.OPEN


def _results(
    db: Session, session: TrainingSession, people: Iterable[User]
) -> dict[tuple[int, tuple[str, str]], list[SkillCheckParticipant]]:
    """Uncorrected results of the day, and those of its cohort and date that name no day."""
    sheets = [station.sheet for station in session.stations]
    same_day = (
        SkillCheck.session_id.is_(None)
        & (SkillCheck.cohort_id == session.cohort_id)
        & (SkillCheck.held_on == session.held_on)
    )
    query = (
        select(SkillCheckParticipant)
        .join(SkillCheckParticipant.check)
        .options(
            contains_eager(SkillCheckParticipant.check).options(
                joinedload(SkillCheck.corrected_by), joinedload(SkillCheck.examiner)
            )
        )
        .where(
            SkillCheckParticipant.user_id.in_([user.id for user in people]),
            tuple_(SkillCheck.course_slug, SkillCheck.sheet_key).in_(sheets),
            (SkillCheck.session_id == session.id) | same_day,
        )
        .order_by(SkillCheckParticipant.id)
    )
    found: dict[tuple[int, tuple[str, str]], list[SkillCheckParticipant]] = {}
    for one in db.scalars(query).unique():
        if one.check.corrected_by is None:
            found.setdefault((one.user_id, (one.course_slug, one.sheet_key)), []).append(one)
    return found


def _deferrals(db: Session, session: TrainingSession) -> dict[tuple[int, int], DeferralEvent]:
    """The newest line about each station and person."""
    query = (
        select(DeferralEvent)
        .options(joinedload(DeferralEvent.by))
        .where(DeferralEvent.station_id.in_([station.id for station in session.stations]))
        .order_by(DeferralEvent.number)
    )
    return {(event.station_id, event.user_id): event for event in db.scalars(query)}


def link_checks(db: Session, session: TrainingSession, by: User, at: datetime) -> int:
    """Let the checks of the cohort, sheets and date that name no day belong to this one.

    Returns how many. Raises SessionClosed, SessionCancelled.
    """
    found = locked(db, session.id)
    require_open(found)
    return _link(db, found, board_of(db, found), by, at)


def _link(db: Session, session: TrainingSession, board: Board, by: User, at: datetime) -> int:
    if not board.unlinked:
        return 0
    ids = [check.id for check in board.unlinked]
    free = update(SkillCheck).where(SkillCheck.id.in_(ids), SkillCheck.session_id.is_(None))
    linked = (
        db.execute(free.values(session_id=session.id).returning(SkillCheck.key)).scalars().all()
    )
    for key in linked:
        detail = {"session": session.key}
        audit.record(db, "practicals.link-check", by.key, at, "skill_check", key, detail)
    return len(linked)


def close_session(
    db: Session, session: TrainingSession, event_id: str, by: User, at: datetime
) -> SessionTurn:
    """Close the books; closed ones stay closed and give the same answer.

    Checks that count and name no day are linked. Raises GapsLeft, NotYet, SessionCancelled, and
    EventConflict when the event was another one.
    """
    found = locked(db, session.id)
    known = _known_turn(db, found, Turn.CLOSED, event_id)
    if known is not None:
        return known
    last = newest_turn(db, found)
    if last is not None and last.what is Turn.CLOSED:
        return last
    if found.cancelled_at is not None:
        raise SessionCancelled
    if today_at(found, at) < found.held_on:
        raise NotYet
    board = board_of(db, found)
    if board.gaps:
        raise GapsLeft(count=board.gaps)
    _link(db, found, board, by, at)
    people = [row.user.id for row in board.rows]
    found.closed_at = at
    turn = _turn(found, last, Turn.CLOSED, event_id, by, at, people=people)
    db.add(turn)
    db.flush()
    detail = {state.value: number for state, number in sorted(board.counts.items())}
    audit.record(db, "practicals.close-session", by.key, at, "training_session", found.key, detail)
    return turn


def reopen_session(
    db: Session, session: TrainingSession, reason: str, event_id: str, by: User, at: datetime
) -> SessionTurn:
    """Open closed books again; only an administrator may, and says why.

    The same event again gives the same answer. Raises Forbidden, NotClosed, EventConflict.
    """
    if by.role is not Role.ADMINISTRATOR:
        raise Forbidden
    found = locked(db, session.id)
    known = _known_turn(db, found, Turn.REOPENED, event_id)
    if known is not None:
        return known
    last = newest_turn(db, found)
    if last is None or last.what is not Turn.CLOSED:
        raise NotClosed
    found.closed_at = None
    turn = _turn(found, last, Turn.REOPENED, event_id, by, at, reason=reason)
    db.add(turn)
    db.flush()
    audit.record(db, "practicals.reopen-session", by.key, at, "training_session", found.key)
    return turn


def _known_turn(
    db: Session, session: TrainingSession, what: Turn, event_id: str
) -> SessionTurn | None:
    """The turn that this event made before, maybe with others after it."""
    known = db.scalars(select(SessionTurn).where(SessionTurn.event_id == event_id)).one_or_none()
    if known is not None and (known.session_id, known.what) != (session.id, what):
        raise EventConflict
    return known


def _turn(
    session: TrainingSession,
    last: SessionTurn | None,
    what: Turn,
    event_id: str,
    by: User,
    at: datetime,
    people: Sequence[int] = (),
    reason: str | None = None,
) -> SessionTurn:
    return SessionTurn(
        event_id=event_id,
        session_id=session.id,
        number=last.number + 1 if last is not None else 1,
        what=what,
        by_id=by.id,
        at=at,
        people=list(people),
        reason=reason,
    )


def station_of(session: TrainingSession, key: str) -> SessionStation:
    """A station of the day by its key; raises NotFound."""
    for station in session.stations:
        if station.key == key:
            return station
    raise NotFound
