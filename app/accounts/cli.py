"""Accounts on the server's console: the first administrator, and erasing a person."""

from __future__ import annotations

import click
from flask import current_app, url_for
from flask.cli import AppGroup

from app.accounts import services
from app.accounts.types import Names, Role, StaffProfile
from app.core.clock import now
from app.core.db import reading, writing
from app.core.errors import DomainError
from app.core.languages import LANGUAGES, SOURCE_LANGUAGE
from app.core.web import settings

group = AppGroup("accounts", help="Who people are.")


@group.command("create-administrator")
@click.argument("username")
@click.option("--native-name", required=True, help="The name in the person's own script.")
@click.option("--latin-name", required=True, help="The name in Latin letters, as in the passport.")
@click.option("--chinese-name", default=None, help="The Chinese name, if there is one.")
@click.option("--language", default=SOURCE_LANGUAGE, type=click.Choice(list(LANGUAGES)))
def create_administrator(
    username: str, native_name: str, latin_name: str, chinese_name: str | None, language: str
) -> None:
    """Make an administrator and print a one-time code to choose a password with."""
    names = Names(native_name, latin_name, chinese_name)
    profile = StaffProfile(username, names, Role.ADMINISTRATOR, language)
    db, at = writing(), now()
    try:
        user = services.create_staff(db, profile, None, at)
        code = services.create_reset_code(db, user, None, at)
    except DomainError as error:
        raise click.ClickException(error.message) from error
    db.commit()
    click.echo(f"Open      {_reset_address(language)}")
    click.echo(f"Username  {user.username}")
    click.echo(f"Code      {code}   (works once, for 24 hours)")


def _reset_address(language: str) -> str:
    with current_app.test_request_context():
        return settings().base_url + url_for("accounts.reset", lang=language)


@group.command("erase")
@click.argument("key")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(key: str, yes: bool) -> None:
    """Erase the person with this key; training records and certificates stay, nameless."""
    try:
        user = services.person_by_key(reading(), key)
        if not yes:
            click.confirm(f"Erase {user.username}? This cannot be undone.", abort=True)
        db = writing()
        services.erase_person(db, user, None, now())
    except DomainError as error:
        raise click.ClickException(error.message) from error
    db.commit()
    click.echo(f"Erased {key}.")
