"""The parent's side: one warm child, asked one document at a time, ended when it overruns."""

from __future__ import annotations

import atexit
import json
import os
import pickle
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from app.config import ROOT
from app.core.pdf import document as documents
from app.core.pdf.document import (
    Document,
    Picture,
    RenderingFailed,
    RenderingLimit,
    Together,
    Upload,
)
from app.core.pdf.frames import read_frame, write_frame

WALL_SECONDS = 40.0  # for one document; the first one of a process also loads the fonts
MORE_SECONDS = 2.0  # for each further one that is drawn together with it
UPLOAD_SECONDS = 15.0  # for a picture that somebody sent; somebody waits for the page
IDLE_SECONDS = 60.0
MAX_DOCUMENTS = 500  # then a fresh child, whatever may have leaked
_Asked = Document | Together | Picture | Upload
_FONTCONFIG = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><cachedir>{cache}</cachedir></fontconfig>
"""
# The child needs this folder and the ground under it, not the rooms and the web: `app` and
# `app.core` are bare names there, so that nothing else of the application is loaded; and of the
# settings it knows where it is, which saves 28 MB of database library.
_BOOT = f"""
import pathlib, sys, types
for name, folder in (("app", {str(ROOT / "app")!r}), ("app.core", {str(ROOT / "app/core")!r})):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = [folder]
sys.modules["app.config"] = types.ModuleType("app.config")
sys.modules["app.config"].ROOT = pathlib.Path({str(ROOT)!r})
from app.core.pdf.child import main
main()
"""


class Engine:
    """A renderer in a limited process of its own. Safe to use from several threads."""

    def __init__(
        self, wall_seconds: float = WALL_SECONDS, idle_seconds: float | None = None
    ) -> None:
        """Nothing starts before the first document; after `idle_seconds` without one it ends."""
        self.wall_seconds, self.idle_seconds = wall_seconds, idle_seconds
        self._rest: threading.Timer | None = None
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._count = 0

    def render(self, document: Document) -> bytes:
        """The PDF's bytes.

        Raises MissingGlyph, DoesNotFit, FileRefused, RenderingLimit or RenderingFailed.
        """
        return self._asked(document)

    def render_together(self, documents: Sequence[Document], *, is_part: bool = False) -> bytes:
        """The pages of several documents as one file; raises what `render` raises.

        `is_part`: the file is no use by itself, `bound` puts in what is missing. Each document
        more adds MORE_SECONDS to the limits of time; memory has the limit of one.
        """
        return self._asked(Together(tuple(documents), is_part))

    def draw(self, picture: Picture) -> bytes:
        """The PNG's bytes. Raises RenderingLimit or RenderingFailed."""
        return self._asked(picture)

    def draw_anew(self, upload: Upload) -> bytes:
        """The PNG's bytes. Raises UploadUnreadable, UploadTooLarge, RenderingLimit or
        RenderingFailed.
        """
        return self._asked(upload)

    def _asked(self, what: _Asked) -> bytes:
        with self._lock:
            child = self._started()
            watch = threading.Timer(self._seconds(what), child.kill)
            watch.start()
            try:
                answer = _ask(child, what)
            finally:
                watch.cancel()
            self._count += 1
            if answer is None:
                raise self._death(child)
            self._rest_later()
        if answer[0] == 0:
            return answer[1:]
        raise _error(answer[1:])

    def _seconds(self, what: _Asked) -> float:
        if isinstance(what, Upload):
            return UPLOAD_SECONDS
        more = len(what.documents) - 1 if isinstance(what, Together) else 0
        return self.wall_seconds + more * MORE_SECONDS

    def close(self) -> None:
        """End the child process."""
        with self._lock:
            if self._rest is not None:
                self._rest.cancel()
            self._stop()

    def _rest_later(self) -> None:
        if self._rest is not None:
            self._rest.cancel()
        if self.idle_seconds is not None:
            self._rest = threading.Timer(self.idle_seconds, self.close)
            self._rest.daemon = True
            self._rest.start()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._child is not None and (self._child.poll() is not None or self._is_old()):
            self._stop()
        if self._child is None:
            self._count = 0
            self._folder = tempfile.TemporaryDirectory(prefix="kapok-pdf-")
            self._child = _start(Path(self._folder.name))
        return self._child

    def _death(self, child: subprocess.Popen[bytes]) -> RenderingFailed:
        """Why the child ended: by a signal when it overran a limit, else by a fault of its own."""
        try:
            code = child.wait(timeout=5)
        except subprocess.TimeoutExpired:
            code = -1
        self._stop()
        return RenderingLimit() if code <= 0 else RenderingFailed(reason="the renderer ended")

    def _is_old(self) -> bool:
        return self._count >= MAX_DOCUMENTS

    def _stop(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                _close(pipe)
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None


def _start(folder: Path) -> subprocess.Popen[bytes]:
    """Start the child with a configuration that hides the machine's own fonts and our settings."""
    config = folder / "fonts.conf"
    config.write_text(_FONTCONFIG.format(cache=folder / "cache"), "utf-8")
    limits = {
        name: os.environ[name]
        for name in ("KAPOK_PDF_MEMORY", "KAPOK_PDF_CPU")
        if name in os.environ
    }
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LC_ALL": "C.UTF-8",
        "FONTCONFIG_FILE": str(config),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",  # the same order of sets, the same bytes
        "MALLOC_MMAP_THRESHOLD_": "131072",  # fixed: a font that was read is given back at once
        **limits,
    }
    command = [sys.executable, "-c", _BOOT]
    return subprocess.Popen(  # noqa: S603 (our own interpreter and module)
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, env=environment
    )


