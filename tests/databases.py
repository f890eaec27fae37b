"""Clean databases for the tests, with tables made by the migrations as an operator makes them."""

from __future__ import annotations

import shutil
from pathlib import Path

from sqlalchemy import create_engine, text

from app.core import migrate
from app.core.db import Base, Database

#: One engine for each address of this process: what SQLAlchemy has compiled stays compiled, which
#: took a seventh of the time.
_OPENED: dict[str, Database] = {}
HAS_STEPS = any((Path(__file__).parents[1] / "migrations/versions").glob("*.py"))


def build_schema(url: str) -> None:
    """Make today's tables."""
    migrate.import_models()
    database = Database(url)
    if HAS_STEPS:
        migrate.upgrade(database)
    else:
        Base.metadata.create_all(database.engine)
    database.dispose()


def opened(url: str) -> Database:
    """The database of this address, the same object each time."""
    if url not in _OPENED:
        _OPENED[url] = Database(url)
    return _OPENED[url]


def fill(path: Path, template: Path) -> str:
    """Make the file a copy of another one, whoever had it open before; return its address."""
    url = f"sqlite:///{path}"
    opened(url).dispose()
    for name in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
        name.unlink(missing_ok=True)
    shutil.copy(template, path)
    return url


def empty(url: str) -> None:
    """Remove every row of a PostgreSQL database and count from 1 again.

    Only tables with rows are touched: emptying all of them took longer than most tests.
    """
    engine = opened(url).engine
    tables = {table.name: table for table in Base.metadata.sorted_tables}
    has_rows = " UNION ALL ".join(
        f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in tables
    )
    with engine.begin() as connection:
        # Without the triggers of foreign keys the order of the tables does not matter.
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for name in connection.scalars(text(has_rows)).all():
            connection.execute(tables[name].delete())
            if "id" in tables[name].columns:
                sequence = f"pg_get_serial_sequence('{name}', 'id')"
                connection.execute(text(f"SELECT setval({sequence}, 1, false)"))


def another(url: str, name: str, of: str = "template0") -> str:
    """The address of a new database on the same PostgreSQL server: empty, or a copy `of` one."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {of}"))
    engine.dispose()
    return url.replace("/kapok?", f"/{name}?")
