"""Limits are shared through Redis, and still limit when it is away."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from limits import RateLimitItemPerSecond

from app import create_app
from app.config import Settings
from app.core import limits
from app.core.errors import TooMany
from app.core.limits import Limiter
from tests import databases, servers
from tests.factories import next_number

THREE_A_MINUTE = RateLimitItemPerSecond(3, 60)
NOBODY_THERE = "redis://127.0.0.1:1/0"


@pytest.fixture
def key() -> str:
    """A name that no other test counts."""
    return f"somebody {next_number()}"


def hits(limiter: Limiter, key: str, times: int) -> list[bool]:
    """The answers to so many tries."""
    return [limiter.hit(THREE_A_MINUTE, "test", key) for _ in range(times)]


@pytest.mark.parametrize("store", ["memory", "redis"])
def test_a_full_window_refuses_and_says_how_long(
    request: pytest.FixtureRequest, store: str, key: str
) -> None:
    limiter = Limiter(request.getfixturevalue("redis_url") if store == "redis" else None)
    assert hits(limiter, key, 5) == [True, True, True, False, False]
    assert not limiter.is_free(THREE_A_MINUTE, "test", key)
    assert 50 <= limiter.wait(THREE_A_MINUTE, "test", key) <= 61
    assert limiter.is_free(THREE_A_MINUTE, "test", f"not {key}")


def test_two_processes_count_together(redis_url: str, key: str) -> None:
    one, other = Limiter(redis_url), Limiter(redis_url)
    assert hits(one, key, 2) + hits(other, key, 2) == [True, True, True, False]
    other.clear(THREE_A_MINUTE, "test", key)
    assert hits(one, key, 1) == [True]


def test_each_process_counts_for_itself_when_redis_stops(key: str) -> None:
    with servers.redis() as url:
        limiter = Limiter(url)
        assert hits(limiter, key, 4) == [True, True, True, False]
    began = time.monotonic()
    assert hits(limiter, key, 4) == [True, True, True, False]
    assert limiter.wait(THREE_A_MINUTE, "test", key) > 1
    limiter.clear(THREE_A_MINUTE, "test", key)
    assert hits(limiter, key, 1) == [True]
    assert time.monotonic() - began < 5


def test_redis_counts_again_when_it_is_back(key: str, redis_url: str) -> None:
    away, back = Limiter(NOBODY_THERE), Limiter(redis_url)
    assert hits(away, key, 3) == [True] * 3
    assert hits(back, key, 4) == [True, True, True, False]


def test_a_window_moves_on(key: str) -> None:
    limiter, one_a_second = Limiter(None), RateLimitItemPerSecond(1, 1)
    assert limiter.hit(one_a_second, "test", key)
    assert not limiter.hit(one_a_second, "test", key)
    time.sleep(1.05)
    assert limiter.hit(one_a_second, "test", key)


@pytest.fixture
def lonely(tmp_path: Path) -> Iterator[Flask]:
    """An application whose Redis is away."""
    url = f"sqlite:///{tmp_path / 'kapok.sqlite'}"
    databases.build_schema(url)
    settings = replace(
        Settings(), database_url=url, redis_url=NOBODY_THERE, data_dir=tmp_path, demo=True
    )
    app = create_app(settings)
    app.testing = True
    yield app
    app.extensions["kapok"].database.dispose()


@pytest.mark.parametrize(
    "address", ["/v/0123456789ABCDEF", "/en/sign-in", "/en/join?code=ABCD2345"]
)
def test_pages_answer_without_redis(lonely: Flask, address: str) -> None:
    assert lonely.test_client().get(address).status_code in {200, 404, 422}


def test_limits_hold_without_redis(lonely: Flask, key: str) -> None:
    with lonely.app_context():
        for _ in range(3):
            limits.hit("test", key, 3, 60)
        with pytest.raises(TooMany) as refusal:
            limits.check("test", key, 3, 60)
        assert 1 <= refusal.value.retry_after <= 61
        limits.clear("test", key, 3, 60)
        limits.check("test", key, 3, 60)


def test_too_many_says_whole_minutes() -> None:
    assert [TooMany(seconds).values["minutes"] for seconds in (1, 60, 61, 600)] == [1, 1, 2, 10]
