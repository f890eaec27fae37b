"""Every setting of Kapok: its default, its reason, and the KAPOK_* variable that overrides it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parent.parent
DEVELOPMENT_KEY = "only-for-development-never-in-production"
MINIMUM_KEY_LENGTH = 32
DATABASES = ("sqlite", "postgresql", "postgresql+psycopg")
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Environment(StrEnum):
    """Where the code runs; production refuses unsafe settings."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class UnsafeSettings(Exception):
    """Raised with one sentence that says which setting is refused and what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one process; read once at the start and never changed."""

    # Development shows faults to the developer; production refuses what is unsafe.
    env: Environment = Environment.DEVELOPMENT
    # One-tap demo people on the sign-in page; never in production.
    demo: bool = False
    # In production a language edition opens to trainees only after review or with a reason.
    require_review: bool = False
    # Award and validity dates are days of the programme's place, whatever the server's zone.
    timezone: str = "Asia/Shanghai"
    # How many proxies in front set X-Forwarded-*; 0 means that these headers are ignored.
    trusted_proxies: int = 0
    # Empty means SQLite in the data directory.
    database_url: str = ""
    # Shared limits of several processes; without it each process counts for itself.
    redis_url: str | None = None
    # Signs cookies and form tokens and peppers PINs.
    secret_key: str = DEVELOPMENT_KEY
    # A time-stamp server (RFC 3161) for the signatures in PDF files; without one they have none.
    tsa_url: str | None = None
    # The public address printed on certificates and inside QR codes.
    base_url: str = "http://127.0.0.1:8000"
    # Database and backups of the embedded default.
    data_dir: Path = ROOT / "data"
    # Where the course files are; another folder only for tests and authors.
    courses_dir: Path = ROOT / "courses"
    port: int = 8000
    # More than this many bytes in one request is refused before it is read.
    max_request_bytes: int = 1_000_000

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Settings:
        """Read KAPOK_* variables over the defaults.

        Raises UnsafeSettings when a value cannot be read or is refused in production.
        """
        given: dict[str, Any] = {
            field.name: _parse(field.name, str(field.type), environ[f"KAPOK_{field.name.upper()}"])
            for field in fields(cls)
            if environ.get(f"KAPOK_{field.name.upper()}")
        }
        if given.get("env") is Environment.PRODUCTION:
            given.setdefault("require_review", True)
        settings = cls(**given)
        refuse_unsafe(settings)
        return settings

    @property
    def is_production(self) -> bool:
        """Whether the refusals of production apply."""
        return self.env is Environment.PRODUCTION

    @property
    def database(self) -> str:
        """The database address, with the embedded default filled in."""
        return self.database_url or f"sqlite:///{self.data_dir / 'kapok.sqlite'}"


def refuse_unsafe(settings: Settings) -> None:
    """Raise UnsafeSettings for what must not run, with one sentence that says what to do."""
    _refuse_unknown_timezone(settings)
    _refuse_unknown_database(settings)
    if settings.is_production:
        for sentence in _production_faults(settings):
            raise UnsafeSettings(sentence)


def _refuse_unknown_timezone(settings: Settings) -> None:
    try:
        ZoneInfo(settings.timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UnsafeSettings(f"KAPOK_TIMEZONE names no time zone: {settings.timezone}.") from error


def _refuse_unknown_database(settings: Settings) -> None:
    try:
        kind = make_url(settings.database).drivername
    except ArgumentError as error:
        raise UnsafeSettings("KAPOK_DATABASE_URL is no database address.") from error
    if kind not in DATABASES:
        raise UnsafeSettings(f"KAPOK_DATABASE_URL must begin with {' or '.join(DATABASES)}.")


def _production_faults(settings: Settings) -> list[str]:
    faults = []
    if settings.secret_key == DEVELOPMENT_KEY or len(settings.secret_key) < MINIMUM_KEY_LENGTH:
        faults.append(
            "KAPOK_SECRET_KEY is the default or shorter than 32 characters: set a random one."
        )
    if settings.demo:
        faults.append("KAPOK_DEMO is on: demo people never exist in production.")
    if not re.match(r"https://[^/]+$", settings.base_url):
        faults.append("KAPOK_BASE_URL must be https://host without a path: it is printed in QR.")
    if re.match(r"redis://(?!127\.|localhost|\[::1\])", settings.redis_url or ""):
        faults.append("KAPOK_REDIS_URL leaves this machine without TLS: use rediss://.")
    if _leaves_without_tls(make_url(settings.database)):
        faults.append("KAPOK_DATABASE_URL leaves this machine: add ?sslmode=verify-full.")
    return faults


def _leaves_without_tls(url: URL) -> bool:
    """Whether the database is on another machine and nobody said how the way is protected."""
    host = str(url.query.get("host", url.host or ""))
    is_here = not host or host in LOOPBACK or host.startswith("/")  # a path is a local socket
    return not is_here and "sslmode" not in url.query


def _parse(name: str, kind: str, text: str) -> object:
    try:
        match kind:
            case "bool":
                return {"1": True, "true": True, "0": False, "false": False}[text.lower()]
            case "int":
                return int(text)
            case "Path":
                return Path(text).resolve()
            case "Environment":
                return Environment(text)
            case _:
                return text
    except (KeyError, ValueError) as error:
        raise UnsafeSettings(f"KAPOK_{name.upper()} cannot be read: {text!r}.") from error
