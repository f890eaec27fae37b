"""Commands of the certificates room."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from app.certificates import loader, rendering, services
from app.core.db import writing
from app.core.languages import LANGUAGES
from app.core.web import settings

group = AppGroup("certificates", help="Certificates: templates and previews.")


@group.command("preview")
@click.argument("name", type=click.Choice(loader.names()))
@click.option("--language", type=click.Choice(list(LANGUAGES)), default="en", show_default=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True)
def preview(name: str, language: str, out: Path) -> None:
    """Write the template NAME as a PDF with its sample holder in a language."""
    template = loader.template(name)
    facts = rendering.sample_facts(template, language, settings().base_url)
    out.write_bytes(rendering.certificate_pdf(facts, template, is_preview=True))
    click.echo(f"{out}: {name} in {LANGUAGES[language].name}")


@group.command("render")
def render() -> None:
    """Have the files made that are still missing, after the fault is mended."""
    db = writing()
    number = services.ask_missing_files(db)
    db.commit()
    click.echo(f"Files asked for: {number}. The worker makes them.")
