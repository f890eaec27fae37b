"""Kapok: a multilingual training and certification platform for first responders."""

from __future__ import annotations

import os
from importlib import import_module

from flask import Flask

from app.config import Settings
from app.core import identity, limits, views, web
from app.core.i18n import init_i18n

ROOMS = (
    "accounts",
    "courses",
    "learning",
    "cohorts",
    "practicals",
    "certificates",
    "overview",
)


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application: configuration, core, rooms."""
    app = Flask(__name__)
    web.configure(app, settings or Settings.from_environment(os.environ))
    init_i18n(app)
    identity.init_identity(app)
    limits.init_limits(app, app.extensions["kapok"].settings.redis_url)
    web.init_web(app)
    app.register_blueprint(views.plain)
    for room in ROOMS:
        _open_room(app, room)
    return app


def _open_room(app: Flask, room: str) -> None:
    for part in ("tasks", "cli", "views"):
        try:
            module = import_module(f"app.{room}.{part}")
        except ModuleNotFoundError as error:
            if error.name not in {f"app.{room}", f"app.{room}.{part}"}:
                raise
            continue
        if hasattr(module, "init"):
            module.init(app)
        if hasattr(module, "group"):
            app.cli.add_command(module.group)
        if hasattr(module, "blueprint"):
            app.register_blueprint(module.blueprint, url_prefix="/<language:lang>")
        if hasattr(module, "plain"):
            app.register_blueprint(module.plain)
