"""The file of a print run: whole, in order, from frozen facts, whoever dies on the way."""

from __future__ import annotations

import io
import multiprocessing
import random
import signal
from datetime import timedelta
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from flask import Flask
from PIL import Image
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.certificates import rendering, services
from app.certificates.models import Certificate, PrintPart, PrintRun, PrintSheet
from app.certificates.services import desk, printing
from app.certificates.services.desk import drawing
from app.certificates.types.desk import PrintKind, RunNotReady
from app.cohorts import services as cohorts
from app.cohorts.models import Cohort
from app.core.clock import now
from app.core.db import Database, begin_write
from app.core.events import new_event_id
from app.core.jobs import Job, JobStatus, Worker
from app.core.pdf import engine
from app.courses.library import library
from tests.certificates.test_fast_path import drawn, stray
from tests.factories import AT, make_certificate, make_trainee


def issue_to(db: Session, cohort: Cohort, count: int) -> list[Certificate]:
    found = []
    for _ in range(count):
        user = make_trainee(db)
        cohorts.add_member(db, cohort, user, AT)
        found.append(make_certificate(db, user))
    return found


def send(db: Session, chosen: list[Certificate], cohort: Cohort, by: User) -> PrintRun:
    event = new_event_id()
    run = desk.send_to_print(db, chosen, desk.RunDraft(), cohort, by, event, AT)
    desk.ask_file(db, run)
    db.commit()
    return run


def pages(content: bytes) -> list[str]:
    found = pypdfium2.PdfDocument(content)
    texts = [str(page.get_textpage().get_text_bounded()) for page in found]
    found.close()
    return texts


def serials(db: Session, run: PrintRun) -> list[str]:
    return [sheet.certificate.serial for sheet in desk.sheets_of(db, run)]


def assert_complete(db: Session, run: PrintRun) -> None:
    """Every certificate is on one page, in order, with its bookmark, and nothing is left over."""
    db.expire_all()
    content, wanted = desk.file_of(db, run), serials(db, run)
    texts = pages(content)
    assert len(texts) == len(wanted) == len(set(wanted)) == run.sheet_count
    assert all(serial in text for serial, text in zip(wanted, texts, strict=True))
    with pikepdf.open(io.BytesIO(content)) as pdf, pdf.open_outline() as outline:
        assert [item.title.rpartition(" ")[2] for item in outline.root] == wanted
    assert db.scalars(select(PrintPart.number)).all() == [drawing.WHOLE]


def picture(content: bytes, number: int = 0) -> Image.Image:
    """A page at 180 dpi."""
    with pypdfium2.PdfDocument(content) as found:
        drawn: Image.Image = found[number].render(scale=2.5).to_pil()
        return drawn


def test_the_file_is_in_order_and_each_page_is_the_single_file_whatever_the_profile_says_now(
    db: Session, database: Database, cohort: Cohort, administrator: User
) -> None:
    chosen = issue_to(db, cohort, 3)
    run = send(db, chosen, cohort, administrator)
    for one in chosen:
        one.user.native_name = administrator.native_name
    db.commit()
    Worker(database).run_all()
    assert_complete(db, run)
    content = desk.file_of(db, run)
    for at, sheet in enumerate(desk.sheets_of(db, run)):
        one = sheet.certificate
        single = rendering.certificate_pdf(printing.printed(one), services.frozen(db, one.facts))
        fast, slow = drawn(content, at), drawn(single, 0)
        assert stray(fast, slow) + stray(slow, fast) == 0, sheet.position
        (code,) = zxingcpp.read_barcodes(picture(content, at))
        assert code.text == f"{one.facts['address']}#{one.signed}"


def test_the_programmes_certificate_has_its_own_page_in_the_run_and_a_card(
    db: Session, cohort: Cohort, administrator: User
) -> None:
    (one,) = issue_to(db, cohort, 1)
    programme = library().programme
    both = [one, make_certificate(db, one.user, programme.key)]
    run = send(db, both, cohort, administrator)
    draft, event = desk.RunDraft(kind=PrintKind.CARD), new_event_id()
    cards = desk.send_to_print(db, both, draft, cohort, administrator, event, AT)
    whole, of_course = printed_pages(db, run)
    assert all(planned.title["en"] in whole for planned in programme.courses)
    assert programme.courses[0].title["en"] not in of_course
    assert programme.title["en"] in printed_pages(db, cards)[0]


def test_a_run_of_cards_has_one_look_whatever_is_saved_meanwhile(
    db: Session, cohort: Cohort, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "PEOPLE_AT_ONCE", 1)
    draft = desk.RunDraft(kind=PrintKind.CARD)
    chosen = issue_to(db, cohort, 2)
    run = desk.send_to_print(db, chosen, draft, cohort, administrator, new_event_id(), AT)
    desk.store_part(db, run.id, 1, b"%PDF", AT)
    shown = services.current(db, "card").content.model_dump(mode="json")
    shown["title"] = {**shown["title"], "en": "Another title of the card"}
    services.save(db, "card", shown, services.base_number(db, "card"), administrator, "e", AT)
    assert db.get_one(PrintRun, run.id).template_id is not None
    assert services.current(db, "card").version == 2
    again = desk.sheets.reprint_run(
        db, run, desk.sheets_of(db, run), draft, administrator, new_event_id(), AT
    )[0]
    assert again.template_id == run.template_id
    second = desk.next_pages(db, run.id)
    assert second is not None
    assert [(second.number, one.version) for one in second.templates] == [(2, 1)]


