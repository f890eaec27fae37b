"""Slow work as rows with a lease: enqueued with the data, done once, taken up again after a crash.

A worker claims the oldest job whose lease is free, extends the lease while it works and marks the
job done only if it still owns it. What a task writes last is committed in the same write, so that a
worker that was thought dead changes nothing.
"""

from __future__ import annotations

import logging
import os
import threading
import time
import traceback
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Index, String, Text, delete, func, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.clock import now
from app.core.db import Base, Database, begin_write, enum_column, insert_missing

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=60)
MAX_TRIES = 4
#: Of a job whose worker was killed, or stood still for longer than the lease, at the last try.
LOST = "The worker was lost at the last try."
KEEP_DONE = timedelta(days=7)

Task = Callable[[Session, Mapping[str, Any], datetime], None]
_TASKS: dict[str, Task] = {}
_WHEN_GIVEN_UP: dict[str, Task] = {}
#: Where a session keeps the id and the owner of the job that it does.
_DOING = "job"


class JobTaken(Exception):
    """Another worker has the job by now, or gave it up as lost: nothing of this one is kept."""


class JobStatus(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(Base):
    """One piece of slow work."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_claim", "status", "lease_until", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    task: Mapped[str] = mapped_column(String(80))
    payload: Mapped[dict[str, Any]]
    #: While a job with this key is queued, running or given up, another one is not added.
    unique_key: Mapped[str | None] = mapped_column(String(120), unique=True)
    status: Mapped[JobStatus] = mapped_column(enum_column(JobStatus), default=JobStatus.QUEUED)
    tries: Mapped[int] = mapped_column(default=0)
    #: Changes with each claim; only the owner may finish the job.
    owner: Mapped[str | None] = mapped_column(String(80))
    #: Running: until when its worker holds it. Queued: not to be taken up before.
    lease_until: Mapped[datetime | None]
    enqueued_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(Text)


def task(name: str) -> Callable[[Task], Task]:
    """Register a function as the work of all jobs with this name.

    It begins its writes with `begin_step` and leaves the last one open: the worker commits it and
    closes the job at once, or neither.
    """

    def register(function: Task) -> Task:
        _TASKS[name] = function
        return function

    return register


def when_given_up(name: str) -> Callable[[Task], Task]:
    """Register what is written beside a job with this name that failed for the last time.

    It gets what the task got and does not commit: whoever waits must hear of it. When it fails, the
    job is given up without it.
    """

    def register(function: Task) -> Task:
        _WHEN_GIVEN_UP[name] = function
        return function

    return register


def enqueue(
    db: Session,
    name: str,
    payload: dict[str, Any],
    unique: str | None = None,
    not_before: datetime | None = None,
) -> Job:
    """Add a job in the caller's write; an unfinished one with the same unique key is kept.

    One that was given up is taken up again, so that there is never a second one beside it.
    No worker takes it up earlier than `not_before`.
    """
    row = {
        "task": name,
        "payload": payload,
        "unique_key": unique,
        "lease_until": not_before,
        "enqueued_at": now(),
    }
    while True:
        if added := insert_missing(db, Job, [row]):
            return added[0]
        waiting = db.scalars(select(Job).where(Job.unique_key == unique)).first()
        if waiting is not None:  # else it was done between these two statements
            _queue_again(db, Job.id == waiting.id, not_before=not_before)
            return waiting


def enqueue_many(
    db: Session, name: str, payloads: Sequence[tuple[dict[str, Any], str | None]]
) -> None:
    """Add many jobs, each with its payload and unique key, in few statements.

    One with the unique key of a job that is not done is left out.
    """
    at = now()
    rows = [
        {"task": name, "payload": payload, "unique_key": unique, "enqueued_at": at}
        for payload, unique in payloads
    ]
    insert_missing(db, Job, rows)


def claim(db: Session, at: datetime) -> Job | None:
    """Take the next free job, or None. Begins and commits its own writes.

    A job whose worker was lost at the last try is given up on the way.
    """
    while (job := _next_free(db, at)) is not None and _is_lost(job):
        log.error("job %s (%s) lost its worker at the last try", job.id, job.task)
        _close(db, (Job.id == job.id,), JobStatus.FAILED, LOST)
        db.commit()
    if job is not None:
        job.status, job.lease_until, job.tries = JobStatus.RUNNING, at + LEASE, job.tries + 1
        job.owner = f"{os.getpid()}:{uuid4()}"
    db.commit()
    return job


def _next_free(db: Session, at: datetime) -> Job | None:
    """Begin a write and hold the next free job in it."""
    begin_write(db)
    free = or_(
        (Job.status == JobStatus.QUEUED) & Job.lease_until.is_(None),
        Job.status.in_([JobStatus.QUEUED, JobStatus.RUNNING]) & (Job.lease_until < at),
    )
    return db.scalars(
        select(Job)
        .where(free)
        .order_by(Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)  # it may have been queued again meanwhile
    ).first()


def _is_lost(job: Job) -> bool:
    return job.status is JobStatus.RUNNING and job.tries >= MAX_TRIES


def begin_step(db: Session) -> Session:
    """Begin a write of the job that this session does, and hold the job until it ends.

    Raises JobTaken. In a session that does no job, as a command's, it is a write like any other.
    """
    begin_write(db)
    doing: tuple[int, str] | None = db.info.get(_DOING)
    if doing is not None:
        held = select(Job.id).where(*_owned(*doing)).with_for_update()
        if db.scalar(held) is None:
            raise JobTaken
    return db


def finish(db: Session, job_id: int, owner: str, status: JobStatus, error: str | None) -> bool:
    """Close the job if `owner` still holds it, in the write that is open, if any; commits.

    False when another worker took over or gave it up: then nothing of that write is kept.
    """
    if not db.info.get("writes"):
        begin_write(db)
    is_closed = _close(db, _owned(job_id, owner), status, error)
    if is_closed:
        db.commit()
    else:
        db.rollback()
    return is_closed


def _owned(job_id: int, owner: str) -> tuple[ColumnElement[bool], ...]:
    return (Job.id == job_id, Job.owner == owner, Job.status == JobStatus.RUNNING)


def _close(
    db: Session, which: Sequence[ColumnElement[bool]], status: JobStatus, error: str | None
) -> bool:
    """Let go of a job, in the caller's write together with what is written when it is given up."""
    values: dict[str, Any] = {"status": status, "error": error, "lease_until": None, "owner": None}
    if status in {JobStatus.DONE, JobStatus.FAILED}:
        values["finished_at"] = now()
    if status is JobStatus.DONE:
        values["unique_key"] = None
    done = update(Job).where(*which).values(**values).returning(Job.id, Job.task, Job.payload)
    closed = db.execute(done).first()
    if closed is not None and status is JobStatus.FAILED and closed.task in _WHEN_GIVEN_UP:
        _give_up(db, closed.id, closed.task, closed.payload, error or "")
    return closed is not None


def _give_up(db: Session, job_id: int, name: str, payload: Mapping[str, Any], error: str) -> None:
    """Write what is written when a job is given up; a fault in that is kept and stops nobody."""
    try:
        with db.begin_nested():
            _WHEN_GIVEN_UP[name](db, payload, now())
    except Exception as fault:  # noqa: BLE001 (whatever it is, the job is given up)
        # Only its kind and place: the text can name a person.
        kind, place = type(fault).__name__, traceback.extract_tb(fault.__traceback__)[-1]
        log.error(
            "job %s (%s): to give it up failed too: %s at %s:%s",
            *(job_id, name, kind, place.filename, place.lineno),
        )
        both = f"{error}\n{kind}: {fault}"[:1000]
        db.execute(update(Job).where(Job.id == job_id).values(error=both))


def count_failed(db: Session) -> int:
    """How many jobs were given up."""
    query = select(func.count()).select_from(Job).where(Job.status == JobStatus.FAILED)
    return db.scalar(query) or 0


def retry_failed(db: Session) -> int:
    """Queue the jobs that were given up once more; returns how many. Commits its own write."""
    begin_write(db)
    number = _queue_again(db)
    db.commit()
    return number


def _queue_again(
    db: Session, *which: ColumnElement[bool], not_before: datetime | None = None
) -> int:
    again = {
        "status": JobStatus.QUEUED,
        "tries": 0,
        "finished_at": None,
        "lease_until": not_before,
    }
    failed = update(Job).where(Job.status == JobStatus.FAILED, *which).values(again)
    return len(db.execute(failed.returning(Job.id)).all())


def waiting_keys(db: Session, keys: Collection[str]) -> set[str]:
    """Those of these unique keys whose jobs are queued or running."""
    query = select(Job.unique_key).where(Job.unique_key.in_(keys), Job.finished_at.is_(None))
    return {key for key in db.scalars(query) if key}


def forget_done(db: Session, at: datetime) -> None:
    """Delete jobs done long ago; failed ones stay to be looked at. Commits its own write."""
    begin_write(db)
    db.execute(delete(Job).where(Job.status == JobStatus.DONE, Job.finished_at < at - KEEP_DONE))
    db.commit()


class Worker:
    """Claims and does jobs until it is told to stop."""

    def __init__(self, database: Database) -> None:
        """Work on this database's jobs."""
        self.database = database
        self.stopping = threading.Event()

    def run(self, idle_seconds: float = 0.5) -> None:
        """Work until `stop`; waits a little when there is nothing to do."""
        with self.database.session() as db:
            forget_done(db, now())
        while not self.stopping.is_set():
            if not self.run_one():
                self.stopping.wait(idle_seconds)

    def stop(self, *_: object) -> None:
        """Finish the job at hand, then return from `run`."""
        self.stopping.set()

    def run_all(self) -> int:
        """Do every job there is and return how many; for commands and tests."""
        done = 0
        while self.run_one():
            done += 1
        return done

    def run_one(self) -> bool:
        """Do one job; False when there was none."""
        db = self.database.session()
        try:
            job = claim(db, now())
            if job is None:
                return False
            self._do(db, job.id, job.task, job.payload, str(job.owner), job.tries)
            return True
        finally:
            db.close()

    def _do(
        self,
        db: Session,
        job_id: int,
        name: str,
        payload: Mapping[str, Any],
        owner: str,
        tries: int,
    ) -> None:
        db.info[_DOING] = (job_id, owner)
        with _Heartbeat(self.database, job_id, owner):
            try:
                begin_write(db)
                _TASKS[name](db, payload, now())
                if not finish(db, job_id, owner, JobStatus.DONE, None):
                    raise JobTaken
            except JobTaken:
                db.rollback()
                log.warning("job %s (%s) was taken over: its work is not kept", job_id, name)
            except Exception as error:
                db.rollback()
                log.exception("job %s (%s) failed", job_id, name)
                status = JobStatus.FAILED if tries >= MAX_TRIES else JobStatus.QUEUED
                finish(db, job_id, owner, status, f"{type(error).__name__}: {error}"[:500])
                time.sleep(min(tries, 3) * 0.2)


class _Heartbeat:
    """Extends the lease of a job while it is being done."""

    def __init__(self, database: Database, job_id: int, owner: str) -> None:
        self.database, self.job_id, self.owner = database, job_id, owner
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.done.set()
        self.thread.join()

    def _beat(self) -> None:
        while not self.done.wait(LEASE.total_seconds() / 3):
            try:
                self._extend()
            except SQLAlchemyError as error:  # the next one may reach the database again
                log.warning("job %s: its lease was not extended: %s", self.job_id, type(error))

    def _extend(self) -> None:
        with self.database.session() as db:
            begin_write(db)
            owned = (Job.id == self.job_id, Job.owner == self.owner)
            db.execute(update(Job).where(*owned).values(lease_until=now() + LEASE))
            db.commit()
