"""Files that must never change, kept in the database: one transaction, one backup."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import LargeBinary, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.db import Base, insert_or_get
from app.core.errors import NotFound


class StoredFile(Base):
    """Content by its own SHA-256: storing the same bytes twice is one row."""

    __tablename__ = "stored_file"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(80))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    stored_at: Mapped[datetime]


def store(db: Session, content: bytes, media_type: str, at: datetime) -> StoredFile:
    """Keep the bytes; the same bytes again give the same row."""
    values = {
        "sha256": hashlib.sha256(content).hexdigest(),
        "media_type": media_type,
        "content": content,
        "stored_at": at,
    }
    return insert_or_get(db, StoredFile, values, ("sha256",))[0]


def beginning_of(db: Session, sha256: str, length: int) -> bytes:
    """So many bytes of a file, and no more of them leave the database; raises NotFound."""
    part = func.substr(StoredFile.content, 1, length, type_=LargeBinary)
    found = db.scalar(select(part).where(StoredFile.sha256 == sha256))
    if found is None:
        raise NotFound
    return bytes(found)


def load(db: Session, sha256: str) -> StoredFile:
    """The file; raises NotFound when there is none with this hash."""
    stored = db.get(StoredFile, sha256)
    if stored is None:
        raise NotFound
    return stored
