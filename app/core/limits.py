"""How often something may be tried. Counts live in Redis, or in this process without it."""

from __future__ import annotations

import logging
import math
import time

from flask import Flask, current_app
from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError

from app.core.errors import TooMany

log = logging.getLogger(__name__)

#: Files that one person may have drawn, in whichever room: each takes seconds of a processor.
PRINTS = ("prints", 60, 600)


class Limiter:
    """Moving windows over a shared store; when the store is away, over this process's memory."""

    def __init__(self, redis_url: str | None) -> None:
        """Connect to Redis when there is an address; the first use opens the connection."""
        self._memory = MovingWindowRateLimiter(MemoryStorage())
        self._shared = MovingWindowRateLimiter(_redis(redis_url)) if redis_url else None

    def hit(self, item: RateLimitItemPerSecond, *names: str) -> bool:
        """Count one try; False when the window is full."""
        return bool(self._first(lambda limiter: limiter.hit(item, *names)))

    def is_free(self, item: RateLimitItemPerSecond, *names: str) -> bool:
        """Whether another try fits into the window; counts nothing."""
        return bool(self._first(lambda limiter: limiter.test(item, *names)))

    def wait(self, item: RateLimitItemPerSecond, *names: str) -> int:
        """Seconds until the next try fits."""
        reset = self._first(lambda limiter: limiter.get_window_stats(item, *names).reset_time)
        return max(1, math.ceil(float(reset) - time.time()))

    def clear(self, item: RateLimitItemPerSecond, *names: str) -> None:
        """Forget the tries of one key."""
        self._first(lambda limiter: limiter.clear(item, *names) or 0)

    def _first(self, act: object) -> float:
        """Ask the shared store; limits still limit when it is away."""
        if not callable(act):
            raise TypeError("act must be callable")
        if self._shared is not None:
            try:
                return float(act(self._shared))
            except (RedisError, OSError):
                log.warning("limits: Redis does not answer; counting in this process")
        return float(act(self._memory))


def _redis(url: str) -> Storage:
    return RedisStorage(url, socket_timeout=0.5, socket_connect_timeout=0.5)


def init_limits(app: Flask, redis_url: str | None) -> None:
    """Give the application its limiter."""
    app.extensions["kapok_limiter"] = Limiter(redis_url)


def _limiter() -> Limiter:
    limiter: Limiter = current_app.extensions["kapok_limiter"]
    return limiter


def _item(limit: int, per_seconds: int) -> RateLimitItemPerSecond:
    return RateLimitItemPerSecond(limit, per_seconds)


def hit(scope: str, key: str, limit: int, per_seconds: int) -> None:
    """Count one try of `key`; raises TooMany when more than `limit` fall into the window."""
    item = _item(limit, per_seconds)
    if not _limiter().hit(item, scope, key):
        raise TooMany(_limiter().wait(item, scope, key))


def check(scope: str, key: str, limit: int, per_seconds: int) -> None:
    """Raise TooMany when the window is full; counts nothing."""
    item = _item(limit, per_seconds)
    if not _limiter().is_free(item, scope, key):
        raise TooMany(_limiter().wait(item, scope, key))


def clear(scope: str, key: str, limit: int, per_seconds: int) -> None:
    """Forget the tries of `key`, for example after the right password."""
    _limiter().clear(_item(limit, per_seconds), scope, key)
