"""The application, its databases and its browser without a screen, for every test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session, sessionmaker

from app.config import Settings
from app.core import keys
from app.core.db import WRITE_OPTION, Database
from tests import databases, servers
from tests.applications import app_with
from tests.browsing import CheckedClient

DATABASES = os.environ.get("KAPOK_TEST_DATABASES", "sqlite,postgresql").split(",")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database file with today's tables."""
    path = tmp_path_factory.mktemp("template") / "kapok.sqlite"
    databases.build_schema(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A PostgreSQL with today's tables."""
    with servers.postgresql() as url:
        databases.build_schema(url)
        yield url
        databases.opened(url).dispose()


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A Redis of our own."""
    with servers.redis() as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the file of each test's database is."""
    path = tmp_path_factory.mktemp("database") / "kapok.sqlite"
    yield path
    databases.opened(f"sqlite:///{path}").dispose()


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, sqlite_file: Path) -> str:
    """The address of a clean database: each test runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        return databases.fill(sqlite_file, request.getfixturevalue("sqlite_template"))
    url: str = request.getfixturevalue("postgresql_url")
    databases.empty(url)
    return url


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of a test; override this fixture in a module for others."""
    return replace(Settings(), database_url=database_url, data_dir=tmp_path)


@pytest.fixture
def app(settings: Settings) -> Flask:
    """The application on a clean database."""
    return app_with(settings)


@pytest.fixture
def database(database_url: str, tmp_path: Path) -> Database:
    """The clean database without the application, for rules and for several sessions at once."""
    keys.use_folder(tmp_path / "keys", "https://kapok.example.org")
    return databases.opened(database_url)


@pytest.fixture
def db(database: Database) -> Iterator[Session]:
    """A session whose every transaction is a write; the client commits it before a request."""
    engine = database.engine.execution_options(**{WRITE_OPTION: True})
    with sessionmaker(engine, info={"writes": True})() as session:
        for moment in ("after_commit", "after_rollback"):
            event.listen(session, moment, lambda one: one.info.update(writes=True))
        yield session


@pytest.fixture
def client(app: Flask, db: Session) -> CheckedClient:
    """A visitor's browser that checks every page."""
    client: Any = app.test_client()
    client.db = db
    return client


@pytest.fixture
def sign_in(client: CheckedClient, db: Session) -> Callable[[Any], CheckedClient]:
    """Sign a person in: `sign_in(user).get("/en/start")`."""

    def sign_in(user: Any) -> CheckedClient:
        from app.accounts import services
        from app.core.clock import now

        client.sign_in_as(services.open_session(db, user, "test browser", now()))
        return client

    return sign_in
