"""How soon a lesson stands on a phone's screen on slow 3G (400 ms, 400 kbit/s, CPU 4 × slower).

Medians. Blocked is the sum of what each task of the main thread takes beyond 50 ms.
"""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from playwright.sync_api import Browser, Page

from benchmarks.browser import chromium, open_lesson, phone, slow_down
from benchmarks.report import Figure
from benchmarks.serving import served
from benchmarks.sites import LESSON, SLUG, TRAINEE, site
from benchmarks.weight import next_lesson

RUNS = 5
Seen = dict[str, float]


def measure() -> Iterator[Figure]:
    """The lesson with its second language in an empty profile, then the next lesson."""
    with site() as found, served("wsgi:app", found.environment, workers=2) as server:
        cookie = found.session_cookie(TRAINEE)
        with chromium() as browser:
            _run(browser, server.address, cookie)  # the server's own first visit
            runs = [_run(browser, server.address, cookie) for _ in range(RUNS)]
    for place, name, budget in ((0, "first visit", 2.0), (1, "next lesson", 1.0)):
        shown = sorted(run[place]["lcp"] / 1000 for run in runs)
        beside = f"{shown[0]:.2f}–{shown[-1]:.2f} s in {RUNS} runs"
        yield Figure(f"LCP, {name}", median(shown), "s", budget, beside)
        blocked = median(run[place]["blocked"] for run in runs)
        yield Figure(f"main thread blocked, {name}", blocked, "ms", 100)


def _run(browser: Browser, address: str, cookie: tuple[str, str]) -> tuple[Seen, Seen]:
    with phone(browser, address, cookie) as page:
        slow_down(page)
        return _seen(page, LESSON), _seen(page, next_lesson())


def _seen(page: Page, key: str) -> Seen:
    open_lesson(page, f"/lo/courses/{SLUG}/lessons/{key}")
    page.wait_for_timeout(500)
    seen: Seen = page.evaluate("window.seen")
    return seen
