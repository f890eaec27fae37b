"""The stored PDF: signed last, an archive with its credential, believed by other people's tools."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.certificates import tasks
from app.certificates.models import Certificate
from app.certificates.views.file_check import FILE_MISSES
from app.core import authority, pades, pades_check
from app.core import pdf as pdf_pages
from app.core.clock import now
from app.core.files import StoredFile
from app.core.health import faults_of_rooms
from app.core.jobs import Worker
from app.core.keys import NoKey, Purpose, ring
from app.core.pades_check import Finding
from tests.browsing import CheckedClient
from tests.certificates.conftest import Issue, Ready
from tests.factories import AT


@pytest.fixture
def stored(app: Flask, db: Session, issued: Certificate, tmp_path: Path) -> Path:
    """The file of a certificate as the worker made it."""
    db.commit()
    Worker(app.extensions["kapok"].database).run_all()
    db.refresh(issued)
    assert issued.file_sha256, issued.file_fault
    file = db.get(StoredFile, issued.file_sha256)
    assert file is not None
    path = tmp_path / "certificate.pdf"
    path.write_bytes(file.content)
    return path


def said(*command: str | Path) -> str:
    if shutil.which(str(command[0])) is None:
        pytest.skip(f"{command[0]} is not on this machine: .ci/system-packages tests")
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def test_it_is_an_archive_with_its_credential(stored: Path, issued: Certificate) -> None:
    with pikepdf.open(stored) as pdf:
        assert pdf.open_metadata().pdfa_status == "3U"
        assert set(pdf.attachments) == {"certificate.json", "credential.json"}
        told = json.loads(pdf.attachments["credential.json"].get_file().read_bytes())
        assert {str(one.AFRelationship) for one in pdf.Root.AF} == {"/Data"}
    assert told["id"] == issued.facts["address"]
    assert told["proof"]["cryptosuite"] == "eddsa-rdfc-2022"


@pytest.mark.parametrize("purpose", [Purpose.BADGE, Purpose.DOCUMENT])
def test_a_worker_without_a_key_makes_none_and_the_file_fails(
    app: Flask, db: Session, issued: Certificate, purpose: Purpose
) -> None:
    db.commit()
    (app.extensions["kapok"].settings.data_dir / "keys" / f"{purpose}-1.pem").unlink()
    with pytest.raises(NoKey):
        tasks.render(db, {"certificate": issued.id}, AT)
    assert ring().all(purpose) == []


def test_the_doctor_names_each_kind_whose_lost_key_signed_a_file_in_force(
    app: Flask, db: Session, ready: Ready, issue: Issue, stored: Path, issued: Certificate
) -> None:
    for purpose in (Purpose.BADGE, Purpose.AUTHORITY):  # this one takes a new key of documents
        ring().rotate(purpose)
    (newer,) = issue(ready())
    db.commit()
    Worker(app.extensions["kapok"].database).run_all()
    db.expire_all()
    assert list(faults_of_rooms(db)) == []
    keys = app.extensions["kapok"].settings.data_dir / "keys"
    for purpose in (Purpose.BADGE, Purpose.DOCUMENT):
        (keys / f"{purpose}-2.pem").unlink()
    (keys / "authority-1.pem").unlink()
    fault = list(faults_of_rooms(db))[-1]
    named = (
        f"authority (of {issued.serial}), badge (of {newer.serial}), document (of {newer.serial})"
    )
    assert named in fault
    assert pades_check.finding(stored.read_bytes()) is Finding.OURS
    newer.revoked_at, newer.revocation_reason = AT, "Wrong name"
    issued.valid_until = issued.award_date
    ring().rotate(Purpose.DOCUMENT)
    assert list(faults_of_rooms(db)) == []


def test_a_retired_key_of_documents_signs_nothing_in_place_of_the_newest_one_that_is_lost(
    app: Flask,
    db: Session,
    ready: Ready,
    issue: Issue,
    stored: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert stored.exists()
    monkeypatch.setattr(authority, "now", lambda: now() + timedelta(seconds=2))
    ring().rotate(Purpose.DOCUMENT)
    (newer,) = issue(ready())
    db.commit()
    Worker(app.extensions["kapok"].database).run_all()
    (app.extensions["kapok"].settings.data_dir / "keys" / "document-2.pem").unlink()
    waiting = ready()
    with pytest.raises(NoKey):
        issue(waiting)
    db.rollback()
    db.execute(update(Certificate).where(Certificate.id < newer.id).values(file_sha256=None))
    with pytest.raises(NoKey):
        tasks.render(db, {"certificate": newer.id - 1}, AT)
    db.rollback()
    assert any("run 'kapok keys rotate document'" in fault for fault in faults_of_rooms(db))
    ring().rotate(Purpose.DOCUMENT)  # no copy is left: the operator makes a new one
    issue(ready())


def test_poppler_finds_the_signature_valid_and_over_the_whole_file(stored: Path) -> None:
    told = said("pdfsig", "-nocert", stored)
    assert "Signature is Valid" in told
    assert "Total document signed" in told
    assert "ETSI.CAdES.detached" in told


def test_mupdf_finds_nothing_changed(stored: Path) -> None:
    told = said("mutool", "sign", "-v", stored)
    assert "unchanged since signing" in told


def test_qpdf_finds_the_file_sound(stored: Path) -> None:
    assert "No syntax or stream encoding errors found" in said("qpdf", "--check", stored)


def test_our_own_check_tells_every_changed_byte(stored: Path) -> None:
    content = stored.read_bytes()
    assert pades_check.finding(content) is Finding.OURS
    for place in (10, len(content) // 3, len(content) - 20):
        changed = bytearray(content)
        changed[place] ^= 1
        assert pades_check.finding(bytes(changed)) in (Finding.CHANGED, Finding.FOREIGN)
    assert pades_check.finding(content + b"\n") is Finding.CHANGED
    ring().rotate(Purpose.DOCUMENT)
    assert pades_check.finding(content) is Finding.OURS


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.7 no signature",
        b"/ByteRange [0 10 20 30]<30>",
        b"/ByteRange [0 30 60 5]     <" + b"00" * 30 + b">     ",
        b"/ByteRange[" + b"9" * 5000,
    ],
)
def test_what_a_stranger_sends_is_foreign(content: bytes) -> None:
    assert pades_check.finding(content) is Finding.FOREIGN


def test_a_time_stamp_is_added_when_a_server_is_named(
    db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pyhanko.sign import timestamps

    from tests.certificates.time_stamps import stamper

    ring().make_missing()
    monkeypatch.setattr(timestamps, "HTTPTimeStamper", lambda _url: stamper())
    monkeypatch.setattr(pades, "_time_stamp_server", "https://tsa.example.org")
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        blank = io.BytesIO()
        pdf.save(blank)
    stamped = pades.signed(blank.getvalue())
    assert pades_check.finding(stamped) is Finding.OURS
    signature = stamped.split(b"/Contents <")[1].split(b">")[0]
    # id-aa-timeStampToken (RFC 3161, appendix A)
    assert bytes.fromhex("060b2a864886f70d010910020e") in bytes.fromhex(signature.decode())


def test_a_print_run_takes_the_page_without_the_signature(stored: Path) -> None:
    content = stored.read_bytes()
    with pikepdf.open(io.BytesIO(pdf_pages.joined([content, content]))) as both:
        assert len(both.pages) == 2
        assert "/AcroForm" not in both.Root


def test_a_file_is_checked_on_the_page(client: CheckedClient, stored: Path) -> None:
    def told(content: bytes) -> str:
        sent = {"file": (io.BytesIO(content), "certificate.pdf")}
        answer = client.post("/v/file?lang=en", data=sent)
        assert answer.status_code == 200
        return str(answer.text)

    content = stored.read_bytes()
    assert "not one byte of it was changed" in told(content)
    assert "it was changed afterwards" in told(content + b" ")
    assert "does not carry our signature" in told(b"%PDF-1.7 my own")
    for _ in range(FILE_MISSES[1] - 2):
        told(b"%PDF-1.7 my own")
    refused = {"file": (io.BytesIO(b"%PDF-1.7 another"), "other.pdf")}
    assert client.post("/v/file?lang=en", data=refused).status_code == 429
    assert "not one byte of it was changed" in told(content)
    assert client.post("/v/file?lang=en").status_code == 422
    too_large = {"file": (io.BytesIO(b"0" * 900_001), "large.pdf")}
    assert client.post("/v/file?lang=en", data=too_large).status_code == 413
