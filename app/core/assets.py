"""The files of the pages: their addresses with a digest of the content, and how they are served."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any
from wsgiref.headers import Headers

from flask import Flask, url_for
from whitenoise import WhiteNoise

STATIC = Path(__file__).resolve().parent.parent / "static"
MANIFEST = STATIC / "build" / "manifest.json"
MINUTE = 60


class AssetMissing(Exception):
    """Raised when a page asks for a file that `make assets` has not built."""


def asset(name: str) -> str:
    """The address of a built file, such as "app.css" or "pages/lesson.js".

    Raises AssetMissing when it has not been built.
    """
    return url_for("static", filename=f"build/{built_name(name)}")


def built_name(name: str, manifest: Path = MANIFEST) -> str:
    """The name with its digest, below static/build/; raises AssetMissing."""
    try:
        return _read(manifest, manifest.stat().st_mtime_ns)[name]
    except (FileNotFoundError, KeyError) as error:
        raise AssetMissing(f"{name} is not in {manifest}: run `make assets`.") from error


@lru_cache(maxsize=1)
def _read(manifest: Path, _changed: int) -> dict[str, str]:
    # The time of change is part of the key, so that a new build shows without a restart.
    names: dict[str, str] = json.loads(manifest.read_text(encoding="utf-8"))
    return names


def serve_static(app: Flask, *, autorefresh: bool) -> None:
    """Serve app/static/ in front of the application, precompressed, names with a digest for ever.

    With `autorefresh` files that appear after the start are found (development, tests).
    """
    served: Any = WhiteNoise(
        app.wsgi_app,
        root=STATIC,
        prefix="static/",
        autorefresh=autorefresh,
        max_age=0 if autorefresh else 10 * MINUTE,
        immutable_file_test=_is_built,
        add_headers_function=_harden,
        allow_all_origins=False,
    )
    app.wsgi_app = served  # type: ignore[method-assign]


def _is_built(_path: str, url: str) -> bool:
    return url.startswith("/static/build/") and not url.endswith("manifest.json")


def _harden(headers: Headers, _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
