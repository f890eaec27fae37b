"""One act of issuing: few queries, the same count as shown, alone among many, and never half."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.types import Names
from app.certificates import services
from app.certificates.models import Certificate, CertificateCounter
from app.certificates.services.numbers import has_bad_word
from app.certificates.types import PreviewChanged
from app.core.audit import AuditEvent
from app.core.db import Database, begin_write
from app.core.events import new_event_id
from app.core.health import faults_of_rooms
from app.core.jobs import Job
from app.core.keys import NoKey, Purpose, ring
from app.courses.types import Course
from tests.certificates.conftest import BASE_URL, TODAY, Issue, Ready
from tests.counting import statements_of
from tests.factories import AT, make_administrator

#: A cohort for races and kills: small, because each of its people passes a whole course.
COHORT = 3


def shown(db: Session, users: list[User], course: Course) -> dict[str, dict[object, str]]:
    """What the page before the act would say."""
    award = services.award_of(course)
    ready = services.standing_in(db, users, course, TODAY)
    return {
        one.user.key: dict(services.seen_of(one, award, services.template_of(db, award)))
        for one in ready
    }


def require_whole(db: Session, issued: int) -> None:
    """Every certificate has its number, its line in the trail and its job; no number is missing."""
    count = select(func.count())
    assert db.scalar(count.select_from(Certificate)) == issued
    assert services.unexplained_serials(db, AT.year) == []
    last = db.scalar(select(CertificateCounter.last).where(CertificateCounter.year == AT.year))
    assert (last or 0) == issued
    assert db.scalar(count.where(AuditEvent.action == "certificates.issue")) == issued
    assert db.scalar(count.where(Job.task == "certificates.render")) == issued


def test_the_doctor_tells_of_numbers_that_nothing_explains_and_of_lost_keys(
    app: Flask, db: Session, issued: Certificate
) -> None:
    assert list(faults_of_rooms(db)) == []
    counter = db.get_one(CertificateCounter, AT.year)
    counter.last += 2
    shutil.rmtree(app.extensions["kapok"].settings.data_dir / "keys")
    numbers, keys, lost = faults_of_rooms(db)
    assert services.serial_number(AT.year, counter.last) in numbers
    assert issued.serial not in numbers
    assert "badge, code, authority, document" in keys
    assert issued.serial in lost


def test_a_lost_key_is_not_made_again_by_issuing_and_the_doctor_knows_a_new_one(
    app: Flask, db: Session, ready: Ready, issue: Issue, issued: Certificate
) -> None:
    db.commit()
    second = ready()
    db.commit()
    folder = app.extensions["kapok"].settings.data_dir / "keys"
    shutil.rmtree(folder)
    with pytest.raises(NoKey):
        issue(second)
    db.rollback()
    assert not folder.exists()
    ring().make_missing()  # as the operator has told it to
    (newer,) = issue(second)
    (lost,) = faults_of_rooms(db)
    assert "lost: 1" in lost
    assert issued.serial in lost
    assert newer.serial not in lost


def test_a_retired_key_of_codes_does_not_sign_in_place_of_the_newest_one_that_is_lost(
    app: Flask,
    db: Session,
    ready: Ready,
    issue: Issue,
    issued: Certificate,
    administrator: User,
) -> None:
    newest = app.extensions["kapok"].settings.data_dir / "keys" / "code-2.pem"
    ring().rotate(Purpose.CODE)
    issue(ready())
    kept = newest.read_bytes()
    db.commit()
    newest.unlink()
    third = ready()
    with pytest.raises(NoKey):
        issue(third)
    wish = services.Correction(Names("ນາງ ພອນ", "NANG PHONE", None), False, "Another passport.")
    with pytest.raises(NoKey):
        services.correct(db, issued, wish, administrator, new_event_id(), AT, BASE_URL)
    db.rollback()
    assert any("run 'kapok keys rotate code'" in fault for fault in faults_of_rooms(db))
    newest.write_bytes(kept)
    issue(ready())
    newest.unlink()
    ring().rotate(Purpose.CODE)  # no copy is left: the operator makes a new one
    issue(ready())
    (lost,) = faults_of_rooms(db)
    assert "'code' key that is lost: 2" in lost
    assert issued.serial not in lost


def test_the_doctor_tells_of_a_key_that_cannot_be_read(app: Flask, db: Session) -> None:
    ring().make_missing()
    path = app.extensions["kapok"].settings.data_dir / "keys" / "code-1.pem"
    path.write_text("nothing")
    (fault,) = faults_of_rooms(db)
    assert str(path) in fault


def test_the_number_of_queries_does_not_grow_with_the_people(
    db: Session, ready: Ready, issue: Issue
) -> None:
    counts = []
    for number in (1, 3):
        users = [ready() for _ in range(number)]
        db.flush()
        with statements_of(db.get_bind()) as asked:
            issue(*users)
            db.flush()
        counts.append(len(asked))
    # The first act also makes the counter's row and records the edition.
    assert counts[1] <= counts[0] <= 35


def test_what_changed_after_the_preview_is_told_and_nothing_is_issued(
    db: Session, ready: Ready, course: Course, administrator: User
) -> None:
    users = [ready(), ready()]
    seen = shown(db, users, course)
    users[1].latin_name = "SOK CHANDARO"
    with pytest.raises(PreviewChanged) as refused:
        services.issue(
            db,
            users,
            course,
            administrator,
            new_event_id(),
            AT,
            BASE_URL,
            seen=seen,  # type: ignore[arg-type]
        )
    (change,) = refused.value.changes
    assert (change.user.id, change.parts) == (users[1].id, ("names",))
    db.rollback()
    require_whole(db, 0)


def test_what_somebody_else_issued_meanwhile_is_a_change(
    db: Session, ready: Ready, course: Course, administrator: User, issue: Issue
) -> None:
    users = [ready(), ready()]
    seen = shown(db, users, course)
    issue(users[0])
    with pytest.raises(PreviewChanged) as refused:
        services.issue(
            db,
            users,
            course,
            administrator,
            new_event_id(),
            AT,
            BASE_URL,
            seen=seen,  # type: ignore[arg-type]
        )
    assert [change.user.id for change in refused.value.changes] == [users[0].id]


def test_twenty_administrators_at_once_certify_each_person_once(
    db: Session, database: Database, ready: Ready, course: Course
) -> None:
    whom = [ready().id for _ in range(3)]
    people = [make_administrator(db).id for _ in range(20)]
    db.commit()
    start, answers = Barrier(20), []

    def act(by_id: int) -> None:
        with database.session() as own:
            start.wait()
            begin_write(own)
            by, users = own.get_one(User, by_id), [own.get_one(User, one) for one in whom]
            made = services.issue(own, users, course, by, new_event_id(), AT, BASE_URL)
            own.commit()
            answers.append([one.serial for one in made])

    threads = [Thread(target=act, args=(by_id,)) for by_id in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 20
    assert len({tuple(serials) for serials in answers}) == 1
    db.rollback()
    require_whole(db, 3)


def issue_alone(own: Session, whom: list[int], by_id: int, course: Course) -> None:
    begin_write(own)
    by, users = own.get_one(User, by_id), [own.get_one(User, one) for one in whom]
    services.issue(own, users, course, by, new_event_id(), AT, BASE_URL)


def kill_while_issuing(
    db: Session, database_url: str, whom: list[int], by_id: int, course: Course, seconds: float
) -> None:
    """Begin the act in another process and kill it after a while, wherever it is then."""
    child = os.fork()
    if child == 0:
        try:
            with Database(database_url).session() as own:
                issue_alone(own, whom, by_id, course)
                own.commit()
        finally:
            os._exit(0)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    db.rollback()
    db.expire_all()


def length_of_act(database: Database, whom: list[int], by_id: int, course: Course) -> float:
    """Seconds that the act takes here, from its begin to before its end; it is given up."""
    with database.session() as own:
        for _ in range(2):  # the first one also reads the fonts and the course
            began = time.perf_counter()
            issue_alone(own, whom, by_id, course)
            own.rollback()
        return time.perf_counter() - began


@pytest.mark.parametrize(("seed", "kills"), [(11, 3), pytest.param(12, 20, marks=pytest.mark.slow)])
def test_killed_at_any_moment_the_act_is_whole_or_was_not(
    db: Session,
    database: Database,
    database_url: str,
    ready: Ready,
    course: Course,
    seed: int,
    kills: int,
) -> None:
    chance, by, whole = random.Random(seed), make_administrator(db).id, 0

    def next_people() -> list[int]:
        found = [ready().id for _ in range(COHORT)]
        db.commit()
        return found

    whom = next_people()
    seconds = length_of_act(database, whom, by, course)
    for _ in range(kills):
        kill_while_issuing(db, database_url, whom, by, course, chance.uniform(0, seconds))
        issued = db.scalar(select(func.count(Certificate.id))) or 0
        assert issued in {whole, whole + COHORT}
        require_whole(db, issued)
        if issued > whole:  # it was quicker than the signal: the next one has others to certify
            whole, whom = issued, next_people()
    db.rollback()
    issue_alone(db, whom, by, course)
    db.commit()
    require_whole(db, whole + COHORT)


@pytest.mark.parametrize("code", ["7SEX9Q2MXTRB5D9A", "75H17Q2MXTRB5D9A", "7K3FF4GMXTRB5D9A"])
def test_a_code_spells_no_bad_word(code: str) -> None:
    assert has_bad_word(code)
    assert not has_bad_word("7K3F9Q2MXTRB5D9A")
