"""A real browser with an empty profile, and what the network and the page say about a visit."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 360, "height": 740}
SLOW_3G = {"latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}  # bytes/s
ICON = "fetch(document.querySelector('link[rel=icon]').href).then(answer => answer.text())"
OBSERVE = """
window.seen = {lcp: 0, blocked: 0};
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) window.seen.lcp = entry.startTime;
}).observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) window.seen.blocked += Math.max(0, entry.duration - 50);
}).observe({type: "longtask", buffered: true});
"""


@dataclass
class Traffic:
    """Bytes as they came over the wire, headers included, and the number of requests."""

    size: int = 0
    requests: int = 0


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's browser, or the one that KAPOK_CHROMIUM names."""
    path = os.environ.get("KAPOK_CHROMIUM") or shutil.which("chromium")
    if path is None:
        raise RuntimeError("No chromium: install it, or name a browser in KAPOK_CHROMIUM.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=OPTIONS)
        yield browser
        browser.close()


@contextmanager
def phone(browser: Browser, address: str, cookie: tuple[str, str]) -> Iterator[Page]:
    """A page in an empty profile on a phone's screen that somebody has just signed in on."""
    context = browser.new_context(base_url=address, viewport=PHONE, has_touch=True, is_mobile=True)
    context.add_init_script(OBSERVE)
    page = context.new_page()
    session = context.new_cdp_session(page)
    name, value = cookie
    # By this call, because a cookie named __Host- must name no domain.
    given = {"name": name, "value": value, "url": address, "secure": True, "httpOnly": True}
    session.send("Network.enable")
    if not session.send("Network.setCookie", given)["success"]:
        raise RuntimeError("The browser does not take the session's cookie.")
    yield page
    context.close()


def visit(page: Page, path: str) -> Traffic:
    """Open a page with everything that belongs to it, its icon too, and count."""
    traffic, session = Traffic(), page.context.new_cdp_session(page)
    session.send("Network.enable")

    def finished(event: dict[str, Any]) -> None:
        size = int(event["encodedDataLength"])  # 0 when the browser's own cache answered
        traffic.size += size
        traffic.requests += size > 0

    session.on("Network.loadingFinished", finished)
    open_lesson(page, path)
    page.evaluate(ICON)  # a browser without a window asks for none
    page.wait_for_timeout(200)
    session.detach()
    return traffic


def open_lesson(page: Page, path: str) -> None:
    """Open the page of a signed-in person; being sent to the sign-in page is an error."""
    answer = page.goto(path, wait_until="load")
    if answer is None or answer.status != 200 or "/lessons/" not in page.url:
        raise RuntimeError(f"{path} led to {page.url}")


def slow_down(page: Page) -> CDPSession:
    """Slow 3G and a processor four times slower; returns the session that keeps it so."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", {"offline": False, **SLOW_3G})
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    return session
