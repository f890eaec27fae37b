"""Counting a course's answers for the analysis of its questions: sums alone, nobody's answers.

Only the first submitted attempt of each person counts: later ones are by people who have seen
what was wrong. An answer counts in the language in which it was given; a question left open
counts in no language. Questions are scored by what holds now, corrections included.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from sqlalchemy import ColumnElement, Select, Text, cast, func, select
from sqlalchemy.orm import Session

from app.courses.models import CourseEdition
from app.courses.types import Course, Item, ItemType
from app.learning.models import Attempt, AttemptAnswer, Enrollment
from app.learning.services.corrections import corrected_in
from app.learning.services.editions import bank_of
from app.learning.services.grading import Corrected, counts_as_right
from app.learning.services.statistics import correlation
from app.learning.services.variants import without_key
from app.learning.types import AttemptStatus, Response

#: A typed figure that fewer people gave is not kept on its own: it could be somebody's.
LEAST_ALIKE = 5
OTHER = "*"

Tally = list[int]  # answered, right


@dataclass(slots=True)
class GroupCount:
    """The answers to one question in one language. `strata`: by "rest score/other questions"."""

    answered: int = 0
    right: int = 0
    labels: dict[str, int] = field(default_factory=dict)
    strata: dict[str, Tally] = field(default_factory=dict)


@dataclass(slots=True)
class ItemCount:
    """The answers to one question. `low` and `high` are the weakest and the strongest third."""

    left_open: int = 0
    discrimination: float | None = None
    low: Tally = field(default_factory=lambda: [0, 0])
    high: Tally = field(default_factory=lambda: [0, 0])
    low_labels: dict[str, int] = field(default_factory=dict)
    high_labels: dict[str, int] = field(default_factory=dict)
    languages: dict[str, GroupCount] = field(default_factory=dict)

    @property
    def answered(self) -> int:
        """How many people answered, in any language."""
        return sum(group.answered for group in self.languages.values())

    @property
    def right(self) -> int:
        """How many of them were right."""
        return sum(group.right for group in self.languages.values())


@dataclass(frozen=True, slots=True)
class _Given:
    """One answer; `rest` is the share of the person's other questions that were right."""

    rest: float
    is_right: bool
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Mark:
    key: str
    is_right: bool
    is_counted: bool
    language: str  # "" for a question left open
    labels: tuple[str, ...] = ()


def count_answers(
    db: Session, course: Course, since: datetime | None = None
) -> tuple[int, dict[str, ItemCount]]:
    """How many first attempts there are, and the counts of today's questions by their key.

    `since`: only people whose first attempt was submitted then or later. Questions that may be
    answered otherwise than today's were other questions and are left out.
    """
    judge = _Judge.of(db, course)
    counts: dict[str, ItemCount] = {item.key: ItemCount() for item in course.items}
    given: defaultdict[str, list[_Given]] = defaultdict(list)
    attempts = 0
    for marks in _marked(db, course, since, judge):
        attempts += 1
        _add(marks, counts, given)
    kinds = {item.key: item.type for item in course.items}
    for key, count in counts.items():
        _finish(count, given[key], kinds[key])
    return attempts, counts


def count_first_attempts(db: Session, slug: str, since: datetime | None = None) -> int:
    """How many people have submitted a first attempt."""
    query = select(func.count()).select_from(Attempt).where(*_first_ones(slug, since))
    return db.scalar(query) or 0


def _first_ones(slug: str, since: datetime | None) -> list[ColumnElement[bool]]:
    first = (
        select(func.min(Attempt.id))
        .join(Enrollment, Attempt.enrollment_id == Enrollment.id)
        .where(Enrollment.course_slug == slug, Attempt.status == AttemptStatus.SUBMITTED)
        .group_by(Attempt.enrollment_id)
    )
    found: list[ColumnElement[bool]] = [Attempt.id.in_(first)]
    return found if since is None else [*found, Attempt.submitted_at >= since]


def _answers(slug: str, since: datetime | None) -> Select[int, int, str, str]:
    # Responses stay text: the same answer is judged once, however many people gave it.
    return (
        select(
            AttemptAnswer.attempt_id,
            AttemptAnswer.position,
            cast(AttemptAnswer.response, Text),
            AttemptAnswer.language,
        )
        .join(Attempt, AttemptAnswer.attempt_id == Attempt.id)
        .where(*_first_ones(slug, since), AttemptAnswer.is_late.is_(False))
        .order_by(AttemptAnswer.attempt_id, AttemptAnswer.id)
    )


@dataclass(frozen=True, slots=True)
class _Judge:
    """Says of a stored answer whether it is right and how it is counted."""

    editions: Mapping[int, CourseEdition]
    corrected: Mapping[int, Corrected]
    present: Mapping[str, Item]
    _known: dict[tuple[int, str, str], tuple[bool, bool, tuple[str, ...]]]
    _same: dict[tuple[int, str], bool]

    @classmethod
    def of(cls, db: Session, course: Course) -> _Judge:
        rows = db.scalars(select(CourseEdition).where(CourseEdition.slug == course.slug)).all()
        editions = {row.id: row for row in rows}
        present = {item.key: item for item in course.items}
        return cls(editions, corrected_in(db, rows), present, {}, {})

    def is_counted(self, edition_id: int, key: str) -> bool:
        """Whether no correction dropped the question."""
        return key not in self.corrected[edition_id].dropped

    def is_todays(self, edition_id: int, key: str) -> bool:
        """Whether the question could be answered then as it can be today."""
        place = edition_id, key
        if place not in self._same:
            now = self.present.get(key)
            then = bank_of(self.editions[edition_id]).items[key]
            self._same[place] = now is not None and without_key(then) == without_key(now)
        return self._same[place]

    def judge(self, edition_id: int, key: str, text: str) -> tuple[bool, bool, tuple[str, ...]]:
        """Whether something was answered, whether it is right, and what was chosen."""
        place = edition_id, key, text
        if place not in self._known:
            item = bank_of(self.editions[edition_id]).items[key]
            response: Response = json.loads(text)
            is_right = bool(response) and counts_as_right(
                item, response, self.corrected[edition_id]
            )
            self._known[place] = bool(response), is_right, labels_of(item, response)
        return self._known[place]


