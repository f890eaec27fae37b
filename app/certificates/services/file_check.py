"""Whether a PDF that somebody holds is one of ours, and unaltered."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.certificates.models import Certificate
from app.certificates.services.verifying import verify
from app.certificates.types import Verification
from app.core import pades_check
from app.core.pades_check import Finding


class FileState(StrEnum):
    """What we can say about a file."""

    STORED = "stored"  # byte for byte the one that we keep
    SIGNED = "signed"  # our signature fits, and we do not keep it any more
    CHANGED = "changed"  # we signed it, and it was changed afterwards
    FOREIGN = "foreign"  # nothing of ours is in it


@dataclass(frozen=True, slots=True)
class FileCheck:
    """The answer, with what is known of the certificate when the file is stored."""

    state: FileState
    found: Verification | None = None


_FINDINGS = {
    Finding.OURS: FileState.SIGNED,
    Finding.CHANGED: FileState.CHANGED,
    Finding.FOREIGN: FileState.FOREIGN,
}


def stored_file(db: Session, content: bytes, on: date) -> FileCheck | None:
    """What is known of a file that we keep byte for byte; None for another. One quick look."""
    digest = hashlib.sha256(content).hexdigest()
    code = db.scalar(select(Certificate.code).where(Certificate.file_sha256 == digest))
    if code is not None:
        return FileCheck(FileState.STORED, verify(db, code, on))
    return None


def state_of_signature(content: bytes) -> FileState:
    """What the signature in another file says. Slow; nothing of the file is kept."""
    return _FINDINGS[pades_check.finding(content)]
