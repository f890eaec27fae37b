"""Who is on track, late, stuck, blocked by what, ready: over many trainees in few queries."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.certificates import services as certificates
from app.certificates.types import MissingKind
from app.cohorts import services as cohorts
from app.cohorts.models import Cohort
from app.core.clock import now
from app.core.db import Database
from app.core.events import new_event_id
from app.courses.library import library
from app.learning import services as learning
from app.learning.models import LessonCompletion
from app.overview import services
from app.overview.services import Stage, standings
from app.overview.services.demo import check_of_one
from app.overview.types import BlockKind, Cell, Grid, Standing, State, Verdict, Wanted
from app.practicals import services as practicals
from app.practicals.types import AcknowledgedBy
from tests.counting import statements_of
from tests.factories import (
    AT,
    make_attempt,
    make_cohort,
    make_examiner,
    make_instructor,
    make_learner,
    make_opening,
    make_trainee,
    pass_needs,
)

FIRST, SLUG = "first-responder-role", "cpr-aed-choking"
ALL_WRONG = range(1, 60)


def standing(db: Session, user: User, at: datetime = AT, **options: Any) -> Standing:
    """Where one trainee stands."""
    (found,) = standings(db, [user], at, **options)
    return found


def cell(db: Session, user: User, slug: str = SLUG, at: datetime = AT, **options: Any) -> Cell:
    """Where she stands in one course."""
    return standing(db, user, at, **options).cells[slug]


def due(db: Session, cohort: Cohort, on: date) -> None:
    """Give every course of the cohort a due date."""
    for course in cohort.courses:
        course.due_on = on
    db.flush()


def check(db: Session, user: User, *keys: str, acknowledged: bool = True) -> None:
    """Pass skill sheets of the course; all of them without names."""
    course, today = library().course(SLUG), AT.date()
    examiner = make_examiner(db, today + timedelta(days=9))
    cohort = make_cohort(db, examiner, user)
    for sheet in course.sheets:
        if keys and sheet.key not in keys:
            continue
        draft = check_of_one(course, sheet.key, user, new_event_id(), today)
        made = practicals.record_check(db, replace(draft, cohort_id=cohort.id), examiner, today, AT)
        if acknowledged:
            result = practicals.result_in(made, user.id)
            practicals.acknowledge(db, result, AcknowledgedBy.OWN_SIGN_IN, new_event_id(), AT)


def certify(db: Session, user: User) -> None:
    """Pass all skill sheets of the course and issue its certificate."""
    check(db, user)
    by = make_instructor(db)
    certificates.issue(db, [user], library().course(SLUG), by, new_event_id(), AT, "http://k")


def make_passed(db: Session, **changes: Any) -> User:
    """A trainee who has learnt everything of the course."""
    user = make_learner(db, SLUG, lessons=True, **changes)
    make_attempt(db, user, SLUG, at=AT)
    return user


# how far


def test_the_way_of_a_trainee_from_nothing_to_ready(db: Session) -> None:
    user, course = make_learner(db, SLUG), library().course(SLUG)
    learning.enroll(db, user, FIRST, AT)
    assert cell(db, user).state is State.LOCKED
    assert cell(db, user).first == FIRST
    pass_needs(db, user, SLUG)
    assert cell(db, user).state is State.NOT_STARTED
    for number, lesson in enumerate(course.lessons):
        assert cell(db, user).state is (State.LEARNING if number else State.NOT_STARTED)
        learning.record_completion(db, user, course, lesson.key, new_event_id(), "en", AT)
    assert cell(db, user).state is State.TO_ASSESS
    attempt = learning.start_attempt(db, user, course, new_event_id(), "en", AT)
    assert cell(db, user).state is State.OPEN
    learning.submit_attempt(db, user, attempt.key, new_event_id(), AT)
    assert cell(db, user).state is State.FAILED
    make_attempt(db, user, SLUG, at=AT)
    assert cell(db, user).state is State.PRACTICAL
    assert {one.key for one in cell(db, user).missing} == {sheet.key for sheet in course.sheets}
    check(db, user)
    assert (cell(db, user).state, cell(db, user).verdict) == (State.READY, Verdict.READY)


def test_the_missing_sheets_are_named(db: Session) -> None:
    user, sheets = make_passed(db), library().course(SLUG).sheets
    check(db, user, sheets[0].key)
    found = cell(db, user)
    assert found.state is State.PRACTICAL
    assert [one.key for one in found.missing if one.kind is MissingKind.SHEET] == [
        sheet.key for sheet in sheets[1:]
    ]


def test_who_has_a_certificate_is_done(db: Session) -> None:
    user = make_passed(db)
    certify(db, user)
    assert (cell(db, user).state, cell(db, user).verdict) == (State.CERTIFIED, Verdict.DONE)


# late


def test_late_begins_the_day_after_the_due_date(db: Session) -> None:
    user = make_learner(db, SLUG)
    due(db, make_cohort(db, make_instructor(db), user), AT.date())
    assert standing(db, user).verdict is not Verdict.LATE
    found = standing(db, user, AT + timedelta(days=1))
    assert found.cells[SLUG].is_late
    assert Verdict.LATE in found.verdicts


def test_more_time_ends_being_late_and_the_latest_cohort_counts(db: Session) -> None:
    user, by = make_learner(db, SLUG), make_instructor(db)
    due(db, make_cohort(db, by, user), AT.date() - timedelta(days=2))
    assert cell(db, user).is_late
    wish = learning.Wish(AT.date() + timedelta(days=5), "Ill for a week", AT.date())
    present = {user.id: AT.date() - timedelta(days=2)}
    course = library().course(SLUG)
    learning.extend_due(db, [user], course, wish, present, new_event_id(), by, AT)
    assert not cell(db, user).is_late
    assert cell(db, user).due_on == AT.date() + timedelta(days=5)
    due(db, make_cohort(db, by, user), AT.date() + timedelta(days=9))
    assert cell(db, user).due_on == AT.date() + timedelta(days=9)


def test_due_dates_of_archived_cohorts_and_of_those_she_has_left_do_not_count(db: Session) -> None:
    user, by = make_learner(db, SLUG), make_instructor(db)
    first, second = make_cohort(db, by, user), make_cohort(db, by, user)
    due(db, first, AT.date() + timedelta(days=9))
    due(db, second, AT.date() + timedelta(days=5))
    cohorts.archive_cohort(db, first, by, AT)
    assert cell(db, user).due_on == AT.date() + timedelta(days=5)
    cohorts.withdraw_member(db, second, user, by, AT)
    assert cell(db, user).due_on is None


def test_who_has_learnt_everything_is_not_late_while_she_waits_for_the_training_day(
    db: Session,
) -> None:
    user = make_passed(db)
    due(db, make_cohort(db, make_instructor(db), user), AT.date() - timedelta(days=30))
    assert not cell(db, user).is_late


# stuck


def test_stuck_is_two_weeks_without_an_act_in_any_course(db: Session) -> None:
    user, course = make_learner(db, SLUG), library().course(FIRST)
    learning.enroll(db, user, FIRST, AT)
    lesson, almost = course.lessons[0].key, timedelta(days=services.STUCK_DAYS)
    learning.record_completion(db, user, course, lesson, new_event_id(), "en", AT)
    assert not cell(db, user, FIRST, AT + almost - timedelta(minutes=1)).is_stuck
    assert cell(db, user, FIRST, AT + almost).is_stuck
    assert not cell(db, user, SLUG, AT + almost).is_stuck  # locked: the other one holds it up


# blocked


def test_used_up_attempts_block_until_the_release_and_then_the_wait_does(db: Session) -> None:
    user, by = make_learner(db, SLUG, lessons=True), make_instructor(db)
    for hours in (9, 1):
        make_attempt(db, user, SLUG, wrong=ALL_WRONG, at=AT - timedelta(hours=hours))
    found = cell(db, user)
    assert found.block
    assert (found.state, found.block.kind) == (State.RELEASE, BlockKind.RELEASE)
    course = library().course(SLUG)
    learning.release_attempt(db, user, course, "Read again", new_event_id(), by, AT)
    found = cell(db, user)
    assert found.block
    assert found.block.kind is BlockKind.WAIT
    assert found.block.until == AT + timedelta(hours=course.assessment.wait_hours - 1)
    assert cell(db, user, at=AT + timedelta(days=1)).state is State.FAILED


def test_a_course_that_comes_first_blocks_only_who_does_not_follow_it(db: Session) -> None:
    user = make_learner(db, SLUG)
    found = cell(db, user)
    assert found.block
    assert (found.block.kind, found.block.key) == (BlockKind.NEEDED_COURSE, FIRST)
    learning.enroll(db, user, FIRST, AT)
    assert cell(db, user).block is None


def test_unconfirmed_names_block_when_everything_else_is_there(db: Session) -> None:
    user = make_passed(db, names_confirmed=False)
    assert cell(db, user).block is None
    check(db, user)
    found = cell(db, user)
    assert (found.state, found.verdict) == (State.FORMALITIES, Verdict.BLOCKED)
    assert found.block
    assert found.block.missing
    assert found.block.missing.kind is MissingKind.NAMES


def test_a_course_that_is_not_open_in_her_language_blocks(db: Session) -> None:
    user = make_learner(db, FIRST, language="lo", second_language=None)
    found = cell(db, user, FIRST, require_review=True)
    assert found.block
    assert (found.block.kind, found.block.key) == (BlockKind.LANGUAGE, "lo")
    make_opening(db, library().course(FIRST), "lo")
    assert cell(db, user, FIRST, require_review=True).block is None


def test_who_never_signed_in_is_blocked(db: Session) -> None:
    user = make_learner(db, FIRST)
    found = standing(db, user)
    assert found.block
    assert found.block.kind is BlockKind.NEVER_SIGNED_IN
    accounts.open_session(db, user, "phone", AT)
    assert standing(db, user).block is None


# waived lessons


def test_waived_lessons_lead_to_a_certificate_that_says_so(db: Session) -> None:
    user, by, course = make_learner(db, SLUG), make_instructor(db), library().course(SLUG)
    pass_needs(db, user, SLUG)
    keys = [lesson.key for lesson in course.lessons]
    learning.waive_lessons(db, user, course, keys, "Red Cross 2026", new_event_id(), by, AT)
    assert cell(db, user).state is State.TO_ASSESS
    make_attempt(db, user, SLUG, at=AT)
    check(db, user)
    (ready,) = certificates.readiness(db, [user], course, AT.date())
    assert ready.is_issuable
    assert ready.award_date == AT.date()
    told = ready.evidence["lessons"]
    assert told["done"] == 0
    assert [one["key"] for one in told["waived"]] == keys
    assert {(one["reason"], one["by"]) for one in told["waived"]} == {
        ("Red Cross 2026", by.latin_name)
    }


# many


def queries(db: Session, database: Database, users: list[User]) -> int:
    """How many statements the standing of these people takes."""
    db.commit()
    with database.session() as own:
        found = own.scalars(select(User).where(User.id.in_([user.id for user in users]))).all()
        with statements_of(database.engine) as statements:
            standings(own, found, now())
    return len(statements)


def test_many_people_cost_no_more_queries_than_a_few(db: Session, database: Database) -> None:
    users = [make_passed(db), make_passed(db), make_learner(db, FIRST)]
    check(db, users[0])
    few = queries(db, database, users)
    users += [make_learner(db, FIRST) for _ in range(30)]
    assert queries(db, database, users) == few <= 16


def test_the_grid_counts_finds_and_sorts(db: Session) -> None:
    by = make_instructor(db)
    ready = make_passed(db, latin_name="ZHAO MIN", native_name="赵敏")
    check(db, ready)
    late = make_learner(db, SLUG, latin_name="NGUYEN VAN DUNG", native_name="Nguyễn Văn Dũng")
    calm = make_trainee(db, latin_name="ANOUSONE VONG", native_name="ອານຸສອນ ວົງ")
    cohort = make_cohort(db, by, ready, late, calm, slug=SLUG)
    due(db, cohort, AT.date() - timedelta(days=1))

    def shown(**wanted: Any) -> list[str]:
        grid = services.cohort_grid(db, cohort, Wanted(**wanted), AT)
        return [row.user.latin_name for row in grid.rows]

    assert shown() == ["ANOUSONE VONG", "NGUYEN VAN DUNG", "ZHAO MIN"]
    assert shown(words="dung nguyễn") == shown(words="DŨNG") == ["NGUYEN VAN DUNG"]
    assert shown(words="赵") == shown(verdict=Verdict.READY) == ["ZHAO MIN"]
    assert shown(sort="urgency")[-1] == "ZHAO MIN"
    assert shown(words="ອານຸສອນ") == ["ANOUSONE VONG"]
    grid = services.cohort_grid(db, cohort, Wanted(), AT)
    assert (grid.people, grid.counts[Verdict.READY], grid.counts[Verdict.LATE]) == (3, 1, 3)


def test_everybody_is_shown_once_and_only_to_those_who_lead_them(db: Session) -> None:
    by, user = make_instructor(db), make_learner(db, SLUG, nationality="LA")
    for name in ("One", "Two"):
        make_cohort(db, by, user, name=name)
    make_cohort(db, make_instructor(db), make_trainee(db))

    def shown(**wanted: Any) -> Grid:
        return services.everybody_grid(db, cohorts.cohorts_of(db, by), Wanted(**wanted), AT)

    grid = shown()
    assert [row.user.id for row in grid.rows] == [user.id]
    assert shown(country="VN").people == 0
    cohorts.archive_cohort(db, grid.cohorts[user.id], by, AT)
    assert shown().people == 1


def test_statistics_count_each_stage_with_those_before(db: Session) -> None:
    people = [make_learner(db, SLUG, nationality="KH", language="km"), make_passed(db)]
    check(db, people[1])
    figures = services.statistics(db, people, [SLUG], AT + timedelta(days=15))
    assert [figures.reached[stage] for stage in Stage] == [2, 1, 1, 1, 1, 0]
    assert figures.countries["KH"][Stage.JOINED] == 1
    assert figures.languages["km"][Stage.JOINED] == 1
    assert figures.weeks == tuple(AT.date() + timedelta(days=7 * week) for week in range(3))
    assert figures.lessons == (len(library().course(SLUG).lessons), 0, 0)
    assert figures.passed == (1, 1, 1)


def test_a_certificate_counts_at_the_last_stage_also_when_its_course_has_grown(db: Session) -> None:
    certified, ready = make_passed(db), make_passed(db)
    certify(db, certified)
    check(db, ready)
    db.execute(delete(LessonCompletion))  # as if all lessons of today were new ones
    figures = services.statistics(db, [certified, ready], [SLUG], AT)
    assert [figures.reached[stage] for stage in Stage] == [2, 2, 1, 1, 1, 1]
    assert figures.certified == (1,)
