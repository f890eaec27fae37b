"""A small programme with something of everything, and everybody who may look at it.

It is built once for each kind of database. What a test changes inside `untouched()` is undone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from pathlib import Path
from random import Random
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from app import create_app
from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.types import GrantKind
from app.certificates import services as certificates
from app.certificates.models import Certificate
from app.certificates.services import desk
from app.cohorts import services as cohorts
from app.cohorts.models import Cohort, RosterContent, RosterImport
from app.cohorts.services import roster
from app.cohorts.types import AnnouncementDraft, CohortDraft, Words
from app.config import Settings
from app.core import files
from app.core.clock import now, programme_date
from app.core.db import WRITE_OPTION, begin_write
from app.core.events import new_event_id
from app.core.limits import Limiter
from app.core.pdf import Shift
from app.core.spreadsheets.types import Line, Table
from app.courses import services as courses
from app.courses.library import library
from app.courses.types import ReviewDraft, ReviewRole
from app.learning import services as learning
from app.learning.types import CorrectionKind
from app.overview.services.demo import check_of_one
from app.practicals import services as practicals
from app.practicals.models import SkillCheck
from app.practicals.services import attendance, papers, planning
from app.practicals.types import AcknowledgedBy
from app.practicals.types.sessions import Entry, PaperDraft, PaperKind, Presence, SessionDraft
from tests.browsing import CheckedClient
from tests.factories import (
    make_administrator,
    make_attempt,
    make_instructor,
    make_trainee,
    pass_needs,
)

SLUG = "cpr-aed-choking"


LESSON = "recognise-act"


PDF = b"%PDF-1.7 a file of a test"
#: The smallest picture: one white pixel.
LOGO = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a494441"
    "54789c63f80f0001010100b138f6140000000049454e44ae426082"
)


PIN = "482913"


VISITOR = "visitor"


@dataclass
class World:
    """The application on a filled database, who is in it, and what stands in its addresses."""

    app: Flask
    tokens: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    def browser(self, who: str) -> CheckedClient:
        """A fresh browser of this person; of nobody for a visitor."""
        client: Any = self.app.test_client()
        if who != VISITOR:
            client.sign_in_as(self.tokens[who])
        return client

    @contextmanager
    def untouched(self) -> Iterator[None]:
        """Undo, at the end, whatever was written; counted tries are forgotten too."""
        database = self.app.extensions["kapok"].database
        usual = database.sessions
        self.app.extensions["kapok_limiter"] = Limiter(None)
        engine = database.engine.execution_options(**{WRITE_OPTION: True})
        with engine.connect() as connection, connection.begin() as outer:
            database.sessions = sessionmaker(
                connection, join_transaction_mode="create_savepoint", expire_on_commit=False
            )
            try:
                yield
            finally:
                database.sessions = usual
                outer.rollback()


def build(url: str, folder: Path) -> World:
    """Fill a clean database through the rooms' own services."""
    app = create_app(replace(Settings(), database_url=url, data_dir=folder, demo=True))
    app.testing = True
    app.test_client_class = CheckedClient
    world = World(app)
    with app.app_context(), app.extensions["kapok"].database.session() as db:
        _Builder(db, world).fill()
        db.commit()
    return world


