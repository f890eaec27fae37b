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
    plain = name.split(maxsplit=1)[0].removesuffix(".pdf") + ".pdf"
    response.headers["Content-Disposition"] = disposition(
        name, plain, "inline" if "print" in request.args else "attachment"
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return response


def disposition(name: str, plain: str, kind: str = "attachment") -> str:
    """The header with a file's name in any script and, for old browsers, in ASCII (RFC 6266)."""
    whole = quote(name.translate(_NOT_IN_NAMES), safe="")
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{whole}"
