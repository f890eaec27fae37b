"""A job is done once, whoever dies on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core import jobs
from app.core.audit import AuditEvent, record
from app.core.clock import now
from app.core.db import Database, begin_write
from app.core.jobs import (
    Job,
    JobStatus,
    Worker,
    begin_step,
    claim,
    enqueue,
    finish,
    task,
    when_given_up,
)

ROOT = Path(__file__).resolve().parents[2]


@task("tests.note")
def note(db: Session, payload: Mapping[str, Any], at: datetime) -> None:
    record(db, "tests.note", "", at, "test", str(payload["number"]))
    db.commit()


@task("tests.fail")
def fail(_db: Session, _payload: Mapping[str, Any], _at: datetime) -> None:
    raise ValueError("always")


@when_given_up("tests.fail")
def say_so(db: Session, _payload: Mapping[str, Any], at: datetime) -> None:
    record(db, "tests.given-up", "", at, "test", "")


#: What happens while the task below works: another worker comes, or nothing.
MEANWHILE: dict[str, Callable[[], object]] = {}


@task("tests.slow")
def slowly(db: Session, _payload: Mapping[str, Any], at: datetime) -> None:
    """Keeps a part and then the whole; stands still for long before one of them."""
    for name in ("part", "whole"):
        db.rollback()
        MEANWHILE.get(name, lambda: None)()
        begin_step(db)
        record(db, f"tests.{name}", "", at, "test", "")
        if name == "part":
            db.commit()


@task("tests.awkward")
def fail_too(_db: Session, _payload: Mapping[str, Any], _at: datetime) -> None:
    raise ValueError("always")


@when_given_up("tests.awkward")
def say_so_badly(db: Session, _payload: Mapping[str, Any], at: datetime) -> None:
    record(db, "tests.given-up", "", at, "test", "")
    db.flush()
    raise KeyError("ສົມພອນ")


def put(database: Database, name: str, unique: str | None = None, **payload: Any) -> int:
    with database.session() as db:
        begin_write(db)
        job = enqueue(db, name, payload, unique)
        db.commit()
        return job.id


def job_of(database: Database, job_id: int) -> Job:
    with database.session() as db:
        return db.scalars(select(Job).where(Job.id == job_id)).one()


def test_a_job_is_done_once(database: Database) -> None:
    job_id = put(database, "tests.note", number=1)
    assert Worker(database).run_all() == 1
    assert Worker(database).run_all() == 0
    assert job_of(database, job_id).status is JobStatus.DONE


def test_an_unfinished_job_with_the_same_key_is_not_added_again(database: Database) -> None:
    first = put(database, "tests.note", "one", number=1)
    assert put(database, "tests.note", "one", number=1) == first
    Worker(database).run_all()
    assert put(database, "tests.note", "one", number=1) != first


def test_of_two_at_once_with_the_same_key_both_get_one_job(database: Database) -> None:
    with database.session() as db, ThreadPoolExecutor(1) as pool:
        begin_write(db)
        first = enqueue(db, "tests.note", {"number": 1}, "one")
        second = pool.submit(put, database, "tests.note", "one", number=1)
        with pytest.raises(TimeoutError):
            second.result(timeout=0.3)  # it waits for the database, which decides
        db.commit()
        assert second.result() == first.id


def test_a_failing_job_is_tried_again_and_then_says_why_once(database: Database) -> None:
    job_id = put(database, "tests.fail")
    assert Worker(database).run_all() == jobs.MAX_TRIES
    job = job_of(database, job_id)
    assert job.status is JobStatus.FAILED
    assert job.error == "ValueError: always"
    with database.session() as db:
        assert [one.action for one in db.scalars(select(AuditEvent))] == ["tests.given-up"]


def test_failed_jobs_are_counted_and_can_be_queued_again(database: Database) -> None:
    job_id = put(database, "tests.fail")
    Worker(database).run_all()
    with database.session() as db:
        assert (jobs.count_failed(db), jobs.retry_failed(db), jobs.count_failed(db)) == (1, 1, 0)
    assert job_of(database, job_id).status is JobStatus.QUEUED
    assert Worker(database).run_all() == jobs.MAX_TRIES


def test_a_job_that_was_given_up_is_taken_up_again_and_has_no_second_beside_it(
    database: Database,
) -> None:
    job_id = put(database, "tests.fail", "one")
    Worker(database).run_all()
    with database.session() as db:
        assert jobs.waiting_keys(db, ["one"]) == set()
        assert jobs.retry_failed(db) == 1
        assert jobs.waiting_keys(db, ["one"]) == {"one"}
    assert put(database, "tests.fail", "one") == job_id
    assert Worker(database).run_all() == jobs.MAX_TRIES
    assert put(database, "tests.fail", "one") == job_id
    job = job_of(database, job_id)
    assert (job.status, job.tries, job.finished_at) == (JobStatus.QUEUED, 0, None)


def test_who_lost_the_lease_changes_nothing(database: Database) -> None:
    job_id = put(database, "tests.note", number=1)
    with database.session() as one, database.session() as other:
        slow = claim(one, now() - timedelta(hours=1))
        assert slow is not None
        old_owner = str(slow.owner)
        taken = claim(other, now())
        assert taken is not None
        assert taken.id == job_id
        assert not finish(one, job_id, old_owner, JobStatus.DONE, None)
        assert finish(other, job_id, str(taken.owner), JobStatus.DONE, None)


SLEEPER = """
import sys, time
from app.core import jobs
from app.core.db import Database
@jobs.task("tests.note")
def sleep(db, payload, at):
    db.rollback()
    print("working", flush=True)
    time.sleep(60)
