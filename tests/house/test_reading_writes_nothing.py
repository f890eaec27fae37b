"""Opening a page never takes the write lock: on SQLite one reader would stop every writer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager

from app.core.limits import Limiter
from tests.counting import statements_of
from tests.house.addresses import address_of, reader_of, routes_of
from tests.house.world import World

CHANGES = ("BEGIN IMMEDIATE", "INSERT", "UPDATE", "DELETE", "REPLACE")
#: More than one page may need with a small programme: a number that grows shows a query per row.
#: A trainee's start page asks of each of her courses whether a passed assessment has lapsed.
MOST_QUERIES = 34


def noted(world: World) -> AbstractContextManager[list[str]]:
    """The statements that reach the database."""
    return statements_of(world.app.extensions["kapok"].database.engine)


def readers(world: World) -> Iterator[tuple[str, str]]:
    """Every page with somebody who may open it."""
    world.app.extensions["kapok_limiter"] = Limiter(None)
    for route in routes_of(world.app):
        if route.method == "GET":
            yield reader_of(route), address_of(world, route)


def test_no_page_takes_the_write_lock(small_world: World) -> None:
    faults = []
    for who, address in readers(small_world):
        browser = small_world.browser(who)
        with noted(small_world) as statements:
            browser.get(address)
        wrong = [one for one in statements if one.lstrip().upper().startswith(CHANGES)]
        faults += [f"{address}: {one[:80]}" for one in wrong]
    assert faults == []


def test_the_statements_are_seen(small_world: World) -> None:
    """The test above would pass for ever if it saw nothing."""
    with small_world.untouched(), noted(small_world) as statements:
        small_world.browser("instructor").post(f"/en/cohorts/{small_world.keys['cohort']}/archive")
    assert any(one.startswith("UPDATE cohort") for one in statements)


def test_no_page_asks_the_database_for_each_row(small_world: World) -> None:
    faults = []
    for who, address in readers(small_world):
        browser = small_world.browser(who)
        with noted(small_world) as statements:
            browser.get(address)
        if len(statements) > MOST_QUERIES:
            faults.append(f"{address}: {len(statements)} queries")
    assert faults == []
