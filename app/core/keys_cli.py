"""`kapok keys`: make, rotate and list the keys that sign."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.core import keys
from app.core.keys import Key, Purpose

group = AppGroup("keys", help="The keys that sign certificates.")


@group.command("create")
def create() -> None:
    """Make the keys that are missing; those that are there stay as they are."""
    keys.ring().make_missing()
    for purpose in Purpose:
        click.echo(told(keys.ring().current(purpose)))


@group.command("rotate")
@click.argument("purpose", type=click.Choice([one.value for one in Purpose]))
def rotate(purpose: str) -> None:
    """Make a new key for PURPOSE. It signs from now on; what the old ones signed stays valid."""
    click.echo(told(keys.ring().rotate(Purpose(purpose))))


@group.command("list")
def list_() -> None:
    """List every key by its public half."""
    for key in keys.ring().existing():
        click.echo(told(key))


def told(key: Key) -> str:
    """One line about a key, with nothing secret in it."""
    parts = [f"{key.purpose}-{key.number}", key.thumbprint.hex()[:16]]
    if key.certificates:
        parts.append(f"certificate until {key.certificates[0].not_valid_after_utc:%Y-%m-%d}")
    return "  ".join(parts)
