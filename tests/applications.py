"""One application for many tests."""

from __future__ import annotations

import gc
from dataclasses import replace
from pathlib import Path

from flask import Flask

from app import create_app
from app.config import Settings
from app.core import keys
from app.core.limits import init_limits
from app.core.passwords import use_pepper
from app.core.serving import settle_memory
from app.core.web import Kapok
from app.courses.library import library
from tests import databases
from tests.browsing import CheckedClient

# The program and its courses stay for the whole run: a tenth of the time went into looking through
# them for garbage again and again.
library()
settle_memory()
gc.set_threshold(100_000, 20, 100)

_APPS: dict[Settings, Flask] = {}


def app_with(settings: Settings) -> Flask:
    """An application; of several with the same settings only the database and the counts are new.

    Building two hundred routes takes longer than most tests.
    """
    same = replace(settings, database_url="", data_dir=Path())
    app = _APPS.get(same)
    if app is None:
        app = _APPS[same] = create_app(settings)
        app.testing = True
        app.test_client_class = CheckedClient
    use_pepper(settings.secret_key)
    keys.use_folder(settings.data_dir / "keys", settings.base_url)
    app.extensions["kapok"] = Kapok(settings, databases.opened(settings.database))
    init_limits(app, settings.redis_url)
    return app
