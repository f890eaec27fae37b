"""The filled database of the house's guards, one on SQLite and one on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core import keys
from tests import databases
from tests.conftest import DATABASES
from tests.house import world as worlds
from tests.house.world import World


@pytest.fixture(scope="session", params=DATABASES)
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """The filled application on each database; every test takes care to leave it as it was."""
    if request.param == "sqlite":
        yield request.getfixturevalue("small_world")
        return
    url = databases.another(request.getfixturevalue("postgresql_url"), "house")
    databases.build_schema(url)
    yield from _opened(url, tmp_path_factory.mktemp("house"))


@pytest.fixture(autouse=True)
def keys_of_the_world(request: pytest.FixtureRequest) -> None:
    """Keys are the process's: whoever was here before may have looked into another folder."""
    for name in {"world", "small_world"} & set(request.fixturenames):
        site = request.getfixturevalue(name).app.extensions["kapok"].settings
        keys.use_folder(site.data_dir / "keys", site.base_url)


@pytest.fixture(scope="session")
def small_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The filled application on SQLite alone, for what no database decides."""
    folder = tmp_path_factory.mktemp("house")
    url = f"sqlite:///{folder / 'kapok.sqlite'}"
    databases.build_schema(url)
    yield from _opened(url, folder)


def _opened(url: str, folder: Path) -> Iterator[World]:
    world = worlds.build(url, folder)
    yield world
    world.app.extensions["kapok"].database.dispose()
