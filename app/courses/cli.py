"""`kapok courses`: the checks that authors and translators run, and who reviewed what."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
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
from app.courses.loader.exchange import export_po, import_po
from app.courses.loader.reading import RawContent, RawCourse, read_content
from app.courses.loader.record import Record
from app.courses.loader.saving import writing_in
from app.courses.loader.scaffold import new_course
from app.courses.loader.staleness import course_status, refuse_broken, texts_of
from app.courses.types import (
    BrokenCourse,
    Course,
    Fault,
    ForeignFile,
    Report,
    ReviewDraft,
    ReviewRole,
    ReviewState,
    Severity,
)

_SLUG = re.compile("[a-z0-9][a-z0-9-]{0,59}")
group = AppGroup("courses", help="Course files: check, translate, begin and review them.")


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


_ROOT = click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=ROOT,
    help="A folder with courses/ in it, or such a folder itself.",
)
_LANGUAGE = click.option(
    "--language",
    required=True,
    type=click.Choice([code for code in LANGUAGES if code != SOURCE_LANGUAGE]),
)


def _read(root: Path, slug: str | None) -> RawContent:
    return read_content(Places.at(root, GLOSSARY), tuple(LANGUAGES), SOURCE_LANGUAGE, slug)


def _course(root: Path, slug: str) -> tuple[RawContent, RawCourse]:
    content = _read(root, slug)
    if slug not in content.courses:
        raise click.ClickException(f"There is no course folder “{slug}”.")
    return content, content.courses[slug]


@group.command("status")
@click.argument("slug", required=False)
@_ROOT
def status(slug: str | None, root: Path) -> None:
    """Say of each course, lesson and language what is complete and what is out of date."""
    content = _read(root, slug)
    if slug is not None and slug not in content.courses:
        raise click.ClickException(f"There is no course folder “{slug}”.")
    for course in content.courses.values():
        click.echo(course.slug)
        for part in course_status(course, content.source):
            click.echo(f"  {part.language}  {part.part}: {part.sentence()}")
            for place in part.out_of_date:
                click.echo(f"        out of date: {place}")


@group.command("translated")
@click.argument("slug")
@_LANGUAGE
@click.argument("places", nargs=-1)
@_ROOT
def translated(slug: str, language: str, places: tuple[str, ...], root: Path) -> None:
    """Say that texts of a language now say what the source says: PLACES, or all of the course.

    A place is as `courses status` prints it, such as lesson/aed/intro; its beginning is enough.
    """
    content, course = _course(root, slug)
    present, own = texts_of(course, content.source), texts_of(course, language)
    chosen = [place for place in present if place in own and _is_named(place, places)]
    if not chosen:
        raise click.ClickException("No text of this language has such a place.")
    with _record_of(content, course) as record:
        for place in chosen:
            record.say(place, language, present[place])
        record.write(content.places.base / course.folder, present)
    click.echo(f"{len(chosen)} texts of {slug} in {language} are as the source is now.")


@group.command("minor")
@click.argument("slug")
@click.argument("places", nargs=-1, required=True)
@_ROOT
def minor(slug: str, places: tuple[str, ...], root: Path) -> None:
    """Say that a change of the source is minor: translations made from the old text stay good."""
    content, course = _course(root, slug)
    present = texts_of(course, content.source)
    chosen = [place for place in present if _is_named(place, places)]
    if not chosen:
        raise click.ClickException("No text of the source has such a place.")
    moved = 0
    with _record_of(content, course) as record:
        for place in chosen:
            for old in set(record.sources.get(place, {}).values()) - {present[place]}:
                moved += len(record.move(place, old, present[place]))
        record.write(content.places.base / course.folder, present)
    click.echo(f"{moved} translations stay good.")


@contextmanager
def _record_of(content: RawContent, course: RawCourse) -> Iterator[Record]:
    """The course's record as it is now, held against other writers."""
    try:
        refuse_broken(course, content.source)
    except BrokenCourse as error:
        raise click.ClickException("\n".join(map(str, error.faults))) from error
    with writing_in(content.places.base / content.places.courses):
        yield Record.read(content.places.base / course.folder)


def _is_named(place: str, names: tuple[str, ...]) -> bool:
    return not names or any(place == name or place.startswith(f"{name}/") for name in names)


@group.command("export")
@click.argument("slug")
@_LANGUAGE
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
@_ROOT
def export(slug: str, language: str, out: Path, root: Path) -> None:
    """Write a course's words in a language as a PO file for a translator."""
    content, _found = _course(root, slug)
    out.write_text(export_po(content, slug, language), encoding="utf-8")
    click.echo(f"Written: {out}")


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_ROOT
def import_file(file: Path, root: Path) -> None:
    """Take a translated PO file back and say what became of each text."""
    try:
        text = file.read_text(encoding="utf-8")
        report = import_po(Places.at(root, GLOSSARY), tuple(LANGUAGES), SOURCE_LANGUAGE, text)
    except BrokenCourse as error:
        raise click.ClickException("\n".join(map(str, error.faults))) from error
    except (ForeignFile, UnicodeDecodeError) as error:
        raise click.ClickException("This is no PO file of `kapok courses export`.") from error
    _print_report(report)
    if report.refused:
        sys.exit(1)


def _print_report(report: Report) -> None:
    for place in report.changed:
        click.echo(f"changed: {place}")
    for place in report.confirmed:
        click.echo(f"confirmed: {place}")
    for place, reason in report.refused.items():
        click.echo(f"refused ({reason}): {place}")
    for fault in report.faults:
        click.echo(f"  {fault}")
    counts = len(report.changed), len(report.confirmed), len(report.refused)
    click.echo("Changed: {}. Confirmed: {}. Refused: {}.".format(*counts))
    if report.waiting:
        click.echo(f"Still marked as fuzzy, so left as they are: {report.waiting}.")


@group.command("new")
@click.argument("slug")
@click.option("--title", required=True, help="The English title.")
@click.option("--key", required=True, help="The short key, such as c9.")
@_ROOT
def new(slug: str, title: str, key: str, root: Path) -> None:
    """Begin a course: its folder with one small English lesson, to be written over."""
    if not _SLUG.fullmatch(slug) or not _SLUG.fullmatch(key):
        raise click.ClickException("Slug and key: small Latin letters, digits and hyphens.")
    places = Places.at(root, GLOSSARY)
    today = date.today()  # noqa: DTZ011 (the author's own day)
    try:
        folder = new_course(
            places.base / places.courses, slug, key, title, f"{today.year}.1", today.year
        )
    except FileExistsError as error:
        raise click.ClickException(f"There is already something called “{slug}”.") from error
    click.echo(f"Written: {folder}")
    click.echo("Name it in courses/programme.yaml, then: kapok courses check " + slug)


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
