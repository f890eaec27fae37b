"""The process that renders. It knows no settings, no database and no network.

Each request is a length (4 bytes, big endian) and a pickled Document, Together, Picture or Upload,
from its parent only; each answer a length, one byte (0 done, 1 refused) and the file or a JSON
object of the error.
"""

from __future__ import annotations

import gc
import json
import os
import pickle
import resource
import sys
import warnings

from app.core.pdf import document as documents
from app.core.pdf.document import Document, Picture, RenderingFailed, Together, Upload
from app.core.pdf.frames import read_frame, write_frame

MEMORY_BYTES = int(os.environ.get("KAPOK_PDF_MEMORY", "1073741824"))  # address space
CPU_SECONDS = int(os.environ.get("KAPOK_PDF_CPU", "20"))  # for one document
UPLOAD_CPU_SECONDS = 10  # for a picture that somebody sent


def main() -> None:
    """Answer requests until the parent closes the pipe."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    asked, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints must not get into the answers
    warnings.filterwarnings("ignore", "No fonts configured in FontConfig")
    from app.core.pdf.weasy import Renderer  # noqa: PLC0415 (under the limits, not before)

    _limit_cpu()
    renderer = Renderer()
    gc.collect()
    gc.freeze()  # what is loaded now stays
    gc.set_threshold(10_000, 20, 50)  # a page makes many objects that need no collector
    while (request := read_frame(asked)) is not None:
        _limit_cpu()
        asked_for: Document | Together | Picture | Upload = pickle.loads(request)  # noqa: S301 (written by our own parent)
        try:
            if isinstance(asked_for, Together):
                _limit_cpu(CPU_SECONDS + len(asked_for.documents) - 1)
                content = renderer.render_together(asked_for)
            elif isinstance(asked_for, Picture):
                content = _drawn(asked_for)
            elif isinstance(asked_for, Upload):
                _limit_cpu(UPLOAD_CPU_SECONDS)
                content = _drawn_anew(asked_for)
            else:
                content = renderer.render(asked_for)
            write_frame(answers, b"\0" + content)
        except BrokenPipeError:
            os._exit(0)  # the parent is gone, and with it whoever waited
        except RenderingFailed as error:
            write_frame(answers, b"\1" + _as_json(error))
        except MemoryError:
            write_frame(answers, b"\1" + _as_json(documents.RenderingLimit()))
            return
        except Exception as error:  # noqa: BLE001 (the parent must hear of every fault)
            reason = f"{type(error).__name__}: {error}"[:300]
            write_frame(answers, b"\1" + _as_json(RenderingFailed(reason=reason)))


def _drawn(picture: Picture) -> bytes:
    from app.core.pdf.pictures import drawn  # noqa: PLC0415 (most children never draw one)

    return drawn(picture)


def _drawn_anew(upload: Upload) -> bytes:
    from app.core.pdf.uploads import drawn_anew  # noqa: PLC0415 (most children never read one)

    return drawn_anew(upload)


def _limit_cpu(seconds: int = CPU_SECONDS) -> None:
    """As much as may be used from now on; by default what one document may use."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = int(usage.ru_utime + usage.ru_stime)
    _soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (used + seconds, hard))


def _as_json(error: RenderingFailed) -> bytes:
    return json.dumps({"kind": type(error).__name__, "values": error.values}).encode()


if __name__ == "__main__":
    main()
