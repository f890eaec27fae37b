"""The command that fills a database with a demo programme."""

from __future__ import annotations

import secrets
import sys
import time
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from app.accounts import services as accounts
from app.accounts.types import Role
from app.core.clock import now
from app.core.db import reading, writing
from app.core.web import settings
from app.overview.services import demo

group = AppGroup("demo", help="A programme to try Kapok with.")


@group.command("load")
@click.option("--trainees", default=30, show_default=True, help="How many trainees.")
@click.option("--seed", default=2026, show_default=True, help="The same seed, the same people.")
@click.option("--if-empty", is_flag=True, help="Do nothing when somebody has an account already.")
def load(trainees: int, seed: int, if_empty: bool) -> None:
    """Make staff, cohorts and trainees at every stage, through the site's own rules."""
    if settings().is_production:
        sys.exit("kapok: demo people never exist in production.")
    if demo.has_people(reading()):
        if if_empty:
            _remind()
            return
        sys.exit("kapok: the database has people already; the demo needs an empty one.")
    password, began = secrets.token_urlsafe(9), time.monotonic()
    people = _load(trainees, seed, password)
    _keep(password)
    for person in people:
        if person.role is not Role.TRAINEE or "-" not in person.username[len("demo-") :]:
            click.echo(f"{person.username:18} {person.role.value:14} {person.name}")
    click.echo(
        f"{len(people)} people made in {time.monotonic() - began:.1f} s. "
        f"Everybody's password: {password}"
    )


def _password_file() -> Path:
    """Where the demo people's password is kept: some pages ask for it again."""
    return settings().data_dir / "demo-password.txt"


def _keep(password: str) -> None:
    _password_file().parent.mkdir(parents=True, exist_ok=True)
    _password_file().write_text(password + "\n", encoding="utf-8")


def _remind() -> None:
    if _password_file().exists():
        click.echo(
            f"The demo people's password: {_password_file().read_text(encoding='utf-8')}".strip()
        )


def _load(trainees: int, seed: int, password: str) -> list[demo.DemoPerson]:
    plan = demo.DemoPlan(
        trainees=trainees,
        seed=seed,
        at=now(),
        timezone=settings().timezone,
        base_url=settings().base_url,
        secret=accounts.prepare_password(password),
    )
    people = []
    for person in demo.DemoLoader(writing(), plan, writing).load():
        people.append(person)
        if person.role is Role.TRAINEE:
            reading().commit()
    current_app.logger.info("demo: %s people", len(people))
    return people
