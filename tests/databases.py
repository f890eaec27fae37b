"""Clean databases for the tests, with tables made by the migrations as an operator makes them."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine, text

from app.core import migrate
from app.core.db import Base, Database

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


def empty(url: str) -> None:
    """Remove every row of a PostgreSQL database."""
    names = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
    engine.dispose()


def another(url: str, name: str) -> str:
    """The address of a new, empty database on the same PostgreSQL server."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0"))
    engine.dispose()
    return url.replace("/kapok?", f"/{name}?")
