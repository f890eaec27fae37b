"""The keys that sign: made at set-up or by the first act of issuing, kept as files, rotated.

`<data>/keys/<purpose>-<number>.pem`: the highest number signs, the older ones stay so that what
they signed verifies for ever. A file appears whole or not at all, by a hard link: of two processes
that make the same one, one wins and both use it. Reading makes none: a stranger's look at
the public halves writes nothing. Only the owner reads the files.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from app.core import authority
from app.core.errors import N_, DomainError
from app.core.multibase import base58, url64

_FILE = re.compile(r"(?P<purpose>[a-z]+)-(?P<number>[1-9][0-9]{0,5})\.pem")
#: Multicodec prefixes of public keys (W3C Controlled Identifiers 1.0, 2.2.2).
_ED25519, _P256 = b"\xed\x01", b"\x80\x24"


class Purpose(StrEnum):
    """What a key signs. Each has a key of its own."""

    BADGE = "badge"  # Ed25519: the proof inside an Open Badge
    CODE = "code"  # P-256: QR codes and VC-JWT
    AUTHORITY = "authority"  # P-256 with its certificate: signs the next one's
    DOCUMENT = "document"  # P-256 with a certificate of the authority: PDF


class KeyUnreadable(Exception):
    """Raised with one sentence when a file of a key cannot be used."""


class NoKey(DomainError):
    """Nothing can be signed for a reader: the folder of keys lacks the one that is needed."""

    status = 503
    message = N_(
        "The keys that this site signs with are missing. Nothing was issued or changed. "
        "Tell the people who run the site: the command “%(command)s” says which keys they are. "
        "Try again when they are back."
    )

    def __init__(self) -> None:
        """Name the command, which is the same in every language."""
        super().__init__(command="kapok doctor")


@dataclass(frozen=True, eq=False)
class Key:
    """One private key with its certificates, if its purpose has any (its own first)."""

    purpose: Purpose
    number: int
    private: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey
    certificates: tuple[x509.Certificate, ...] = ()

    @property
    def ed25519(self) -> ed25519.Ed25519PrivateKey:
        """The key of a badge."""
        if not isinstance(self.private, ed25519.Ed25519PrivateKey):
            raise KeyUnreadable(f"The key {self.purpose}-{self.number} is no Ed25519 key.")
        return self.private

    @property
    def p256(self) -> ec.EllipticCurvePrivateKey:
        """The key of anything else."""
        if not isinstance(self.private, ec.EllipticCurvePrivateKey):
            raise KeyUnreadable(f"The key {self.purpose}-{self.number} is no P-256 key.")
        return self.private

    @cached_property
    def jwk(self) -> Mapping[str, str]:
        """The public half as a JSON Web Key (RFC 7517)."""
        if self.purpose is Purpose.BADGE:
            raw = self.ed25519.public_key().public_bytes_raw()
            return {"kty": "OKP", "crv": "Ed25519", "x": url64(raw)}
        point = self.p256.public_key().public_numbers()
        places = {"x": url64(point.x.to_bytes(32, "big")), "y": url64(point.y.to_bytes(32, "big"))}
        return {"kty": "EC", "crv": "P-256", **places}

    @cached_property
    def thumbprint(self) -> bytes:
        """SHA-256 of the public half (RFC 7638)."""
        return hashlib.sha256(
            json.dumps(self.jwk, sort_keys=True, separators=(",", ":")).encode()
        ).digest()

    @cached_property
    def multikey(self) -> str:
        """The public half in multibase, as a `Multikey` holds it."""
        if self.purpose is Purpose.BADGE:
            return "z" + base58(_ED25519 + self.ed25519.public_key().public_bytes_raw())
        point = self.p256.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint
        )
        return "z" + base58(_P256 + point)


class Ring:
    """All keys of one folder. Only `make_missing` and `rotate` make any."""

    def __init__(self, folder: Path, host: str) -> None:
        """Nothing is read or made yet. `host` stands in the certificates."""
        self.folder, self.host = folder, host

    def current(self, purpose: Purpose) -> Key:
        """The key that signs now; raises NoKey when there is none."""
        numbers = self._numbers(purpose)
        if not numbers:
            raise NoKey
        return self._read(purpose, numbers[-1])

    def make_missing(self) -> None:
        """Make the first key of each purpose that has none, in any number of processes at once.

        A key of documents whose authority is lost gets a successor, which the new one signs.
        """
        documents = self._numbers(Purpose.DOCUMENT)  # looked up first: there, it had an authority
        for purpose in Purpose:  # the authority comes before what it signs
            if self._numbers(purpose):
                continue
            self._make(purpose, 1)
            if purpose is Purpose.AUTHORITY and documents:
                self._make(Purpose.DOCUMENT, documents[-1] + 1)

    def all(self, purpose: Purpose) -> list[Key]:
        """Every key of a purpose, the newest first; none before the first is made."""
        return [self._read(purpose, number) for number in reversed(self._numbers(purpose))]

    def existing(self) -> list[Key]:
        """Every key there is, by purpose and number."""
        return [self._read(one, number) for one in Purpose for number in self._numbers(one)]

    def rotate(self, purpose: Purpose) -> Key:
        """Make the next key; it signs from now on. A new authority signs a new document key."""
        numbers = self._numbers(purpose)
        if not numbers:
            self.make_missing()
            return self.current(purpose)
        made = self._make(purpose, numbers[-1] + 1)
        if purpose is Purpose.AUTHORITY:
            self.rotate(Purpose.DOCUMENT)
        return made

    def _numbers(self, purpose: Purpose) -> list[int]:
        if not self.folder.is_dir():
            return []
        found = (_FILE.fullmatch(path.name) for path in self.folder.iterdir())
        return sorted(int(one["number"]) for one in found if one and one["purpose"] == purpose)

    def _path(self, purpose: Purpose, number: int) -> Path:
        return self.folder / f"{purpose}-{number}.pem"

    def _read(self, purpose: Purpose, number: int) -> Key:
        path = self._path(purpose, number)
        try:
            found = path.stat()
        except OSError as error:
            raise KeyUnreadable(f"The key {path} cannot be read: {error}.") from error
        return _read(path, purpose, number, (found.st_ino, found.st_mtime_ns))

    def _make(self, purpose: Purpose, number: int) -> Key:
        """Make a key; if another process was faster, its key."""
        content = self._new(purpose)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _tighten(self.folder, 0o700)
        path = self._path(purpose, number)
        unfinished = self.folder / f".{purpose}-{secrets.token_hex(8)}"
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
            os.link(unfinished, path)
        except FileExistsError:
            pass  # the other one's is as good
        finally:
            unfinished.unlink()
        _keep_folder(self.folder)
        return self._read(purpose, number)

    def _new(self, purpose: Purpose) -> bytes:
        if purpose is Purpose.BADGE:
            return _pem(ed25519.Ed25519PrivateKey.generate())
        private = ec.generate_private_key(ec.SECP256R1())
        if purpose is Purpose.AUTHORITY:
            return _pem(private) + authority.pem(authority.own_certificate(private, self.host))
        if purpose is Purpose.DOCUMENT:
            above = self.current(Purpose.AUTHORITY)
            signed = authority.document_certificate(
                private.public_key(), above.p256, above.certificates[0], self.host
            )
            return _pem(private) + authority.pem(signed) + authority.pem(above.certificates[0])
        return _pem(private)


def _pem(private: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _tighten(path: Path, mode: int) -> None:
    """Take from others what they may do, as after a copy; only the owner of a file can."""
    found = path.stat()
    if stat.S_IMODE(found.st_mode) & 0o077 and found.st_uid == os.geteuid():
        path.chmod(mode)


def _keep_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@lru_cache(maxsize=100)
def _read(path: Path, purpose: Purpose, number: int, file: tuple[int, int]) -> Key:  # noqa: ARG001
    # Cached for the life of the process by inode and time: a file of a key never changes, but
    # another one may take the name of a lost one.
    try:
        _tighten(path, 0o600)
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise KeyUnreadable(f"The key {path} is open to others: run 'chmod 600' on it.")
        content = path.read_bytes()
        private: Any = serialization.load_pem_private_key(content, None)
        has_certificates = purpose in (Purpose.AUTHORITY, Purpose.DOCUMENT)
        certificates = x509.load_pem_x509_certificates(content) if has_certificates else []
    except (OSError, ValueError, TypeError) as error:  # TypeError: it has a password
        raise KeyUnreadable(f"The key {path} cannot be read: {error}.") from error
    return Key(purpose, number, private, tuple(certificates))


_ring: Ring | None = None


def use_folder(folder: Path, base_url: str) -> None:
    """Take the keys from here; done once by the application's start."""
    global _ring  # noqa: PLW0603 (one folder a process, known before the first request)
    _ring = Ring(folder, urlsplit(base_url).netloc)


def ring() -> Ring:
    """The keys of this process; raises KeyUnreadable before `use_folder`."""
    if _ring is None:
        raise KeyUnreadable("No folder of keys is set.")
    return _ring
