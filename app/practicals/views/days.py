"""What the pages of training days share: words, the day that is asked for, its states."""

from __future__ import annotations

from datetime import time
from typing import Any

from sqlalchemy.orm import Session

from app.core.clock import now
from app.core.db import reading
from app.core.i18n import N_, _, current_language
from app.core.identity import current_person
from app.courses.library import library
from app.courses.types import Participants
from app.practicals import rendering
from app.practicals.models.sessions import SessionStation, TrainingSession
from app.practicals.services import sessions
from app.practicals.services.closing import Board
from app.practicals.services.words import hours_of
from app.practicals.types.sessions import CellState, Presence
from app.practicals.views.frame import blueprint

PRESENCES = {
    Presence.PRESENT: (N_("Present"), "good"),
    Presence.LATE: (N_("Late"), "care"),
    Presence.LEFT_EARLY: (N_("Left early"), "care"),
    Presence.EXCUSED: (N_("Excused"), "neutral"),
    Presence.ABSENT: (N_("Absent"), "danger"),
}
CELLS = {
    CellState.PASSED: (N_("Passed"), "good"),
    CellState.FAILED: (N_("Not passed"), "danger"),
    CellState.ABSENT: (N_("Absent"), "neutral"),
    CellState.EXCUSED: (N_("Excused"), "neutral"),
    CellState.DEFERRED: (N_("Deferred"), "neutral"),
    CellState.NOT_ENROLLED: (N_("Does not follow this course"), "neutral"),
    CellState.UNSETTLED: (N_("Second examiner missing, or not settled"), "care"),
    CellState.OPEN: (N_("Missing"), "care"),
}


def me() -> Any:
    """The signed-in person."""
    return current_person()


def seen(db: Session, key: object) -> TrainingSession:
    """A day that the signed-in person sees; raises NotFound."""
    return sessions.session_of(db, me(), str(key))


def led(db: Session, key: object) -> TrainingSession:
    """A day that the signed-in person manages; raises NotFound."""
    return sessions.led_session(db, me(), str(key))


@blueprint.app_template_filter("hours")
def hours(session: TrainingSession) -> str:
    """From when to when, in the place's time."""
    return hours_of(session)


@blueprint.app_template_filter("clock")
def clock(at: time) -> str:
    """A time of the day."""
    return f"{at:%H:%M}"


@blueprint.app_template_filter("station_title")
def station_title(station: SessionStation) -> str:
    """The title of the station's skill sheet in the reader's language."""
    slug, key = station.sheet
    return rendering.sheet_words(slug, key, current_language()).title


@blueprint.app_template_filter("duration")
def duration(minutes: int) -> str:
    """Minutes as hours and minutes, in symbols that all languages share."""
    whole, rest = divmod(minutes, 60)
    parts = [f"{whole}\u00a0h"] if whole else []
    return " ".join([*parts, f"{rest}\u00a0min"] if rest or not whole else parts)


def state_of(session: TrainingSession) -> tuple[str, str]:
    """The day's state in words and its tone."""
    if session.cancelled_at is not None:
        return _("Cancelled"), "danger"
    if session.closed_at is not None:
        return _("Day closed"), "neutral"
    today = sessions.today_at(session, now())
    if session.held_on > today:
        return _("Planned"), "neutral"
    return (_("Today"), "good") if session.held_on == today else (_("Not closed"), "care")


@blueprint.context_processor
def _day_words() -> dict[str, Any]:
    return {
        "presences": PRESENCES,
        "cells": CELLS,
        "day_state": state_of,
        "group_of": group_of,
        "close_facts": close_facts,
    }


@blueprint.app_template_filter("course_title")
def course_title(slug: str) -> str:
    """A course's title in the reader's language; its slug when it is gone."""
    return rendering.course_title(slug, current_language())


def group_of(station: SessionStation) -> Participants:
    """For how many people, in which roles, the station's sheet is."""
    slug, key = station.sheet
    if not library().has_course(slug):
        return Participants(min=1, max=1, roles=())
    return library().course(slug).sheet(key).participants


def close_facts(board: Board) -> list[tuple[str, int]]:
    """How many stations are in which state, for the page that asks before closing."""
    return [(_(CELLS[state][0]), number) for state in CELLS if (number := board.counts[state])]


def leads(session: TrainingSession) -> bool:
    """Whether the signed-in person manages the day."""
    return sessions.leads_session(reading(), me(), session)
