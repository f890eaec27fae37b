"""Whatever is typed or sent: a page with a reason, never a crash."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.limits import Limiter
from tests.house.faults import faults_of, gathered, listed, quick_first
from tests.house.forms import ShownForm, forms_of
from tests.house.world import VISITOR, World

TEXTS = {
    "empty": "",
    "spaces": " \u00a0\u3000 ",
    "10,000 letters": "ກ" * 10_000,
    "10,000 combining marks": "e" + "\u0301" * 10_000,
    "NUL": "a\0b",
    "control characters": "a\x01\x1b[31m\x7f\x85b",
    "line breaks": "a\r\nb\u2028c",
    "emoji": "👩🏽‍🚒🫀🇱🇦",
    "right to left": "\u202eمرحبا\u202c\u2066abc",
    "no characters": "\u200b\u200d\ufeff\U000e0001",
    "markup": '"><script>alert(1)</script><img src=x onerror=alert(1)>',
    "templates": "{{ 7 * 7 }} %(name)s %s %d {0} ${7}",
    "SQL": "' OR 1=1; --",
    "path": "../../etc/passwd",
    "huge number": "9" * 40,
    "negative number": "-1",
    "no number": "1e999",
    "large integer": str(2**63),
    "no day": "2026-02-30",
    "first day": "0001-01-01",
    "last day": "9999-12-31",
    "no event": "7d444840-9dc0-11d1-b245",
    "unknown key": "00000000-0000-4000-8000-000000000000",
}


#: The ones that reach the database or the clock, tried in each field alone.
ALONE = ("NUL", "large integer")
ALONE_ON_ONE = ("last day",)


#: Tried in every run; the rest in `make test-slow`.
QUICK = {
    "10,000 letters",
    "control characters",
    "emoji",
    "empty",
    "first day",
    "huge number",
    "markup",
    "right to left",
    "templates",
    "unknown key",
}


@pytest.fixture(scope="session")
def forms(world: World, small_world: World, small_forms: list[ShownForm]) -> list[ShownForm]:
    """Every form of the site."""
    return small_forms if world is small_world else forms_of(world)


def sent(world: World, form: ShownForm, values: dict[str, Any], what: str) -> list[str]:
    """The faults after sending these values."""
    faults: list[str] = []
    what = f"{form.endpoint} {what}"
    with gathered(faults, what), world.untouched():
        response = world.browser(form.who).post(form.address, data=values)
        faults += [f"{what}: {response.status_code} {fault}" for fault in faults_of(response)]
    return faults


def fields_of(form: ShownForm) -> list[str]:
    """The fields of a form; of a skill sheet and of a template one field of each kind."""
    is_long = form.endpoint == "certificates.save_template"
    kinds = {
        name.partition("-")[0] if is_long or len(name) > 40 else name: name for name in form.values
    }
    return list(kinds.values())


def test_every_form_is_accepted_when_it_is_filled_in_well(
    world: World, forms: list[ShownForm]
) -> None:
    """Otherwise the tests below would try bad fields where another one is refused anyway."""
    refused = {"accounts.card", "accounts.reset", "accounts.sign_in", "overview.release_attempt"}
    # A file is no field of text.
    refused |= {"overview.translate_return", "cohorts.upload_roster"}
    # The holder of the certificate has no PIN.
    refused |= {"certificates_plain.come_back"}
    refused |= {"certificates.add_template_picture"}
    refused |= {"certificates_plain.check_pdf"}
    # No card is scanned here, and the day is open.
    refused |= {"practicals.record_scan", "practicals.reopen_session"}
    # Which sheets are ticked is not in the form's own words.
    refused |= {"certificates.say_of_sheets"}
    faults = []
    for form in forms:
        with world.untouched():
            response = world.browser(form.who).post(form.address, data=form.values)
        if response.status_code >= 400 and form.endpoint not in refused:
            faults.append(f"{form.endpoint}: {response.status_code}")
    assert not faults, listed(faults)


def test_an_empty_body_gets_a_message(world: World, forms: list[ShownForm]) -> None:
    faults = [fault for form in forms for fault in sent(world, form, {}, "empty body")]
    assert not faults, listed(faults)


@pytest.mark.parametrize("name", quick_first(TEXTS, QUICK))
def test_the_same_nonsense_in_every_field(
    small_world: World, small_forms: list[ShownForm], name: str
) -> None:
    faults = []
    for form in small_forms:
        faults += sent(small_world, form, dict.fromkeys(form.values, TEXTS[name]), name)
    assert not faults, listed(faults)


@pytest.mark.parametrize("name", ALONE)
def test_nonsense_in_each_field_alone(world: World, forms: list[ShownForm], name: str) -> None:
    faults = []
    for form in forms:
        for field in fields_of(form):
            values = {**form.values, field: TEXTS[name]}
            faults += sent(world, form, values, f"{field} = {name}")
    assert not faults, listed(faults)


@pytest.mark.parametrize("name", quick_first(sorted(TEXTS.keys() - set(ALONE)), ALONE_ON_ONE))
def test_more_nonsense_in_each_field_alone(
    small_world: World, small_forms: list[ShownForm], name: str
) -> None:
    test_nonsense_in_each_field_alone(small_world, small_forms, name)


@pytest.fixture(scope="session")
def small_forms(small_world: World) -> list[ShownForm]:
    """Every form of the site on SQLite."""
    return forms_of(small_world)


def test_fields_that_come_twice_or_as_lists(
    small_world: World, small_forms: list[ShownForm]
) -> None:
    faults = []
    for form in small_forms:
        twice = {name: ["x\0", good, "-1"] for name, good in form.values.items()}
        lists = {f"{name}[]": "x" for name in form.values} | {f"{n}[a]": "x" for n in form.values}
        faults += sent(small_world, form, twice, "twice") + sent(small_world, form, lists, "[]")
    assert not faults, listed(faults)


def test_files_where_text_is_expected(small_world: World, small_forms: list[ShownForm]) -> None:
    faults = []
    for form in small_forms:
        files = {name: (io.BytesIO(b"\xff\xd8\0"), "a.jpg") for name in form.values}
        faults += sent(small_world, form, files, "files")
    assert not faults, listed(faults)


@pytest.mark.parametrize("content_type", ["application/json", "text/xml", "multipart/form-data"])
def test_a_body_of_another_kind_is_refused(
    small_world: World, small_forms: list[ShownForm], content_type: str
) -> None:
    faults: list[str] = []
    for form in small_forms:
        with gathered(faults, form.endpoint), small_world.untouched():
            response = small_world.browser(form.who).post(
                form.address, data=b'{"a": [\xff', content_type=content_type, csrf=False
            )
            faults += [f"{form.endpoint}: {fault}" for fault in faults_of(response)]
    assert not faults, listed(faults)


def test_a_malformed_event_id_is_refused_and_changes_nothing(
    world: World, forms: list[ShownForm]
) -> None:
    faults = []
    with_event = [form for form in forms if "event_id" in form.values]
    assert len(with_event) > 8
    for form in with_event:
        for wrong in ("", "x", "7d444840-9dc0-11d1-b245", "🫀" * 36, ["a", "b"]):
            with world.untouched():
                values = {**form.values, "event_id": wrong}
                response = world.browser(form.who).post(form.address, data=values)
            if response.status_code != 422 and form.endpoint != "certificates.ask_preview":
                faults.append(f"{form.endpoint} {wrong!r}: {response.status_code}")
    assert not faults, listed(faults)


letters = st.text(max_size=60)


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
)
@given(name=letters, partner=letters, day=letters, country=letters)
def test_a_cohort_of_any_text(
    small_world: World, name: str, partner: str, day: str, country: str
) -> None:
    values = {"name": name, "partner": partner, "starts_on": day, "country": country}
    form = ShownForm("instructor", "cohorts.create_cohort", "/en/cohorts/new", values)
    assert sent(small_world, form, values, repr(values)) == []


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
)
@given(native=letters, latin=letters, chinese=letters)
def test_any_text_as_a_name_is_kept_or_refused(
    world: World, native: str, latin: str, chinese: str
) -> None:
    values = {"native_name": native, "latin_name": latin, "chinese_name": chinese}
    form = ShownForm("learner", "accounts.names", "/en/account/names", values)
    assert sent(world, form, values, repr(values)) == []


@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
)
@given(username=letters, password=letters, code=letters)
def test_any_text_at_the_door(world: World, username: str, password: str, code: str) -> None:
    world.app.extensions["kapok_limiter"] = Limiter(None)
    for address in ("/km/sign-in", "/km/reset", "/km/join"):
        values = {"username": username, "password": password, "code": code}
        with world.untouched():
            response = world.browser(VISITOR).post(address, data=values)
        assert faults_of(response, "km") == []
        assert 400 <= response.status_code < 500
