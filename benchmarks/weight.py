"""What a lesson weighs over the wire on a phone: HTML, CSS, JavaScript, figures and icon.

Served by gunicorn without a proxy, HTTP/1.1, compressed by the application; headers are counted.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.courses.library import library
from benchmarks.browser import chromium, phone, visit
from benchmarks.report import Figure
from benchmarks.serving import served
from benchmarks.sites import LESSON, SLUG, TRAINEE, site

AGAIN = "signed-in pages are no-store: all of the HTML comes again"


def measure() -> Iterator[Figure]:
    """First visit, next lesson and the same again, with and without a second language."""
    with site() as found, served("wsgi:app", found.environment, workers=2) as server:
        cookie = found.session_cookie(TRAINEE)
        with chromium() as browser:
            for query, name in (("?with=", "one language"), ("?with=zh", "lo with zh")):
                with phone(browser, server.address, cookie) as page:
                    cold, following, again = (
                        visit(page, f"/lo/courses/{SLUG}/lessons/{key}{query}")
                        for key in (LESSON, next_lesson(), next_lesson())
                    )
                yield Figure(f"lesson, first visit, {name}", cold.size / 1000, "kB", 60)
                yield Figure(f"lesson, first visit, {name}", cold.requests, "requests", 10)
                requests = f"requests: {following.requests}"
                yield Figure(f"next lesson, {name}", following.size / 1000, "kB", 15, requests)
                yield Figure(f"same lesson again, {name}", again.size / 1000, "kB", 3, AGAIN)


def next_lesson() -> str:
    """The key of the lesson that follows."""
    keys = [lesson.key for lesson in library().course(SLUG).lessons]
    return keys[(keys.index(LESSON) + 1) % len(keys)]
