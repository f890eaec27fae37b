"""Correcting a question: its words, what may be answered, and what a correction touches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.certificates import services as certificates
from app.certificates.models import Certificate
from app.courses.rendering import QuestionView, figure_svg, inline_words, question_words
from app.courses.types import Course, Item, ItemType, NumericAnswer
from app.learning import services as learning
from app.learning.services import Change, Effect
from app.learning.types import Response, UnreadableAnswer

#: Rows of a list before it is cut; the number of all stands above it.
MOST_LISTED = 200
SEVERAL = {ItemType.SINGLE, ItemType.TRUE_FALSE}


@dataclass(frozen=True, slots=True)
class ShownItem:
    """A question in one language; without words it is in today's files no more."""

    item: Item
    view: QuestionView | None
    figure: str
    feedback: str

    def lines(self, response: Response) -> tuple[str, ...]:
        """A response in words, as safe HTML; by its keys where there are no words."""
        if self.view is None:
            return tuple(str(part) for part in response.values())
        return learning.shown(self.item, self.view, response).lines

    @property
    def key(self) -> tuple[str, ...]:
        """What counts as right in this shape of the question."""
        return self.lines(learning.key_of(self.item))


@dataclass(frozen=True, slots=True)
class Affected:
    """One effect of a correction with the people in it, as many as are listed."""

    effect: Effect
    total: int
    listed: tuple[tuple[User, Change], ...]


def shown_item(course: Course, item: Item, language: str) -> ShownItem:
    """A question in the words of today's files."""
    words = course.words[language].bank.get(item.key)
    try:
        view = question_words(course, item, language) if words else None
    except KeyError:
        view = None
    if view is None or words is None:
        return ShownItem(item, None, "", "")
    figure = figure_svg(course, item.figure, language, f"q-{item.key}") if item.figure else ""
    return ShownItem(item, view, figure, inline_words(course, words.feedback, language))


def answers_given(
    item: Item, chosen: Sequence[str], lines: Mapping[str, str], *, keeps_old: bool
) -> tuple[Response, ...]:
    """The right answers in what was sent: each whole and readable, or UnreadableAnswer.

    `chosen` are options; `lines` what stands beside each line or figure, by its place from 1.
    """
    if item.type in SEVERAL:
        sent = [_one_of_several(item, key) for key in dict.fromkeys(chosen)]
    else:
        sent = [_whole(item, chosen, lines)]
    found = [learning.normalise(item, one) for one in sent]
    if not found or not all(learning.is_complete(item, one) for one in found):
        raise UnreadableAnswer
    old = learning.normalise(item, learning.key_of(item))
    return (old, *found) if keeps_old and old not in found else tuple(found)


def _one_of_several(item: Item, key: str) -> Response:
    if item.type is ItemType.TRUE_FALSE:
        return {"value": {"true": True, "false": False}.get(key, key)}
    return {"option": key}


def _whole(item: Item, chosen: Sequence[str], lines: Mapping[str, str]) -> Response:
    match item.type:
        case ItemType.MULTIPLE:
            return {"options": list(chosen)}
        case ItemType.ORDERING:
            places = {key: lines.get(str(at), "") for at, key in enumerate(item.options, 1)}
            return {"places": {key: _place(text) for key, text in places.items()}}
        case ItemType.MATCHING:
            return {"pairs": {key: lines.get(str(at)) for at, key in enumerate(item.left, 1)}}
        case ItemType.NUMERIC:
            return {"figures": _figures(item, lines)}
        case _:
            raise UnreadableAnswer


def _place(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 4):
        raise UnreadableAnswer
    return int(text)


def _figures(item: Item, lines: Mapping[str, str]) -> list[str]:
    if item.type is not ItemType.NUMERIC:
        raise UnreadableAnswer
    shape, count = item.answer.shape.value, len(item.answer.figures)
    figures = [lines.get(str(at), "")[:40] for at in range(1, count + 1)]
    try:  # a range goes from low to high, as in a course file
        numbers = learning.normalise(item, {"figures": figures})["figures"]
        values = tuple(float(number) for number in numbers)
        NumericAnswer.model_validate({shape: values if count > 1 else values[0]})
    except (KeyError, ValueError, ValidationError) as error:
        raise UnreadableAnswer from error
    return figures


def affected(db: Session, changes: Iterable[Change]) -> list[Affected]:
    """Who is touched, one list for each effect; who keeps everything is only counted."""
    by_effect: dict[Effect, list[Change]] = {effect: [] for effect in Effect}
    for change in changes:
        by_effect[change.effect].append(change)
    listed = {
        effect: rows[:MOST_LISTED] if effect is not Effect.NOTHING else []
        for effect, rows in by_effect.items()
    }
    ids = {change.user_id for rows in listed.values() for change in rows}
    users = {user.id: user for user in db.scalars(select(User).where(User.id.in_(ids)))}
    return [
        Affected(
            effect,
            len(by_effect[effect]),
            tuple((users[change.user_id], change) for change in rows),
        )
        for effect, rows in listed.items()
    ]


def certificates_touched(
    db: Session, course: Course, changes: Iterable[Change]
) -> Sequence[Certificate]:
    """Certificates that rest on an attempt with another result; they stay as they are."""
    changed = [change for change in changes if change.is_changed]
    lost = {one.user_id: one.submitted_at for one in changed if one.effect is Effect.FAILS}
    return certificates.certificates_on(db, course.slug, [one.attempt_key for one in changed], lost)
