"""Scratch sites with the demo programme: in this process, or served as in production."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import Connection, event

from app import create_app
from app.accounts import services as accounts
from app.config import ROOT, Settings
from app.core.clock import now
from app.core.db import Database, writing
from app.core.serving import settle_memory
from tests import databases

BIN = Path(sys.executable).parent
SLUG, LESSON = "cpr-aed-choking", "compressions-breaths"
TRAINEE, ADMINISTRATOR, INSTRUCTOR = "demo-lo", "demo-admin", "demo-instructor"


@dataclass(frozen=True)
class Site:
    """A database filled with demo people, and the application on it in production's settings."""

    environment: dict[str, str]
    app: Flask

    @property
    def database(self) -> Database:
        """The site's database."""
        found: Database = self.app.extensions["kapok"].database
        return found

    def session_cookie(self, username: str) -> tuple[str, str]:
        """Name and value of the cookie of a person who has just signed in."""
        with self.app.app_context():
            db = writing()
            user = accounts.user_named(db, username)
            token = accounts.open_session(db, user, "benchmark", now())
            db.commit()
        serializer = self.app.session_interface.get_signing_serializer(self.app)
        seen, csrf = int(now().timestamp() // 60), secrets.token_hex(20)
        values = {"_user_id": token, "_fresh": True, "_permanent": True}
        signed = serializer.dumps({**values, "seen": seen, "csrf_token": csrf})
        return self.app.config["SESSION_COOKIE_NAME"], signed


@contextmanager
def site(trainees: int = 30, database_url: str = "") -> Iterator[Site]:
    """A demo programme of so many trainees, by default on SQLite."""
    with tempfile.TemporaryDirectory(prefix="kapok-benchmark-") as folder:
        given = {
            "KAPOK_DATA_DIR": folder,
            "KAPOK_DATABASE_URL": database_url,
            "KAPOK_SECRET_KEY": secrets.token_hex(32),
            "KAPOK_BASE_URL": "https://kapok.example",
            "KAPOK_REQUIRE_REVIEW": "0",
        }
        databases.build_schema(Settings.from_environment(given).database)
        load = [f"{BIN}/kapok", "demo", "load", "--trainees", str(trainees)]
        run(load, given)
        production = {**given, "KAPOK_ENV": "production"}
        app = create_app(Settings.from_environment(production))
        settle_memory()
        yield Site(production, app)
        app.extensions["kapok"].database.dispose()


def run(command: list[str], environment: dict[str, str]) -> None:
    """Run a command of ours to its end and keep its output off the table."""
    found = {**os.environ, **environment}
    done = subprocess.run(command, cwd=ROOT, env=found, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements that run inside, without those that only begin and end transactions."""
    statements: list[str] = []

    def note(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
