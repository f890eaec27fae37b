"""A PDF file handed in for checking: no account, nothing of it is kept."""

from __future__ import annotations

from flask import abort, render_template, request

from app.certificates.services.file_check import FileCheck, state_of_signature, stored_file
from app.certificates.views.frame import today, told
from app.certificates.views.public import plain
from app.core import limits
from app.core.db import reading
from app.core.pades_check import LARGEST_FILE
from app.core.permissions import public

#: Files that are not ours, from one address; ours are never counted.
FILE_MISSES = ("verify-file-miss", 30, 600)


@plain.post("/v/file")
@public
def check_pdf() -> str | tuple[str, int]:
    """Say whether the file is ours and unaltered."""
    scope, limit, seconds = FILE_MISSES
    sent = request.files.get("file")
    content = sent.stream.read(LARGEST_FILE + 1) if sent else b""
    if not content:
        return render_template("certificates/verify_file.html", check=None, told=None), 422
    if len(content) > LARGEST_FILE:
        abort(413)
    check = stored_file(reading(), content, today())
    if check is None:
        limits.hit(scope, request.remote_addr or "-", limit, seconds)
        check = FileCheck(state_of_signature(content))
    facts = told(check.found.facts) if check.found else None
    return render_template("certificates/verify_file.html", check=check, told=facts)
