"""Keys: made once, read by their owner only, kept when they are rotated."""

from __future__ import annotations

import stat
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask

from app.core import keys_cli
from app.core.keys import Key, KeyUnreadable, NoKey, Purpose, Ring, _read


@pytest.fixture
def ring(tmp_path: Path) -> Ring:
    """A folder without keys."""
    return Ring(tmp_path / "keys", "kapok.example.org")


def test_keys_that_are_there_are_kept(ring: Ring) -> None:
    ring.make_missing()
    first = ring.current(Purpose.CODE)
    ring.make_missing()
    assert ring.current(Purpose.CODE).jwk == first.jwk
    assert [key.purpose for key in ring.existing()] == list(Purpose)


def test_reading_makes_no_key(ring: Ring) -> None:
    assert [ring.all(purpose) for purpose in Purpose] == [[]] * len(Purpose)
    with pytest.raises(NoKey):
        ring.current(Purpose.BADGE)
    assert not ring.folder.exists()


def test_nobody_but_the_owner_reads_a_key(ring: Ring) -> None:
    ring.make_missing()
    modes = {stat.S_IMODE(path.stat().st_mode) for path in ring.folder.iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE(ring.folder.stat().st_mode) == 0o700
    assert {path.name for path in ring.folder.iterdir()} == {f"{one}-1.pem" for one in Purpose}


def test_what_a_copy_left_open_to_others_is_closed(ring: Ring) -> None:
    path = ring.folder / "code-1.pem"
    ring.folder.mkdir(mode=0o755)
    ring.make_missing()
    assert stat.S_IMODE(ring.folder.stat().st_mode) == 0o700
    path.chmod(0o644)
    _read.cache_clear()  # as in another process
    ring.current(Purpose.CODE)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def _made(folder: Path) -> list[bytes]:
    ring = Ring(folder, "kapok.example.org")
    ring.make_missing()
    return [key.thumbprint for key in ring.existing()]


def test_processes_at_once_make_the_same_keys(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4) as pool:
        first, *others = pool.map(_made, [tmp_path / "keys"] * 16)
    assert len(first) == len(Purpose)
    assert all(one == first for one in others)


def test_a_rotated_key_stays_and_no_longer_signs(ring: Ring) -> None:
    ring.make_missing()
    old = ring.current(Purpose.BADGE)
    new = ring.rotate(Purpose.BADGE)
    assert ring.current(Purpose.BADGE).multikey == new.multikey != old.multikey
    assert [key.number for key in ring.all(Purpose.BADGE)] == [2, 1]


def test_the_authority_signs_the_key_of_documents(ring: Ring) -> None:
    ring.make_missing()
    ring.rotate(Purpose.AUTHORITY)
    document: Key = ring.current(Purpose.DOCUMENT)
    leaf, above = document.certificates
    leaf.verify_directly_issued_by(above)
    public = leaf.public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)
    assert public.public_numbers() == document.p256.public_key().public_numbers()
    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature
    assert usage.content_commitment
    assert not usage.key_cert_sign


def test_a_new_authority_signs_a_new_key_of_documents(ring: Ring) -> None:
    ring.make_missing()
    (ring.folder / "authority-1.pem").unlink()
    ring.make_missing()
    (above,) = ring.current(Purpose.AUTHORITY).certificates
    assert [key.number for key in ring.all(Purpose.DOCUMENT)] == [2, 1]
    ring.current(Purpose.DOCUMENT).certificates[0].verify_directly_issued_by(above)


def test_a_process_that_runs_takes_a_new_file_of_an_old_name(ring: Ring) -> None:
    ring.make_missing()
    lost = ring.current(Purpose.CODE)
    assert ring.current(Purpose.CODE) is lost
    (ring.folder / "code-1.pem").unlink()
    ring.make_missing()
    assert ring.current(Purpose.CODE).thumbprint != lost.thumbprint


def test_a_broken_file_is_refused_by_name(ring: Ring) -> None:
    ring.folder.mkdir()
    (ring.folder / "badge-1.pem").write_text("nothing")
    with pytest.raises(KeyUnreadable, match="badge-1"):
        ring.current(Purpose.BADGE)


def test_the_commands_tell_nothing_secret(app: Flask) -> None:
    runner = app.test_cli_runner()
    made = runner.invoke(keys_cli.group, ["create"])
    assert made.exit_code == 0, made.output
    runner.invoke(keys_cli.group, ["rotate", "badge"])
    listed = runner.invoke(keys_cli.group, ["list"]).output
    assert [line.split()[0] for line in listed.splitlines()] == [
        "badge-1",
        "badge-2",
        "code-1",
        "authority-1",
        "document-1",
    ]
    assert "PRIVATE" not in made.output + listed
