"""What a submitted attempt shows: the score, what was wrong, and where to read it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.courses.library import library
from app.courses.rendering import QuestionView, inline_words
from app.courses.types import Course, Item, ItemType, ReviewState
from app.learning.models import Attempt
from app.learning.services import drawing
from app.learning.services.attempts import answers_of, attempt_of
from app.learning.services.corrections import corrected_of, regrades_of
from app.learning.services.editions import EditionBank, bank_of
from app.learning.services.grading import Corrected, grade
from app.learning.services.pages import NextStep, next_step
from app.learning.services.questions import figure_of, partners_of, texts_of, view_of
from app.learning.services.reading import reading_of
from app.learning.services.records import record_of, state_in
from app.learning.types import (
    AttemptsState,
    AttemptStatus,
    CorrectionKind,
    DrawnItem,
    Outcome,
    Response,
)


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """An answer in words, as safe HTML; no lines when none was given."""

    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """One question after grading; without words it is no longer in the course."""

    position: int
    kind: ItemType
    is_right: bool
    is_must: bool
    text: str | None
    figure: str
    given: ShownAnswer
    right: tuple[ShownAnswer, ...]  # several when a correction accepts each of them
    is_dropped: bool
    is_corrected: bool
    feedback: str
    lesson_key: str | None
    lesson_title: str
    block: str


@dataclass(frozen=True, slots=True)
class Regraded:
    """One correction after which the attempt got another result; `position` counts from 1."""

    at: datetime
    kind: CorrectionKind
    position: int
    reason: str
    language: str
    before_score: int
    before_max: int
    before_passed: bool


@dataclass(frozen=True, slots=True)
class ResultPage:
    """A graded attempt."""

    slug: str
    course_title: str
    attempt_key: str
    is_open: bool
    number: int
    submitted_at: datetime | None
    score: int
    max_score: int
    needed: int
    passed: bool
    has_musts_failed: bool
    language: str
    is_withheld: bool
    offered: tuple[str, ...]
    review: ReviewState
    questions: tuple[QuestionResult, ...]  # none while no language of the course is open
    regraded: tuple[Regraded, ...]
    is_kept: bool  # whether a correction would have lowered the result
    state: AttemptsState
    step: NextStep | None

    @property
    def wrong(self) -> tuple[QuestionResult, ...]:
        """The questions to read again."""
        return tuple(each for each in self.questions if not (each.is_right or each.is_dropped))

    @property
    def right(self) -> tuple[QuestionResult, ...]:
        """The questions that were right."""
        return tuple(each for each in self.questions if each.is_right)

    @property
    def dropped(self) -> tuple[QuestionResult, ...]:
        """The questions that do not count any more."""
        return tuple(each for each in self.questions if each.is_dropped)


def result_page(
    db: Session,
    user: User,
    slug: str,
    attempt_key: str,
    language: str,
    at: datetime,
    *,
    require_review: bool = False,
) -> ResultPage:
    """A graded attempt; of an open one it holds no question. Raises AttemptNotFound."""
    course = library().course(slug)
    attempt = attempt_of(db, user, slug, attempt_key)
    is_open = attempt.status is AttemptStatus.OPEN
    bank = bank_of(attempt.edition)
    reading = reading_of(db, user, course, require_review=require_review)
    code = reading.shown(language)
    has_words = reading.is_open and not is_open
    record = record_of(db, user, at, deadlines=True)
    graded = None if is_open else _Graded.of(db, attempt, bank)
    max_score = attempt.max_score or len(attempt.items)
    return ResultPage(
        slug=slug,
        course_title=course.titles(code).short_title,
        attempt_key=attempt.key,
        is_open=is_open,
        number=attempt.number,
        submitted_at=attempt.submitted_at,
        score=attempt.score or 0,
        max_score=max_score,
        needed=-(-bank.assessment.pass_percent * max_score // 100),
        passed=bool(attempt.passed),
        has_musts_failed=bool(attempt.musts_failed),
        language=code,
        is_withheld=reading.is_withheld(language),
        offered=reading.offered(language),
        review=reading.state(code),
        questions=_questions(course, graded, code) if has_words and graded else (),
        regraded=_regraded(db, attempt),
        is_kept=graded is not None and graded.differs_from(attempt),
        state=state_in(record, slug, course.assessment, at),
        step=next_step(course, record, code, at) if reading.is_open else None,
    )


@dataclass(frozen=True, slots=True)
class _Graded:
    """An attempt graded by what holds now. Its result may differ: see services/regrading.py."""

    bank: EditionBank
    drawn: tuple[DrawnItem, ...]
    answers: Mapping[int, Response]
    corrected: Corrected
    outcome: Outcome

    @classmethod
    def of(cls, db: Session, attempt: Attempt, bank: EditionBank) -> _Graded:
        drawn, answers = drawing.from_json(attempt.items), answers_of(db, attempt)
        corrected = corrected_of(db, attempt.edition)
        outcome = grade(bank.items, drawn, answers, bank.assessment.pass_percent, corrected)
        return cls(bank, drawn, answers, corrected, outcome)

    def differs_from(self, attempt: Attempt) -> bool:
        """Whether the attempt has kept a result that what holds now would not give."""
        now = (self.outcome.score, self.outcome.max_score, self.outcome.passed)
        return now != (attempt.score, attempt.max_score, attempt.passed)


def _regraded(db: Session, attempt: Attempt) -> tuple[Regraded, ...]:
    places = {one["key"]: position for position, one in enumerate(attempt.items, start=1)}
    return tuple(
        Regraded(
            row.correction.corrected_at,
            row.correction.kind,
            places[row.correction.item_key],
            row.correction.reason,
            row.correction.language,
            row.before_score,
            row.before_max,
            row.before_passed,
        )
        for row in regrades_of(db, attempt)
    )


def _questions(course: Course, graded: _Graded, language: str) -> tuple[QuestionResult, ...]:
    return tuple(
        _result(course, position, one, graded, language)
        for position, one in enumerate(graded.drawn, start=1)
    )


def _result(
    course: Course, position: int, drawn: DrawnItem, graded: _Graded, language: str
) -> QuestionResult:
    item, response = graded.bank.items[drawn.key], graded.answers.get(position, {})
    view = view_of(course, item, drawn, language)
    lesson = next((each for each in course.lessons if each.key == item.lesson), None)
    titles = course.titles(language).lessons
    accepted = graded.corrected.accepted.get(drawn.key)
    keys = (key_of(item),) if accepted is None else accepted
    is_dropped = position in graded.outcome.dropped
    return QuestionResult(
        position=position,
        kind=item.type,
        is_right=position not in graded.outcome.wrong and not is_dropped,
        is_must=item.must is not None,
        text=view.question if view else None,
        figure=figure_of(course, item, view, language, f"q{position}"),
        given=shown(item, view, response) if view else ShownAnswer(),
        right=tuple(shown(item, view, key) for key in keys) if view else (),
        is_dropped=is_dropped,
        is_corrected=accepted is not None,
        feedback=_feedback(course, drawn.key, language) if view and accepted is None else "",
        lesson_key=lesson.key if lesson else None,
        lesson_title=titles[lesson.key].title if lesson else "",
        block=item.block or "",
    )


def key_of(item: Item) -> Response:
    """The right response to an item."""
    match item.type:
        case ItemType.SINGLE:
            return {"option": item.answer[0]}
        case ItemType.MULTIPLE:
            return {"options": list(item.answer)}
        case ItemType.TRUE_FALSE:
            return {"value": item.answer}
        case ItemType.ORDERING:
            return {"places": {key: place for place, key in enumerate(item.answer, start=1)}}
        case ItemType.MATCHING:
            return {"pairs": dict(item.answer)}
        case ItemType.NUMERIC:
            return {"figures": [f"{figure:g}" for figure in item.answer.figures]}


def _feedback(course: Course, key: str, language: str) -> str:
    return inline_words(course, course.words[language].bank[key].feedback, language)


def shown(item: Item, view: QuestionView, response: Mapping[str, Any]) -> ShownAnswer:
    """A response in the words of the question, as safe HTML."""
    return ShownAnswer(_lines(item, view, response) if response else ())


def _lines(item: Item, view: QuestionView, response: Mapping[str, Any]) -> tuple[str, ...]:
    texts = texts_of(view)
    match item.type:
        case ItemType.TRUE_FALSE:
            return (texts[str(response["value"]).lower()],)
        case ItemType.SINGLE:
            return (texts[response["option"]],)
        case ItemType.MULTIPLE:
            return tuple(texts[key] for key in response["options"])
        case ItemType.ORDERING:
            return _ordered(texts, response["places"])
        case ItemType.MATCHING:
            return _paired(view, response["pairs"])
        case ItemType.NUMERIC:
            figures = view.between.join(figure or "?" for figure in response["figures"])
            return (f"{figures}\u00a0{view.unit}".strip(),)


def _ordered(texts: Mapping[str, str], places: Mapping[str, int]) -> tuple[str, ...]:
    keys = sorted(places, key=lambda key: places[key])
    return tuple(f"{places[key]}. {texts[key]}" for key in keys)


def _paired(view: QuestionView, pairs: Mapping[str, str]) -> tuple[str, ...]:
    left, right = texts_of(view), partners_of(view)
    return tuple(f"{left[key]} → {right[pairs[key]]}" for key in left if key in pairs)
