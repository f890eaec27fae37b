"""The steps of the schema: they lead to the models, and back, and lose no row on the way."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, inspect, select, table

from app import create_app
from app.config import Settings
from app.core import migrate
from app.core.db import Base, Database
from tests import databases
from tests.conftest import DATABASES

STEPS = [
    script.revision
    for script in ScriptDirectory.from_config(Config(toml_file=migrate.PYPROJECT)).walk_revisions()
]
VERSION_TABLE = "alembic_version"


@pytest.fixture(params=DATABASES)
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without a table."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'steps.sqlite'}"
    else:
        url = databases.another(request.getfixturevalue("postgresql_url"), "steps")
    database = Database(url)
    yield database
    database.dispose()


@pytest.fixture(scope="module", params=DATABASES)
def demo_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with the demo programme in it, filled once and copied by each test."""
    folder = tmp_path_factory.mktemp("demo")
    if request.param == "sqlite":
        url = f"sqlite:///{folder / 'demo.sqlite'}"
    else:
        url = databases.another(request.getfixturevalue("postgresql_url"), "demo")
    databases.build_schema(url)
    app = create_app(replace(Settings(), database_url=url, data_dir=folder, demo=True))
    result = app.test_cli_runner().invoke(args=["demo", "load"])
    app.extensions["kapok"].database.dispose()
    assert result.exit_code == 0, result.output
    return url


@pytest.fixture
def filled_database(
    demo_url: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Database]:
    """A copy of the database with the demo programme in it."""
    if demo_url.startswith("sqlite:///"):
        copied = shutil.copy(demo_url.removeprefix("sqlite:///"), tmp_path / "filled.sqlite")
        url = f"sqlite:///{copied}"
    else:
        server = request.getfixturevalue("postgresql_url")
        url = databases.another(server, "filled", of="demo")
    database = Database(url)
    yield database
    database.dispose()


def rows(database: Database) -> dict[str, int]:
    """How many rows each table holds."""
    with database.engine.connect() as connection:
        names = set(inspect(connection).get_table_names()) - {VERSION_TABLE}
        counts = {name: select(func.count()).select_from(table(name)) for name in names}
        return {name: connection.scalar(query) or 0 for name, query in counts.items()}


def test_the_newest_step_leads_to_the_models(empty_database: Database) -> None:
    migrate.import_models()
    migrate.upgrade(empty_database)
    with empty_database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_there_is_one_newest_step(empty_database: Database) -> None:
    assert migrate.pending(empty_database)
    migrate.upgrade(empty_database)
    assert not migrate.pending(empty_database)


def test_upgrading_twice_changes_nothing(filled_database: Database) -> None:
    before = rows(filled_database)
    migrate.upgrade(filled_database)
    assert rows(filled_database) == before


def test_each_step_goes_back_and_up_again_without_losing_a_row(filled_database: Database) -> None:
    for step in STEPS:
        before = rows(filled_database)
        migrate.downgrade(filled_database, "-1")
        after = rows(filled_database)
        kept = {name: before[name] for name in after.keys() & before.keys()}
        assert {name: after[name] for name in kept} == kept, f"{step} loses rows on the way back"
        migrate.upgrade(filled_database, step)
        again = rows(filled_database)
        assert again.keys() == before.keys()
        assert {name: again[name] for name in kept} == kept, f"{step} loses rows on the way up"
        migrate.downgrade(filled_database, "-1")


def test_going_back_to_the_beginning_leaves_no_table(filled_database: Database) -> None:
    migrate.downgrade(filled_database, "base")
    assert rows(filled_database) == {}


def test_a_step_that_leaves_orphans_changes_nothing(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'orphans.sqlite'}")
    with database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql("CREATE TABLE child (parent_id INTEGER REFERENCES parent (id))")
        connection.exec_driver_sql("INSERT INTO parent VALUES (1)")
        connection.exec_driver_sql("INSERT INTO child VALUES (1)")
    with pytest.raises(migrate.OrphanRows), migrate.migrating(database) as config:
        config.attributes["connection"].exec_driver_sql("DELETE FROM parent")
    assert rows(database) == {"parent": 1, "child": 1}
    database.dispose()


def test_foreign_keys_are_enforced_again_after_a_step(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'keys.sqlite'}")
    with migrate.migrating(database) as config:
        connection = config.attributes["connection"]
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 0
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    database.dispose()
