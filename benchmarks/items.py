"""How long it takes to count a course's answers: 10,000 first attempts of 25 questions.

Run it as `python -m benchmarks.items`.
"""

from __future__ import annotations

import resource
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from app.core.db import Database, begin_write
from app.courses.library import library
from app.learning import services
from tests import databases
from tests.believable import Programme, fill
from tests.factories import AT

PEOPLE = {"zh": 3000, "lo": 2500, "vi": 2500, "km": 1500, "en": 500}


def measure(url: str) -> None:
    """Fill a database, count, read the table of questions."""
    database, course = Database(url), library().course("cpr-aed-choking")
    with database.session() as db:
        begin_write(db)
        fill(db, course, Programme(PEOPLE))
        db.commit()
        begun = time.perf_counter()
        counted = services.count_analysis(db, course, services.ALL_TIME)
        counting = time.perf_counter() - begun
        begin_write(db)
        services.store_analysis(db, course, services.ALL_TIME, counted, AT)
        db.commit()
        begun = time.perf_counter()
        analysis = services.analysis_of(db, course, services.ALL_TIME, "zh")
        services.figures_of(analysis, course.languages)
        reading = time.perf_counter() - begun
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"counting {counting:.2f} s, reading {reading * 1000:.0f} ms, memory {most} MB")


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        address = f"sqlite:///{Path(folder) / 'kapok.sqlite'}"
        databases.build_schema(address)
        measure(address)