def labels_of(item: Item, response: Response) -> tuple[str, ...]:
    """What is counted of an answer: the options chosen, the lines in their right place."""
    return _labels(item, response) if response else ()


def _labels(item: Item, response: Response) -> tuple[str, ...]:
    match item.type:
        case ItemType.SINGLE:
            return (response["option"],)
        case ItemType.MULTIPLE:
            return tuple(response["options"])
        case ItemType.TRUE_FALSE:
            return ("true" if response["value"] else "false",)
        case ItemType.ORDERING:
            places = {key: place for place, key in enumerate(item.answer, start=1)}
            return tuple(key for key, at in response["places"].items() if places[key] == at)
        case ItemType.MATCHING:
            return tuple(key for key, to in response["pairs"].items() if item.answer[key] == to)
        case ItemType.NUMERIC:
            return (" ".join(figure or "?" for figure in response["figures"]),)


def _marked(
    db: Session, course: Course, since: datetime | None, judge: _Judge
) -> Iterator[list[_Mark]]:
    """Each person's first attempt, question by question."""
    answers = _by_attempt(db, _answers(course.slug, since))
    rows = db.execute(
        select(Attempt.id, Attempt.edition_id, cast(Attempt.items, Text))
        .where(*_first_ones(course.slug, since))
        .order_by(Attempt.id)
    )
    following = next(answers, None)
    for attempt_id, edition_id, items in rows.all():
        given: Mapping[int, tuple[str, str]] = {}
        if following is not None and following[0] == attempt_id:
            given, following = following[1], next(answers, None)
        yield [
            _mark(judge, edition_id, drawn["key"], given.get(position))
            for position, drawn in enumerate(json.loads(items), start=1)
        ]


def _by_attempt(
    db: Session, query: Select[int, int, str, str]
) -> Iterator[tuple[int, dict[int, tuple[str, str]]]]:
    rows = db.execute(query.execution_options(yield_per=5000))
    for attempt_id, group in groupby(rows, key=itemgetter(0)):
        yield attempt_id, {position: (text, language) for _, position, text, language in group}


def _mark(judge: _Judge, edition_id: int, key: str, given: tuple[str, str] | None) -> _Mark:
    is_counted = judge.is_counted(edition_id, key)
    text, language = given or ("{}", "")
    is_answered, is_right, labels = judge.judge(edition_id, key, text)
    own = key if judge.is_todays(edition_id, key) else ""
    return _Mark(own, is_right, is_counted, language if is_answered else "", labels)


def _add(
    marks: list[_Mark], counts: Mapping[str, ItemCount], given: Mapping[str, list[_Given]]
) -> None:
    others = sum(mark.is_counted for mark in marks)
    score = sum(mark.is_right for mark in marks if mark.is_counted)
    for mark in marks:
        if not mark.key:
            continue
        count = counts[mark.key]
        if not mark.language:
            count.left_open += 1
            continue
        rest = score - (mark.is_right and mark.is_counted)
        among = others - mark.is_counted
        _count_in(count.languages.setdefault(mark.language, GroupCount()), mark, f"{rest}/{among}")
        share = rest / among if among else 0.0
        given[mark.key].append(_Given(share, mark.is_right, mark.labels))


def _count_in(group: GroupCount, mark: _Mark, stratum: str) -> None:
    group.answered += 1
    group.right += mark.is_right
    for label in mark.labels:
        group.labels[label] = group.labels.get(label, 0) + 1
    tally = group.strata.setdefault(stratum, [0, 0])
    tally[0] += 1
    tally[1] += mark.is_right


def _finish(count: ItemCount, given: list[_Given], kind: ItemType) -> None:
    """What needs all answers to a question: discrimination and thirds."""
    count.discrimination = correlation([(one.rest, float(one.is_right)) for one in given])
    given.sort(key=lambda one: one.rest)
    third = len(given) // 3
    weak, strong = given[:third], given[len(given) - third :]
    count.low = [third, sum(one.is_right for one in weak)]
    count.high = [third, sum(one.is_right for one in strong)]
    count.low_labels = dict(Counter(label for one in weak for label in one.labels))
    count.high_labels = dict(Counter(label for one in strong for label in one.labels))
    if kind is ItemType.NUMERIC:
        _hide_rare_figures(count)


def _hide_rare_figures(count: ItemCount) -> None:
    total: Counter[str] = Counter()
    for group in count.languages.values():
        total.update(group.labels)
    kept = {label for label, number in total.items() if number >= LEAST_ALIKE}
    for labels in [
        count.low_labels,
        count.high_labels,
        *(group.labels for group in count.languages.values()),
    ]:
        rare = [label for label in labels if label not in kept]
        together = sum(labels.pop(label) for label in rare)
        if together:
            labels[OTHER] = labels.get(OTHER, 0) + together
