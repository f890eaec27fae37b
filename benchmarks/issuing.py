"""1,000 certificates issued in one act, on SQLite and on PostgreSQL, with the number of queries.

One person passes a course by the rules; the others are copies of her rows.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import Consent, User
from app.accounts.types import GrantKind
from app.certificates import services
from app.certificates.models import Certificate
from app.core import keys
from app.core.clock import programme_date
from app.core.db import Database, begin_write
from app.core.events import new_event_id
from app.courses.library import library
from app.courses.types import Course
from app.learning import services as learning
from app.learning.models import Attempt, Enrollment, LessonCompletion
from app.overview.services.demo import check_of_one
from app.practicals import services as practicals
from app.practicals.models import SkillCheckParticipant
from app.practicals.types import AcknowledgedBy
from benchmarks.report import Figure
from benchmarks.sites import counted
from tests import databases, servers
from tests.factories import (
    AT,
    make_administrator,
    make_attempt,
    make_cohort,
    make_instructor,
    make_learner,
    pass_needs,
)

PEOPLE = 1_000
BUDGET_S = 10
SLUG = "cpr-aed-choking"
BASE_URL = "https://kapok.example"
_NAMED = {"username": "copy{}", "username_folded": "copy{}"}
#: Columns that no two rows share.
_OWN = {"key", "event_id", "start_event_id", "submit_event_id", "acknowledge_event_id"}


def measure() -> Iterator[Figure]:
    """Seconds by the clock from the click to the commit, after a preview, on both databases."""
    with TemporaryDirectory(prefix="kapok-benchmark-") as folder:
        keys.use_folder(Path(folder) / "keys", BASE_URL)
        keys.ring().make_missing()
        url = f"sqlite:///{Path(folder) / 'kapok.sqlite'}"
        databases.build_schema(url)
        yield from _on(url, "SQLite")
        with servers.postgresql() as url:
            databases.build_schema(url)
            yield from _on(url, "PostgreSQL")


def _on(url: str, name: str) -> Iterator[Figure]:
    database = Database(url)
    course = library().course(SLUG)
    with database.session() as db:
        begin_write(db)
        by = make_administrator(db)
        model = _somebody_ready(db, course, by)
        numbers = _copies(db, model, PEOPLE - 1)
        db.commit()
        whom = [model.id, *numbers]
        seen = _previewed(db, _people(db, whom), course)
        with counted(database) as statements:
            began = time.perf_counter()
            begin_write(db)
            users, by = _people(db, whom), db.get_one(User, by.id)
            made = services.issue(db, users, course, by, new_event_id(), AT, BASE_URL, seen=seen)
            db.commit()
            taken = time.perf_counter() - began
        stored = db.scalar(select(func.count(Certificate.id)))
        gaps = len(services.unexplained_serials(db, AT.year))
    database.dispose()
    beside = f"{stored} rows of {len(made)} asked, {len(statements)} queries, {gaps} numbers lost"
    yield Figure(f"issue {PEOPLE} on {name}", taken, "s", BUDGET_S, beside)


def _today() -> date:
    return programme_date(AT, library().programme.timezone)


def _people(db: Session, numbers: Sequence[int]) -> list[User]:
    return list(db.scalars(select(User).where(User.id.in_(numbers)).order_by(User.id)))


def _previewed(db: Session, users: Sequence[User], course: Course) -> Mapping[str, Any]:
    award = services.award_of(course)
    ready = services.standing_in(db, users, course, _today())
    return {
        one.user.key: services.seen_of(one, award, services.template_of(db, award)) for one in ready
    }


def _somebody_ready(db: Session, course: Course, by: User) -> User:
    """A trainee who has done everything, through the rules."""
    user, examiner = make_learner(db, SLUG), make_instructor(db)
    make_cohort(db, examiner, user, slug=SLUG)
    pass_needs(db, user, SLUG)
    for lesson in course.lessons:
        learning.record_completion(db, user, course, lesson.key, new_event_id(), "lo", AT)
    make_attempt(db, user, SLUG)
    for sheet in course.sheets:
        scope, last = f"{SLUG}/{sheet.key}", _today() + timedelta(days=900)
        begins = AT - timedelta(days=9)
        accounts.give_grant(db, examiner, GrantKind.PRACTICALS_EXAMINE, scope, last, by, begins)
        graded = check_of_one(course, sheet.key, user, new_event_id(), _today())
        check = practicals.record_check(db, graded, examiner, _today(), AT)
        result = practicals.result_in(check, user.id)
        practicals.acknowledge(db, result, AcknowledgedBy.OWN_SIGN_IN, new_event_id(), AT)
    db.flush()
    return user


def _copies(db: Session, model: User, number: int) -> list[int]:
    """So many people with the same names and the same work behind them; their ids."""
    users = _copy(db, User.__table__, User.id == model.id, number, _NAMED)
    _copy_of_each(db, Consent.__table__, "user_id", model.id, users)
    _copy_of_each(db, SkillCheckParticipant.__table__, "user_id", model.id, users)
    own = db.scalars(select(Enrollment.id).where(Enrollment.user_id == model.id)).all()
    for enrollment in own:
        rows = _rows(db, Enrollment.__table__, Enrollment.id == enrollment)
        new = _insert(db, Enrollment.__table__, [{**rows[0], "user_id": user} for user in users])
        for table in (LessonCompletion.__table__, Attempt.__table__):
            _copy_of_each(db, table, "enrollment_id", enrollment, new)
    return users


def _copy(db: Session, table: Any, where: Any, number: int, named: Mapping[str, str]) -> list[int]:
    (row,) = _rows(db, table, where)
    rows = [
        {**row, **{name: form.format(each) for name, form in named.items()}}
        for each in range(number)
    ]
    return _insert(db, table, rows)


def _copy_of_each(db: Session, table: Any, column: str, old: int, new: Sequence[int]) -> None:
    rows = _rows(db, table, table.c[column] == old)
    _insert(db, table, [{**row, column: number} for row in rows for number in new])


def _rows(db: Session, table: Any, where: Any) -> list[dict[str, Any]]:
    rows = db.execute(select(table).where(where)).mappings()
    return [{name: value for name, value in row.items() if name != "id"} for row in rows]


def _insert(db: Session, table: Any, rows: Sequence[dict[str, Any]]) -> list[int]:
    if not rows:
        return []
    fresh = [
        {**row, **{name: new_event_id() for name in _OWN & row.keys() if row[name] is not None}}
        for row in rows
    ]
    made = db.execute(insert(table).returning(table.c.id, sort_by_parameter_order=True), fresh)
    return list(made.scalars())
