"""Run all benchmarks, or those named, one after the other."""

from __future__ import annotations

import sys
import time
from importlib import import_module

from benchmarks.report import show

NAMES = (
    *("courses", "certificate", "print_run", "cpu", "weight", "lcp", "cohort", "roster"),
    "issuing",
)


def main(wanted: list[str]) -> None:
    """Measure and print; an unknown name is refused before anything starts."""
    unknown = set(wanted) - set(NAMES)
    if unknown:
        sys.exit(f"No such benchmark: {', '.join(sorted(unknown))}. There are: {', '.join(NAMES)}.")
    for name in wanted or NAMES:
        module, began = import_module(f"benchmarks.{name}"), time.monotonic()
        print(f"\n{name}: {module.__doc__.splitlines()[0]}", flush=True)
        show(module.measure())
        print(f"({time.monotonic() - began:.0f} s)", flush=True)


main(sys.argv[1:])
