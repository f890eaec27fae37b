"""Requests through the WSGI application in this process, and what they cost."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from flask import Flask
from werkzeug.test import EnvironBuilder, run_wsgi_app

Ask = Callable[[], bytes]


@dataclass(frozen=True)
class Cost:
    """What one request costs: milliseconds of this process's CPU and of the clock."""

    cpu_ms: float
    wall_ms: float


def asker(app: Flask, address: str, cookie: tuple[str, str] | None = None) -> Ask:
    """A function that asks the application for an address as a browser would."""
    headers = {"Accept-Encoding": "br, gzip", "Accept": "text/html"}
    language = address.split("/")[1]
    cookies = {"language": language, **dict([cookie] if cookie else [])}
    headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    environ = EnvironBuilder(path=address, headers=headers).get_environ()

    def ask() -> bytes:
        body, status, _headers = run_wsgi_app(app, dict(environ))
        content = b"".join(body)
        if not status.startswith("200"):
            raise RuntimeError(f"{address} answered {status}")
        return content

    return ask


def cost(ask: Ask, count: int) -> Cost:
    """The mean of so many requests in a row."""
    began, began_cpu = time.perf_counter(), time.process_time()
    for _ in range(count):
        ask()
    cpu, wall = time.process_time() - began_cpu, time.perf_counter() - began
    return Cost(cpu / count * 1000, wall / count * 1000)


def costs(ask: Ask, rounds: int, count: int) -> Cost:
    """The median over rounds, each on its own."""
    found = [cost(ask, count) for _ in range(rounds)]
    return middle(found)


def middle(found: list[Cost]) -> Cost:
    """The medians of several costs."""
    return Cost(median(one.cpu_ms for one in found), median(one.wall_ms for one in found))
