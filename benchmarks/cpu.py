"""What a signed-in lesson costs the server, on SQLite and PostgreSQL, beside a bare Flask page.

The milliseconds are CPU of the application in one process, without a web server, and on PostgreSQL
also of the database's own process. The share is measured as people meet the site: both pages
through gunicorn, requests for each second of the server's CPU, so that a busy machine changes
little.
"""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from sqlalchemy import text

from benchmarks.bare import app as bare_app
from benchmarks.report import Figure
from benchmarks.requests import asker, cost, costs
from benchmarks.serving import Server, cpu_ms, served
from benchmarks.sites import LESSON, SLUG, TRAINEE, Site, counted, site
from tests import servers

ROUNDS, REQUESTS, WARM_UP = 12, 25, 30
ADDRESS = f"/lo/courses/{SLUG}/lessons/{LESSON}"
BUDGETS = {"SQLite": (4, 0.10), "PostgreSQL": (6, 0.06)}


def measure() -> Iterator[Figure]:
    """The lesson with its second language on both databases."""
    with site() as found:
        yield from _on(found, "SQLite")
    with servers.postgresql() as url, site(database_url=url) as found:
        yield from _on(found, "PostgreSQL")


def _on(found: Site, name: str) -> Iterator[Figure]:
    cookie = found.session_cookie(TRAINEE)
    cpu_budget, ratio_budget = BUDGETS[name]
    yield from _in_process(found, name, cookie, cpu_budget)
    with served("wsgi:app", found.environment) as ours, served("benchmarks.bare:app", {}) as bare:
        lesson, plain = _through_gunicorn(ours, bare, cookie)
    beside = f"{1000 / lesson:.0f} of {1000 / plain:.0f} requests for a second of CPU"
    yield Figure(
        f"lesson, share of bare page, {name}", plain / lesson, "", ratio_budget, beside, True
    )


def _in_process(found: Site, name: str, cookie: tuple[str, str], budget: float) -> Iterator[Figure]:
    ask, bare = asker(found.app, ADDRESS, cookie), asker(bare_app, "/en/hello")
    cost(ask, WARM_UP)
    with counted(found.database) as statements:
        ask()
    before = _database_cpu_ms(found)
    lesson = costs(ask, ROUNDS, REQUESTS)
    database = (_database_cpu_ms(found) - before) / (ROUNDS * REQUESTS)
    beside = f"bare Flask page {costs(bare, ROUNDS, REQUESTS * 4).cpu_ms:.2f} ms"
    if database:
        beside += f"; {database:.2f} ms of it in the database's process"
    yield Figure(f"lesson, CPU, {name}", lesson.cpu_ms + database, "ms", budget, beside)
    yield Figure(f"lesson, queries, {name}", len(statements), "", 8)


def _through_gunicorn(ours: Server, bare: Server, cookie: tuple[str, str]) -> tuple[float, float]:
    """CPU in ms of the workers for a lesson and for a bare page, taking turns."""
    headers = {"Accept-Encoding": "br, gzip", "Cookie": f"language=lo; {cookie[0]}={cookie[1]}"}
    ours.ask(ADDRESS, headers, WARM_UP)
    bare.ask("/en/hello", {}, WARM_UP)
    pairs = [
        (ours.ask(ADDRESS, headers, REQUESTS), bare.ask("/en/hello", {}, REQUESTS * 8))
        for _ in range(ROUNDS)
    ]
    return median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)


def _database_cpu_ms(found: Site) -> float:
    """CPU so far of the server's process behind our one pooled connection; 0 on SQLite."""
    if found.database.is_sqlite:
        return 0.0
    with found.database.engine.connect() as connection:
        number = connection.scalar(text("SELECT pg_backend_pid()"))
    return cpu_ms(number)
