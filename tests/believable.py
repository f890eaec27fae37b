"""Believable attempts in any number, seeded: people of different ability answer a real course.

Each person has an ability and each question a difficulty on one scale of logits (Rasch's model);
a planted question is harder in one language by as many logits as is said. Whoever is wrong prefers
some wrong options to others.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.events import new_event_id
from app.courses.library import record_edition
from app.courses.types import Course, Item, ItemType
from app.learning.models import Attempt, AttemptAnswer, Enrollment
from app.learning.services import drawing
from app.learning.services.grading import grade
from app.learning.services.results import key_of
from app.learning.types import AttemptStatus, DrawnItem, Response
from tests.factories import AT, PEOPLE


@dataclass(frozen=True)
class Programme:
    """How many people answer in each language, how able they are, and what is planted."""

    people: Mapping[str, int]
    ability: Mapping[str, float] = field(default_factory=dict)  # mean in logits; 1.2 if not said
    planted: Mapping[tuple[str, str], float] = field(default_factory=dict)  # (question, language)
    seed: int = 20260302


def fill(db: Session, course: Course, programme: Programme) -> None:
    """Write the people and one submitted attempt of each, in a few statements."""
    chance = Random(programme.seed)
    hardness = {item.key: chance.gauss(-0.4, 0.8) for item in course.items}
    edition = record_edition(db, course, AT)
    languages = [code for code, number in programme.people.items() for _ in range(number)]
    users = _write(db, User, [_person(code) for code in languages])
    rows = [{"user_id": one, "course_slug": course.slug, "enrolled_at": AT} for one in users]
    enrollments = _write(db, Enrollment, rows)
    attempts, answers = [], []
    for enrollment_id, code in zip(enrollments, languages, strict=True):
        drawn = drawing.draw(course.assessment, course.items, (), chance)
        ability = chance.gauss(programme.ability.get(code, 1.2), 1.0)
        given = dict(_answers(course, drawn, code, ability, hardness, programme, chance))
        attempts.append(_attempt(course, enrollment_id, edition.id, code, drawn, given))
        answers.append((code, given))
    ids = _write(db, Attempt, attempts)
    db.execute(insert(AttemptAnswer), list(_answer_rows(ids, answers)))
    db.flush()


def _write(db: Session, model: Any, rows: list[dict[str, Any]]) -> list[int]:
    statement = insert(model).returning(model.id, sort_by_parameter_order=True)
    return list(db.scalars(statement, rows))


def _person(code: str) -> dict[str, Any]:
    native, latin, chinese, nationality, _language = next(
        (one for one in PEOPLE if one[4] == code), PEOPLE[0]
    )
    key = new_event_id()
    return {
        "key": key,
        "username": key,
        "username_folded": key,
        "role": "trainee",
        "native_name": native,
        "latin_name": latin,
        "chinese_name": chinese,
        "nationality": nationality,
        "language": code,
        "created_at": AT,
    }


def _answers(
    course: Course,
    drawn: tuple[DrawnItem, ...],
    code: str,
    ability: float,
    hardness: Mapping[str, float],
    programme: Programme,
    chance: Random,
) -> Iterator[tuple[int, Response]]:
    items = {item.key: item for item in course.items}
    for position, one in enumerate(drawn, start=1):
        if chance.random() < 0.01:
            continue  # left open
        hard = hardness[one.key] + programme.planted.get((one.key, code), 0.0)
        is_right = chance.random() < 1 / (1 + math.exp(hard - ability))
        item = items[one.key]
        yield position, key_of(item) if is_right else wrong_response(item, chance)


def wrong_response(item: Item, chance: Random) -> Response:
    """A wrong answer; some are more attractive than others."""
    match item.type:
        case ItemType.SINGLE:
            wrong = [key for key in item.options if key not in item.answer]
            return {"option": chance.choices(wrong, range(len(wrong), 0, -1))[0]}
        case ItemType.MULTIPLE:
            wrong = [key for key in item.options if key not in item.answer]
            chosen = {*item.answer[1:], *wrong[:1]}
            return {"options": [key for key in item.options if key in chosen]}
        case ItemType.TRUE_FALSE:
            return {"value": not item.answer}
        case ItemType.ORDERING:
            turned = (*item.answer[1:], item.answer[0])
            return {"places": {key: place for place, key in enumerate(turned, start=1)}}
        case ItemType.MATCHING:
            left = list(item.answer)
            pairs = dict(item.answer) | {left[0]: item.answer[left[1]]}
            return {"pairs": pairs}
        case ItemType.NUMERIC:
            first, *others = item.answer.figures
            figures = [first + chance.choice([1, 1, 2, 5]), *others]
            return {"figures": [f"{figure:g}" for figure in figures]}


def _attempt(
    course: Course,
    enrollment_id: int,
    edition_id: int,
    code: str,
    drawn: tuple[DrawnItem, ...],
    given: Mapping[int, Response],
) -> dict[str, Any]:
    items = {item.key: item for item in course.items}
    outcome = grade(items, drawn, given, course.assessment.pass_percent)
    return {
        "key": new_event_id(),
        "enrollment_id": enrollment_id,
        "number": 1,
        "edition_id": edition_id,
        "status": AttemptStatus.SUBMITTED,
        "items": drawing.to_json(drawn),
        "language": code,
        "start_event_id": new_event_id(),
        "started_at": AT,
        "submit_event_id": new_event_id(),
        "submitted_at": AT + timedelta(minutes=40),
        "score": outcome.score,
        "max_score": outcome.max_score,
        "passed": outcome.passed,
        "musts_failed": list(outcome.musts_failed),
    }


def _answer_rows(
    ids: list[int], answers: list[tuple[str, dict[int, Response]]]
) -> Iterator[dict[str, Any]]:
    for attempt_id, (code, given) in zip(ids, answers, strict=True):
        for position, response in given.items():
            yield {
                "attempt_id": attempt_id,
                "position": position,
                "response": response,
                "language": code,
                "event_id": new_event_id(),
                "digest": "",
                "answered_at": AT,
                "sequence": 0,
                "is_late": False,
            }
