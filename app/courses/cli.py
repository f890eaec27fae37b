"""`kapok courses`: the checks that authors and translators run."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from app.config import ROOT
from app.core.languages import LANGUAGES, SOURCE_LANGUAGE
from app.courses.library import GLOSSARY, open_library
from app.courses.loader import Places, check_content
from app.courses.types import Fault, Severity

group = AppGroup("courses", help="Course files: check them.")


def init(app: Flask) -> None:
    """Tell the library where this application's course files are."""
    settings = app.extensions["kapok"].settings
    cache = settings.data_dir / "cache" / "courses.json"
    open_library(
        settings.courses_dir,
        cache,
        watches=not settings.is_production,
        timezone=settings.timezone,
    )


@group.command("check")
@click.argument("slug", required=False)
@click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=ROOT,
    help="A folder with courses/ in it, or such a folder itself.",
)
def check(slug: str | None, root: Path) -> None:
    """Report every fault of the course files with file, line, language and what to do."""
    faults = check_content(Places.at(root, GLOSSARY), tuple(LANGUAGES), SOURCE_LANGUAGE, slug)
    for fault in faults:
        click.echo(_line(fault, root))
    broken = sum(fault.severity is Severity.FAULT for fault in faults)
    click.echo(f"Faults: {broken}. Notes: {len(faults) - broken}.")
    if broken:
        sys.exit(1)


def _line(fault: Fault, root: Path) -> str:
    """The fault; its file as one can open it from here."""
    return str(fault) if root == ROOT else f"{root}/{fault}"
