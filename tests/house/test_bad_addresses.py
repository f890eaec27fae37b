"""Whatever is put into an address, and every page of an error: a page with a reason."""

from __future__ import annotations

import pytest

from app.core.languages import LANGUAGES
from app.overview.views import pages
from tests.house.addresses import Route, address_of, reader_of, routes_of
from tests.house.faults import faults_of, gathered, language_of, listed, quick_first
from tests.house.world import SLUG, VISITOR, World

#: The first ones are the database's business and run on both.
WEIRD = ["%00", "9" * 30]
WEIRD_ON_ONE = ["%FF%FE", "..%2f..%2f", "a" * 2000, "%F0%9F%AB%80", "%27", "-1", "1e9"]
QUICK_WEIRD = {"%FF%FE", "..%2f..%2f"}
QUERY = (
    "q={0}&role={0}&page={0}&before={0}&code={0}&course={0}&sheet={0}&person={0}&person={0}"
    "&with={0}&next={0}&lang={0}&print={0}&card={0}&cohort={0}"
)


def read(world: World, who: str, address: str) -> list[str]:
    """The faults of a page at a strange address."""
    faults: list[str] = []
    with gathered(faults, address[:120]), world.untouched():
        response = world.browser(who).get(address)
        faults += [f"{address[:120]}: {fault}" for fault in faults_of(response)]
    return faults


def pages_of(world: World) -> list[Route]:
    """Everything that is read."""
    return [route for route in routes_of(world.app) if route.method == "GET"]


@pytest.mark.parametrize("weird", WEIRD)
def test_any_query_on_any_page(world: World, weird: str) -> None:
    faults = []
    for route in pages_of(world):
        path = address_of(world, route).partition("?")[0]
        faults += read(world, reader_of(route), f"{path}?{QUERY.format(weird)}")
    assert not faults, listed(faults)


@pytest.mark.parametrize("weird", quick_first(WEIRD_ON_ONE, QUICK_WEIRD))
def test_any_other_query_on_any_page(small_world: World, weird: str) -> None:
    test_any_query_on_any_page(small_world, weird)


@pytest.mark.parametrize("weird", quick_first(WEIRD_ON_ONE, QUICK_WEIRD))
def test_anything_else_in_each_part_of_an_address(small_world: World, weird: str) -> None:
    test_anything_in_each_part_of_an_address(small_world, weird)


@pytest.mark.parametrize("weird", WEIRD)
def test_anything_in_each_part_of_an_address(world: World, weird: str) -> None:
    faults = []
    for route in routes_of(world.app):
        parts = [part for part in route.rule.split("/") if part.startswith("<")]
        for part in parts:
            strange = Route(
                route.endpoint, route.method, route.rule.replace(part, weird), route.access
            )
            if route.method == "GET":
                path = address_of(world, strange).partition("?")[0]
                faults += read(world, reader_of(route), path)
    assert not faults, listed(faults)


def test_a_number_too_large_in_an_address_is_not_found(world: World) -> None:
    start = f"/en/courses/{SLUG}/assessment/{world.keys['attempt']}"
    for number in (0, 999, 2**31, 2**63, 10**40):
        assert world.browser("learner").get(f"{start}/{number}").status_code == 404, number


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("who", [VISITOR, "learner"])
def test_a_misspelt_address_is_a_kind_page_in_each_language(
    small_world: World, language: str, who: str
) -> None:
    response = small_world.browser(who).get(f"/{language}/programe?a=1")
    html = response.get_data(as_text=True)
    assert response.status_code == 404
    assert language_of(html) == LANGUAGES[language].html
    first = f"/{language}/" if who == VISITOR else f"/{language}/start"
    assert f'class="btn primary" href="{first}"' in html, "a way to the first page"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_opened_in_the_wrong_way_says_so(small_world: World, language: str) -> None:
    response = small_world.browser(VISITOR).delete(f"/{language}/privacy")
    assert (response.status_code, faults_of(response, language)) == (405, [])
    assert "GET" in response.headers["Allow"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_body_too_large_says_so(small_world: World, language: str) -> None:
    given = {"username": "a" * 1_100_000, "password": "b", "csrf_token": "c"}
    response = small_world.browser(VISITOR).post(f"/{language}/sign-in", data=given)
    assert (response.status_code, faults_of(response, language)) == (413, [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_too_many_tries_say_when_to_come_back(small_world: World, language: str) -> None:
    with small_world.untouched():
        browser, seen = small_world.browser(VISITOR), []
        for number in range(40):
            response = browser.get(f"/v/{number:016}?lang={language}")
            seen.append(response.status_code)
    assert (seen[0], seen[-1], faults_of(response, language)) == (404, 429, [])
    assert int(response.headers["Retry-After"]) > 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_crash_is_a_page_that_tells_nothing_about_itself(
    small_world: World, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> str:
        raise RuntimeError("secret of the machine room")

    monkeypatch.setitem(small_world.app.view_functions, "overview.privacy", broken)
    monkeypatch.setattr(small_world.app, "testing", False)
    monkeypatch.setitem(small_world.app.config, "PROPAGATE_EXCEPTIONS", False)
    response = small_world.browser(VISITOR).get(f"/{language}/privacy")
    html = response.get_data(as_text=True)
    assert response.status_code == 500
    assert language_of(html) == LANGUAGES[language].html
    assert "secret" not in html
    assert "Traceback" not in html
    assert response.headers["X-Request-Id"]
    assert pages.privacy is not broken