jobs.Worker(Database(sys.argv[1])).run()
"""


def test_a_job_whose_worker_is_killed_is_done_by_the_next(database: Database) -> None:
    job_id = put(database, "tests.note", number=7)
    address = database.url.render_as_string(hide_password=False)
    worker = subprocess.Popen(
        [sys.executable, "-c", SLEEPER, address], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == "working\n"
    os.kill(worker.pid, signal.SIGKILL)
    worker.communicate()
    assert Worker(database).run_all() == 0, "the lease still holds"
    _let_lease_run_out(database, job_id)
    assert Worker(database).run_all() == 1
    with database.session() as db:
        assert len(db.scalars(select(AuditEvent)).all()) == 1


def test_a_job_whose_worker_is_killed_at_each_try_is_given_up_once(database: Database) -> None:
    job_id, behind = put(database, "tests.fail"), put(database, "tests.note", number=1)
    for _ in range(jobs.MAX_TRIES):
        with database.session() as db:
            lost = claim(db, now())
            assert lost is not None
            assert lost.id == job_id
            owner = str(lost.owner)
        _let_lease_run_out(database, job_id)

    def claim_next() -> int | None:
        with database.session() as db:
            found = claim(db, now())
            return found and found.id

    with ThreadPoolExecutor(2) as pool:
        claimed = {future.result() for future in [pool.submit(claim_next) for _ in range(2)]}
    assert claimed == {behind, None}
    job = job_of(database, job_id)
    assert (job.status, job.error) == (JobStatus.FAILED, jobs.LOST)
    with database.session() as db:
        assert [one.action for one in db.scalars(select(AuditEvent))] == ["tests.given-up"]
        assert not finish(db, job_id, owner, JobStatus.DONE, None)


def test_a_fault_in_giving_up_stops_nobody_and_is_kept_beside_the_first_one(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    tried, lost = put(database, "tests.awkward"), put(database, "tests.awkward")
    with database.session() as db:
        begin_write(db)
        job = db.get_one(Job, lost)
        job.status, job.tries, job.lease_until = JobStatus.RUNNING, jobs.MAX_TRIES, now()
        db.commit()
    behind = put(database, "tests.note", number=1)
    assert Worker(database).run_all() == jobs.MAX_TRIES + 1
    for job_id, first in ((tried, "ValueError: always"), (lost, jobs.LOST)):
        job = job_of(database, job_id)
        assert (job.status, job.error) == (JobStatus.FAILED, f"{first}\nKeyError: 'ສົມພອນ'")
    assert job_of(database, behind).status is JobStatus.DONE
    with database.session() as db:
        assert [one.action for one in db.scalars(select(AuditEvent))] == ["tests.note"]
    assert "ສົມພອນ" not in caplog.text
    assert caplog.text.count("to give it up failed too: KeyError at ") == 2


@pytest.mark.parametrize(("late", "kept"), [("part", []), ("whole", ["tests.part"])])
def test_nothing_of_a_worker_that_was_given_up_meanwhile_is_kept(
    database: Database, monkeypatch: pytest.MonkeyPatch, late: str, kept: list[str]
) -> None:
    job_id = put(database, "tests.slow")

    def give_up() -> None:
        with database.session() as db:
            begin_write(db)
            job = db.get_one(Job, job_id)
            job.lease_until, job.tries = now() - timedelta(seconds=1), jobs.MAX_TRIES
            db.commit()
            assert claim(db, now()) is None

    monkeypatch.setitem(MEANWHILE, late, give_up)
    assert Worker(database).run_all() == 1
    job = job_of(database, job_id)
    assert (job.status, job.error) == (JobStatus.FAILED, jobs.LOST)
    with database.session() as db:
        assert [
            one.action for one in db.scalars(select(AuditEvent).order_by(AuditEvent.id))
        ] == kept


def test_a_job_cannot_be_given_up_between_its_last_write_and_its_end(database: Database) -> None:
    job_id = put(database, "tests.slow")
    with database.session() as db:
        job = claim(db, now() - timedelta(hours=1))  # its lease has run out
        assert job is not None
        db.info[jobs._DOING] = (job_id, str(job.owner))
        begin_step(db)
        record(db, "tests.whole", "", now(), "test", "")
        if not database.is_sqlite:  # there another worker waits, as it does for any write
            with database.session() as other:
                assert claim(other, now()) is None
        assert finish(db, job_id, str(job.owner), JobStatus.DONE, None)
    assert Worker(database).run_all() == 0
    assert job_of(database, job_id).status is JobStatus.DONE


def test_a_task_leaves_its_last_write_to_the_worker() -> None:
    for path in (ROOT / "app").glob("*/tasks.py"):
        text = path.read_text(encoding="utf-8")
        assert "begin_write" not in text, f"{path}: begin_step holds the job"
        # Parts of a print run are kept one by one; everything else is committed with its job.
        parts = 1 if path.parent.name == "certificates" else 0
        assert text.count(".commit()") == parts, f"{path}: the worker commits the last write"


def _let_lease_run_out(database: Database, job_id: int) -> None:
    with database.session() as db:
        begin_write(db)
        db.get_one(Job, job_id).lease_until = now() - timedelta(seconds=1)
        db.commit()


def test_jobs_done_long_ago_are_forgotten_and_failed_ones_stay(database: Database) -> None:
    done, failed, fresh = (put(database, name) for name in ("old", "broken", "new"))
    later = now() + jobs.KEEP_DONE + timedelta(seconds=1)
    with database.session() as db:
        begin_write(db)
        for job_id, status in ((done, JobStatus.DONE), (failed, JobStatus.FAILED)):
            job = db.get_one(Job, job_id)
            job.status, job.finished_at = status, now()
        db.commit()
        jobs.forget_done(db, later)
        assert [job.id for job in db.scalars(select(Job).order_by(Job.id))] == [failed, fresh]
