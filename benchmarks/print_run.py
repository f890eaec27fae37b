"""A print run of 1,000 certificates from rows to file, beside plain WeasyPrint."""

from __future__ import annotations

import os
import resource
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from app.certificates import loader, rendering
from app.certificates.services.desk import PEOPLE_AT_ONCE
from app.certificates.services.desk.drawing import Pages, drawn_part
from app.core import pdf
from app.core.languages import LANGUAGES
from app.core.pdf import Binding
from benchmarks.certificate import _plain as plain
from benchmarks.report import Figure
from benchmarks.serving import cpu_of_children_ms

ROWS, PLAIN_ROWS = 1000, 20
BASE_URL = "https://kapok.example"


@dataclass
class Peak:
    """The largest memory of this process and its renderer while it is open, in MB."""

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
        while not self._done.wait(0.2):
            self.megabytes = max(self.megabytes, _memory_mb())


def measure() -> Iterator[Figure]:
    """The run is drawn from facts as they stand in rows, in parts, and bound into one file."""
    template = loader.template()
    facts = list(_facts(template))
    pdf.close()
    idle = _memory_mb()
    rendering.certificate_pdf(facts[0], template)  # fonts are loaded once for all runs
    with Peak() as peak:
        before, began = _cpu_seconds(), time.perf_counter()
        whole = _run(facts, template)
        cpu, clock = _cpu_seconds() - before, time.perf_counter() - began
    before = _cpu_seconds()
    for one in facts[:PLAIN_ROWS]:
        plain(one, template)
    beside = (_cpu_seconds() - before) / PLAIN_ROWS * ROWS
    pdf.close()
    told = f"{clock:.0f} s by the clock; plain WeasyPrint {beside:.0f} s, from {PLAIN_ROWS} rows"
    grown = f"with the renderer, over the {idle:.0f} MB of the idle application"
    yield Figure(f"print run, {ROWS} rows, CPU", cpu, "s", 5, told)
    yield Figure("print run, memory", peak.megabytes - idle, "MB", 150, grown)
    yield Figure("print run, file", len(whole) / 1e6, "MB", 3)


def _run(facts: Sequence[dict[str, Any]], template: loader.Template) -> bytes:
    parts = []
    for at in range(0, len(facts), PEOPLE_AT_ONCE):
        some = facts[at : at + PEOPLE_AT_ONCE]
        parts.append(drawn_part(Pages(at, some, [template] * len(some))))
    names = [f"{one['names']['native']} · {one['serial']}" for one in facts]
    return pdf.bound(parts, Binding("print run", names))


def _facts(template: loader.Template) -> Iterator[dict[str, Any]]:
    """Five languages in turn, each row with a number and a code of its own."""
    codes = list(LANGUAGES)
    for number in range(ROWS):
        facts = rendering.sample_facts(template, codes[number % len(codes)], BASE_URL)
        code = f"{number:016d}"
        address = f"{BASE_URL}/v/{rendering.grouped(code)}"
        yield {**facts, "serial": f"KPK-2026-{number:06d}-9", "code": code, "address": address}


def _cpu_seconds() -> float:
    own = resource.getrusage(resource.RUSAGE_SELF)
    return own.ru_utime + own.ru_stime + cpu_of_children_ms(os.getpid()) / 1000


def _memory_mb() -> float:
    """Resident memory of this process and its children."""
    total = 0.0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            lines = dict(
                line.split(":", 1) for line in status.read_text().splitlines() if ":" in line
            )
        except OSError:
            continue
        me = str(os.getpid())
        if me in (lines["Pid"].strip(), lines["PPid"].strip()) and "VmRSS" in lines:
            total += int(lines["VmRSS"].split()[0]) / 1000
    return total
