"""The pages of cohorts with 60 and with 1,000 trainees, and how many queries they ask.

The demo programme spreads its trainees over cohorts of 30; after its start pages are measured, all
of them are moved into one cohort.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from sqlalchemy import select, update

from app.cohorts.models import Cohort, CohortMember
from app.core import charts
from app.core.db import begin_write
from app.courses.library import library
from benchmarks.report import Figure
from benchmarks.requests import Ask, asker, costs
from benchmarks.sites import ADMINISTRATOR, INSTRUCTOR, SLUG, Site, counted, site

BUDGET_MS = 300


def measure() -> Iterator[Figure]:
    """60 trainees, then 1,000."""
    for trainees in (60, 1000):
        began = time.perf_counter()
        with site(trainees) as found:
            yield Figure(f"demo load, {trainees}", time.perf_counter() - began, "s")
            yield from _start_pages(found, trainees)
            yield from _cohort_pages(found, trainees, _all_in_one(found))


def _start_pages(found: Site, trainees: int) -> Iterator[Figure]:
    name = f"start page of {{}}, {trainees} in {-(-trainees // 30)} cohorts"
    yield _page(found, name.format("instructor"), "/en/start", INSTRUCTOR)
    yield _page(found, name.format("administrator"), "/en/start", ADMINISTRATOR)
    yield _page(found, f"all trainees, {trainees}", "/en/trainees", ADMINISTRATOR)
    yield _page(found, f"their charts, {trainees}", "/en/trainees/charts", ADMINISTRATOR)
    ask = asker(found.app, "/en/trainees/charts", found.session_cookie(ADMINISTRATOR))
    yield _figure(found, f"their charts, {trainees}, drawn anew", _without_kept_charts(ask))


def _cohort_pages(found: Site, trainees: int, key: str) -> Iterator[Figure]:
    programme = library().programme.key
    pages = {
        "cohort page": f"/en/cohorts/{key}",
        "cohort progress": f"/en/cohorts/{key}/progress",
        "who is eligible": f"/en/certificates/cohorts/{key}/{SLUG}",
        "review before issuing": f"/en/certificates/cohorts/{key}/{SLUG}/issue",
        "who is eligible for the programme": f"/en/certificates/cohorts/{key}/{programme}",
    }
    for name, address in pages.items():
        yield _page(found, f"{name}, {trainees} trainees", address, ADMINISTRATOR)


def _without_kept_charts(ask: Ask) -> Ask:
    """The same request when no chart of it was drawn before."""

    def anew() -> bytes:
        for draw in (charts.rows, charts.columns, charts.lines):
            draw.cache_clear()
        return ask()

    return anew


def _page(found: Site, name: str, address: str, username: str) -> Figure:
    return _figure(found, name, asker(found.app, address, found.session_cookie(username)))


def _figure(found: Site, name: str, ask: Ask) -> Figure:
    size = len(ask())
    with counted(found.database) as statements:
        ask()
    taken = costs(ask, 9, 1)
    beside = f"{taken.wall_ms:.0f} ms by the clock, {len(statements)} queries, {size / 1000:.0f} kB"
    return Figure(name, taken.cpu_ms, "ms", BUDGET_MS, beside)


def _all_in_one(found: Site) -> str:
    """Move everybody into the first cohort; returns its key."""
    with found.database.session() as db:
        begin_write(db)
        cohort = db.scalars(select(Cohort).order_by(Cohort.id)).first()
        db.execute(update(CohortMember).values(cohort_id=cohort.id))
        db.commit()
        return str(cohort.key)
