"""Files parsed before, kept as JSON by the digest of their text.

Parsing YAML is nearly all the time of a start. Only plain data is kept, and only of files without
a fault; a changed file has another digest, so nothing here can be out of date.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from functools import lru_cache
from pathlib import Path

from app.courses import types

VERSION = "1"  # of the way YAML becomes data; another one drops the cache


@lru_cache(maxsize=1)
def code_digest() -> str:
    """A digest of the code that reads and checks: another code may find other faults."""
    total = hashlib.sha256()
    for folder in (Path(__file__).parent, Path(types.__file__).parent):
        for path in sorted(folder.rglob("*.py")):
            total.update(path.read_bytes())
    return total.hexdigest()


class ParsedFiles:
    """JSON texts by digest, read from a file and written back when something was added."""

    def __init__(self, path: Path | None) -> None:
        """Read what was kept; without a path nothing is kept."""
        self._path = path
        self._kept = _read(path)
        self._used: dict[str, str] = {}

    def get(self, digest: str) -> str | None:
        """The JSON of a file parsed before."""
        found = self._kept.get(digest)
        if found is not None:
            self._used[digest] = found
        return found

    def put(self, digest: str, text: str) -> None:
        """Keep the JSON of a file."""
        self._used[digest] = text

    def save(self) -> None:
        """Write the files in use, at once or not at all; a folder closed to us is no fault."""
        if self._path is None or self._used.keys() == self._kept.keys():
            return
        try:
            _write(self._path, json.dumps({"version": VERSION, "files": self._used}))
        except OSError:
            return


def _read(path: Path | None) -> dict[str, str]:
    if path is None:
        return {}
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return dict(data["files"]) if data["version"] == VERSION else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    Path(name).replace(path)
