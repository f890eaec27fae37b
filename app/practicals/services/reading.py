"""Looking at checks: who sees which, and what they add up to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager, selectinload

from app.accounts.models import User
from app.accounts.types import Role
from app.cohorts import services as cohorts
from app.cohorts.models import Cohort
from app.core.clock import programme_date
from app.core.db import among
from app.core.errors import NotFound
from app.courses.library import library
from app.practicals.models import SecondGrading, SkillCheck, SkillCheckParticipant
from app.practicals.types import TEAM, AcknowledgedBy, PassedSheet, Result, Standing

_LATER = aliased(SkillCheck)
#: Whether no correction has replaced the check.
IS_CURRENT = ~select(_LATER.id).where(_LATER.corrects_id == SkillCheck.id).exists()
#: Whether a participant's result counts as passed: settled where two examiners differed.
IS_PASSED = (SkillCheck.standing == Standing.COUNTS) & (
    func.coalesce(SkillCheckParticipant.settled_result, SkillCheckParticipant.result)
    == Result.PASSED
)


def check_of(db: Session, person: User, key: str) -> SkillCheck:
    """A check by its key if the person may see it; raises NotFound otherwise."""
    check = db.scalars(visible_checks(person).where(SkillCheck.key == key)).unique().one_or_none()
    if check is None:
        raise NotFound
    return check


def standing_of(check: SkillCheck, today: date) -> Standing:
    """How a check stands: it lapses when its day is over without a second examiner.

    The day is the one on which it was recorded, in the programme's zone: a paper sheet that is
    typed in later still has a day for the second one.
    """
    recorded_on = programme_date(check.recorded_at, library().programme.timezone)
    if check.standing is Standing.WAITING and recorded_on < today:
        return Standing.LAPSED
    return check.standing


def shows_marks(check: SkillCheck, person: User, today: date) -> bool:
    """Whether the person may see the marks: until the second examiner has graded, only the first.

    The trainee waits too: what she knows the second examiner may hear.
    """
    is_open = standing_of(check, today) is not Standing.WAITING or check.corrected_by is not None
    return is_open or person.id == check.examiner_id


def visible_checks(person: User) -> Select[SkillCheck]:
    query = select(SkillCheck).options(
        selectinload(SkillCheck.participants).joinedload(SkillCheckParticipant.user),
        selectinload(SkillCheck.examiner),
        selectinload(SkillCheck.corrected_by),
        selectinload(SkillCheck.corrects),
        selectinload(SkillCheck.second).joinedload(SecondGrading.examiner),
    )
    match person.role:
        case Role.ADMINISTRATOR:
            return query
        case Role.INSTRUCTOR:
            led = cohorts.visible_cohorts(person).with_only_columns(Cohort.id)
            seconded = select(SecondGrading.check_id).where(SecondGrading.examiner_id == person.id)
            return query.where(
                or_(
                    SkillCheck.examiner_id == person.id,
                    SkillCheck.cohort_id.in_(led),
                    SkillCheck.id.in_(seconded),
                )
            )
        case _:
            own = select(SkillCheckParticipant.check_id).where(
                SkillCheckParticipant.user_id == person.id
            )
            return query.where(SkillCheck.id.in_(own))


def results_of(db: Session, trainee: User) -> Sequence[SkillCheckParticipant]:
    """The trainee's own results that were not corrected, newest first."""
    query = (
        select(SkillCheckParticipant)
        .join(SkillCheckParticipant.check)
        .options(
            contains_eager(SkillCheckParticipant.check).joinedload(SkillCheck.examiner),
            contains_eager(SkillCheckParticipant.check).selectinload(SkillCheck.corrected_by),
        )
        .where(SkillCheckParticipant.user_id == trainee.id, IS_CURRENT)
    )
    return db.scalars(query.order_by(SkillCheckParticipant.id.desc())).all()


def result_in(check: SkillCheck, user_id: int) -> SkillCheckParticipant:
    """One person's result in a check; raises NotFound when she was not in it."""
    for participant in check.participants:
        if participant.user_id == user_id:
            return participant
    raise NotFound


def result_by_key(check: SkillCheck, user_key: str) -> SkillCheckParticipant:
    """The result of the person with this key; raises NotFound when she was not in the check."""
    for participant in check.participants:
        if participant.user.key == user_key:
            return participant
    raise NotFound


def visible_results(check: SkillCheck, person: User) -> list[SkillCheckParticipant]:
    """Staff see every result of the check, a trainee only her own."""
    return [
        participant
        for participant in check.participants
        if person.is_staff or participant.user_id == person.id
    ]


def given_of(check: SkillCheck) -> dict[str, str]:
    """The recorded marks under the field names of the grading form."""
    given: dict[str, str] = {}
    is_team = library().is_exercise(check.course_slug, check.sheet_key)
    for participant in check.participants:
        own, marks = participant.user.key, participant.marks
        key = TEAM if is_team else own
        given |= {f"mark-{key}-{step}": mark for step, mark in marks["steps"].items()}
        given |= {f"reason-{key}-{step}": text for step, text in marks["step_reasons"].items()}
        given |= {f"critical-{key}-{fail}": "1" for fail in marks["critical_fails"]}
        given |= {f"why-{key}-{fail}": text for fail, text in marks["critical_fails"].items()}
        given[f"role-{own}-is"] = participant.role
        given[f"comment-{key}-is"] = participant.comment
        if participant.acknowledged_by is AcknowledgedBy.PAPER:
            given[f"signed-{own}-paper"] = "1"
    return given


_SECOND = aliased(User)

