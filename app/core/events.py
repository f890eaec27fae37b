"""Client-made ids that make a repeated write harmless."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from uuid import UUID, uuid4

from app.core.errors import EventConflict, InvalidEventId


def new_event_id() -> str:
    """A fresh id, for a form whose browser runs no script."""
    return str(uuid4())


def valid_event_id(text: str | None) -> str:
    """The id in its canonical form; raises InvalidEventId when it is no UUID (RFC 9562)."""
    try:
        return str(UUID(text or ""))
    except ValueError as error:
        raise InvalidEventId from error


def digest_of(content: Mapping[str, object]) -> str:
    """SHA-256 of the content in a canonical form, to tell a repeat from a conflict."""
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()


def require_same(stored_digest: str, content: Mapping[str, object]) -> None:
    """Raise EventConflict when a known event id comes with other content."""
    if stored_digest != digest_of(content):
        raise EventConflict
