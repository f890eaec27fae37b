"""An instructor's main job, end to end: from a messy list in a file to a closed training day."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser
from sqlalchemy import select

from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.types import GrantKind
from app.cohorts import services as cohorts
from app.core.clock import now, programme_date
from app.core.db import begin_write
from app.courses.library import library
from app.practicals.models import SkillCheck
from app.practicals.models.sessions import AttendanceEvent, TrainingSession
from app.practicals.services import closing
from app.practicals.types.sessions import CellState, How, Presence
from tests.browser import training_day as steps
from tests.browser.conftest import DESKTOP, PHONE, Site, opened
from tests.browser.journey import SLUG, sign_in
from tests.browser.looking import Looking, Words
from tests.browser.training_day import Desk
from tests.cohorts.lists import delimited, xlsx
from tests.factories import make_administrator, make_instructor

ZONE = ZoneInfo("Asia/Shanghai")


def make_examiner(site: Site, language: str) -> str:
    """The sign-in name of an instructor who may examine every sheet of the course."""
    with site.database.session() as db:
        begin_write(db)
        made, by = make_instructor(db, language=language), make_administrator(db)
        for sheet in library().course(SLUG).sheets:
            scope, last_day = f"{SLUG}/{sheet.key}", (now() + timedelta(days=30)).date()
            accounts.give_grant(db, made, GrantKind.PRACTICALS_EXAMINE, scope, last_day, by, now())
        db.commit()
        return made.username


@pytest.mark.parametrize(
    ("language", "screen", "file", "intake"),
    [
        ("zh", {"viewport": DESKTOP}, "xlsx", "2026"),
        ("en", {"viewport": PHONE, "has_touch": True, "is_mobile": True}, "gb18030", "2027"),
    ],
)
def test_from_a_messy_list_to_a_closed_training_day(
    site: Site, chromium: Browser, language: str, screen: dict, file: str, intake: str
) -> None:
    rows = steps.messy_list(intake)
    content = xlsx(rows) if file == "xlsx" else delimited(rows).encode("gb18030")
    username = make_examiner(site, language)
    today = programme_date(now(), ZONE.key)
    with opened(chromium, site, **screen) as page:
        desk = Desk(page, Words(language), Looking(language))
        sign_in(page, language, username)
        steps.make_cohort(desk, today)
        steps.import_list(desk, "names.xlsx" if file == "xlsx" else "names.csv", content)
        code = steps.print_cards(desk, steps.SOMSAMAI)
        steps.print_names(desk)
        steps.plan_day(desk, f"{now().astimezone(ZONE):%H:%M}")
        steps.scan(desk, code)
        steps.tick_names(desk)
        steps.grade(desk, steps.SOMSAMAI, steps.CPR)
        steps.grade(desk, steps.CHANDARA, steps.CPR, failed="clear")
        steps.grade(desk, steps.QIUYUE, steps.CHOKING)
        steps.account_for_everybody(desk)
        steps.close(desk)
        desk.look.glance(page, "the-end")
    counted_once(site, username)


def counted_once(site: Site, username: str) -> None:
    """What the database holds at the end: everybody once at every station, and nothing twice."""
    with site.database.session() as db:
        leader = db.scalars(select(User).where(User.username == username)).one()
        cohort = cohorts.cohorts_of(db, leader)[0]
        day = db.scalars(select(TrainingSession).where(TrainingSession.cohort == cohort)).one()
        board = closing.board_of(db, day)
        assert day.closed_at is not None
        assert {row.user.native_name for row in board.rows} == steps.TAKEN
        assert Counter(row.stay.what for row in board.rows) == {
            Presence.PRESENT: 3,
            Presence.LATE: 1,
            Presence.EXCUSED: 1,
            Presence.ABSENT: 2,
        }
        assert board.counts == {
            CellState.PASSED: 3,
            CellState.FAILED: 1,
            CellState.DEFERRED: 4,
            CellState.EXCUSED: 2,
            CellState.ABSENT: 4,
        }
        entries = select(AttendanceEvent).where(AttendanceEvent.session_id == day.id)
        assert Counter(one.how for one in db.scalars(entries)) == {How.SCAN: 1, How.TICK: 6}
        checks = db.scalars(select(SkillCheck).where(SkillCheck.session_id == day.id)).all()
        assert len(checks) == 4
        assert {check.examiner_id for check in checks} == {leader.id}
