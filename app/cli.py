"""The `kapok` command: everything that is done on the server's own console."""

from __future__ import annotations

import sys

from flask import Flask
from flask.cli import FlaskGroup
from sqlalchemy.exc import OperationalError, ProgrammingError

from app import create_app
from app.core.cli import add_commands
from app.core.serving import REFUSALS


def _application() -> Flask:
    # Here and not only in main(): for `--help` Flask would print a traceback.
    try:
        return create_app()
    except REFUSALS as refusal:
        sys.exit(f"kapok: {refusal}")


group = FlaskGroup(
    create_app=_application,
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
    except (OperationalError, ProgrammingError) as fault:
        reason = str(fault.orig).strip().partition("\n")[0].rstrip(".")
        sys.exit(f"kapok: The database does not answer, or needs 'kapok db upgrade': {reason}.")
