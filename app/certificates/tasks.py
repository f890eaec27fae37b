"""Slow work: drawing PDFs in the worker's warm renderer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.certificates import rendering, services
from app.certificates.loader import Template
from app.certificates.services import credentials, desk, lost_keys
from app.certificates.types import UnprintableName
from app.certificates.types.templates import UnfittingText
from app.core import pades, pdf
from app.core.errors import GIVEN_UP, kept_sentence
from app.core.jobs import begin_step, task, when_given_up
from app.core.keys import NoKey
from app.core.pdf import DoesNotFit, MissingGlyph, bound

#: Trying again would not help; the administrator must hear of it.
_LASTING = (UnprintableName, UnfittingText, MissingGlyph, DoesNotFit)


@task("certificates.render")
def render(db: Session, payload: Mapping[str, Any], at: datetime) -> None:
    """Make the file of a certificate from its frozen facts; a made one is left alone."""
    number = int(payload["certificate"])
    facts = services.facts_to_print(db, number)
    template = services.frozen(db, facts) if facts else None
    credential = credentials.credential_of(db, number) if facts else None
    if facts is not None and lost_keys.is_retired_of_files(db):
        raise NoKey
    db.rollback()
    if facts is None or template is None:
        return
    content, fault = _draw(facts, template, is_preview=False, credential=credential)
    if content is not None:
        content = pades.signed(content)  # last: nothing may change the file after it
    begin_step(db)
    if content is not None:
        services.store_pdf(db, number, content, at)
    else:
        services.record_fault(db, number, fault)


@when_given_up("certificates.render")
def give_file_up(db: Session, payload: Mapping[str, Any], at: datetime) -> None:  # noqa: ARG001
    """Say on the certificate's page that its file failed, and not that it is being made."""
    services.record_fault(db, int(payload["certificate"]), GIVEN_UP)


@task("certificates.picture")
def picture(db: Session, payload: Mapping[str, Any], at: datetime) -> None:
    """Draw the picture of a certificate from its stored file; a drawn one is left alone."""
    number = int(payload["certificate"])
    content = services.pdf_to_draw(db, number)
    db.rollback()
    if content is None:
        return
    drawn = pdf.draw(pdf.Picture(content, most_bytes=services.MOST_PICTURE_BYTES))
    begin_step(db)
    services.store_picture(db, number, drawn, at)


@when_given_up("certificates.picture")
def give_picture_up(db: Session, payload: Mapping[str, Any], at: datetime) -> None:  # noqa: ARG001
    """Say on the certificate's page that its picture failed, and not that it is being made."""
    services.record_picture_fault(db, int(payload["certificate"]), GIVEN_UP)


@task("certificates.preview")
def preview(db: Session, payload: Mapping[str, Any], at: datetime) -> None:  # noqa: ARG001
    """Draw a preview, if it is still wanted."""
    key = str(payload["preview"])
    facts = services.preview_facts(db, key)
    template = services.frozen(db, facts) if facts else None
    db.rollback()
    if facts is None or template is None:
        return
    content, fault = _draw(facts, template, is_preview=True)
    begin_step(db)
    services.store_preview(db, key, content, fault or None)


@when_given_up("certificates.preview")
def give_preview_up(db: Session, payload: Mapping[str, Any], at: datetime) -> None:  # noqa: ARG001
    """Say on its page that a preview failed, and not that it is being made."""
    services.store_preview(db, str(payload["preview"]), None, GIVEN_UP)


def _draw(
    facts: Mapping[str, Any],
    template: Template,
    *,
    is_preview: bool,
    credential: Mapping[str, Any] | None = None,
) -> tuple[bytes | None, str]:
    try:
        made = rendering.certificate_pdf(
            facts, template, is_preview=is_preview, credential=credential
        )
        return made, ""
    except _LASTING as error:
        return None, kept_sentence(error)


@task("certificates.print-run")
def print_run(db: Session, payload: Mapping[str, Any], at: datetime) -> None:
    """Make the file of a print run; a worker that takes it up again begins where it stopped."""
    make_print_file(db, int(payload["run"]), at)


@when_given_up("certificates.print-run")
def give_print_run_up(db: Session, payload: Mapping[str, Any], at: datetime) -> None:
    """Say on the run's page that its file failed, and not that it is being drawn."""
    desk.record_failure(db, int(payload["run"]), at)


def make_print_file(db: Session, run_id: int, at: datetime) -> None:
    """Draw the parts that are missing, each kept as soon as it is there; then bind them.

    Leaves the last write open.
    """
    while (pages := desk.next_pages(db, run_id)) is not None:
        db.rollback()
        try:
            content, fault = desk.drawn_part(pages), ""
        except desk.LASTING:
            content, fault = b"", desk.fault_of(pages)
            if not fault:
                raise
        begin_step(db)
        if fault:
            desk.record_fault(db, run_id, fault)
            return
        desk.store_part(db, run_id, pages.number, content, at)
        db.commit()
    parts = desk.parts_of(db, run_id)
    if parts is not None:
        how = desk.binding_of(db, run_id)
        db.rollback()
        whole = bound(parts, how)
        begin_step(db)
        desk.finish(db, run_id, whole, at)


@task("certificates.forget-print-files")
def forget_print_files(db: Session, payload: Mapping[str, Any], at: datetime) -> None:  # noqa: ARG001
    """Delete files of print runs that are old enough."""
    desk.forget_files(db, at)
