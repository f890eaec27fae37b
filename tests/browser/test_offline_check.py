"""A phone without a network tells a genuine certificate from a changed one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import update

from app.certificates import loader, rendering
from app.certificates.models import Certificate, CertificateIssue
from app.certificates.services.signing import signed_columns
from app.core import keys
from app.core.clock import now
from app.core.db import begin_write
from app.core.events import new_event_id
from tests.browser.conftest import PHONE, Site, axe
from tests.factories import make_administrator, make_trainee

#: The reader of pictures, as an older version of the site named it.
OLD = "/static/build/zxing_reader-00000000.wasm"


def make_keys(site: Site) -> None:
    """As at the installation: a phone that visits a site keeps the keys there are by then."""
    folder = Path(str(site.database.engine.url.database)).parent
    keys.use_folder(folder / "keys", site.address)
    keys.ring().make_missing()


def issue(site: Site, serial: str, code: str, valid_until: str = "2099-12-31") -> tuple[str, int]:
    """A certificate straight into the site's database; the link of its QR code, and its number."""
    make_keys(site)
    template = loader.template("default")
    facts = rendering.sample_facts(template, "km", site.address)
    address = f"{site.address}/v/{rendering.grouped(code)}"
    facts |= {"serial": serial, "code": code, "address": address, "valid_until": valid_until}
    with site.database.session() as db:
        begin_write(db)
        by, user = make_administrator(db), make_trainee(db)
        act = CertificateIssue(
            event_id=new_event_id(),
            digest="0" * 64,
            slug="cpr-aed-choking",
            by_id=by.id,
            issued_at=now(),
            certificate_keys=[],
        )
        db.add(act)
        db.flush()
        columns = signed_columns(facts, int(serial.split("-")[2]), now())
        certificate = Certificate(
            user_id=user.id,
            slug="cpr-aed-choking",
            award_date=now().date(),
            valid_until=now().date(),
            serial=serial,
            code=code,
            issue_id=act.id,
            issued_at=now(),
            facts=facts,
            evidence={},
            searchable="",
            **columns,
        )
        db.add(certificate)
        db.flush()
        number = certificate.id
        db.commit()
    return f"{address}#{columns['signed']}", number


@pytest.fixture
def context(chromium: Browser, site: Site) -> Iterator[BrowserContext]:
    """A phone whose network can be taken away."""
    context = chromium.new_context(base_url=site.address, locale="en-GB", viewport=PHONE)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, site: Site) -> Page:
    """A page that has been on the site once and has no network now."""
    make_keys(site)
    page = context.new_page()
    page.goto("/sw.js", timeout=90_000)
    page.evaluate(f"caches.open('kapok-check-reader').then(c => c.put('{OLD}', new Response()))")
    page.goto("/v", timeout=90_000)  # the site may be starting still
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_function("caches.match('/status/offline.json').then(Boolean)")
    context.set_offline(True)
    return page


def verdict(page: Page) -> str:
    shown = page.locator("[data-verdict]:visible h2")
    expect(shown).to_have_count(1)
    return shown.inner_text()


def test_a_scanned_code_is_checked_without_a_network(site: Site, page: Page) -> None:
    link, _number = issue(site, "KPK-2026-000201-0", "7K3F9Q2MXTRB0201")
    page.goto(link)
    # The keys on the phone are those of its last visit, made before or at that moment.
    assert verdict(page) == "Genuine"
    dated = page.locator("[data-verdict=genuine] [data-dated]")
    expect(dated).to_contain_text("Not revoked as of the list of")
    expect(page.locator("[data-fact-name]")).to_have_text("ស្រីមុំ ចាន់ស្រ៊ុន")
    expect(page.locator("[data-fact-until]")).to_have_text("31 December 2099")
    expect(page.locator("[data-fact-code]")).to_have_text("7K3F-9Q2M-XTRB-0201")
    axe(page)


def test_a_changed_code_is_not_genuine(site: Site, page: Page) -> None:
    link, _number = issue(site, "KPK-2026-000202-0", "7K3F9Q2MXTRB0202")
    other = "A" if link[-20] != "A" else "B"
    page.goto(link[:-20] + other + link[-19:])
    assert verdict(page) == "Not genuine"
    expect(page.locator("[data-facts]")).to_be_hidden()
    # Neither is a right signature under another certificate's code.
    page.goto(link.replace("0202#", "0209#"))
    page.reload()
    assert verdict(page) == "Not genuine"


def test_what_cannot_be_read_leaves_nobody_elses_verdict(site: Site, page: Page) -> None:
    link, _number = issue(site, "KPK-2026-000205-0", "7K3F9Q2MXTRB0205")
    page.goto(link)
    assert verdict(page) == "Genuine"
    for pasted, told in (("100% off", "Not checked yet"), ("https://h/v/%zz#0AAAA", "Not genuine")):
        page.get_by_label("Link of the square code").fill(pasted)
        page.get_by_role("button", name="Check", exact=True).click()
        expect(page.locator("[data-verdict]:visible h2")).to_have_text(told)
        expect(page.locator("[data-facts]")).to_be_hidden()


def test_a_proxy_whose_site_is_down_is_no_network(
    site: Site, context: BrowserContext, page: Page
) -> None:
    link, _number = issue(site, "KPK-2026-000206-0", "7K3F9Q2MXTRB0206")
    context.service_workers[0].evaluate(
        "() => { self.fetch = async () => new Response('Bad gateway', { status: 502 }); }"
    )
    page.goto(link)
    assert verdict(page) == "Genuine"
    # A list that cannot be fetched anew leaves the one of before.
    page.evaluate("caches.delete('kapok-check-list')")
    with page.expect_event("requestfailed"):
        page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("[data-list-line]")).to_be_visible()
    page.evaluate("dispatchEvent(new Event('hashchange'))")
    assert verdict(page) == "Genuine"


def test_expired_and_revoked_are_told(site: Site, context: BrowserContext, page: Page) -> None:
    old, _number = issue(site, "KPK-2026-000203-0", "7K3F9Q2MXTRB0203", "2026-01-31")
    link, number = issue(site, "KPK-2026-000204-0", "7K3F9Q2MXTRB0204")
    page.goto("/en/check")
    page.get_by_label("Link of the square code").fill(old)
    page.get_by_role("button", name="Check", exact=True).click()
    assert verdict(page) == "Expired"
    with site.database.session() as db:
        begin_write(db)
        db.execute(
            update(Certificate)
            .where(Certificate.id == number)
            .values(revoked_at=now(), revocation_reason="Wrong name")
        )
        db.commit()
    context.set_offline(False)
    page.goto("/en/check")
    expect(page.locator("[data-list-line]")).to_be_visible()
    context.set_offline(True)
    page.goto(link)
    assert verdict(page) == "Revoked or replaced"


def test_the_checker_opens_in_every_language_and_keeps_nobodys_page(page: Page) -> None:
    page.goto("/km/check")
    assert page.locator("html").get_attribute("lang") == "km"
    expect(page.locator("#pasted")).to_be_visible()
    kept = page.evaluate(
        "caches.keys().then(names => Promise.all(names.map(name => caches.open(name)"
        ".then(cache => cache.keys())))).then(all => all.flat().map(one => one.url))"
    )
    assert not any(address.endswith(OLD) for address in kept)
    paths = {urlsplit(address).path for address in kept}
    pages = {path for path in paths if not path.startswith("/static/")}
    assert pages == {
        *(f"/{code}/check" for code in ("en", "zh", "vi", "lo", "km")),
        "/status/offline.json",
        "/check-language",
    }
