"""Every form that the site shows, found by opening its pages as everybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask import Flask

from app.core.events import new_event_id
from app.core.languages import LANGUAGES
from app.courses.library import library
from tests.factories import PASSWORD
from tests.house.addresses import PEOPLE, Route, address_of, routes_of
from tests.house.world import PIN, SLUG, World
from tests.pages import Page

# What people type into fields that a form shows empty, so that one bad field stands alone.
_TYPED: dict[str, Any] = {
    "capacity": "20",
    "chinese_name": "王小玥",
    "code": "ABCDE-FGHJK",
    "country": "LA",
    "courses": [SLUG],
    "current_password": PASSWORD,
    "due_on": (date.today() + timedelta(days=60)).isoformat(),  # noqa: DTZ011 (two months on)
    "ends_on": "2027-03-01",
    "equipment": "Manikin, AED trainer",
    "kind": "courses:translate",
    "languages": ["lo"],
    "language": "lo",
    "latin_name": "SOMSAMAI KEOMANY",
    "more_countries": [],
    "name": "ວຽງຈັນ 2027",
    "nationality": "LA",
    "native_name": "ສົມສະໄໝ ແກ້ວມະນີ",
    "paper": "No. 17",
    "paper_signed_by": "陈美玲",
    "partner": "RUPP",
    "password": "green tea at four",
    "password_again": "green tea at four",
    "pin": "482914",
    "pin_again": "482914",
    "place": "Nanning",
    "reason": "The printer lost a line.",
    "reviewed_as": "native",
    "reviewed_on": "2026-03-02",
    "reviewer": "ສົມສະໄໝ ແກ້ວມະນີ",
    "role": "instructor",
    "sheets": [],
    "starts_on": "2026-03-02",
    "sure": "y",
    "text": "We meet at 8 in front of the library.",
    "title": "Practice on Saturday",
    "training_record": "y",
    "username": "somsamai.k",
    "words": "somsamai",
}
# What buttons and scripts add to the fields that a form shows.
_ADDED: dict[str, dict[str, Any]] = {
    "certificates.correct": {"latin_name": "SOMSAMAI PHOMVIHANE"},  # not as it is printed
    "certificates.say_of_sheets": {"act": "spoil"},
    "accounts.grant_new": {"kind": "courses:translate"},
    "certificates.save_template": {
        f"{name}-{code}": "About the training"
        for name in ("disclaimer", "word-completed")
        for code in LANGUAGES
    },
    "learning.second_language": {"second": "zh"},
    "overview.waive_lessons": {"lessons": [library().course(SLUG).lessons[-1].key]},
    "learning.save_answer": {"figure": "2", "go": "review"},
    "practicals.acknowledge": {"person": "learner", "pin": PIN},
}
# Sent by the site itself and never shown as a form of its own.
_UNSEEN = {
    "certificates.issue",
    "certificates.ask_preview",
    "certificates.choose_templates",
    "certificates.review_chosen",
}


@dataclass(frozen=True)
class ShownForm:
    """A form as somebody can send it: who, where to, and every field with a good value."""

    who: str
    endpoint: str
    address: str
    values: dict[str, Any]


def forms_of(world: World) -> list[ShownForm]:
    """One of each form that posts, with the first person to whom a page shows it."""
    found: dict[str, ShownForm] = {}
    opened: set[str] = set()
    for who in PEOPLE:
        # Staff see the same pages; each trainee stands at another point of the way.
        seen = set() if PEOPLE[who] == "trainee" else opened
        for address in sorted(set(_pages(world, who)) - seen):
            opened.add(address)
            html = world.browser(who).get(address).get_data(as_text=True)
            for form in Page(html).forms if html.startswith(("<!", "\n<!", " ")) else []:
                if form.method == "post":
                    target = urljoin(address, form.action)
                    shown = _shown(world, who, target, form)
                    found.setdefault(shown.endpoint, shown)
    for form in _unseen(world):
        found.setdefault(form.endpoint, form)
    return list(found.values())


def _pages(world: World, who: str) -> list[str]:
    routes = [r for r in routes_of(world.app) if r.method == "GET" and 200 in r.status_for(who)]
    return [address_of(world, route) for route in routes if _is_page(route)]


def _is_page(route: Route) -> bool:
    return not route.rule.endswith((".pdf", ".png", ".json", ".xlsx"))


def _shown(world: World, who: str, target: str, form: Any) -> ShownForm:
    endpoint = endpoint_at(world.app, target)
    values: dict[str, Any] = {name: _typed(name) for name in sorted(form.names)}
    values |= {name: held for name, held in form.values.items() if held != [""]}
    values |= _ADDED.get(endpoint, {})
    if "instructor" in values:
        values["instructor"] = world.keys["instructor"]
    if "people" in values:
        values["people"] = [world.keys["learner"]]
    if endpoint == "overview.merge":
        values["username"] = world.keys["other username"]
    values.pop("csrf_token", None)
    return ShownForm(who, endpoint, target, values)


def _typed(name: str) -> Any:
    of_sheet = {"mark": "passed", "role": "rescuer"}.get(name.partition("-")[0], "")
    return _TYPED.get(name, of_sheet if "-" in name else "")


def _unseen(world: World) -> list[ShownForm]:
    keys = {"trainees": [world.keys["trainee"]], "trainee": world.keys["trainee"]}
    return [
        ShownForm(
            "administrator",
            route.endpoint,
            address_of(world, route),
            {"event_id": new_event_id(), "current_password": PASSWORD, **keys},
        )
        for route in routes_of(world.app)
        if route.endpoint in _UNSEEN and route.method == "POST"
    ]


def endpoint_at(app: Flask, address: str) -> str:
    """The endpoint that a POST to this address reaches."""
    path = urlsplit(address).path
    return str(app.url_map.bind("localhost").match(path, method="POST")[0])
