"""What a person sees when the database does not answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from app import create_app
from app.config import Settings
from tests.browsing import CheckedClient

NOWHERE = "postgresql+psycopg://kapok@127.0.0.1:1/kapok?connect_timeout=2"


@pytest.fixture
def browser() -> Iterator[CheckedClient]:
    """The browser of somebody signed in, while the database is away."""
    app = create_app(replace(Settings(), database_url=NOWHERE))
    app.testing = True
    app.test_client_class = CheckedClient
    client: Any = app.test_client()
    client.sign_in_as("a token that only the database could know")
    yield client
    app.extensions["kapok"].database.dispose()


@pytest.mark.parametrize("address", ["/lo/start", "/lo/", "/lo/account"])
def test_without_the_database_a_page_in_her_language_says_so(
    browser: CheckedClient, address: str
) -> None:
    response = browser.get(address)
    assert response.status_code == 503
    assert '<html lang="lo">' in response.text
    assert response.headers["Retry-After"] == "5"
    assert response.headers["Cache-Control"] == "no-store"


def test_without_the_database_the_process_still_says_that_it_lives(
    browser: CheckedClient,
) -> None:
    browser.delete_cookie("kapok")  # as a monitor asks
    assert browser.get("/healthz").status_code == 200
    assert browser.get("/readyz").status_code == 503
