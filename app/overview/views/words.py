"""What the pages of progress say about states, verdicts and what blocks somebody."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.certificates.types import Missing
from app.core.i18n import (
    LANGUAGES,
    _,
    current_language,
    format_date,
    format_datetime,
    format_list,
    lazy,
    ngettext,
)
from app.core.web import settings
from app.courses.library import library
from app.courses.types import Course
from app.overview.services import STUCK_DAYS
from app.overview.types import Block, BlockKind, Cell, State, Verdict
from app.overview.views.frame import blueprint, today

STATE_NAMES = {
    State.LOCKED: lazy("Locked"),
    State.NOT_STARTED: lazy("Not started"),
    State.LEARNING: lazy("Reading the lessons"),
    State.TO_ASSESS: lazy("Assessment comes next"),
    State.OPEN: lazy("Assessment begun, not submitted"),
    State.FAILED: lazy("Assessment not passed, may try again"),
    State.WAITING: lazy("Assessment not passed, must wait"),
    State.RELEASE: lazy("Assessment not passed, attempts used up"),
    State.PRACTICAL: lazy("Skill checks are missing"),
    State.FORMALITIES: lazy("Everything passed, the certificate must wait"),
    State.READY: lazy("Ready for the certificate"),
    State.CERTIFIED: lazy("Certified"),
}
#: The drawing of a mark; the verdict's own drawing goes before it.
STATE_ICONS = {
    State.LOCKED: "lock",
    State.NOT_STARTED: "",
    State.LEARNING: "book",
    State.TO_ASSESS: "clipboard",
    State.OPEN: "clipboard",
    State.FAILED: "clipboard",
    State.WAITING: "clipboard",
    State.RELEASE: "clipboard",
    State.PRACTICAL: "people",
    State.FORMALITIES: "award",
    State.READY: "award",
    State.CERTIFIED: "award",
}
VERDICT_NAMES = {
    Verdict.BLOCKED: lazy("Blocked"),
    Verdict.LATE: lazy("Late"),
    Verdict.STUCK: lazy("Stuck"),
    Verdict.READY: lazy("Ready"),
    Verdict.ON_TRACK: lazy("On track"),
    Verdict.DONE: lazy("Certified"),
}
VERDICT_TONES = {
    Verdict.BLOCKED: "danger",
    Verdict.LATE: "care",
    Verdict.STUCK: "care",
    Verdict.READY: "good",
    Verdict.ON_TRACK: "neutral",
    Verdict.DONE: "good",
}
VERDICT_ICONS = {
    Verdict.BLOCKED: "stop",
    Verdict.LATE: "clock",
    Verdict.STUCK: "care",
    Verdict.READY: "",
    Verdict.ON_TRACK: "",
    Verdict.DONE: "done",
}
SORT_NAMES = {
    "name": lazy("By name"),
    "urgency": lazy("Most urgent first"),
    "quiet": lazy("Longest without activity first"),
    "due": lazy("By due date"),
}


def short_mark(cell: Cell) -> str:
    """What stands in a cell of the grid: a number that the drawing beside it explains."""
    progress = cell.progress
    match cell.state:
        case State.LOCKED | State.NOT_STARTED:
            return "–"
        case State.LEARNING | State.TO_ASSESS | State.OPEN:
            return f"{progress.lessons_met}/{progress.lessons_total}"
        case State.FAILED | State.WAITING | State.RELEASE:
            return f"{progress.attempts}×"
        case State.PRACTICAL:
            missing = {one.key for one in cell.missing}
            sheets = [sheet.key for sheet in cell.course.sheets]
            return f"{sum(key not in missing for key in sheets)}/{len(sheets)}"
        case _:
            return ""


def state_sentence(cell: Cell) -> str:
    """The state in words, with its numbers."""
    match cell.state:
        case State.LOCKED:
            return _("Locked until this is passed: %(course)s", course=short_title(cell.first))
        case State.LEARNING:
            done, total = cell.progress.lessons_met, cell.progress.lessons_total
            return _("%(done)s of %(total)s lessons done", done=done, total=total)
        case state:
            return str(STATE_NAMES[state])


def short_title(slug: str) -> str:
    """A course's short title in the reader's language; its slug when the course is gone."""
    if not library().has_course(slug):
        return slug
    return library().course(slug).titles(current_language()).short_title


def lesson_titles(slug: str, keys: Iterable[str]) -> str:
    """The titles of lessons in a row; the key of one that is gone."""
    if not library().has_course(slug):
        return ", ".join(keys)
    known = library().course(slug).titles(current_language()).lessons
    return format_list([known[key].title if key in known else key for key in keys])


def block_sentence(block: Block) -> str:
    """What keeps somebody from going on, and who can change it."""
    match block.kind:
        case BlockKind.NEVER_SIGNED_IN:
            return _("Has not signed in yet")
        case BlockKind.NEEDED_COURSE:
            return _(
                "Does not follow the course that comes first: %(course)s",
                course=short_title(block.key),
            )
        case BlockKind.LANGUAGE:
            name = LANGUAGES[block.key].name
            return _("Not open yet in her language: %(language)s", language=name)
        case BlockKind.RELEASE:
            return _("The attempts are used up: you can release another one")
        case BlockKind.WAIT:
            when = format_datetime(block.until) if block.until else ""
            return _("May try the assessment again from %(time)s", time=when)
        case BlockKind.MISSING:
            return ""  # the template says it as the pages of certificates do


def cell_words(cell: Cell, missing_sentence: Callable[[Missing, Course], str]) -> str:
    """Everything that a mark means, for those who do not see it. In Python: a grid has many."""
    words = [state_sentence(cell)]
    if cell.block:
        missing = cell.block.missing
        why = missing_sentence(missing, cell.course) if missing else block_sentence(cell.block)
        words.append(f"{VERDICT_NAMES[Verdict.BLOCKED]}: {why}")
    if cell.is_late and cell.due_on:
        words.append(due_sentence(cell.due_on))
    elif cell.is_stuck:
        words.append(str(VERDICT_NAMES[Verdict.STUCK]))
    if cell.progress.waived:
        number = len(cell.progress.waived)
        words.append(ngettext("%(num)s lesson waived", "%(num)s lessons waived", number))
    return " · ".join(words)


def due_sentence(due_on: date) -> str:
    """When a course is due, and how late it is."""
    days = (today() - due_on).days
    if days > 0:
        return ngettext("%(num)s day late", "%(num)s days late", days)
    return _("Due on %(day)s", day=format_date(due_on))


@blueprint.app_template_filter("programme_clock")
def programme_clock(at: datetime) -> str:
    """Hours and minutes in the programme's zone."""
    zone = ZoneInfo(settings().timezone)
    return f"{at.astimezone(zone):%H:%M}"


@blueprint.context_processor
def words() -> dict[str, Any]:
    """The same for the templates of this room."""
    return {
        "state_icons": STATE_ICONS,
        "verdict_names": VERDICT_NAMES,
        "verdict_tones": VERDICT_TONES,
        "verdict_icons": VERDICT_ICONS,
        "sort_names": SORT_NAMES,
        "short_mark": short_mark,
        "cell_words": cell_words,
        "state_sentence": state_sentence,
        "block_sentence": block_sentence,
        "due_sentence": due_sentence,
        "short_title": short_title,
        "lesson_titles": lesson_titles,
        "stuck_days": STUCK_DAYS,
        "today": today,
    }
