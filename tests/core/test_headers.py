"""What every answer carries, what cookies may do, and where a redirect may lead."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app import create_app
from app.config import Settings
from app.core.addresses import safe_next
from tests import databases
from tests.browsing import CheckedClient
from tests.house.addresses import address_of, reader_of, routes_of
from tests.house.world import VISITOR, World, build

OPEN_PAGES = ["/en/", "/km/sign-in", "/lo/join", "/vi/privacy", "/zh/numbers", "/v", "/en/nowhere"]
EVIL = [
    None,
    "",
    "https://example.org/",
    "//example.org/",
    "///example.org/",
    "/\\example.org/",
    "\\\\example.org/",
    "/\t/example.org/",
    "/\n/example.org/",
    "\t//example.org/",
    " //example.org/",
    "/\u00a0/example.org",
    "javascript:alert(1)",
    "data:text/html,x",
    "http:example.org",
    "example.org",
    "en/start",
    "/en/start\r\nSet-Cookie: a=b",
    "/\u200b/example.org",
    "/en:80/start",
]
GOOD = ["/en/start", "/lo/courses/cpr-aed-choking?with=zh", "/km/terms?q=a:b", "/v/ABCD"]


@pytest.fixture
def secure(sqlite_template: Path, tmp_path: Path) -> Iterator[CheckedClient]:
    """A visitor's browser of a site under https."""
    path = tmp_path / "secure.sqlite"
    shutil.copy(sqlite_template, path)
    address = "https://kapok.example.org"
    settings = replace(Settings(), base_url=address, database_url=f"sqlite:///{path}")
    app = create_app(settings)
    app.testing = True
    app.test_client_class = CheckedClient
    client: Any = app.test_client()
    client.environ_base["wsgi.url_scheme"] = "https"
    yield client
    app.extensions["kapok"].database.dispose()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The filled application."""
    folder = tmp_path_factory.mktemp("headers")
    url = f"sqlite:///{folder / 'kapok.sqlite'}"
    databases.build_schema(url)
    world = build(url, folder)
    yield world
    world.app.extensions["kapok"].database.dispose()


def policy_of(response: TestResponse) -> dict[str, str]:
    """The content security policy, directive by directive."""
    parts = response.headers["Content-Security-Policy"].split(";")
    return dict(part.strip().partition(" ")[::2] for part in parts)


def cookies_of(response: TestResponse) -> dict[str, str]:
    """The cookies that are set: their names with everything after the value."""
    found = [line.partition("=") for line in response.headers.getlist("Set-Cookie")]
    return {name: rest.partition(";")[2] for name, _equals, rest in found}


def test_every_page_says_what_a_browser_may_do(client: CheckedClient) -> None:
    for address in OPEN_PAGES:
        response = client.get(address)
        policy = policy_of(response)
        assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
        assert not re.search(r"unsafe|https?:|\*", response.headers["Content-Security-Policy"])
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "same-origin"
        assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert re.fullmatch(r"[0-9a-f]{16}", response.headers["X-Request-Id"])


def test_two_requests_have_two_numbers(client: CheckedClient) -> None:
    numbers = {client.get("/en/privacy").headers["X-Request-Id"] for _ in range(5)}
    assert len(numbers) == 5


def test_https_is_kept_only_where_there_is_https(
    client: CheckedClient, secure: CheckedClient
) -> None:
    for address in OPEN_PAGES:
        assert "Strict-Transport-Security" not in client.get(address).headers
        kept = secure.get(address).headers["Strict-Transport-Security"]
        assert int(kept.partition("=")[2].partition(";")[0]) >= 365 * 24 * 3600


def test_cookies_of_a_secure_site_stay_on_it(secure: CheckedClient) -> None:
    cookies = cookies_of(secure.get("/en/sign-in"))
    assert set(cookies) == {"__Host-kapok", "device", "language"}
    for name, flags in cookies.items():
        assert {"HttpOnly", "Path=/", "Secure"} <= set(flags.strip().split("; ")), name
        assert "SameSite=Lax" in flags, name
        assert "Domain" not in flags, name


def test_cookies_without_https_have_no_secure_flag(client: CheckedClient) -> None:
    cookies = cookies_of(client.get("/en/sign-in"))
    assert set(cookies) == {"kapok", "device", "language"}
    assert not any("Secure" in flags for flags in cookies.values())


def test_a_visitor_who_only_reads_gets_no_session(client: CheckedClient) -> None:
    assert set(cookies_of(client.get("/en/privacy"))) == {"language"}


@dataclass(frozen=True)
class Answer:
    """What somebody who may open a page was answered."""

    who: str
    address: str
    cached: str
    text: str


@pytest.fixture(scope="module")
def answers(world: World) -> list[Answer]:
    """Every page, opened once."""
    found = []
    for route in routes_of(world.app):
        if route.method == "GET":
            who, address = reader_of(route), address_of(world, route)
            response = world.browser(who).get(address)
            text = response.get_data().decode(errors="replace")  # a workbook is no text
            found.append(Answer(who, address, response.headers["Cache-Control"], text))
    return found


def test_no_page_of_a_signed_in_person_is_stored(answers: list[Answer]) -> None:
    mine = [one for one in answers if one.who != VISITOR]
    assert len(mine) > 100
    assert [f"{one.address}: {one.cached}" for one in mine if one.cached != "no-store"] == []


def test_no_page_names_a_foreign_host_to_load_from(answers: list[Answer]) -> None:
    faults = []
    for one in answers:
        loaded = re.findall(
            r"<(?:script|link|img|iframe|source|form|video|audio|use)\b[^>]*"
            r'(?:src|href|action|srcset)="((?:https?:)?//[^"]*)"',
            one.text,
        )
        faults += [f"{one.address}: {host}" for host in loaded]
    assert faults == []


def test_downloads_have_names_and_no_scripts(world: World) -> None:
    address = f"/en/certificates/{world.keys['certificate']}.pdf"
    response = world.browser("administrator").get(address)
    assert response.mimetype == "application/pdf"
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert "filename*=UTF-8''" in response.headers["Content-Disposition"]
    assert policy_of(response)["default-src"] == "'none'"


@pytest.mark.parametrize("address", EVIL)
def test_a_redirect_never_leaves_the_site(address: str | None) -> None:
    assert safe_next(address) is None


@pytest.mark.parametrize("address", GOOD)
def test_a_redirect_leads_to_where_one_wanted_to_go(address: str) -> None:
    assert safe_next(address) == address


@pytest.mark.parametrize("address", [one for one in EVIL if one])
def test_signing_in_never_leads_away(world: World, address: str) -> None:
    browser = world.browser(VISITOR)
    with world.untouched():
        page = browser.get("/en/sign-in", query_string={"next": address})
        response = browser.post(
            "/en/sign-in/demo",
            query_string={"next": address},
            data={"person": world.keys["trainee"]},
        )
    assert page.status_code == 200
    assert response.status_code == 303
    assert re.fullmatch(r"/\w\w/start", response.headers["Location"])


def test_the_cookie_of_a_session_is_new_after_signing_in(world: World) -> None:
    browser = world.browser(VISITOR)
    with world.untouched():
        browser.get("/en/sign-in")
        with browser.session_transaction() as before:
            before["planted"] = "by somebody else"
        browser.post("/en/sign-in/demo", data={"person": world.keys["trainee"]})
        with browser.session_transaction() as after:
            assert "planted" not in after
            assert after["_user_id"]


def test_a_changed_cookie_signs_nobody_in(world: World, app_cookie: Callable[[Flask], str]) -> None:
    browser = world.browser("trainee")
    name = app_cookie(world.app)
    cookie = browser.get_cookie(name)
    assert cookie is not None
    browser.set_cookie(name, cookie.value[:-2] + "xx")
    assert browser.get("/en/start").status_code == 302


@pytest.fixture
def app_cookie() -> Callable[[Flask], str]:
    """The name of an application's session cookie."""
    return lambda app: str(app.config["SESSION_COOKIE_NAME"])


def test_a_cache_keeps_apart_what_was_chosen_by_the_readers_wish(client: CheckedClient) -> None:
    for address in ("/", "/v"):
        assert {"Accept-Language", "Cookie"} <= set(
            client.get(address).vary.to_header().split(", ")
        )
