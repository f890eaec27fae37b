"""Headers of the pages that read cards with the camera. No other page may use it."""

from __future__ import annotations

from flask import Response

from app.core.web import CONTENT_SECURITY_POLICY

#: Such a page also compiles the reader of codes (WebAssembly), which is our own file.
SCANNING_POLICY = CONTENT_SECURITY_POLICY.replace(
    "script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'"
)


def allow_camera(response: Response) -> Response:
    """Let this page use the camera and the reader of codes."""
    response.headers["Content-Security-Policy"] = SCANNING_POLICY
    response.headers["Permissions-Policy"] = "camera=(self), microphone=(), geolocation=()"
    return response
