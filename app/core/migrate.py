"""Steps of the database's schema: all of them in one transaction, on SQLite and PostgreSQL.

On SQLite a changed table is copied and dropped; with foreign keys enforced that would delete every
child row without a sign. They are off while a migration runs and checked before it commits.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from app.core.db import WRITE_OPTION, Database

APP = Path(__file__).resolve().parents[1]
PYPROJECT = APP.parent / "pyproject.toml"
MIGRATION_LOCK = 7_271_003  # any number, the same in every process: two upgrades wait in line


class OrphanRows(Exception):
    """Raised when a migration would leave rows whose parent is gone; nothing was changed."""


class PendingMigration(Exception):
    """Raised when a process must not work on tables of another revision."""


def import_models() -> None:
    """Make every table known to the metadata: the core's, and those of whatever rooms there are."""
    for name in ("audit", "files", "jobs"):
        import_module(f"app.core.{name}")
    for module in sorted([*APP.glob("*/models.py"), *APP.glob("*/models/__init__.py")]):
        import_module(f"app.{module.relative_to(APP).parts[0]}.models")


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the schema up to a revision; raises OrphanRows and changes nothing on a fault."""
    with migrating(database) as config:
        command.upgrade(config, revision)


def downgrade(database: Database, revision: str) -> None:
    """Take the schema back to a revision ("-1", "base"); raises OrphanRows."""
    with migrating(database) as config:
        command.downgrade(config, revision)


def new_revision(database: Database, words: str) -> None:
    """Write the file of a new step: the models compared with the migrated database."""
    with migrating(database) as config:
        command.revision(config, message=words, autogenerate=True)


def current(database: Database) -> str | None:
    """The revision that the database has, None when it is empty."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """The newest revision of this code."""
    return ScriptDirectory.from_config(Config(toml_file=PYPROJECT)).get_current_head()


def pending(database: Database) -> bool:
    """Whether the database's revision differs from the newest one of this code."""
    return current(database) != head()


def refuse_pending(database: Database) -> None:
    """Raise PendingMigration when the tables are not those of this code.

    A database that does not answer is no reason: it may come back, and /readyz tells.
    """
    try:
        waiting = pending(database)
    except OperationalError:
        return
    if waiting:
        raise PendingMigration("A migration is pending: run 'kapok db upgrade', then start again.")


@contextmanager
def migrating(database: Database) -> Iterator[Config]:
    """A write transaction for steps; commits at the end, refuses rows without their parent."""
    with database.engine.connect() as connection, _without_foreign_keys(database, connection):
        writer = connection.execution_options(**{WRITE_OPTION: True})
        with writer.begin():
            if not database.is_sqlite:
                _wait_in_line(writer)
            yield Config(toml_file=PYPROJECT, attributes={"connection": writer})
            if database.is_sqlite:
                _refuse_orphans(writer)


@contextmanager
def _without_foreign_keys(database: Database, connection: Connection) -> Iterator[None]:
    # SQLite ignores this pragma inside a transaction, so the driver's connection gets it before.
    if not database.is_sqlite:
        yield
        return
    driver: Any = connection.connection.dbapi_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _wait_in_line(connection: Connection) -> None:
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})


def _refuse_orphans(connection: Connection) -> None:
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if orphans:
        tables = ", ".join(sorted({str(row[0]) for row in orphans}))
        raise OrphanRows(f"Rows without their parent in: {tables}. Nothing was changed.")
