"""How a server gets the application: fit to serve, or refused with one sentence."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable

from flask import Flask

from app.config import UnsafeSettings
from app.core.db import UnsafeDatabase
from app.core.migrate import PendingMigration, refuse_pending

#: What a start can be refused for. Each carries one sentence that says what to do.
REFUSALS = (UnsafeSettings, UnsafeDatabase, PendingMigration)
# gunicorn ends on this status; on another one it would start the worker again and again.
APP_LOAD_ERROR = 4


def served(create: Callable[[], Flask]) -> Flask:
    """Build the application for a web server; a refused start ends the process, no traceback."""
    try:
        app = create()
        refuse_unready(app)
    except REFUSALS as refusal:
        sys.stderr.write(f"kapok: {refusal}\n")
        sys.exit(APP_LOAD_ERROR)
    app.extensions["kapok"].database.dispose()  # a connection must not go through a fork
    settle_memory()
    return app


def settle_memory() -> None:
    """What is loaded now stays: the collector need not look through it during requests.

    With the courses in memory one full collection takes about 0.2 s. A page of 1,000 people makes
    100,000 objects that reference counts free by themselves: collecting them seldom saves a fifth.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def refuse_unready(app: Flask) -> None:
    """In production, raise PendingMigration when the tables are not those of this code."""
    kapok = app.extensions["kapok"]
    if kapok.settings.is_production:
        refuse_pending(kapok.database)
