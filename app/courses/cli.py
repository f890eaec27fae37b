"""`kapok courses`: the checks that authors and translators run, and who reviewed what."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from app.config import ROOT
from app.core.clock import now, programme_date
from app.core.db import reading, writing
from app.core.errors import DomainError
from app.core.events import new_event_id
from app.core.languages import LANGUAGES, SOURCE_LANGUAGE
from app.core.web import settings
from app.courses import services
from app.courses.library import GLOSSARY, library, open_library
from app.courses.loader import Places, check_content
from app.courses.types import Course, Fault, ReviewDraft, ReviewRole, ReviewState, Severity

group = AppGroup("courses", help="Course files: check them, and record who reviewed them.")


def init(app: Flask) -> None:
    """Tell the library where this application's course files are."""
    given = app.extensions["kapok"].settings
    cache = given.data_dir / "cache" / "courses.json"
    open_library(
        given.courses_dir,
        cache,
        watches=not given.is_production,
        timezone=given.timezone,
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


@group.command("review")
@click.argument("slug")
@click.option("--language", type=click.Choice(list(LANGUAGES)), required=True)
@click.option("--role", type=click.Choice([role.value for role in ReviewRole]), required=True)
@click.option("--by", "name", required=True, help="The reviewer's name.")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), required=True, help="YYYY-MM-DD")
def review(slug: str, language: str, role: str, name: str, day: datetime) -> None:
    """Record that a person reviewed every text of a language as it is now.

    The same command again changes nothing.
    """
    draft, at = ReviewDraft(ReviewRole(role), name, day.date()), now()
    today = programme_date(at, settings().timezone)
    try:
        course = library().course(slug)
        db = writing()
        services.record_review(db, course, language, draft, new_event_id(), "", at, today)
        state = services.review_of(db, course, language)
    except DomainError as error:
        raise click.ClickException(error.message % error.values) from error
    db.commit()
    click.echo(_state_lines(state))


@group.command("reviews")
@click.argument("slug", required=False)
def reviews(slug: str | None) -> None:
    """Print how each language of each course, or of one, is reviewed."""
    try:
        courses: tuple[Course, ...] = (
            (library().course(slug),) if slug is not None else library().courses
        )
    except DomainError as error:
        raise click.ClickException(error.message) from error
    for states in services.review_states(reading(), courses).values():
        for state in states.values():
            click.echo(_state_lines(state))


def _state_lines(state: ReviewState) -> str:
    """The state in one line, then who reviewed, what changed since, and why it is open."""
    lines = [f"{state.slug} {state.edition} {state.language}: {state.status.value}"]
    for one in state.newest:
        earlier = "" if one.is_current else " (an earlier text)"
        lines.append(f"  {one.role.value}: {one.name}, {one.on}{earlier}")
    lines += [f"  missing: {role.value}" for role in state.missing]
    lines += [f"  changed: {path}" for path in state.changed]
    if state.opening:
        lines.append(f"  open since {state.opening.opened_at:%Y-%m-%d}: {state.opening.reason}")
    return "\n".join(lines)
