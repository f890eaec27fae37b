"""A served site with a worker, and a real browser on a phone's and a desktop's screen."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from app.core.db import Database
from tests import servers

ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules/axe-core/axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 800}


@dataclass(frozen=True)
class Site:
    """A running site: its address, and its database for tests that prepare people."""

    address: str
    database: Database


@dataclass
class Watch:
    """What went wrong in a browser while a test looked elsewhere."""

    address: str
    faults: list[str] = field(default_factory=list)

    def on(self, context: BrowserContext) -> None:
        """Note errors of scripts, answers of 500 and more, and requests to foreign hosts."""
        context.on("weberror", lambda error: self.faults.append(str(error.error)))
        context.on("console", self._console)
        context.on("request", self._request)
        context.on("response", self._response)

    def _console(self, message: Any) -> None:
        # The browser also reports each 4xx page here; those are what many tests want.
        if message.type == "error" and "status of 4" not in message.text:
            self.faults.append(f"console: {message.text}")

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.address, "data:", "blob:", "chrome")):
            self.faults.append(f"foreign host: {request.url}")

    def _response(self, response: Any) -> None:
        if response.status >= 500:
            self.faults.append(f"{response.status} {response.url}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder, so that `-m "not browser"` leaves it out."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@contextmanager
def running(command: list[str], environment: dict[str, str]) -> Iterator[None]:
    """Run a program of ours while the tests look at it."""
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment})
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture(scope="session")
def site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site as `make run` serves it: gunicorn and one worker on SQLite, demo people allowed."""
    folder, port = tmp_path_factory.mktemp("site"), servers.free_port()
    shutil.copy(sqlite_template, folder / "kapok.sqlite")
    address = f"http://127.0.0.1:{port}"
    environment = {"KAPOK_DATA_DIR": str(folder), "KAPOK_BASE_URL": address, "KAPOK_DEMO": "1"}
    bin_folder = Path(sys.executable).parent
    web = [f"{bin_folder}/gunicorn", "--no-control-socket", "--workers=2", "--threads=4"]
    web += ["--log-level=warning", f"--bind=127.0.0.1:{port}", "wsgi:app"]
    worker = [f"{bin_folder}/kapok", "jobs", "work"]
    database = Database(f"sqlite:///{folder / 'kapok.sqlite'}")
    with running(web, environment), running(worker, environment):
        servers.wait_for(port)
        yield Site(address, database)
    database.dispose()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's browser, or the one that KAPOK_CHROMIUM names."""
    path = os.environ.get("KAPOK_CHROMIUM") or shutil.which("chromium")
    assert path, "No chromium: install it, or name a browser in KAPOK_CHROMIUM."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


@contextmanager
def opened(chromium: Browser, site: Site, **options: Any) -> Iterator[Page]:
    """A page in a fresh browser profile; its faults fail the test at the end."""
    context = chromium.new_context(base_url=site.address, locale="en-GB", **options)
    watch = Watch(site.address)
    watch.on(context)
    yield context.new_page()
    context.close()
    assert not watch.faults, watch.faults


@pytest.fixture
def phone(chromium: Browser, site: Site) -> Iterator[Page]:
    """A page on a phone 360 px wide, with touch."""
    with opened(chromium, site, viewport=PHONE, has_touch=True, is_mobile=True) as page:
        yield page


@pytest.fixture
def desktop(chromium: Browser, site: Site) -> Iterator[Page]:
    """A page on a screen 1280 px wide."""
    with opened(chromium, site, viewport=DESKTOP) as page:
        yield page


def axe(page: Page) -> None:
    """Fail with every WCAG 2.2 AA fault that axe finds on the page as it stands."""
    seen = page.viewport_size or PHONE
    # As tall as the page: what lies under the fixed bar now can be scrolled out from under it.
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": seen["width"], "height": max(height, seen["height"])})
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", WCAG)
    page.set_viewport_size(seen)
    faults = [
        f"{fault['id']}: {node['target']} {node['html'][:160]}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]
    assert not faults, f"{page.url}\n" + "\n".join(faults)