# The fields of a PassedSheet in their order; whole rows of 1,000 trainees would cost much more.
_PRINTED = (
    SkillCheckParticipant.sheet_key,
    SkillCheck.held_on,
    SkillCheck.key,
    User.key,
    User.latin_name,
    SkillCheck.language,
    SkillCheck.place,
    SkillCheckParticipant.acknowledged_at.is_not(None),
    _SECOND.latin_name,
)


def passed_sheets(
    db: Session,
    user_ids: Collection[int],
    slug: str,
    after: Mapping[int, date] | None = None,
) -> dict[int, dict[str, PassedSheet]]:
    """For each person the sheets of the course she has passed, each by its earliest check.

    Corrected checks do not count, nor those that wait for a second examiner, nor those held on
    or before the person's day in `after`. An acknowledged check goes before one that is not. One
    query.
    """
    rows = _passed(db, user_ids, slug)
    return _earliest(rows if after is None else _later(rows, after))


def passed_since(
    db: Session, user_ids: Collection[int], slug: str, *afters: Mapping[int, date]
) -> list[dict[int, dict[str, PassedSheet]]]:
    """`passed_sheets` for each of the `afters`, in one query together; an empty one keeps all."""
    rows = _passed(db, user_ids, slug)
    return [_earliest(_later(rows, after)) for after in afters]


_Passed = Sequence[tuple[int, PassedSheet]]


def _later(rows: _Passed, after: Mapping[int, date]) -> _Passed:
    return [
        (user_id, sheet) for user_id, sheet in rows if sheet.held_on > after.get(user_id, date.min)
    ]


def _passed(db: Session, user_ids: Collection[int], slug: str) -> _Passed:
    """Each person and check that counts, the earliest first."""
    query = (
        select(SkillCheckParticipant.user_id, *_PRINTED)
        .join(SkillCheck, SkillCheck.id == SkillCheckParticipant.check_id)
        .join(User, User.id == SkillCheck.examiner_id)
        .outerjoin(SecondGrading, SecondGrading.check_id == SkillCheck.id)
        .outerjoin(_SECOND, _SECOND.id == SecondGrading.examiner_id)
        .where(
            among(SkillCheckParticipant.user_id, user_ids),
            SkillCheckParticipant.course_slug == slug,
            IS_PASSED,
            IS_CURRENT,
        )
        .order_by(SkillCheck.held_on, SkillCheck.id)
    )
    return [(user_id, PassedSheet(*facts)) for user_id, *facts in db.execute(query)]


def _earliest(rows: _Passed) -> dict[int, dict[str, PassedSheet]]:
    passed: dict[int, dict[str, PassedSheet]] = {}
    for user_id, sheet in rows:
        sheets = passed.setdefault(user_id, {})
        known = sheets.get(sheet.sheet_key)
        if known is None or (sheet.acknowledged and not known.acknowledged):
            sheets[sheet.sheet_key] = sheet
    return passed


def passed_days(
    db: Session, user_ids: Collection[int], slugs: Collection[str]
) -> dict[tuple[int, str], dict[str, date]]:
    """Each passed sheet with the day on which it was first passed, by person and course."""
    one = SkillCheckParticipant
    query = (
        select(one.user_id, one.course_slug, one.sheet_key, func.min(SkillCheck.held_on))
        .join(SkillCheck, SkillCheck.id == one.check_id)
        .where(among(one.user_id, user_ids), one.course_slug.in_(slugs), IS_PASSED, IS_CURRENT)
        .group_by(one.user_id, one.course_slug, one.sheet_key)
    )
    found: defaultdict[tuple[int, str], dict[str, date]] = defaultdict(dict)
    for user_id, slug, key, day in db.execute(query):
        found[user_id, slug][key] = day
    return dict(found)


def export_checks(db: Session, person: User, today: date) -> list[dict[str, Any]]:
    """Everything this room keeps about a trainee, as plain data.

    Marks that wait for a second examiner come when they are shown to her.
    """
    query = (
        select(SkillCheckParticipant)
        .options(
            selectinload(SkillCheckParticipant.check).options(
                selectinload(SkillCheck.second), selectinload(SkillCheck.corrected_by)
            ),
        )
        .where(SkillCheckParticipant.user_id == person.id)
        .order_by(SkillCheckParticipant.id)
    )
    return [
        _exported(result) | ({} if shows_marks(result.check, person, today) else _HIDDEN)
        for result in db.scalars(query)
    ]


_HIDDEN = {"result": None, "marks": None, "comment": None}


def _second(result: SkillCheckParticipant) -> dict[str, Any] | None:
    second = result.check.second
    return second.marks[str(result.id)] if second is not None else None


def _exported(result: SkillCheckParticipant) -> dict[str, Any]:
    return {
        "course": result.course_slug,
        "sheet": result.sheet_key,
        "held_on": result.held_on.isoformat(),
        "place": result.check.place,
        "language": result.check.language,
        "equipment": result.check.equipment,
        "seconds_used": result.check.seconds_used,
        "paper": result.check.paper,
        "standing": result.check.standing.value,
        "attempt_of_day": result.attempt_of_day,
        "correction": result.correction,
        "role": result.role,
        "result": result.result.value,
        "marks": result.marks,
        "second_examiner": _second(result),
        "settled_marks": result.settled_marks,
        "settled_result": result.settled_result.value if result.settled_result else None,
        "comment": result.comment,
        "acknowledged_at": result.acknowledged_at.isoformat() if result.acknowledged_at else None,
        "acknowledged_by": result.acknowledged_by.value if result.acknowledged_by else None,
    }
