"""Correcting, renewing, ending, and the certificate of the whole programme."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.types import Names
from app.certificates import services
from app.certificates.models import Certificate
from app.certificates.services import Correction
from app.certificates.types import (
    AwardKind,
    CertificateState,
    MissingKind,
    NotCorrectable,
    NothingToCorrect,
    UnprintableName,
)
from app.core.db import Database, begin_write
from app.core.events import new_event_id
from app.courses.library import library
from app.courses.types import Course
from app.practicals import services as practicals
from app.practicals.types import PassedSheet
from tests.certificates.conftest import BASE_URL, SLUG, TODAY, Ready
from tests.factories import AT, make_administrator

Check = Callable[..., None]
NAMES = Names("ສົມສະໄໝ ພົມວິຫານ", "SOMSAMAI PHOMVIHANE", None)
WISH = Correction(NAMES, texts=False, reason="The passport has another family name.")
#: Two years and no day later: the last day on which TODAY's certificate holds.
LAST = date(2028, 3, 2)


@pytest.fixture
def correct(db: Session, issued: Certificate, administrator: User) -> Callable[..., Certificate]:
    """Correct the issued certificate."""

    def act(wish: Correction = WISH, event_id: str = "", old: Certificate = issued) -> Certificate:
        event = event_id or new_event_id()
        return services.correct(db, old, wish, administrator, event, AT, BASE_URL)

    return act


# --- correcting ------------------------------------------------------------------------------


def test_a_correction_is_version_2_of_the_same_award(
    db: Session, issued: Certificate, correct: Callable[..., Certificate]
) -> None:
    before = dict(issued.facts)
    made = correct()
    assert (made.award_date, made.valid_until) == (issued.award_date, issued.valid_until)
    assert (made.version, made.facts["version"], made.facts["names"]["latin"]) == (
        2,
        2,
        NAMES.latin,
    )
    assert made.serial != issued.serial
    assert issued.facts == before
    assert made.evidence == issued.evidence
    old = services.verify(db, issued.code, TODAY)
    assert old.state is CertificateState.REPLACED
    assert [(one.version, one.serial) for one in old.chain] == [
        (1, issued.serial),
        (2, made.serial),
    ]
    assert services.verify(db, made.code, TODAY).state is CertificateState.VALID


def test_the_same_correction_again_gives_the_same_version(
    correct: Callable[..., Certificate],
) -> None:
    event_id = new_event_id()
    assert correct(event_id=event_id).key == correct(event_id=event_id).key


def test_only_the_newest_version_is_corrected(correct: Callable[..., Certificate]) -> None:
    correct()
    with pytest.raises(NotCorrectable):
        correct()


def test_a_revoked_certificate_is_not_corrected(
    db: Session, issued: Certificate, correct: Callable[..., Certificate], administrator: User
) -> None:
    services.revoke(db, issued, "Issued to the wrong person.", administrator, AT)
    with pytest.raises(NotCorrectable):
        correct()


def test_a_replaced_version_is_not_revoked(
    db: Session, issued: Certificate, correct: Callable[..., Certificate], administrator: User
) -> None:
    correct()
    with pytest.raises(NotCorrectable):
        services.revoke(db, issued, "Issued to the wrong person.", administrator, AT)
    assert issued.revoked_at is None


def test_a_correction_waits_for_a_revocation_and_is_refused(
    db: Session, database: Database, issued: Certificate
) -> None:
    by, number = make_administrator(db).id, issued.id
    db.commit()
    start, refused = Barrier(2), []

    def act() -> None:
        with database.session() as own:
            start.wait()
            begin_write(own)
            old, actor = own.get_one(Certificate, number), own.get_one(User, by)
            try:
                services.correct(own, old, WISH, actor, new_event_id(), AT, BASE_URL)
            except NotCorrectable as error:
                refused.append(error)

    begin_write(db)
    services.revoke(db, issued, "Issued to the wrong person.", db.get_one(User, by), AT)
    thread = Thread(target=act)
    thread.start()
    start.wait()
    thread.join(0.3)  # it waits for the row, or for the one writer of SQLite
    db.commit()
    thread.join()
    assert len(refused) == 1


def test_a_correction_that_changes_nothing_is_refused(
    issued: Certificate, correct: Callable[..., Certificate]
) -> None:
    with pytest.raises(NothingToCorrect):
        correct(replace(WISH, names=issued.user.names))


def test_a_correction_with_letters_that_no_font_has_is_refused(
    correct: Callable[..., Certificate],
) -> None:
    with pytest.raises(UnprintableName):
        correct(replace(WISH, names=Names("王ဿ小", "WANG XIAO", None)))


def test_two_corrections_at_once_make_one_version(
    db: Session, database: Database, issued: Certificate
) -> None:
    by, number = make_administrator(db).id, issued.id
    db.commit()
    start, made, refused = Barrier(2), [], []

    def act() -> None:
        with database.session() as own:
            start.wait()
            begin_write(own)
            old, actor = own.get_one(Certificate, number), own.get_one(User, by)
            try:
                new = services.correct(own, old, WISH, actor, new_event_id(), AT, BASE_URL)
            except NotCorrectable as error:
                refused.append(error)
                own.rollback()
            else:
                own.commit()
                made.append(new.serial)

    threads = [Thread(target=act) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(made), len(refused)) == (1, 1)
    db.rollback()
    assert services.unexplained_serials(db, AT.year) == []


# --- attendance ------------------------------------------------------------------------------


def test_attendance_counts_where_the_course_asks_for_it(
    db: Session, ready: Ready, course: Course
) -> None:
    asks = course.structure.model_copy(update={"attendance_minutes": 120})
    found = services.readiness(db, [ready()], replace(course, structure=asks), TODAY)[0]
    assert [(one.kind, one.done, one.total) for one in found.missing] == [
        (MissingKind.ATTENDANCE, 0, 120)
    ]


# --- the whole programme ---------------------------------------------------------------------


@pytest.fixture
def everything(db: Session, issued: Certificate, monkeypatch: pytest.MonkeyPatch) -> User:
    """Somebody with a valid certificate of every course and the whole-team exercise."""
    for number, planned in enumerate(library().programme.courses, start=500):
        if planned.slug != SLUG:
            copied = {
                column.name: getattr(issued, column.name)
                for column in Certificate.__table__.columns
                if column.name not in {"id", "key", "slug", "serial", "code", "status_index"}
            }
            serial = services.serial_number(2026, number)
            code = f"{number:016d}"
            until = date(2029, 3, 2)
            named = {"slug": planned.slug, "serial": serial, "code": code, "valid_until": until}
            db.add(Certificate(**{**copied, **named}))
    db.flush()
    team = library().exercise
    assert team is not None
    passed = PassedSheet(team.key, TODAY, "check", "examiner", "NONG LAN", "lo", "Nanning", True)
    monkeypatch.setattr(
        practicals, "passed_team_exercise", lambda _db, ids: dict.fromkeys(ids, passed)
    )
    return issued.user


def test_the_programme_is_certified_when_every_course_is_valid_on_one_day(
    db: Session, everything: User, administrator: User
) -> None:
    programme = library().programme
    found = services.standing_in(db, [everything], programme, TODAY)[0]
    assert (found.missing, found.award_date, found.valid_until) == ((), TODAY, LAST)
    made = services.issue(db, [everything], programme, administrator, new_event_id(), AT, BASE_URL)[
        0
    ]
    assert (made.kind, made.slug) == (AwardKind.PROGRAMME, programme.key)
    assert len(made.evidence["courses"]) == len(programme.courses)
    again = services.standing_in(db, [everything], programme, TODAY)[0]
    assert again.certificate is made


def test_a_programme_certificate_renews_the_one_that_stands_when_a_later_one_was_revoked(
    db: Session, everything: User, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    programme, team = library().programme, library().exercise
    assert team is not None

    def issue_after(days: int) -> Certificate:
        day, at = TODAY + timedelta(days=days), AT + timedelta(days=days)
        passed = PassedSheet(team.key, day, "check", "examiner", "NONG LAN", "lo", "Nanning", True)
        monkeypatch.setattr(
            practicals, "passed_team_exercise", lambda _db, ids: dict.fromkeys(ids, passed)
        )
        event = new_event_id()
        return services.issue(db, [everything], programme, administrator, event, at, BASE_URL)[0]

    first = issue_after(0)
    course = db.scalars(select(Certificate).where(Certificate.slug == SLUG)).one()
    course.valid_until = LAST + timedelta(days=90)
    second = issue_after(1)
    services.revoke(db, second, "Issued to the wrong person.", administrator, AT)
    third = issue_after(2)
    assert [second.renews_id, third.renews_id] == [first.id, first.id]
    assert third.evidence["renews"] == {"key": first.key, "serial": first.serial}


def test_a_course_that_is_over_is_missing_for_the_programme(db: Session, everything: User) -> None:
    late = services.standing_in(db, [everything], library().programme, LAST + timedelta(days=1))[0]
    assert [(one.kind, one.key) for one in late.missing] == [(MissingKind.COURSE_CERTIFICATE, SLUG)]


def test_who_has_one_course_hears_which_are_missing(db: Session, issued: Certificate) -> None:
    programme = library().programme
    found = services.standing_in(db, [issued.user], programme, TODAY)[0]
    wanted = {planned.slug for planned in programme.courses} - {SLUG}
    kinds = {one.kind for one in found.missing}
    assert {one.key for one in found.missing if one.key} == wanted
    assert kinds == {MissingKind.COURSE_CERTIFICATE, MissingKind.EXERCISE}


def test_a_revoked_course_is_told_beside_the_programmes_certificate(
    db: Session, everything: User, administrator: User
) -> None:
    programme = library().programme
    made = services.issue(db, [everything], programme, administrator, new_event_id(), AT, BASE_URL)[
        0
    ]
    assert services.lost_courses(db, made) == ()
    course = db.scalars(select(Certificate).where(Certificate.slug == SLUG)).one()
    services.revoke(db, course, "Issued to the wrong person.", administrator, AT)
    assert services.lost_courses(db, made) == (SLUG,)


def test_a_revoked_correction_of_a_course_is_told_beside_the_programmes_certificate(
    db: Session, everything: User, administrator: User, correct: Callable[..., Certificate]
) -> None:
    programme = library().programme
    made = services.issue(db, [everything], programme, administrator, new_event_id(), AT, BASE_URL)[
        0
    ]
    services.revoke(db, correct(), "Issued to the wrong person.", administrator, AT)
    assert services.lost_courses(db, made) == (SLUG,)
