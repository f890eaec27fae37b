"""The `kapok` command: everything that is done on the server's own console."""

from __future__ import annotations

import sys

from flask.cli import FlaskGroup

from app import create_app
from app.core.cli import add_commands
from app.core.serving import REFUSALS

group = FlaskGroup(
    create_app=create_app,
    add_default_commands=False,
    add_version_option=False,
    load_dotenv=False,
    help="Kapok on the console. Settings come from KAPOK_* variables.",
)
add_commands(group)


def main() -> None:
    """Run the command; a refused start is one sentence, not a traceback."""
    try:
        group()
    except REFUSALS as refusal:
        sys.exit(f"kapok: {refusal}")
