"""A start in production: what is refused, in one sentence, and what still works then."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pysqlite3.dbapi2
import pytest

from app import create_app
from app.config import ROOT, Environment, Settings, UnsafeSettings
from app.core.db import WRITE_OPTION, Database, UnsafeDatabase
from app.core.migrate import PendingMigration, refuse_pending
from app.core.serving import APP_LOAD_ERROR, refuse_unready
from tests.conftest import DATABASES

KAPOK = (sys.executable, "-c", "from app.cli import main; main()")
IMPORT = (sys.executable, "-c", "import wsgi")


@pytest.fixture
def environment(sqlite_template: Path, tmp_path: Path) -> dict[str, str]:
    """The variables of a safe production start on an empty data directory."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return kept | {
        "KAPOK_ENV": "production",
        "KAPOK_SECRET_KEY": "k" * 32,
        "KAPOK_BASE_URL": "https://kapok.example.org",
        "KAPOK_DATA_DIR": str(tmp_path),
    }


@pytest.fixture
def production(settings: Settings) -> Settings:
    """Safe settings of production on a clean database."""
    return replace(
        settings,
        env=Environment.PRODUCTION,
        secret_key="k" * 32,
        base_url="https://kapok.example.org",
    )


@pytest.fixture
def old_database(database: Database) -> Iterator[Database]:
    """A database whose tables are of a revision that this code does not know as the newest."""
    writer = database.engine.execution_options(**{WRITE_OPTION: True})
    with writer.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL)"
        )
        kept = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all()
        connection.exec_driver_sql("DELETE FROM alembic_version")
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('000000000000')")
    yield database
    with writer.begin() as connection:
        connection.exec_driver_sql("DELETE FROM alembic_version")
        for number in kept:
            connection.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{number}')")


def run(command: tuple[str, ...], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command of the operator to its end."""
    return subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


def one_sentence(text: str) -> bool:
    """Whether this is a refusal as an operator wants to read it."""
    lines = text.strip().splitlines()
    return len(lines) == 1 and lines[0].startswith("kapok: ") and lines[0].endswith(".")


def test_a_pending_migration_refuses_the_start(
    production: Settings, old_database: Database
) -> None:
    app = create_app(production)
    with pytest.raises(PendingMigration, match="kapok db upgrade"):
        refuse_unready(app)
    app.extensions["kapok"].database.dispose()


def test_a_pending_migration_does_not_stop_development(
    settings: Settings, old_database: Database
) -> None:
    app = create_app(settings)
    refuse_unready(app)
    app.extensions["kapok"].database.dispose()


def test_a_database_that_does_not_answer_is_waited_for() -> None:
    refuse_pending(Database("postgresql+psycopg://kapok@127.0.0.1:1/kapok?connect_timeout=2"))


def test_a_debugger_refuses_the_start(
    production: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")
    with pytest.raises(UnsafeSettings, match="FLASK_DEBUG"):
        create_app(production)


def test_an_sqlite_that_can_lose_a_commit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pysqlite3.dbapi2, "sqlite_version_info", (3, 40, 1))
    with pytest.raises(UnsafeDatabase):
        Database("sqlite://")


@pytest.mark.skipif("sqlite" not in DATABASES, reason="needs the embedded database")
class TestOnTheConsole:
    """The operator's own commands, each in a process of its own."""

    def test_the_tables_are_made_and_then_the_start_is_taken(
        self, environment: dict[str, str]
    ) -> None:
        assert run((*KAPOK, "db", "upgrade"), environment).returncode == 0
        started = run(IMPORT, environment)
        assert (started.returncode, started.stderr) == (0, "")

    @pytest.mark.parametrize(
        "given",
        [
            {"KAPOK_SECRET_KEY": ""},
            {"KAPOK_DEMO": "1"},
            {"FLASK_DEBUG": "1"},
            {"KAPOK_BASE_URL": "http://kapok.example.org"},
        ],
    )
    def test_a_refused_start_is_one_sentence(
        self, environment: dict[str, str], given: dict[str, str]
    ) -> None:
        started = run(IMPORT, environment | given)
        assert started.returncode == APP_LOAD_ERROR
        assert one_sentence(started.stderr), started.stderr

    @pytest.mark.parametrize("words", ["doctor", "--help"])
    def test_a_refused_command_is_one_sentence(
        self, environment: dict[str, str], words: str
    ) -> None:
        asked = run((*KAPOK, words), environment | {"KAPOK_DEMO": "1"})
        assert asked.returncode == 1
        assert one_sentence(asked.stderr), asked.stderr

    @pytest.mark.parametrize(
        "address", ["", "postgresql+psycopg://kapok@127.0.0.1:1/kapok?connect_timeout=2"]
    )
    def test_a_command_without_its_tables_or_its_database_is_one_sentence(
        self, environment: dict[str, str], address: str
    ) -> None:
        words = ("accounts", "create-administrator", "lan", "--native-name", "Lan", "--latin-name")
        asked = run((*KAPOK, *words, "Lan"), environment | {"KAPOK_DATABASE_URL": address})
        assert asked.returncode == 1
        assert one_sentence(asked.stderr), asked.stderr

    def test_the_web_server_says_it_once_and_ends(self, environment: dict[str, str]) -> None:
        gunicorn = (sys.executable, "-m", "gunicorn", "--no-control-socket", "--log-level", "error")
        ended = run(
            (*gunicorn, "--bind", "127.0.0.1:0", "--workers", "3", "wsgi:app"),
            environment | {"KAPOK_DEMO": "1"},
        )
        assert ended.returncode == APP_LOAD_ERROR
        assert one_sentence(ended.stderr), ended.stderr
