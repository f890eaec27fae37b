"""The file of a print run: whole, in order, from frozen facts, whoever dies on the way."""

from __future__ import annotations

import io
import os
import random
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from flask import Flask
from PIL import Image, ImageChops
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.certificates import loader, rendering
from app.certificates.models import Certificate, PrintPart, PrintRun, PrintSheet
from app.certificates.services import desk
from app.certificates.services.desk import drawing
from app.cohorts import services as cohorts
from app.cohorts.models import Cohort
from app.config import ROOT
from app.core.clock import now
from app.core.db import Database, begin_write
from app.core.events import new_event_id
from app.core.jobs import Job, JobStatus, Worker
from tests.factories import AT, make_certificate, make_trainee

WORKER = """
import sys
from app.certificates import tasks
from app.certificates.services.desk import drawing
from app.core.db import Database
from app.core.jobs import Worker
drawing.PEOPLE_AT_ONCE = 2
print("ready", flush=True)
Worker(Database(sys.argv[1])).run_all()
"""


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
    with pypdfium2.PdfDocument(content) as found:
        return found[number].render(scale=1.5).to_pil().convert("L")


def test_the_file_is_in_order_and_each_page_is_the_single_file_whatever_the_profile_says_now(
    db: Session, database: Database, cohort: Cohort, administrator: User
) -> None:
    chosen = issue_to(db, cohort, 5)
    run = send(db, chosen, cohort, administrator)
    for one in chosen:
        one.user.native_name = administrator.native_name
    db.commit()
    Worker(database).run_all()
    assert_complete(db, run)
    content = desk.file_of(db, run)
    for at, sheet in enumerate(desk.sheets_of(db, run)):
        single = rendering.certificate_pdf(sheet.certificate.facts, loader.template())
        changed = ImageChops.difference(picture(content, at), picture(single))  # the QR code too
        assert changed.point(lambda value: 255 * (value > 96)).getbbox() is None


def test_the_signed_facts_stand_in_the_code_of_a_sheet_as_on_the_single_file() -> None:
    template = loader.template()
    facts = rendering.sample_facts(template, "lo", "https://kapok.example.org")
    signed = rendering.document_of(facts, template, signed="2ah-abc")
    plain = rendering.document_of(facts, template)
    assert rendering.address_in_qr(facts, "2ah-abc") == f"{facts['address']}#2ah-abc"
    assert signed.files["qr.svg"] != plain.files["qr.svg"]


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


def killed_worker(url: str, wait: float) -> None:
    """A worker process that is killed some time after it began."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, url],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
    )
    assert worker.stdout is not None
    worker.stdout.readline()
    time.sleep(wait)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    worker.stdout.close()


def is_finished(database: Database) -> bool:
    """Whether the job is done; else its lease is over at once, as it would be in a minute."""
    with database.session() as db:
        begin_write(db)
        past = now() - timedelta(minutes=5)
        late = update(Job).where(Job.status == JobStatus.RUNNING).values(lease_until=past)
        db.execute(late.values(tries=0))
        db.commit()
        return db.scalar(select(PrintPart.id).where(PrintPart.number == drawing.WHOLE)) is not None


def interrupted(
    db: Session,
    database: Database,
    cohort: Cohort,
    by: User,
    seed: int,
    kills: int,
) -> None:
    moments = random.Random(seed)
    run = send(db, issue_to(db, cohort, 8), cohort, by)
    for _ in range(kills):
        killed_worker(
            str(database.url.render_as_string(hide_password=False)), moments.uniform(0, 3)
        )
        if is_finished(database):
            break
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
        pytest.skip("a process takes seconds to begin: PostgreSQL is in the slow twin")
    monkeypatch.setattr(drawing, "PEOPLE_AT_ONCE", 2)
    interrupted(db, database, cohort, administrator, seed=2026, kills=3)


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
