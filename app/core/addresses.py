"""Addresses of this site that a request names, and how far they can be trusted."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from flask import Request


def safe_next(address: str | None) -> str | None:
    """The path to go on to after signing in, or None when it could leave the site.

    Only a clean absolute path counts: Werkzeug drops TAB from Location, so `/<TAB>/host` would
    become `//host`.
    """
    cleaned = "".join(c for c in (address or "") if c.isprintable() and not c.isspace())
    if cleaned != address or not cleaned.startswith("/") or "\\" in cleaned:
        return None
    return None if cleaned.startswith("//") or ":" in cleaned.split("?")[0] else cleaned


def page_before(request: Request) -> str | None:
    """The page of this site on which a refused form was sent; None when there was none."""
    sent_from = urlsplit(request.referrer or "")
    if request.method == "GET" or sent_from.netloc != request.host:
        return None
    return safe_next(urlunsplit(("", "", sent_from.path, sent_from.query, "")))
