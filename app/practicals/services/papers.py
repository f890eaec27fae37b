"""Prints of a training day: asked for once, numbered once, drawn by the worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, joinedload, undefer

from app.accounts.models import User
from app.core import audit, jobs
from app.core.errors import NotFound
from app.core.events import digest_of, require_same
from app.practicals.models.sessions import SessionPaper, TrainingSession
from app.practicals.rendering.papers import PaperFacts, day_number, paper_number
from app.practicals.services.closing import station_of
from app.practicals.services.sessions import locked, people_of
from app.practicals.services.words import hours_of
from app.practicals.types.sessions import PaperDraft, PaperKind, StaffRole

FILE_LIFETIME = timedelta(days=1)  # then a file is emptied, at the next print of anybody
MOST_BLANKS = 60


def ask_paper(
    db: Session,
    session: TrainingSession,
    draft: PaperDraft,
    event_id: str,
    by: User,
    at: datetime,
) -> SessionPaper:
    """Have a list or sheets printed; the same event again gives the same print and numbers.

    Raises EventConflict, and NotFound for a station or a person that is not of the day.
    """
    found = locked(db, session.id)
    content = {"session": found.key, **asdict(draft)}
    query = select(SessionPaper).where(SessionPaper.event_id == event_id)
    if (known := db.scalars(query).one_or_none()) is not None:
        require_same(known.content_digest, content)
        return known
    people = _chosen(db, found, draft)
    paper = SessionPaper(
        event_id=event_id,
        content_digest=digest_of(content),
        session_id=found.id,
        kind=draft.kind,
        language=draft.language,
        station=station_of(found, draft.station) if draft.station else None,
        people=[user.id for user in people],
        count=len(people),
        by_id=by.id,
        at=at,
    )
    if draft.kind is PaperKind.SHEETS:
        _give_numbers(found, paper, draft)
    _empty_old_files(db, at)
    db.add(paper)
    db.flush()
    detail = {"kind": paper.kind.value, "count": paper.count}
    audit.record(db, "practicals.print", by.key, at, "training_session", found.key, detail)
    _draw_later(db, paper)
    return paper


def _chosen(db: Session, session: TrainingSession, draft: PaperDraft) -> list[User]:
    people = people_of(db, session)
    if draft.kind is PaperKind.SIGN_IN:
        return people
    if not set(draft.people) <= {user.key for user in people}:
        raise NotFound
    return [user for user in people if user.key in draft.people]


def _give_numbers(session: TrainingSession, paper: SessionPaper, draft: PaperDraft) -> None:
    if paper.station is None:
        raise NotFound
    paper.count = len(paper.people) or min(max(1, draft.blanks), MOST_BLANKS)
    paper.first = session.papers + 1
    session.papers += paper.count


def _empty_old_files(db: Session, at: datetime) -> None:
    old = update(SessionPaper).where(SessionPaper.made_at < at - FILE_LIFETIME)
    db.execute(old.values(content=None, made_at=None))


def _draw_later(db: Session, paper: SessionPaper) -> None:
    jobs.enqueue(db, "practicals.paper", {"paper": paper.id}, _job_key(paper))


def _job_key(paper: SessionPaper) -> str:
    return f"practicals.paper:{paper.id}"


def draw_again(db: Session, paper: SessionPaper) -> None:
    """Have an emptied or failed file drawn again, with the same numbers."""
    paper.fault = None
    if paper.made_at is None:
        _draw_later(db, paper)


def papers_of(db: Session, session: TrainingSession) -> Sequence[SessionPaper]:
    """The prints of a day, newest first."""
    query = select(SessionPaper).options(joinedload(SessionPaper.station))
    own = query.where(SessionPaper.session_id == session.id)
    return db.scalars(own.order_by(SessionPaper.id.desc())).all()


def waiting_of(db: Session, prints: Sequence[SessionPaper]) -> set[int]:
    """The numbers of the prints that the worker has not done yet."""
    keys = {_job_key(paper): paper.id for paper in prints}
    return {keys[key] for key in jobs.waiting_keys(db, keys)}


def paper_of(db: Session, session: TrainingSession, key: str) -> SessionPaper:
    """A print of the day by its key; raises NotFound."""
    query = (
        select(SessionPaper)
        .options(undefer(SessionPaper.content), joinedload(SessionPaper.station))
        .where(SessionPaper.session_id == session.id, SessionPaper.key == key)
    )
    paper = db.scalars(query).one_or_none()
    if paper is None:
        raise NotFound
    return paper


def numbers_of(paper: SessionPaper) -> list[str]:
    """The numbers of the print's sheets; none for a sign-in list."""
    if paper.first is None:
        return []
    last = paper.first + paper.count
    return [paper_number(paper.session_id, number) for number in range(paper.first, last)]


def facts_to_draw(db: Session, paper_id: int) -> tuple[PaperKind, PaperFacts] | None:
    """What a print says, or None when it is drawn already or gone."""
    paper = db.get(SessionPaper, paper_id)
    if paper is None or paper.made_at is not None:
        return None
    session = paper.session
    query = select(User).where(User.id.in_(paper.people))
    people = db.scalars(query.order_by(func.lower(User.latin_name), User.id)).all()
    instructors = [
        member.user.display_name for member in session.staff if member.role is StaffRole.INSTRUCTOR
    ]
    facts = PaperFacts(
        language=paper.language,
        number=day_number(session.id),
        held_on=session.held_on,
        hours=hours_of(session),
        place=session.place,
        cohort=session.cohort.name,
        instructors=" · ".join(instructors),
        courses=tuple(session.courses),
        people=tuple((user.native_name, user.latin_name) for user in people),
        station=paper.station.sheet if paper.station is not None else None,
        papers=tuple(numbers_of(paper)),
    )
    return paper.kind, facts


def store_paper(db: Session, paper_id: int, content: bytes, at: datetime) -> None:
    """Keep the file of a print for a day."""
    row = update(SessionPaper).where(SessionPaper.id == paper_id)
    db.execute(row.values(content=content, fault=None, made_at=at))


def record_fault(db: Session, paper_id: int, fault: str) -> None:
    """Keep why a print has no file; one that is there stays."""
    without = (SessionPaper.id == paper_id, SessionPaper.made_at.is_(None))
    db.execute(update(SessionPaper).where(*without).values(fault=fault[:500]))
