"""Secrets that people type: hashed with argon2id, checked against what is easily guessed."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from app.core.errors import N_

# OWASP password storage: argon2id, 19 MiB, 2 passes, 1 lane: 0.03 s, so that a class of 1,000
# signs in within a minute on two cores.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
MINIMUM_LENGTH = 8
MAXIMUM_LENGTH = 256
CONTEXT_WORDS = ("kapok", "guangxi", "nanning", "redcross", "responder")

TOO_SHORT = N_("Use at least 8 characters.")
TOO_LONG = N_("Use at most 256 characters.")
TOO_COMMON = N_("Many people use this password. Choose another one.")
TOO_PERSONAL = N_("Do not use your name or the name of the programme in the password.")


def hash_secret(text: str) -> str:
    """The argon2id hash of a password or PIN, NFC-normalised first."""
    return _HASHER.hash(unicodedata.normalize("NFC", text))


def verify_secret(stored: str | None, text: str) -> bool:
    """Whether the text has this hash. Without a hash it takes as long and says no."""
    try:
        _HASHER.verify(stored or _decoy(), unicodedata.normalize("NFC", text))
    except (VerifyMismatchError, InvalidHashError):
        return False
    return stored is not None


_pepper = b""


def use_pepper(secret_key: str) -> None:
    """Take this process's key for `peppered`; done once by the application's start."""
    global _pepper  # noqa: PLW0603 (one key a process, known before the first request)
    _pepper = secret_key.encode()


def peppered(text: str) -> str:
    """HMAC-SHA-256 under the server's key, in hex: a short secret cannot be guessed from a
    stolen database alone (OWASP ASVS 5.0, 6.5.2). A new KAPOK_SECRET_KEY voids all of them.
    """
    normal = unicodedata.normalize("NFC", text)
    return hmac.new(_pepper, normal.encode(), hashlib.sha256).hexdigest()


def keyed_hash(purpose: str, text: str) -> str:
    """HMAC-SHA-256 in hex under a key derived from the server's for this purpose alone.

    A number that can be guessed (a passport's has seven digits) stays secret in a stolen database,
    and equal numbers are still found. A new KAPOK_SECRET_KEY makes the old hashes match nothing.
    """
    key = hmac.new(_pepper, f"kapok {purpose}".encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def password_problem(password: str, context: Iterable[str] = ()) -> str | None:
    """What is wrong with a new password (a catalogue message), or None (OWASP ASVS 5.0, 6.2)."""
    folded = _folded(password)
    if len(password) < MINIMUM_LENGTH:
        return TOO_SHORT
    if len(password) > MAXIMUM_LENGTH:
        return TOO_LONG
    if folded in common_passwords() or len(set(folded)) <= 2:
        return TOO_COMMON
    words = (_folded(word) for word in (*context, *CONTEXT_WORDS))
    if any(len(word) >= 4 and word in folded for word in words):
        return TOO_PERSONAL
    return None


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold().replace(" ", "")


@cache
def _decoy() -> str:
    return hash_secret("nobody has this password")


@cache
def common_passwords() -> frozenset[str]:
    """Passwords that anybody tries first: sequences, keyboard rows and words, with endings."""
    listed = (Path(__file__).parent / "common_passwords.txt").read_text("utf-8").split()
    endings = ("", "1", "12", "123", "1234", "!", "01", "2024", "2025", "2026")
    return frozenset(word + ending for word in listed for ending in endings)
