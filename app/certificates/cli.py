"""Commands of the certificates room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.types import NameForm
from app.certificates import loader, rendering, services, tasks
from app.certificates.models import Certificate
from app.certificates.services import desk, lost_keys, signing
from app.cohorts.models import Cohort
from app.core import cose
from app.core.clock import now, programme_date
from app.core.db import reading, writing
from app.core.errors import DomainError
from app.core.health import health_check
from app.core.keys import KeyUnreadable, Purpose, ring
from app.core.languages import LANGUAGES
from app.core.web import settings
from app.courses.library import library

group = AppGroup("certificates", help="Certificates: templates, previews, print runs.")
SHOWN = 5  # numbers in one sentence


@health_check
def unexplained_numbers(db: Session) -> Iterator[str]:
    """Numbers that were given without a certificate, or stand on one without having been given."""
    for year in services.years_of_serials(db):
        if wrong := services.unexplained_serials(db, year):
            more = " …" if len(wrong) > SHOWN else ""
            yield (
                f"Serial numbers of {year} that nothing explains: {len(wrong)} "
                f"({', '.join(wrong[:SHOWN])}{more}). Were rows deleted, or an old backup restored?"
            )


@health_check
def missing_keys(db: Session) -> Iterator[str]:
    """Keys that issued certificates were signed with and that are gone."""
    has_signed = select(Certificate.id).where(Certificate.signed.is_not(None)).limit(1)
    try:
        existing = ring().existing()
    except (KeyUnreadable, OSError) as error:
        yield f"The keys cannot be read: {error}"
        return
    gone = [str(one) for one in Purpose if one not in {key.purpose for key in existing}]
    if gone and db.scalar(has_signed) is not None:
        yield (
            f"Keys are missing ({', '.join(gone)}): bring them back from their copy, "
            "or, if there is none, run 'kapok keys create'."
        )
    today = programme_date(now(), library().programme.timezone)
    names = {key.thumbprint[: cose.KEY_ID_BYTES] for key in existing if key.purpose is Purpose.CODE}
    acts = [act for act in signing.signers(db, today) if act[0] not in names]
    if acts:
        more = " …" if len(acts) > SHOWN else ""
        yield (
            f"Certificates signed with a 'code' key that is lost: {sum(act[2] for act in acts)} "
            f"(from {', '.join(act[1] for act in acts[:SHOWN])}{more}). Bring the key back from "
            "its copy: without it their QR codes are not genuine where there is no network."
        )
    retired = {
        Purpose.CODE: signing.is_retired(db),
        Purpose.DOCUMENT: lost_keys.is_retired_of_files(db),
    }
    for kind in filter(retired.get, retired):
        yield (
            f"The newest '{kind}' key is lost, and nothing is issued with the retired one: bring "
            f"it back from its copy, or, if there is none, run 'kapok keys rotate {kind}'."
        )
    if lost := lost_keys.lost_of_files(db, existing, today):
        kinds = ", ".join(f"{kind} (of {serial})" for kind, serial in sorted(lost.items()))
        yield (
            f"Files of certificates are signed with keys that are lost: {kinds}. Bring them back "
            "from their copy: without them these files are not known as ours."
        )


@group.command("preview")
@click.argument("name", type=click.Choice(loader.names()))
@click.option("--language", type=click.Choice(list(LANGUAGES)), default="en", show_default=True)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Else NAME-LANGUAGE.pdf"
)
def preview(name: str, language: str, out: Path | None) -> None:
    """Write the template NAME as a PDF with its sample holder in a language."""
    out = out or Path(f"{name}-{language}.pdf")
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


@group.command("print-run")
@click.option("--cohort", "key", required=True, help="The cohort's key, as in its address.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True)
@click.option(
    "--order",
    type=click.Choice([form.value for form in NameForm]),
    default=NameForm.LATIN.value,
    show_default=True,
)
@click.option("--printer", help="The name of a printer whose offset is known.")
def print_run(key: str, out: Path, order: str, printer: str | None) -> None:
    """Write what waits for the printer in a cohort as one PDF, in the order of its names.

    Interrupted, the same command goes on with the same run. When nothing waits, the last run that
    this command made for the cohort is written again.
    """
    db = writing()
    cohort = db.scalars(select(Cohort).where(Cohort.key == key)).one_or_none()
    if cohort is None:
        raise click.ClickException(f"There is no cohort with the key {key}.")
    draft = desk.RunDraft(sorted_by=NameForm(order), printer=printer)
    on = programme_date(now(), settings().timezone)
    try:
        run = desk.run_for_cohort(db, cohort, draft, on, now())
    except DomainError as error:
        raise click.ClickException("No certificate of this cohort waits.") from error
    run.fault = None
    db.commit()
    tasks.make_print_file(db, run.id, now())
    db.commit()
    run = desk.run_of(reading(), run.key)
    if run.fault:
        raise click.ClickException(run.fault)
    out.write_bytes(desk.file_of(reading(), run))
    click.echo(f"{out}: {run.sheet_count} sheets of print run {run.key}.")