class _Builder:
    def __init__(self, db: Session, world: World) -> None:
        self.db, self.world = begin_write(db), world
        self.course, self.at = library().course(SLUG), now()
        self.today = programme_date(self.at, Settings().timezone)

    def fill(self) -> None:
        """Everything, in the order in which it happens in a programme."""
        people = self._people()
        own = self._cohort(people["instructor"], "ວຽງຈັນ 2026")
        other = self._cohort(people["other instructor"], "ភ្នំពេញ 2026")
        for name, cohort in [("trainee", own), ("learner", own), ("other trainee", other)]:
            cohorts.add_member(self.db, cohort, people[name], self.at)
        self._tell(own, people)
        self._learn(people)
        self._check(people["trainee"], people["instructor"], own, acknowledged=True)
        self._check(people["learner"], people["instructor"], own, acknowledged=False)
        self._plan_day(own, people["instructor"])
        self._close_day(own, people["instructor"], people["learner"])
        self._certify(people["trainee"], people["administrator"])
        self._design(people["administrator"])
        self._correct(people["administrator"])
        self._review(people["administrator"])
        self._import_lists(people["instructor"], own)
        self._sign_in(people)

    def _people(self) -> dict[str, User]:
        people = {
            "trainee": make_trainee(self.db, created_at=self.at, is_demo=True),
            "learner": make_trainee(self.db, created_at=self.at),
            "other trainee": make_trainee(self.db, created_at=self.at),
            "instructor": make_instructor(self.db),
            "other instructor": make_instructor(self.db),
            "administrator": make_administrator(self.db),
        }
        accounts.set_pin(self.db, people["learner"], accounts.prepare_pin(PIN), self.at)
        accounts.make_cards(self.db, [people["learner"]], people["instructor"], self.at)
        (card,) = accounts.cards_of(self.db, [people["learner"]]).values()
        self.world.keys["card"] = accounts.face_of(card.key).token
        by, last = people["administrator"], self.today + timedelta(days=90)
        for sheet in self.course.sheets:
            grant = accounts.give_grant(
                self.db,
                people["instructor"],
                GrantKind.PRACTICALS_EXAMINE,
                f"{SLUG}/{sheet.key}",
                last,
                by,
                self.at - timedelta(days=90),
            )
            self.world.keys["grant"] = grant.key
        return people

    def _cohort(self, instructor: User, name: str) -> Cohort:
        draft = CohortDraft(
            name=name,
            partner="ມະຫາວິທະຍາໄລແຫ່ງຊາດລາວ",
            countries=("LA",),
            starts_on=self.today - timedelta(days=30),
            ends_on=None,
            language="lo",
            courses=(SLUG,),
        )
        cohort = cohorts.create_cohort(self.db, draft, new_event_id(), instructor, self.at)
        for course in cohort.courses:
            course.due_on = self.today - timedelta(days=1)
        code = cohorts.create_join_code(
            self.db,
            cohort,
            self.today + timedelta(days=9),
            60,
            new_event_id(),
            instructor,
            self.at,
        )
        self.world.keys.setdefault("cohort", cohort.key)
        self.world.keys.setdefault("code", code.code)
        return cohort

    def _tell(self, cohort: Cohort, people: dict[str, User]) -> None:
        """An announcement, and somebody who waits to be admitted."""
        by, words = people["instructor"], Words("ເຝິກວັນເສົາ", "ພົບກັນ 8 ໂມງ.")
        draft = AnnouncementDraft("lo", {"lo": words})
        told = cohorts.announce(self.db, cohort, draft, new_event_id(), by, self.at)
        last = self.today + timedelta(days=9)
        code = cohorts.create_join_code(
            self.db, cohort, last, 9, new_event_id(), by, self.at, needs_approval=True
        )
        cohorts.join_again(self.db, code.code, people["other trainee"], self.today, self.at)
        self.world.keys["announcement"] = told.key
        self.world.keys["other username"] = people["other trainee"].username

    def _learn(self, people: dict[str, User]) -> None:
        for name in ("trainee", "learner", "other trainee"):
            pass_needs(self.db, people[name], SLUG, self.at - timedelta(days=4))
        for name in ("trainee", "learner"):
            done = self.course.lessons[: -2 if name == "learner" else None]
            for lesson in done:
                learning.record_completion(
                    self.db, people[name], self.course, lesson.key, new_event_id(), "en", self.at
                )
        self._ease(people["learner"], people["instructor"])
        make_attempt(self.db, people["trainee"], SLUG, at=self.at)
        wrong = range(1, 30)
        failed = make_attempt(
            self.db, people["learner"], SLUG, wrong=wrong, at=self.at - timedelta(days=3)
        )
        attempt = learning.start_attempt(
            self.db, people["learner"], self.course, new_event_id(), "en", self.at, Random(1)
        )
        self.world.keys |= {"attempt": attempt.key, "failed": failed.key}

    def _ease(self, who: User, by: User) -> None:
        """One lesson is waived, and there is more time for the other one that is open."""
        key, course = self.course.lessons[-2].key, self.course
        reason = "A Red Cross certificate of this year"
        learning.waive_lessons(self.db, who, course, [key], reason, new_event_id(), by, self.at)
        present = {who.id: self.today - timedelta(days=1)}
        wish = learning.Wish(self.today + timedelta(days=7), "Ill for a week", self.today)
        learning.extend_due(self.db, [who], course, wish, present, new_event_id(), by, self.at)

    def _check(self, who: User, examiner: User, cohort: Cohort, *, acknowledged: bool) -> None:
        for sheet in self.course.sheets:
            draft = check_of_one(self.course, sheet.key, who, new_event_id(), self.today)
            draft = replace(draft, cohort_id=cohort.id)
            check = practicals.record_check(self.db, draft, examiner, self.today, self.at)
            if acknowledged:
                self._acknowledge(check, who)
        self.world.keys |= {"check": check.key, "sheet": sheet.key}

    def _acknowledge(self, check: SkillCheck, who: User) -> None:
        result = practicals.result_in(check, who.id)
        how = AcknowledgedBy.OWN_SIGN_IN
        practicals.acknowledge(self.db, result, how, new_event_id(), self.at)

    def _plan_day(self, cohort: Cohort, by: User) -> None:
        """Today's training day: one station, a print of its sign-in list, nobody entered yet."""
        draft = SessionDraft(
            held_on=programme_date(self.at, "Asia/Vientiane"),
            begins=time(9),
            ends=time(16),
            place="ວຽງຈັນ",
            timezone="Asia/Vientiane",
            courses=(SLUG,),
            stations=((SLUG, self.course.sheets[0].key),),
            instructors=(by.key,),
            examiners=(by.key,),
            manikins=2,
        )
        day = planning.plan_session(self.db, cohort, draft, new_event_id(), by, self.at)
        wanted = PaperDraft(PaperKind.SIGN_IN, "lo")
        paper = papers.ask_paper(self.db, day, wanted, new_event_id(), by, self.at)
        papers.store_paper(self.db, paper.id, PDF, self.at)
        self.world.keys |= {"day": day.key, "paper": paper.key}

    def _close_day(self, cohort: Cohort, by: User, who: User) -> None:
        """A training day of last week on which somebody was present; its books are closed."""
        draft = SessionDraft(
            held_on=self.today - timedelta(days=7),
            begins=time(9),
            ends=time(16),
            place="ວຽງຈັນ",
            timezone="Asia/Vientiane",
            courses=(SLUG,),
            stations=(),
            instructors=(by.key,),
            examiners=(),
            manikins=2,
        )
        day = planning.plan_session(self.db, cohort, draft, new_event_id(), by, self.at)
        entry = Entry(new_event_id(), who.key, Presence.PRESENT)
        attendance.record_entry(self.db, day, entry, by, self.at)
        day.closed_at = self.at

    def _certify(self, who: User, by: User) -> None:
        base_url = "http://127.0.0.1:8000"
        (ready,) = certificates.readiness(self.db, [who], self.course, self.today)
        preview = certificates.ask_preview(self.db, ready, self.course, by, self.at, base_url)
        certificates.store_preview(self.db, preview.key, PDF, None)
        (certificate,) = certificates.issue(
            self.db, [who], self.course, by, new_event_id(), self.at, base_url
        )
        stored = files.store(self.db, PDF, "application/pdf", self.at)
        certificate.file_sha256 = stored.sha256
        picture = files.store(self.db, LOGO, "image/png", self.at)
        certificate.picture_sha256 = picture.sha256
        self.world.keys |= {
            "certificate": certificate.key,
            "verification": certificate.code,
            "preview": preview.key,
        }
        self._print(certificate, by)

    def _print(self, certificate: Certificate, by: User) -> None:
        """A print run of one sheet, its file made, and the printer it was for."""
        draft, event = desk.RunDraft(printer="HP"), new_event_id()
        shift = Shift(1.5, -0.5, 100)
        printer = desk.change_printer(self.db, None, "HP", shift, by, self.at)
        run = desk.send_to_print(self.db, [certificate], draft, None, by, event, self.at)
        desk.finish(self.db, run.id, PDF, self.at)
        self.world.keys |= {"run": run.key, "printer": printer.key}

    def _design(self, by: User) -> None:
        """The certificate's template has an older state, a draft and a logo."""
        content = certificates.current(self.db, "default").content.model_dump(mode="json")
        content["fields"] = {**content["fields"], "seal": False}
        base = certificates.base_number(self.db, "default")
        certificates.save(self.db, "default", content, base, by, new_event_id(), self.at)
        draft = certificates.keep_draft(self.db, "default", content, by, self.at)
        logo = certificates.PictureDraft(certificates.LOGO, "广西大学", LOGO)
        picture = certificates.add_picture(self.db, logo, by, new_event_id(), self.at)
        self.world.keys |= {"draft": draft.key, "picture": picture.key}

    def _correct(self, by: User) -> None:
        """A question is dropped; another report about it waits."""
        item = "rate-adult-choose"
        variant = learning.variants_of(self.db, self.course, item)[0]
        reason = "ສອງຄຳຕອບຖືກ."
        draft = learning.CorrectionDraft(
            item, variant.digest, CorrectionKind.DROP, (), reason, "lo"
        )
        seen = learning.preview_correction(self.db, self.course, draft).digest
        done = learning.correct_item(self.db, self.course, draft, seen, new_event_id(), by, self.at)
        report = learning.report_question(
            self.db, self.course, item, reason, new_event_id(), by, self.at
        )
        counted = learning.count_analysis(self.db, self.course, learning.ALL_TIME)
        learning.store_analysis(self.db, self.course, learning.ALL_TIME, counted, self.at)
        self.world.keys |= {"correction": done.key, "report": report.key}

    def _review(self, by: User) -> None:
        """Lao is half reviewed and opened; the other languages are pending."""
        draft = ReviewDraft(ReviewRole.NATIVE, "ສຸກ ວັນນະວົງ", self.today)
        review = courses.record_review(
            self.db, self.course, "lo", draft, new_event_id(), by.key, self.at, self.today
        )
        reason = "The rescue team leaves before the doctor is back."
        courses.open_language(self.db, self.course, "lo", reason, new_event_id(), by.key, self.at)
        self.world.keys["review"] = review.event_id

    def _import_lists(self, by: User, cohort: Cohort) -> None:
        """One list that waits with a question and a problem, and one that is imported."""
        self.world.keys["roster"] = self._list(by, cohort, "ສົມສະໄໝ ແກ້ວມະນີ", "12").key
        done = self._list(by, cohort, "ດາລາວັນ ອິນທະວົງ", "x")
        content = self.db.get(RosterContent, done.id)
        assert content is not None
        preview = roster.preview_of(self.db, done, content, by)
        roster.confirm_import(self.db, done, new_event_id(), preview.fingerprint, by, self.at)
        self.world.keys["imported"] = done.key

    def _list(self, by: User, cohort: Cohort, name: str, passport: str) -> RosterImport:
        rows = [("Name", "Passport"), (name, ""), (name, ""), ("SOUK", passport)]
        lines = tuple(Line(number, cells) for number, cells in enumerate(rows, start=1))
        file = ("list.csv", "0" * 64)
        return roster.start_import(
            self.db, cohort, Table(lines, "UTF-8"), file, new_event_id(), by, self.at
        )

    def _sign_in(self, people: dict[str, User]) -> None:
        for name, user in people.items():
            self.world.tokens[name] = accounts.open_session(self.db, user, "phone", self.at)
            self.world.keys[name] = user.key
        (session,) = accounts.live_sessions(self.db, people["trainee"], self.at)
        self.world.keys["session"] = session.key
