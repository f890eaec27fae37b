"""Slow work: drawing the paper twins in the worker's warm renderer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.core.errors import GIVEN_UP, kept_sentence
from app.core.jobs import begin_step, task, when_given_up
from app.core.pdf import DoesNotFit
from app.practicals.rendering.papers import PaperFacts, sheets_pdf, sign_in_pdf
from app.practicals.services import papers
from app.practicals.types.sessions import PaperKind, UnprintablePaper


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
    if content is not None:
        papers.store_paper(db, number, content, at)
    else:
        papers.record_fault(db, number, fault)


@when_given_up("practicals.paper")
def give_paper_up(db: Session, payload: Mapping[str, Any], at: datetime) -> None:  # noqa: ARG001
    """Say on the day's page that a paper failed, and not that it is being made."""
    papers.record_fault(db, int(payload["paper"]), GIVEN_UP)


def _drawn(kind: PaperKind, facts: PaperFacts) -> tuple[bytes | None, str]:
    try:
        return (sign_in_pdf if kind is PaperKind.SIGN_IN else sheets_pdf)(facts), ""
    except (UnprintablePaper, DoesNotFit) as error:  # trying again would not help
        return None, kept_sentence(error)
