"""Checking all course files, and reading them when a process starts."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from statistics import median

from app.config import ROOT
from benchmarks.report import Figure
from benchmarks.sites import BIN

RUNS = 5
START = """
import sys, time
from pathlib import Path
from app.config import ROOT
from app.courses.library import library, open_library
open_library(ROOT / "courses", Path(sys.argv[1]))
began, began_cpu = time.perf_counter(), time.process_time()
library()
print(time.perf_counter() - began, time.process_time() - began_cpu)
"""


def measure() -> Iterator[Figure]:
    """`kapok courses check`, and a process's first look at the content, cold and warm."""
    wall, cpu = zip(*(_check() for _ in range(3)), strict=True)
    beside = f"{median(cpu):.1f} s of CPU"
    yield Figure("kapok courses check", median(wall), "s", 10, beside)
    with tempfile.TemporaryDirectory(prefix="kapok-benchmark-") as folder:
        cache = f"{folder}/courses.json"
        cold, cold_cpu = _start(cache)
        starts = [_start(cache) for _ in range(RUNS)]
    yield Figure("content, cold start", cold, "s", None, f"{cold_cpu:.2f} s of CPU")
    warm, warm_cpu = (median(times) for times in zip(*starts, strict=True))
    yield Figure("content, warm start", warm, "s", 0.3, f"{warm_cpu:.2f} s of CPU")


def _check() -> tuple[float, float]:
    began, before = time.perf_counter(), os.times()
    # Faults are for authors; here only the time counts.
    subprocess.run([f"{BIN}/kapok", "courses", "check"], cwd=ROOT, capture_output=True, check=False)
    after = os.times()
    used = after.children_user + after.children_system
    return time.perf_counter() - began, used - before.children_user - before.children_system


def _start(cache: str) -> tuple[float, float]:
    command = [sys.executable, "-c", START, cache]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    wall, cpu = (float(part) for part in done.stdout.split()[-2:])
    return wall, cpu
