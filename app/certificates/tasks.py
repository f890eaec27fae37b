"""Slow work: drawing PDFs in the worker's warm renderer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.certificates import loader, rendering, services
from app.certificates.types import UnprintableName
from app.core.db import begin_write
from app.core.jobs import task
from app.core.pdf import DoesNotFit, MissingGlyph

#: Trying again would not help; the administrator must hear of it.
_LASTING = (UnprintableName, MissingGlyph, DoesNotFit)


@task("certificates.render")
def render(db: Session, payload: Mapping[str, Any], at: datetime) -> None:
    """Make the file of a certificate from its frozen facts; a made one is left alone."""
    number = int(payload["certificate"])
    facts = services.facts_to_print(db, number)
    db.rollback()
    if facts is None:
        return
    content, fault = _draw(facts, is_preview=False)
    begin_write(db)
    if content is not None:
        services.store_pdf(db, number, content, at)
    else:
        services.record_fault(db, number, fault)
    db.commit()


@task("certificates.preview")
def preview(db: Session, payload: Mapping[str, Any], at: datetime) -> None:  # noqa: ARG001
    """Draw a preview, if it is still wanted."""
    key = str(payload["preview"])
    facts = services.preview_facts(db, key)
    db.rollback()
    if facts is None:
        return
    content, fault = _draw(facts, is_preview=True)
    begin_write(db)
    services.store_preview(db, key, content, fault or None)
    db.commit()


def _draw(facts: Mapping[str, Any], *, is_preview: bool) -> tuple[bytes | None, str]:
    template = loader.template(facts["template"])
    try:
        return rendering.certificate_pdf(facts, template, is_preview=is_preview), ""
    except _LASTING as error:
        return None, error.message % error.values
