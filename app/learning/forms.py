"""What a trainee may send: completions, answers, submissions. Each carries its event id."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import HiddenField

from app.core.errors import InvalidEventId
from app.core.events import valid_event_id
from app.core.forms import EventForm
from app.core.web import row_number
from app.courses.types import ItemType
from app.learning.services import QuestionPage, normalise
from app.learning.types import GivenOrder, Response, UnreadableAnswer

Sent = MultiDict[str, str]
LONGEST_NUMBER = 40
_TRUTHS = {"true": True, "false": False}


class AnswerForm(EventForm):
    """An answer. `page_id` and `sequence` tell which of several quick answers was the last."""

    page_id = HiddenField()
    sequence = HiddenField()

    def order(self) -> GivenOrder | None:
        """Where the answer stands among those of its open page; None when it does not say."""
        try:
            return GivenOrder(
                valid_event_id(self.page_id.data), row_number(self.sequence.data or "0")
            )
        except (InvalidEventId, ValueError):
            return None


def read_response(page: QuestionPage, sent: Sent) -> Response:
    """The response in what was sent for a question; {} for none. Raises UnreadableAnswer.

    Options are sent as their place in the shown order: see services/questions.py.
    """
    return normalise(page.item, _READERS[page.kind](page, sent))


def typed_figures(page: QuestionPage, sent: Sent) -> Response | None:
    """The text of number fields as it was typed, to show it again beside the message."""
    if page.kind is not ItemType.NUMERIC:
        return None
    return {"figures": [text[:LONGEST_NUMBER] for text in _figures(page, sent)]}


def _single(page: QuestionPage, sent: Sent) -> Response:
    chosen = sent.get("choice", "")
    return {"option": _at(page.drawn.options, chosen)} if chosen else {}


def _multiple(page: QuestionPage, sent: Sent) -> Response:
    return {"options": [_at(page.drawn.options, each) for each in sent.getlist("choice")]}


def _truth(_page: QuestionPage, sent: Sent) -> Response:
    chosen = sent.get("choice", "")
    if chosen and chosen not in _TRUTHS:
        raise UnreadableAnswer
    return {"value": _TRUTHS[chosen]} if chosen else {}


def _ordering(page: QuestionPage, sent: Sent) -> Response:
    return {"places": {key: _number(text) for key, text in _by_line(page, "place", sent).items()}}


def _matching(page: QuestionPage, sent: Sent) -> Response:
    lines = _by_line(page, "partner", sent)
    return {"pairs": {key: _at(page.drawn.right, text) for key, text in lines.items()}}


def _numeric(page: QuestionPage, sent: Sent) -> Response:
    return {"figures": _figures(page, sent)}


def _figures(page: QuestionPage, sent: Sent) -> list[str]:
    return [sent.get(f"figure-{field}", "") for field in range(1, len(page.figures) + 1)]


def _by_line(page: QuestionPage, name: str, sent: Sent) -> dict[str, str]:
    """What was chosen for each line, without the lines left open."""
    lines = enumerate(page.drawn.options, start=1)
    given = {key: sent.get(f"{name}-{number}", "") for number, key in lines}
    return {key: text for key, text in given.items() if text}


def _at(keys: tuple[str, ...], text: str) -> str:
    place = _number(text)
    if not 1 <= place <= len(keys):
        raise UnreadableAnswer
    return keys[place - 1]


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 4):
        raise UnreadableAnswer
    return int(text)


_READERS: dict[ItemType, Callable[[QuestionPage, Sent], dict[str, Any]]] = {
    ItemType.SINGLE: _single,
    ItemType.MULTIPLE: _multiple,
    ItemType.TRUE_FALSE: _truth,
    ItemType.ORDERING: _ordering,
    ItemType.MATCHING: _matching,
    ItemType.NUMERIC: _numeric,
}
