"""Kapok: a multilingual training and certification platform for first responders."""

from __future__ import annotations

import os
from types import ModuleType

from flask import Flask

from app.accounts import cli as accounts_cli
from app.accounts import views as accounts_views
from app.certificates import cli as certificates_cli
from app.certificates import tasks as certificates_tasks
from app.certificates import views as certificates_views
from app.cohorts import tasks as cohorts_tasks
from app.cohorts import views as cohorts_views
from app.config import Settings
from app.core import identity, limits, views, web
from app.core.i18n import init_i18n
from app.courses import cli as courses_cli
from app.courses import views as courses_views
from app.learning import tasks as learning_tasks
from app.learning import views as learning_views
from app.overview import cli as overview_cli
from app.overview import views as overview_views
from app.practicals import tasks as practicals_tasks
from app.practicals import views as practicals_views

# From the ground up; importing a room's tasks registers them.
ROOMS: tuple[ModuleType, ...] = (
    accounts_cli,
    accounts_views,
    courses_cli,
    courses_views,
    learning_tasks,
    learning_views,
    cohorts_tasks,
    cohorts_views,
    practicals_tasks,
    practicals_views,
    certificates_tasks,
    certificates_cli,
    certificates_views,
    overview_cli,
    overview_views,
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
    for module in ROOMS:
        web.open_room(app, module)
    return app
