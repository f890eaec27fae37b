"""A print run of 1,000 issued certificates from their rows to one file, beside plain WeasyPrint."""

from __future__ import annotations

import os
import resource
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import create_app
from app.accounts.models import User
from app.accounts.types import Role
from app.certificates import loader, tasks
from app.certificates.models import Certificate, PrintRun
from app.certificates.services import desk
from app.certificates.services.printing import printed
from app.config import Settings
from app.core import keys
from app.core.db import Database, begin_write
from app.core.events import new_event_id
from app.core.serving import settle_memory
from app.courses.library import library
from benchmarks.certificate import _plain as plain
from benchmarks.report import Figure
from benchmarks.serving import cpu_of_children_ms
from tests import databases
from tests.factories import AT, make_certificate, make_trainee

ROWS, PLAIN_ROWS = 1000, 10
BASE_URL = "https://kapok.example.org"


@dataclass
class Peak:
    """The largest memory of this process and its renderer while it is open, in MB.

    Proportional set size: a page that both of them map is counted once.
    """

    megabytes: float = 0.0
    _done: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(0.4):
            self.megabytes = max(self.megabytes, _memory_mb())


def measure() -> Iterator[Figure]:
    """Two runs in five languages by the worker's own task: the first starts the renderer.

    The second one finds it warm, as it is when an office prints class after class.
    """
    with TemporaryDirectory(prefix="kapok-benchmark-") as folder:
        settings = Settings(data_dir=Path(folder), base_url=BASE_URL)
        databases.build_schema(settings.database)
        keys.use_folder(Path(folder) / "keys", BASE_URL)
        database = _application(settings)
        with database.session() as db:
            facts = _issue(db)
        with ProcessPoolExecutor(1, get_context("spawn")) as worker:
            idle = worker.submit(_memory_mb_of_an_application, settings).result()
            for name, budget in (("cold renderer", None), ("CPU", 5)):
                run = _sent(database)
                cpu, clock, peak = worker.submit(_print, settings, run).result()
                told = f"{clock:.0f} s by the clock"
                yield Figure(f"print run, {ROWS} rows, {name}", cpu, "s", budget, told)
        grown = f"with the renderer, over the {idle:.0f} MB of the idle application"
        yield Figure("print run, memory", peak - idle, "MB", 150, grown)
        with database.session() as db:
            size = len(desk.file_of(db, db.get_one(PrintRun, run)))
        yield Figure("print run, file", size / 1e6, "MB", 3)
        database.dispose()
    yield _plain(facts)


@cache
def _application(settings: Settings) -> Database:
    """The application with its courses in a process of its own, whose memory nothing swelled."""
    database: Database = create_app(settings).extensions["kapok"].database
    library()
    settle_memory()
    return database


def _memory_mb_of_an_application(settings: Settings) -> float:
    _application(settings)
    return _memory_mb()


def _print(settings: Settings, run: int) -> tuple[float, float, float]:
    """CPU and time by the clock in seconds, and the largest memory in MB."""
    with _application(settings).session() as db, Peak() as peak:
        before, began = _cpu_seconds(), time.perf_counter()
        tasks.make_print_file(db, run, AT)
        db.commit()
        return _cpu_seconds() - before, time.perf_counter() - began, peak.megabytes


def _issue(db: Session) -> list[dict[str, Any]]:
    """Certificates of people with names in all scripts; the facts of some of them."""
    begin_write(db)
    for _ in range(ROWS):
        make_certificate(db, make_trainee(db))
    db.commit()
    some = db.scalars(select(Certificate).limit(PLAIN_ROWS)).all()
    return [printed(one) for one in some]


def _sent(database: Database) -> int:
    """A run of all certificates, after the one before is given up."""
    with database.session() as db:
        begin_write(db)
        by = db.scalars(select(User).where(User.role == Role.ADMINISTRATOR).limit(1)).one()
        for old in db.scalars(select(PrintRun).where(PrintRun.withdrawn_at.is_(None))).all():
            desk.withdraw(db, old, by, AT)
        chosen = db.scalars(select(Certificate)).all()
        run = desk.send_to_print(db, chosen, desk.RunDraft(), None, by, new_event_id(), AT)
        db.commit()
        return run.id


def _plain(facts: list[dict[str, Any]]) -> Figure:
    """The same pages with the background drawn anew for each, by WeasyPrint alone."""
    before = _cpu_seconds()
    for one in facts:
        plain(one, loader.template(one["template"]))
    beside = (_cpu_seconds() - before) / len(facts) * ROWS
    return Figure("print run, plain WeasyPrint", beside, "s", None, f"from {len(facts)} rows")


def _cpu_seconds() -> float:
    own = resource.getrusage(resource.RUSAGE_SELF)
    return own.ru_utime + own.ru_stime + cpu_of_children_ms(os.getpid()) / 1000


def _memory_mb() -> float:
    """Memory of this process and its children; see `Peak`."""
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text("ascii")
    return sum(map(_own_memory_mb, [str(os.getpid()), *children.split()]))


def _own_memory_mb(process: str) -> float:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text("ascii").splitlines()
    except OSError:  # it has ended
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1000
