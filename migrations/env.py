"""Runs the steps in versions/ on the connection that app.core.migrate has prepared."""

from __future__ import annotations

import os
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Enum

from app.config import Settings
from app.core import migrate
from app.core.db import Base, Database, UtcDateTime


def render_item(kind: str, item: object, _autogen: AutogenContext) -> str | Literal[False]:
    """Write our own column types as plain ones: a step must not change when the code does."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Enum):
        return f"sa.String(length={item.length})"
    return False


def run(connection: Any) -> None:
    """Run the wanted steps inside the transaction that the caller began."""
    migrate.import_models()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        render_item=render_item,
        compare_type=True,
    )
    context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:  # the plain `alembic` command
    database = Database(Settings.from_environment(os.environ).database)
    with migrate.migrating(database) as config:
        run(config.attributes["connection"])
