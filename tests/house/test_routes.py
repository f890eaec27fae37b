"""Every route asks who is there, as the table says; each is called as everybody."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.events import new_event_id
from app.core.limits import Limiter
from app.core.permissions import Permission
from tests.house.addresses import PEOPLE, Route, address_of, routes_of
from tests.house.world import VISITOR, World

TABLE = Path(__file__).with_name("routes.tsv")


def table_of(world: World) -> list[str]:
    """The table as it would be written down today."""
    return [f"{r.endpoint}\t{r.method}\t{r.rule}\t{r.access}" for r in routes_of(world.app)]


def wrong_answers(world: World, method: str, who: str) -> list[str]:
    """Every route that answers this person otherwise than the table says."""
    faults = []
    for route in routes_of(world.app):
        if route.method == method:
            faults += _fault(world, route, who)
    return faults


def _fault(world: World, route: Route, who: str) -> list[str]:
    address, allowed = address_of(world, route), route.status_for(who)
    given = {"event_id": new_event_id()} if route.method == "POST" else None
    with world.untouched():
        response = world.browser(who).open(address, method=route.method, data=given)
    location = response.headers.get("Location", "")
    to_sign_in = "/sign-in" in location and route.endpoint != "accounts.sign_in"
    is_turned_away = who == VISITOR and route.access != "public"
    if response.status_code in allowed and to_sign_in == is_turned_away:
        return []
    return [f"{route.method} {address} as {who}: {response.status_code} {location}"]


def test_every_route_says_who_may_come(small_world: World) -> None:
    known = {"public", *Permission}
    silent = [
        f"{r.endpoint}: {r.access}" for r in routes_of(small_world.app) if r.access not in known
    ]
    assert silent == []


def test_no_address_appears_vanishes_or_opens_unnoticed(small_world: World) -> None:
    """After a wanted change write it down: python -m tests.house.write_routes."""
    written = TABLE.read_text(encoding="utf-8").splitlines()
    assert table_of(small_world) == written


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("who", PEOPLE)
def test_every_route_answers_everybody_as_the_table_says(
    world: World, who: str, method: str
) -> None:
    assert wrong_answers(world, method, who) == []


def test_no_page_changes_anything_without_the_form_token(small_world: World) -> None:
    faults = []
    for route in routes_of(small_world.app):
        if route.method != "POST":
            continue
        for who in ("learner", "instructor", "administrator", VISITOR):
            browser = small_world.browser(who)
            response = browser.open(address_of(small_world, route), method="POST", csrf=False)
            if response.status_code != 400:
                faults.append(f"{route.endpoint} as {who}: {response.status_code}")
    assert faults == []


def test_a_token_of_another_session_changes_nothing(small_world: World) -> None:
    address = f"/en/cohorts/{small_world.keys['cohort']}/archive"
    given = {"csrf_token": "IjAwIg.aaaaaa.bbbbbb"}
    response = small_world.browser("instructor").post(address, data=given)
    assert response.status_code == 400


def test_every_object_is_unknown_when_its_key_is_nobodys(small_world: World) -> None:
    stranger = "00000000-0000-4000-8000-000000000000"
    faults = []
    for route in routes_of(small_world.app):
        known = address_of(small_world, route)
        path = known.split("?")[0]
        for key in small_world.keys.values():
            path = path.replace(key, stranger)
        if path == known.split("?")[0] or not 200 <= min(route.status_for("administrator")) < 300:
            continue
        small_world.app.extensions["kapok_limiter"] = Limiter(None)
        response = small_world.browser("administrator").open(path, method=route.method)
        if response.status_code != 404:
            faults.append(f"{route.method} {path}: {response.status_code}")
    assert faults == []
