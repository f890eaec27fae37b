"""What the holder keeps: the picture for chats, the link, the quick cards beside it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import zxingcpp
from flask import Flask
from PIL import Image
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.certificates import rendering, services
from app.certificates.loader import template
from app.certificates.models import Certificate
from app.core import files, jobs
from app.core.clock import now
from app.core.errors import GIVEN_UP, NotFound
from app.core.jobs import Job, Worker
from app.core.pdf.pictures import light_png
from tests.browsing import CheckedClient
from tests.certificates.conftest import BASE_URL
from tests.factories import AT, make_trainee

SignIn = Callable[[User], CheckedClient]


@pytest.fixture
def drawn(app: Flask, db: Session, issued: Certificate) -> Certificate:
    """A certificate whose file and picture are made."""
    db.commit()
    Worker(app.extensions["kapok"].database).run_all()
    db.expire_all()
    assert issued.file_sha256, issued.file_fault
    return issued


def test_the_holder_sees_the_picture_with_its_size_and_what_it_shows(
    sign_in: SignIn, drawn: Certificate
) -> None:
    client, address = sign_in(drawn.user), f"/en/certificates/mine/{drawn.key}"
    answer = client.get(f"{address}.png")
    assert answer.mimetype == "image/png"
    assert len(answer.data) <= services.MOST_PICTURE_BYTES
    width, height = Image.open(io.BytesIO(answer.data)).size
    shown = re.search(r'<img src="[^"]*\.png"[^>]*>', client.get(address).text)
    assert shown is not None
    assert f'width="{width}" height="{height}"' in shown[0]
    assert f"Certificate {drawn.serial} of" in shown[0]


def test_only_the_beginning_of_a_file_leaves_the_database(db: Session) -> None:
    stored = files.store(db, bytes(range(256)) * 800, "image/png", AT)
    assert files.beginning_of(db, stored.sha256, 24) == bytes(range(24))
    with pytest.raises(NotFound):
        files.beginning_of(db, "0" * 64, 24)


def test_the_qr_code_of_the_picture_can_be_scanned(db: Session, drawn: Certificate) -> None:
    picture = Image.open(io.BytesIO(services.picture_file(db, drawn).content)).convert("L")
    found = zxingcpp.read_barcodes(picture)
    assert [one.text.partition("#")[0] for one in found] == [drawn.facts["address"]]


def test_only_the_holder_and_the_office_see_the_picture(
    client: CheckedClient, db: Session, sign_in: SignIn, drawn: Certificate
) -> None:
    assert ".png" not in client.get(f"/v/{drawn.code}?lang=en").text
    address = f"/en/certificates/mine/{drawn.key}.png"
    assert client.get(address).status_code == 302
    assert sign_in(make_trainee(db)).get(address).status_code == 404


def test_the_picture_is_drawn_once_and_asked_for_again_when_it_is_missing(
    app: Flask, db: Session, drawn: Certificate
) -> None:
    first = drawn.picture_sha256
    services.store_picture(db, drawn.id, b"another", AT)
    db.refresh(drawn)
    assert (first is not None, drawn.picture_sha256) == (True, first)
    drawn.picture_sha256 = None
    db.commit()
    app.test_cli_runner().invoke(args=["certificates", "render"])
    Worker(app.extensions["kapok"].database).run_all()
    db.expire_all()
    assert drawn.picture_sha256 == first


def test_a_file_of_a_worker_that_was_given_up_meanwhile_is_not_kept_beside_the_fault(
    app: Flask, db: Session, issued: Certificate
) -> None:
    db.execute(update(Job).values(tries=jobs.MAX_TRIES - 1))
    db.commit()
    database = app.extensions["kapok"].database
    with database.session() as slow, database.session() as other:
        held = jobs.claim(slow, now() - timedelta(hours=1))  # its lease has run out
        assert held is not None
        owner = str(held.owner)
        assert jobs.claim(other, now()) is None
        Worker(database)._do(slow, held.id, held.task, held.payload, owner, jobs.MAX_TRIES)
    db.expire_all()
    assert jobs.count_failed(db) == 1
    assert (issued.file_sha256, issued.file_fault) == (None, GIVEN_UP)


def test_a_picture_at_which_the_server_failed_is_told_until_it_is_drawn(
    app: Flask, db: Session, sign_in: SignIn, drawn: Certificate, administrator: User
) -> None:
    content, drawn.picture_sha256 = drawn.file_sha256, None
    broken = files.store(db, b"no PDF", "application/pdf", AT).sha256
    drawn.file_sha256 = broken
    services.ask_missing_files(db)
    db.execute(update(Job).values(tries=jobs.MAX_TRIES - 1))
    db.commit()
    worker = Worker(app.extensions["kapok"].database)
    worker.run_all()
    address = f"/en/certificates/mine/{drawn.key}"
    client = sign_in(drawn.user)
    for path in (address, f"{address}.png"):
        told = client.get(path).text
        assert "The picture could not be made." in told
        assert "being made" not in told
    office = sign_in(administrator).get(f"/en/certificates/{drawn.key}").text
    assert "The picture could not be made. Reason:" in office
    db.refresh(drawn)
    drawn.file_sha256 = content
    services.ask_missing_files(db)
    db.commit()
    assert worker.run_all() == 1
    db.refresh(drawn)
    assert (drawn.picture_sha256 is not None, drawn.file_fault) == (True, None)


def test_a_picture_that_would_be_too_big_gets_fewer_colours() -> None:
    facts = rendering.sample_facts(template("programme"), "km", BASE_URL)
    content = rendering.certificate_pdf(facts, template("programme"))
    sizes = {most: len(light_png(content, most)) for most in (250_000, 150_000)}
    assert all(size <= most for most, size in sizes.items()), sizes


def test_the_link_to_give_away_is_the_printed_address_and_quick_cards_stand_beside_it(
    db: Session, sign_in: SignIn, issued: Certificate, administrator: User
) -> None:
    client, address = sign_in(issued.user), f"/en/certificates/mine/{issued.key}"
    page = client.get(address).text
    link = f'id="link">{issued.facts["address"]}<'
    assert link in page
    assert f"/en/cards/{issued.slug}/" in page
    services.revoke(db, issued, "Issued to the wrong person.", administrator, AT)
    assert link not in client.get(address).text
