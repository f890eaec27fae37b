"""Files that a page hands out."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response, request

_NOT_IN_NAMES = str.maketrans('/\\:*?"<>|', " " * 9)


def pdf_response(content: bytes, name: str) -> Response:
    """A PDF to keep, or with `?print` to open in the browser (RFC 6266).

    The first word of the name is plain ASCII: old browsers see nothing else.
    """
    response = Response(content, mimetype="application/pdf")
    kind = "inline" if "print" in request.args else "attachment"
    plain = name.split(maxsplit=1)[0].removesuffix(".pdf") + ".pdf"
    whole = quote(name.translate(_NOT_IN_NAMES), safe="")
    response.headers["Content-Disposition"] = (
        f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{whole}"
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return response
