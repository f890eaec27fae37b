"""Files that a page hands out."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response, request

_NOT_IN_NAMES = str.maketrans('/\\:*?"<>|', " " * 9)


def download(content: bytes | str, media_type: str, name: str) -> Response:
    """A file to keep; its name is plain ASCII."""
    response = Response(content, mimetype=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def pdf_response(content: bytes, name: str, *, inline: bool = False) -> Response:
    """A PDF to keep, or, with `inline` or `?print`, to open in the browser (RFC 6266).

    The first word of the name is plain ASCII: old browsers see nothing else.
    """
    response = Response(content, mimetype="application/pdf")
    plain = name.split(maxsplit=1)[0].removesuffix(".pdf") + ".pdf"
    response.headers["Content-Disposition"] = disposition(
        name, plain, "inline" if inline or "print" in request.args else "attachment"
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return response


def disposition(name: str, plain: str, kind: str = "attachment") -> str:
    """The header with a file's name in any script and, for old browsers, in ASCII (RFC 6266)."""
    whole = quote(name.translate(_NOT_IN_NAMES), safe="")
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{whole}"
