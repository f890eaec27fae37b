"""Slow work: drawing the paper twins in the worker's warm renderer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.core.jobs import begin_step, task
from app.core.pdf import DoesNotFit, MissingGlyph
from app.practicals.rendering.papers import PaperFacts, sheets_pdf, sign_in_pdf
from app.practicals.services import papers
from app.practicals.types.sessions import PaperKind


@task("practicals.paper")
def draw(db: Session, payload: Mapping[str, Any], at: datetime) -> None:
    """Draw a sign-in list or skill sheets; a drawn one is left alone."""
    number = int(payload["paper"])
    wanted = papers.facts_to_draw(db, number)
    db.rollback()
    if wanted is None:
        return
    content, fault = _drawn(*wanted)
    begin_step(db)
    papers.store_paper(db, number, content, fault, at)


def _drawn(kind: PaperKind, facts: PaperFacts) -> tuple[bytes | None, str | None]:
    try:
        return (sign_in_pdf if kind is PaperKind.SIGN_IN else sheets_pdf)(facts), None
    except (MissingGlyph, DoesNotFit) as error:  # trying again would not help
        return None, error.message % error.values
