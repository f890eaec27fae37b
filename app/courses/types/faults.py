"""Faults of course files: where, what, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.core.errors import N_, DomainError


class Severity(StrEnum):
    """A fault must be mended; a note is for a reviewer to decide."""

    FAULT = "fault"
    NOTE = "note"


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong in a file. `path` is relative to the content's root; `line` counts from 1.

    `language` is "-" for files that are the same in every language.
    """

    path: str
    line: int
    language: str
    code: str
    message: str
    mend: str
    severity: Severity = Severity.FAULT

    def __str__(self) -> str:
        """The line that `kapok courses check` prints."""
        kind = "note: " if self.severity is Severity.NOTE else ""
        return f"{self.path}:{self.line}: {self.language}: {kind}{self.message} {self.mend}"


class Returned(StrEnum):
    """Why a text of a returned translation file was not taken."""

    UNKNOWN = "unknown"
    SOURCE_CHANGED = "source-changed"
    TRANSLATION_CHANGED = "translation-changed"
    FAULTY = "faulty"


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a returned translation file, by the places of its texts."""

    slug: str
    language: str
    changed: tuple[str, ...]
    confirmed: tuple[str, ...]
    refused: Mapping[str, Returned]
    faults: tuple[Fault, ...]
    waiting: int = 0  # texts left as they are: still marked as fuzzy


class ForeignFile(DomainError):
    """A file that is not a translation file of one of our courses."""

    status = 422
    message = N_(
        "This is not a translation file of Kapok. Export one, translate it, and return it."
    )


class BrokenCourse(DomainError):
    """Course files that cannot be put together; `faults` says why."""

    status = 500
    message = N_("This course cannot be shown now. Ask your instructor.")

    def __init__(self, faults: Sequence[Fault]) -> None:
        """Keep the faults for the log."""
        super().__init__()
        self.faults = tuple(faults)