def _ask(child: subprocess.Popen[bytes], what: _Asked) -> bytes | None:
    """The child's answer, or None when it died."""
    if child.stdin is None or child.stdout is None:
        return None
    try:
        write_frame(child.stdin, pickle.dumps(what))
        return read_frame(child.stdout) or None
    except (BrokenPipeError, ValueError):
        return None


def _close(pipe: IO[bytes] | None) -> None:
    try:
        if pipe is not None:
            pipe.close()
    except BrokenPipeError:
        pass


def _error(answer: bytes) -> RenderingFailed:
    told = json.loads(answer)
    kind: type[RenderingFailed] = getattr(documents, told["kind"], RenderingFailed)
    return kind(**told["values"])


_engine = Engine()
_brief_engine = Engine(idle_seconds=IDLE_SECONDS)
atexit.register(_engine.close)
atexit.register(_brief_engine.close)


def render(document: Document) -> bytes:
    """Render in this process's own warm engine; see `Engine.render`."""
    return _engine.render(document)


def render_together(documents: Sequence[Document], *, is_part: bool = False) -> bytes:
    """Several documents as one file in this process's warm engine; see `Engine`."""
    return _engine.render_together(documents, is_part=is_part)


def render_briefly(document: Document) -> bytes:
    """The same for a web process, which draws seldom: a child that has rested for a minute ends,
    and with it the 200 MB that it holds. The next document then waits 3 s longer.
    """
    return _brief_engine.render(document)


def draw(picture: Picture) -> bytes:
    """Draw in this process's own warm engine; see `Engine.draw`."""
    return _engine.draw(picture)


def draw_briefly(picture: Picture) -> bytes:
    """The same for a web process; see `render_briefly`."""
    return _brief_engine.draw(picture)


def draw_anew_briefly(upload: Upload) -> bytes:
    """A picture that somebody sent, drawn anew for a web process; see `Engine.draw_anew`."""
    return _brief_engine.draw_anew(upload)


def close() -> None:
    """End this process's engines; the next document starts one again."""
    _engine.close()
    _brief_engine.close()
