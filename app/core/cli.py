"""Commands that belong to no room: database, jobs, catalogues, backup, health."""

from __future__ import annotations

import shutil
import signal
import sys
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from app.config import Settings
from app.core import backup as backups
from app.core import keys_cli, migrate
from app.core.access import access_table, write_access_page
from app.core.catalogues import compile_catalogues, untranslated
from app.core.clock import now
from app.core.db import Database, reading
from app.core.health import faults_of_rooms
from app.core.i18n import TRANSLATIONS
from app.core.jobs import Worker, count_failed, retry_failed
from app.core.serving import refuse_unready

LOW_DISK_BYTES = 2_000_000_000

db_group = AppGroup("db", help="The database's tables.")
jobs_group = AppGroup("jobs", help="Slow work.")
translations_group = AppGroup("translations", help="The interface's words.")


def add_commands(group: click.Group) -> None:
    """Add the core's commands to `kapok`."""
    for command in (
        db_group,
        jobs_group,
        translations_group,
        keys_cli.group,
        backup,
        restore,
        doctor,
        routes,
    ):
        group.add_command(command)


def _database() -> Database:
    database: Database = current_app.extensions["kapok"].database
    return database


def _settings() -> Settings:
    settings: Settings = current_app.extensions["kapok"].settings
    return settings


@db_group.command("upgrade")
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Bring the tables up to a revision."""
    migrate.upgrade(_database(), revision)
    click.echo(f"Database is at {migrate.current(_database())}.")


@db_group.command("downgrade")
@click.argument("revision")
def downgrade(revision: str) -> None:
    """Take the tables back to an older revision; what only the newer one holds is lost."""
    click.confirm("Data that the older revision has no place for is lost. Go on?", abort=True)
    migrate.downgrade(_database(), revision)
    click.echo(f"Database is at {migrate.current(_database())}.")


@db_group.command("current")
def current() -> None:
    """Print the revision of the tables."""
    click.echo(migrate.current(_database()) or "empty")


@jobs_group.command("work")
@click.option("--until-idle", is_flag=True, help="Do what is there, then stop.")
def work(until_idle: bool) -> None:
    """Do queued jobs until stopped (Ctrl-C or SIGTERM finishes the job at hand first)."""
    refuse_unready(current_app)
    worker = Worker(_database())
    if until_idle:
        click.echo(f"{worker.run_all()} jobs done.")
        return
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, worker.stop)
    click.echo("Waiting for jobs.")
    worker.run()


@jobs_group.command("retry")
def retry() -> None:
    """Queue the jobs that failed once more."""
    click.echo(f"Jobs queued again: {retry_failed(reading())}.")


@translations_group.command("compile")
def compile_() -> None:
    """Compile changed catalogues."""
    for path in compile_catalogues(TRANSLATIONS):
        click.echo(path.relative_to(TRANSLATIONS))


@translations_group.command("check")
def check() -> None:
    """List messages without a translation; fails when there are any."""
    missing = untranslated(TRANSLATIONS)
    for line in missing:
        click.echo(line)
    if missing:
        sys.exit(1)


@click.command("backup")
@click.argument("target", required=False, type=click.Path(path_type=Path))
@with_appcontext
def backup(target: Path | None) -> None:
    """Write every row to one file (default: in the data directory's backups/)."""
    name = f"kapok-{now():%Y%m%d-%H%M%S}.jsonl.gz"
    path = target or _settings().data_dir / "backups" / name
    counts = backups.backup(_database(), path)
    click.echo(f"{path}: {sum(counts.values())} rows of {len(counts)} tables.")


@click.command("restore")
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def restore(source: Path) -> None:
    """Fill an empty, migrated database from a backup; everybody signs in again."""
    try:
        counts = backups.restore(_database(), source)
    except backups.BackupRefused as refusal:
        sys.exit(f"kapok: {refusal}")
    click.echo(f"{sum(counts.values())} rows of {len(counts)} tables restored.")


@click.command("routes")
@click.option("--write", is_flag=True, help="Put the table into docs/permissions.md.")
@with_appcontext
def routes(write: bool) -> None:
    """Print every address and who may open it."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    if write:
        write_access_page(app)
    else:
        click.echo(access_table(app), nl=False)


@click.command("doctor")
@with_appcontext
def doctor() -> None:
    """Say what is wrong with this installation; fails when anything is."""
    faults = list(_faults())
    for fault in faults:
        click.echo(fault)
    if faults:
        sys.exit(1)
    click.echo("All is well.")


def _faults() -> list[str]:
    faults = []
    if migrate.pending(_database()):
        faults.append("A migration is pending: run 'kapok db upgrade'.")
    else:
        if failed := count_failed(reading()):
            faults.append(
                f"Failed jobs: {failed}. The worker's log says why; then run 'kapok jobs retry'."
            )
        faults += faults_of_rooms(reading())
    if untranslated(TRANSLATIONS):
        faults.append("A catalogue is incomplete: run 'kapok translations check'.")
    free = shutil.disk_usage(_settings().data_dir.parent).free
    if free < LOW_DISK_BYTES:
        faults.append(f"Less than 2 GB are free on the disk ({free // 1_000_000} MB).")
    return faults