def printed_pages(db: Session, run: PrintRun) -> list[str]:
    """The pages of a run as they go to the renderer."""
    found = desk.next_pages(db, run.id)
    assert found is not None
    return [
        rendering.page(facts, template)
        for facts, template in zip(found.facts, found.templates, strict=True)
    ]


def test_a_certificate_that_cannot_be_drawn_is_named_and_the_run_can_be_given_up(
    db: Session, database: Database, cohort: Cohort, administrator: User
) -> None:
    good, bad = issue_to(db, cohort, 2)
    bad.facts = {**bad.facts, "names": {**bad.facts["names"], "native": "ຍາວ" * 90}}
    run = send(db, [good, bad], cohort, administrator)
    Worker(database).run_all()
    db.expire_all()
    assert run.fault is not None
    assert run.fault.startswith(bad.serial)
    begin_write(db)
    desk.withdraw(db, run, administrator, AT)
    assert db.scalars(select(PrintPart)).all() == []
    with pytest.raises(RunNotReady):
        desk.file_of(db, run)
    assert good.serial not in (run.fault or "")


def test_a_file_is_kept_for_a_while_and_made_again_when_somebody_asks(
    db: Session, database: Database, cohort: Cohort, administrator: User
) -> None:
    run = send(db, issue_to(db, cohort, 2), cohort, administrator)
    Worker(database).run_all()
    db.expire_all()
    first, made_at = desk.file_of(db, run), run.drawn_at
    desk.forget_files(db, now() + desk.KEEP_FILES + timedelta(days=1))
    assert not desk.progress_of(db, run).is_whole
    desk.ask_file(db, run)
    db.commit()
    Worker(database).run_all()
    db.expire_all()
    assert (desk.file_of(db, run), run.drawn_at) == (first, made_at)


# --- kill -9 ---------------------------------------------------------------------------------


#: A fork has read the code already.
PROCESSES = multiprocessing.get_context("fork")


def work(address: str) -> None:
    """What a worker does; it has a renderer of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "_engine", engine.Engine())
        Worker(Database(address)).run_all()


def kill_a_worker(database: Database, chance: random.Random) -> None:
    """Let a worker begin, and kill it at a moment of the clock or after it has kept a part."""
    address = database.url.render_as_string(hide_password=False)
    worker = PROCESSES.Process(target=work, args=(address,))
    before = kept(database)
    worker.start()
    if chance.random() < 0.5:
        while worker.is_alive() and kept(database) == before:
            worker.join(0.01)
        worker.join(chance.uniform(0, 0.2))
    else:
        worker.join(chance.uniform(0, 2))
    worker.kill()
    worker.join()
    assert worker.exitcode in {-signal.SIGKILL, 0}


def kept(database: Database) -> set[int]:
    """The numbers of the parts that are there."""
    with database.session() as db:
        return set(db.scalars(select(PrintPart.number)))


def end_leases(database: Database) -> None:
    """What a dead worker held is free at once, as it would be in a minute."""
    with database.session() as db:
        begin_write(db)
        past = now() - timedelta(minutes=5)
        late = update(Job).where(Job.status == JobStatus.RUNNING).values(lease_until=past)
        db.execute(late.values(tries=0))
        db.commit()


def interrupted(
    db: Session, database: Database, cohort: Cohort, by: User, seed: int, kills: int
) -> None:
    chance = random.Random(seed)
    run = send(db, issue_to(db, cohort, 8), cohort, by)
    for _ in range(kills):
        kill_a_worker(database, chance)
        end_leases(database)
    Worker(database).run_all()
    assert_complete(db, run)
    assert len(db.scalars(select(PrintSheet.id)).all()) == 8


def test_a_run_that_is_killed_at_three_moments_is_complete_and_nobody_twice(
    db: Session,
    database: Database,
    cohort: Cohort,
    administrator: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not database.is_sqlite:
        pytest.skip("a renderer takes seconds to begin: PostgreSQL is in the slow twin")
    monkeypatch.setattr(drawing, "PEOPLE_AT_ONCE", 2)
    interrupted(db, database, cohort, administrator, seed=2082, kills=3)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_a_run_that_is_killed_at_twenty_moments_is_complete_and_nobody_twice(
    db: Session,
    database: Database,
    cohort: Cohort,
    administrator: User,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    monkeypatch.setattr(drawing, "PEOPLE_AT_ONCE", 2)
    interrupted(db, database, cohort, administrator, seed=seed, kills=5)


# --- the command -----------------------------------------------------------------------------


def test_the_command_writes_what_waits_and_the_same_again(
    app: Flask, db: Session, cohort: Cohort, tmp_path: Path
) -> None:
    chosen = issue_to(db, cohort, 3)
    for one in chosen:
        one.valid_until = now().date() + timedelta(days=300)
    out = tmp_path / "run.pdf"
    args = ["certificates", "print-run", "--cohort", cohort.key, "--out", str(out)]
    db.commit()
    told = app.test_cli_runner().invoke(args=args)
    assert told.exit_code == 0, told.output
    assert "3 sheets" in told.output
    first = out.read_bytes()
    assert len(pages(first)) == 3
    again = app.test_cli_runner().invoke(args=args)
    assert (again.exit_code, out.read_bytes()) == (0, first)


def test_the_command_says_when_there_is_nothing(
    app: Flask, db: Session, cohort: Cohort, tmp_path: Path
) -> None:
    empty = cohort.key
    db.commit()
    for key, message in ((empty, "No certificate"), (new_event_id(), "There is no cohort")):
        args = ["certificates", "print-run", "--cohort", key, "--out", str(tmp_path / "x.pdf")]
        told = app.test_cli_runner().invoke(args=args)
        assert (told.exit_code, message in told.output) == (1, True)
